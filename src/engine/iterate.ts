import { HandedBatch } from '../batch/row-batch.js'
import type { LinemillError } from '../errors.js'
import { closeInputs } from '../input/open.js'
import type { Columns } from '../kernel/job.js'
import type { Settings } from '../options.js'
import { BatchSink } from '../output/batch-sink.js'
import type { Pool } from '../worker/pool.js'
import { cancelled } from './cancellation.js'
import { execute, NO_JOB, type TaskSettings } from './execute.js'
import { columnsOf } from './job-output.js'
import { openInputs, type Prepared, prepare } from './prepare.js'
import { checkInputs } from './watch.js'

/**
 * Run the pool's workers over the inputs, and yield each batch that they hand over. Once `stop` is aborted there are
 * no more; whatever ends the iteration, workers are done and inputs closed when it has ended.
 */
export async function* iterate(
  pool: Pool,
  inputs: string | readonly string[],
  columns: Columns | undefined,
  settings: Settings,
  stop: AbortController,
): AsyncGenerator<HandedBatch, undefined, undefined> {
  const { delimiter, quote, format, header, names } = settings
  const opened = openInputs(inputs, settings)
  try {
    const prepared = prepare(opened, settings, {
      choice: { format, delimiter, quote, header, names },
      columns: columns === undefined ? 'all' : Object.keys(columns),
    })
    yield* takeAll(prepared, await makeSink(prepared, columns, settings), pool, settings, stop)
  } finally {
    closeInputs(opened)
  }
  return undefined
}

async function makeSink(
  prepared: Prepared,
  columns: Columns | undefined,
  settings: Settings,
): Promise<BatchSink> {
  const { plan, primitives } = prepared
  const read = columnsOf(prepared, columns, { code: 'ERR_USAGE', owner: '' })
  const batch = await HandedBatch.make(primitives, plan, settings.batchRecords, read)
  return new BatchSink(batch, plan, primitives)
}

const TASK: TaskSettings = { ...NO_JOB, handsOver: true }

async function* takeAll(
  prepared: Prepared,
  sink: BatchSink,
  pool: Pool,
  settings: Settings,
  stop: AbortController,
): AsyncGenerator<HandedBatch, undefined, undefined> {
  const { handover } = sink
  const { signal } = settings
  let failure: LinemillError | undefined
  const abort = (): void => {
    failure = cancelled(signal)
    stop.abort()
  }
  const end = (): void => handover.end(failure)
  stop.signal.addEventListener('abort', end)
  signal?.addEventListener('abort', abort)
  if (signal?.aborted) abort()
  else if (stop.signal.aborted) end()
  const execution = execute(prepared, pool, TASK, [sink], { ...settings, signal: stop.signal }).then(
    () => handover.end(),
    (thrown: unknown) => handover.end(thrown),
  )
  try {
    for (let batch = await handover.take(); batch !== undefined; batch = await handover.take()) yield batch
    if (!stop.signal.aborted) checkInputs(prepared, settings)
  } finally {
    signal?.removeEventListener('abort', abort)
    stop.abort()
    await execution
    await sink.abort()
  }
  return undefined
}
