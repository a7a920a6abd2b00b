import type { BatchesOptions } from './batches.js'
import type { CountOptions, CountReport } from './count.js'
import { checkSignal, orCancelled } from './engine/cancellation.js'
import { type BatchIterator, type BatchSteps, Iteration } from './engine/iteration.js'
import { LinemillError } from './errors.js'
import type { FilterOptions, FilterReport } from './filter.js'
import type { Columns } from './kernel/job.js'
import { checkKeys, type RunOptions, resolveOptions, signalOf } from './options.js'
import type { Report } from './report.js'
import type { SplitOptions, SplitReport } from './split.js'
import { Pool } from './worker/pool.js'

/** Worker threads that are used again from call to call: a warm pool saves each call their start. */
export interface LinemillPool extends AsyncDisposable {
  readonly workers: number
  /** Start the workers, or so many of them, now instead of with the first call that needs them. */
  start(count?: number): void
  /** As the function `run`, on these workers; `options.workers` may ask for fewer. Calls are done one by one. */
  run(module: string | URL, inputs: string | readonly string[], options?: RunOptions): Promise<Report>
  /** As the function `count`, on these workers. */
  count(inputs: string | readonly string[], options?: CountOptions): Promise<CountReport>
  /**
   * As the function `batches`, on these workers. It waits for the calls before it, but none waits for its end: what
   * is called while an iteration lasts, in its loop for instance, starts workers of its own.
   */
  batches<const C extends Columns = Columns>(
    inputs: string | readonly string[],
    options?: BatchesOptions<C>,
  ): BatchIterator<C>
  /** As the function `split`, on these workers. */
  split(inputs: string | readonly string[], options: SplitOptions): Promise<SplitReport>
  /** As the function `filter`, on these workers. */
  filter(
    expression: string,
    inputs: string | readonly string[],
    options?: FilterOptions,
  ): Promise<FilterReport>
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
  checkKeys('createPool', options, ['workers'])
  return new SharedPool(resolveOptions(options).workers)
}

class SharedPool implements LinemillPool {
  readonly workers: number
  /** Pools whose workers nobody uses; one, unless an iteration lasts while other calls come. */
  readonly #free: Pool[]
  readonly #lent = new Set<Pool>()
  /** Resolves when the calls so far are done, or their iterations have begun. */
  #latest: Promise<unknown> = Promise.resolve()
  #isClosed = false

  constructor(workers: number) {
    this.workers = workers
    this.#free = [new Pool(workers)]
  }

  start(count = this.workers): void {
    this.#free[0]?.workers(Math.min(count, this.workers))
  }

  run(module: string | URL, inputs: string | readonly string[], options: RunOptions = {}): Promise<Report> {
    return this.#call('run', options, async (pool) => {
      // Loaded here, so that workers start while the engine's modules load.
      const { runOnPool } = await import('./run.js')
      return runOnPool(pool, module, inputs, { ...options, workers: this.#share(options.workers) })
    })
  }

  count(inputs: string | readonly string[], options: CountOptions = {}): Promise<CountReport> {
    return this.#call('count', options, async (pool) => {
      const { countOnPool } = await import('./count.js')
      return countOnPool(pool, inputs, { ...options, workers: this.#share(options.workers) })
    })
  }

  batches<const C extends Columns = Columns>(
    inputs: string | readonly string[],
    options: BatchesOptions<C> = {},
  ): BatchIterator<C> {
    return new Iteration((stop) => this.#iterate(inputs, options, stop))
  }

  async *#iterate<C extends Columns>(
    inputs: string | readonly string[],
    options: BatchesOptions<C>,
    stop: AbortController,
  ): BatchSteps<C> {
    const signal = signalOf(options, 'batches')
    let pool: Pool
    try {
      pool = await this.#inTurn([signal, stop.signal], async () => this.#borrow())
    } catch (thrown) {
      if (stop.signal.aborted) return undefined // ended while it waited
      throw thrown
    }
    try {
      const { batchesOnPool } = await import('./batches.js')
      const shared = { ...options, workers: this.#share(options.workers) }
      return yield* batchesOnPool(pool, inputs, shared, stop)
    } finally {
      await this.#giveBack(pool)
    }
  }

  split(inputs: string | readonly string[], options: SplitOptions): Promise<SplitReport> {
    return this.#call('split', options, async (pool) => {
      const { splitOnPool } = await import('./split.js')
      return splitOnPool(pool, inputs, { ...options, workers: this.#share(options?.workers) })
    })
  }

  filter(
    expression: string,
    inputs: string | readonly string[],
    options: FilterOptions = {},
  ): Promise<FilterReport> {
    return this.#call('filter', options, async (pool) => {
      const { filterOnPool } = await import('./filter.js')
      return filterOnPool(pool, expression, inputs, { ...options, workers: this.#share(options.workers) })
    })
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await Promise.all([...this.#free, ...this.#lent].map((pool) => pool.close()))
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #share(workers: number | undefined): number {
    return Math.min(workers ?? this.workers, this.workers)
  }

  #borrow(): Pool {
    const pool = this.#free.pop() ?? new Pool(this.workers)
    this.#lent.add(pool)
    return pool
  }

  async #giveBack(pool: Pool): Promise<void> {
    this.#lent.delete(pool)
    if (this.#free.length === 0 && !this.#isClosed) this.#free.push(pool)
    else await pool.close()
  }

  async #call<R>(
    verb: string,
    options: { readonly signal?: AbortSignal } = {},
    call: (pool: Pool) => Promise<R>,
  ): Promise<R> {
    const signal = signalOf(options, verb)
    return this.#inTurn([signal], async () => {
      const pool = this.#borrow()
      try {
        return await call(pool)
      } finally {
        await this.#giveBack(pool)
      }
    })
  }

  /** Call when the calls before are done; one of whose signals one is aborted gives up waiting. */
  #inTurn<R>(signals: readonly (AbortSignal | undefined)[], call: () => Promise<R>): Promise<R> {
    const before = this.#latest
    const turn = signals.reduce(orCancelled, before)
    const result = turn.then(() => {
      for (const signal of signals) checkSignal(signal)
      if (this.#isClosed) throw new LinemillError('ERR_USAGE', 'the pool is closed: make another one')
      return call()
    })
    // Without a value: each turn would keep the reports, outputs among them, of all calls before it.
    this.#latest = Promise.allSettled([before, result]).then(() => undefined)
    return result
  }
}
