import type { RowBatch } from './batch/row-batch.js'
import { checkSignal } from './engine/cancellation.js'
import { iterate } from './engine/iterate.js'
import { type BatchIterator, type BatchSteps, Iteration } from './engine/iteration.js'
import type { Columns } from './kernel/job.js'
import { ABOUT_JOBS, type CommonOptions, resolveOptions, type Verb } from './options.js'
import { Pool } from './worker/pool.js'

export type { RowBatch } from './batch/row-batch.js'
export type { BatchIterator } from './engine/iteration.js'

/** Options of `batches`. Batches are always handed over as they come, and cut by workers alone. */
export interface BatchesOptions<C extends Columns = Columns>
  extends Omit<CommonOptions, 'gather' | 'mainThread'> {
  /**
   * Columns to scan, by name, and what their fields are decoded to when they are read. Default: all columns, as
   * strings. In the format lines there is one, `line`; in ndjson every property may be one.
   */
  readonly columns?: C
}

const VERB: Verb = {
  name: 'batches',
  also: ['columns'],
  without: [...ABOUT_JOBS, 'output', 'sync', 'gather', 'mainThread'],
}

/**
 * Iterate over the records of the inputs in batches, in input order, on the calling thread. Workers find and cut the
 * records ahead of it, in memory bounded by `memoryBytes`, and wait where it is slow.
 *
 * Nothing happens before the first step. All records before one that is at fault are handed out; then a step throws.
 *
 * @param inputs files; each has its own header, line numbers and record numbers. No batch spans two of them.
 * @throws LinemillError at a step: ERR_RAGGED, ERR_UNCLOSED_QUOTE, ERR_RECORD_TOO_LARGE with the record's position;
 * ERR_INPUT where an input cannot be read, or has changed meanwhile; ERR_CANCELLED, ERR_USAGE and others.
 */
export function batches<const C extends Columns = Columns>(
  inputs: string | readonly string[],
  options: BatchesOptions<C> = {},
): BatchIterator<C> {
  return new Iteration((stop) => batchesOnOwnPool(inputs, options, stop))
}

async function* batchesOnOwnPool<C extends Columns>(
  inputs: string | readonly string[],
  options: BatchesOptions<C>,
  stop: AbortController,
): BatchSteps<C> {
  const pool = new Pool(resolveOptions(options, VERB).workers)
  try {
    return yield* batchesOnPool(pool, inputs, options, stop)
  } finally {
    await pool.close()
  }
}

/** Iterate on workers that are there already, or start them; nobody else uses them meanwhile. */
export async function* batchesOnPool<C extends Columns>(
  pool: Pool,
  inputs: string | readonly string[],
  options: BatchesOptions<C>,
  stop: AbortController,
): BatchSteps<C> {
  const settings = { ...resolveOptions(options, VERB), gather: 'eager', mainThread: false } as const
  checkSignal(settings.signal)
  const steps: AsyncGenerator<RowBatch, undefined, undefined> = iterate(
    pool,
    inputs,
    options.columns,
    settings,
    stop,
  )
  return yield* steps as BatchSteps<C>
}
