import type { CountOptions, CountReport } from './count.js'
import { LinemillError } from './errors.js'
import { type RunOptions, resolveOptions } from './options.js'
import type { Report } from './report.js'
import type { SplitOptions, SplitReport } from './split.js'
import { Pool } from './worker/pool.js'

/** Worker threads that are used again from call to call: a warm pool saves each call their start. */
export interface LinemillPool extends AsyncDisposable {
  readonly workers: number
  /** Start the workers now instead of with the first call that needs them. */
  start(): void
  /** As the function `run`, on these workers; `options.workers` may ask for fewer. Calls are done one by one. */
  run(module: string | URL, inputs: string | readonly string[], options?: RunOptions): Promise<Report>
  /** As the function `count`, on these workers. */
  count(inputs: string | readonly string[], options?: CountOptions): Promise<CountReport>
  /** As the function `split`, on these workers. */
  split(inputs: string | readonly string[], options: SplitOptions): Promise<SplitReport>
  /** End the workers, wherever they are; calls that are not done fail. */
  close(): Promise<void>
}

/**
 * Make a pool. Workers start with the first call and stay until `close`; while idle they do not keep the process
 * alive. With `await using pool = createPool()` it is closed at the end of the scope.
 *
 * @param options.workers worker threads. Default: the processors this process may use.
 */
export function createPool(options: { readonly workers?: number } = {}): LinemillPool {
  return new SharedPool(resolveOptions(options).workers)
}

class SharedPool implements LinemillPool {
  readonly workers: number
  readonly #pool: Pool
  /** Resolves when the calls so far are done; there is one control area for a run, and one run at a time. */
  #latest: Promise<unknown> = Promise.resolve()

  #isClosed = false

  constructor(workers: number) {
    this.workers = workers
    this.#pool = new Pool(workers)
  }

  start(): void {
    this.#pool.workers()
  }

  run(module: string | URL, inputs: string | readonly string[], options: RunOptions = {}): Promise<Report> {
    return this.#inTurn(async () => {
      // Loaded here, so that workers start while the engine's modules load.
      const { runOnPool } = await import('./run.js')
      return runOnPool(this.#pool, module, inputs, { ...options, workers: this.#share(options.workers) })
    })
  }

  count(inputs: string | readonly string[], options: CountOptions = {}): Promise<CountReport> {
    return this.#inTurn(async () => {
      const { countOnPool } = await import('./count.js')
      return countOnPool(this.#pool, inputs, { ...options, workers: this.#share(options.workers) })
    })
  }

  split(inputs: string | readonly string[], options: SplitOptions): Promise<SplitReport> {
    return this.#inTurn(async () => {
      const { splitOnPool } = await import('./split.js')
      return splitOnPool(this.#pool, inputs, { ...options, workers: this.#share(options.workers) })
    })
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.#pool.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #share(workers: number | undefined): number {
    return Math.min(workers ?? this.workers, this.workers)
  }

  #inTurn<R>(call: () => Promise<R>): Promise<R> {
    const result = this.#latest.then(() => {
      if (this.#isClosed) throw new LinemillError('ERR_USAGE', 'the pool is closed: make another one')
      return call()
    })
    this.#latest = result.catch(() => undefined)
    return result
  }
}
