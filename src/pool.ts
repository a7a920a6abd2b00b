import type { BatchesOptions } from './batches.js'
import type { CountOptions, CountReport } from './count.js'
import { type BatchIterator, type BatchSteps, Iteration } from './engine/iteration.js'
import { Turns } from './engine/turns.js'
import type { FilterOptions, FilterReport } from './filter.js'
import type { ColumnList } from './format/column-list.js'
import type { FreqOptions, FreqReport } from './freq.js'
import type { GroupOptions, GroupReport } from './group.js'
import type { Columns } from './kernel/job.js'
import { checkKeys, type RunOptions, signalOf } from './options.js'
import type { Report, Unwritten, WithRows } from './report.js'
import type { SampleOptions, SampleReport } from './sample.js'
import type { SelectOptions } from './select.js'
import type { HeadOptions, SliceOptions, SliceReport } from './slice.js'
import type { SplitOptions, SplitReport } from './split.js'
import type { StatsOptions, StatsReport } from './stats.js'
import type { Pool } from './worker/pool.js'

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
  /** As the function `groupBy`, on these workers. */
  groupBy(
    columns: ColumnList,
    inputs: string | readonly string[],
    options?: Unwritten<GroupOptions>,
  ): Promise<WithRows<GroupReport>>
  groupBy(
    columns: ColumnList,
    inputs: string | readonly string[],
    options?: GroupOptions,
  ): Promise<GroupReport>
  /** As the function `freq`, on these workers. */
  freq(
    column: string | number,
    inputs: string | readonly string[],
    options?: Unwritten<FreqOptions>,
  ): Promise<WithRows<FreqReport>>
  freq(
    column: string | number,
    inputs: string | readonly string[],
    options?: FreqOptions,
  ): Promise<FreqReport>
  /** As the function `stats`, on these workers. */
  stats(inputs: string | readonly string[], options?: StatsOptions): Promise<StatsReport>
  /** As the function `select`, on these workers. */
  select(columns: ColumnList, inputs: string | readonly string[], options?: SelectOptions): Promise<Report>
  /** As the functions `slice`, `head` and `tail`, on these workers. */
  slice(inputs: string | readonly string[], options?: SliceOptions): Promise<SliceReport>
  head(inputs: string | readonly string[], options?: HeadOptions): Promise<SliceReport>
  tail(inputs: string | readonly string[], options?: HeadOptions): Promise<SliceReport>
  /** As the function `sample`, on these workers. */
  sample(inputs: string | readonly string[], options: SampleOptions): Promise<SampleReport>
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
  return new SharedPool(options.workers)
}

class SharedPool implements LinemillPool {
  readonly #turns: Turns

  constructor(workers: number | undefined) {
    this.#turns = new Turns(workers)
  }

  get workers(): number {
    return this.#turns.workers
  }

  start(count = this.workers): void {
    this.#turns.start(count)
  }

  // Verbs are loaded when they are called, so that workers start while the engine's modules load.

  run(module: string | URL, inputs: string | readonly string[], options?: RunOptions): Promise<Report> {
    return this.#turns.call('run', options, async (pool, shared) => {
      return (await import('./run.js')).runOnPool(pool, module, inputs, shared)
    })
  }

  count(inputs: string | readonly string[], options?: CountOptions): Promise<CountReport> {
    return this.#turns.call('count', options, async (pool, shared) => {
      return (await import('./count.js')).countOnPool(pool, inputs, shared)
    })
  }

  split(inputs: string | readonly string[], options: SplitOptions): Promise<SplitReport> {
    return this.#turns.call('split', options, async (pool, shared) => {
      return (await import('./split.js')).splitOnPool(pool, inputs, shared)
    })
  }

  filter(
    expression: string,
    inputs: string | readonly string[],
    options?: FilterOptions,
  ): Promise<FilterReport> {
    return this.#turns.call('filter', options, async (pool, shared) => {
      return (await import('./filter.js')).filterOnPool(pool, expression, inputs, shared)
    })
  }

  groupBy(
    columns: ColumnList,
    inputs: string | readonly string[],
    options?: Unwritten<GroupOptions>,
  ): Promise<WithRows<GroupReport>>
  groupBy(
    columns: ColumnList,
    inputs: string | readonly string[],
    options?: GroupOptions,
  ): Promise<GroupReport>
  groupBy(
    columns: ColumnList,
    inputs: string | readonly string[],
    options?: GroupOptions,
  ): Promise<GroupReport> {
    return this.#turns.call('groupBy', options, async (pool, shared) => {
      return (await import('./group.js')).groupByOnPool(pool, columns, inputs, shared)
    })
  }

  freq(
    column: string | number,
    inputs: string | readonly string[],
    options?: Unwritten<FreqOptions>,
  ): Promise<WithRows<FreqReport>>
  freq(
    column: string | number,
    inputs: string | readonly string[],
    options?: FreqOptions,
  ): Promise<FreqReport>
  freq(
    column: string | number,
    inputs: string | readonly string[],
    options?: FreqOptions,
  ): Promise<FreqReport> {
    return this.#turns.call('freq', options, async (pool, shared) => {
      return (await import('./freq.js')).freqOnPool(pool, column, inputs, shared)
    })
  }

  stats(inputs: string | readonly string[], options?: StatsOptions): Promise<StatsReport> {
    return this.#turns.call('stats', options, async (pool, shared) => {
      return (await import('./stats.js')).statsOnPool(pool, inputs, shared)
    })
  }

  select(columns: ColumnList, inputs: string | readonly string[], options?: SelectOptions): Promise<Report> {
    return this.#turns.call('select', options, async (pool, shared) => {
      return (await import('./select.js')).selectOnPool(pool, columns, inputs, shared)
    })
  }

  slice(inputs: string | readonly string[], options?: SliceOptions): Promise<SliceReport> {
    return this.#turns.call('slice', options, async (pool, shared) => {
      return (await import('./slice.js')).sliceOnPool(pool, inputs, shared)
    })
  }

  head(inputs: string | readonly string[], options?: HeadOptions): Promise<SliceReport> {
    return this.#turns.call('head', options, async (pool, shared) => {
      return (await import('./slice.js')).headOnPool(pool, inputs, shared)
    })
  }

  tail(inputs: string | readonly string[], options?: HeadOptions): Promise<SliceReport> {
    return this.#turns.call('tail', options, async (pool, shared) => {
      return (await import('./slice.js')).tailOnPool(pool, inputs, shared)
    })
  }

  sample(inputs: string | readonly string[], options: SampleOptions): Promise<SampleReport> {
    return this.#turns.call('sample', options, async (pool, shared) => {
      return (await import('./sample.js')).sampleOnPool(pool, inputs, shared)
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
      pool = await this.#turns.lend([signal, stop.signal])
    } catch (thrown) {
      if (stop.signal.aborted) return undefined // ended while it waited
      throw thrown
    }
    try {
      const { batchesOnPool } = await import('./batches.js')
      return yield* batchesOnPool(pool, inputs, this.#turns.share(options), stop)
    } finally {
      await this.#turns.giveBack(pool)
    }
  }

  close(): Promise<void> {
    return this.#turns.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}
