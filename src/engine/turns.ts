import { LinemillError } from '../errors.js'
import { resolveOptions, signalOf } from '../options.js'
import { Pool } from '../worker/pool.js'
import { checkSignal, orCancelled } from './cancellation.js'

/** What every call may ask of the pool it is done on. */
interface CallOptions {
  readonly workers?: number
  readonly signal?: AbortSignal
}

/** Does calls one by one on workers that are used again; another pool is made where one is kept for longer. */
export class Turns {
  readonly workers: number
  /** Pools whose workers nobody uses; one, unless an iteration lasts while other calls come. */
  readonly #free: Pool[]
  readonly #lent = new Set<Pool>()
  /** Resolves when the calls so far are done, or their iterations have begun. */
  #latest: Promise<unknown> = Promise.resolve()
  #isClosed = false

  /** @param workers threads. Default: the processors this process may use. */
  constructor(workers: number | undefined) {
    this.workers = resolveOptions({ ...(workers !== undefined && { workers }) }).workers
    this.#free = [new Pool(this.workers)]
  }

  /** Start so many workers now. */
  start(count: number): void {
    this.#free[0]?.workers(Math.min(count, this.workers))
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await Promise.all([...this.#free, ...this.#lent].map((pool) => pool.close()))
  }

  /** Call a verb when it is its turn, on a pool that is its own meanwhile, with options that ask for no more workers. */
  async call<O extends CallOptions, R>(
    verb: string,
    options: O | undefined,
    call: (pool: Pool, options: O) => Promise<R>,
  ): Promise<R> {
    const signal = signalOf(options === undefined ? {} : options, verb)
    return this.#inTurn([signal], async () => {
      const pool = this.#borrow()
      try {
        return await call(pool, this.share(options))
      } finally {
        await this.giveBack(pool)
      }
    })
  }

  /** Lend a pool when it is the caller's turn; nobody waits for its return. */
  lend(signals: readonly (AbortSignal | undefined)[]): Promise<Pool> {
    return this.#inTurn(signals, async () => this.#borrow())
  }

  async giveBack(pool: Pool): Promise<void> {
    this.#lent.delete(pool)
    if (this.#free.length === 0 && !this.#isClosed) this.#free.push(pool)
    else await pool.close()
  }

  /** Options that ask for no more workers than there are. */
  share<O extends CallOptions>(options: O | undefined): O {
    const workers = Math.min(options?.workers ?? this.workers, this.workers)
    return { ...(options as O), workers }
  }

  #borrow(): Pool {
    const pool = this.#free.pop() ?? new Pool(this.workers)
    this.#lent.add(pool)
    return pool
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
