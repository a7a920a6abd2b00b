import type { Batch } from '../batch/batch.js'
import type { Column, Cursor } from '../batch/cursor.js'
import type { OutputDialect } from '../batch/encode.js'
import { makeCursor } from '../batch/make-cursor.js'
import { SlotEmitter } from '../batch/slot-emitter.js'
import { LinemillError } from '../errors.js'
import type { FormatName, OnError } from '../options.js'
import type { Primitives } from '../primitives/primitives.js'
import type { Control } from '../region/control.js'
import type { SlotWriter } from '../region/slot-writer.js'
import type { WorkerRecord } from '../region/worker-record.js'
import { RecordContext } from './context.js'
import type { Job } from './job.js'
import type { UserKernel, UserKernelParts } from './user-kernel.js'

export interface KernelSettings {
  readonly columns: readonly Column[]
  readonly format: FormatName
  readonly outputDialect: OutputDialect
  readonly recordAllowed: boolean
  readonly onError: OnError
  readonly args: Readonly<Record<string, string>>
  readonly control: Control
  /** Where calls are watched: this worker's record. */
  readonly worker: WorkerRecord | undefined
}

/**
 * Adapt a job's function to batches. Loads only the modules that its kind of job and format need, since every module
 * costs each worker a part of its start.
 *
 * @param writers of the output and, with `onError` reject, of the rejects.
 * @param state what a reduction's `init` made.
 */
export async function makeKernel(
  job: Job,
  state: unknown,
  batch: Batch,
  writers: readonly SlotWriter[],
  primitives: Primitives,
  settings: KernelSettings,
): Promise<UserKernel> {
  const cursor = job.line ? undefined : await makeCursor(batch, settings.columns, settings.format)
  const parts = makeParts(batch, writers, primitives, settings, { cursor, isLine: cursor === undefined })
  const reduction = job.init === undefined ? undefined : { state }
  const call = await callOf(job, batch, settings)
  if (job.line) {
    const { LineKernel } = await import('./line-kernel.js')
    return new LineKernel(parts, call, primitives, reduction)
  }
  if (job.record) {
    const { RecordKernel } = await import('./record-kernel.js')
    return new RecordKernel(parts, call, cursor as Cursor, reduction)
  }
  const { BatchKernel } = await import('./batch-kernel.js')
  return new BatchKernel(parts, call, cursor as Cursor, reduction)
}

/** The job's function, watched where it has to be. */
async function callOf(job: Job, batch: Batch, { worker }: KernelSettings): Promise<never> {
  const call = job.line ?? job.record ?? job.batch
  if (worker === undefined) return call as never
  const { watchedCall } = await import('./watched-call.js')
  const kind = job.line ? 'line' : job.record ? 'record' : 'batch'
  return watchedCall(call as never, batch, worker, kind) as never
}

function noFields(): never {
  throw new LinemillError(
    'ERR_USER_FUNCTION',
    'a line has no fields: out.field() is for record and batch functions',
  )
}

/** Make what every kernel over a user's function is made of. */
export function makeParts(
  batch: Batch,
  writers: readonly SlotWriter[],
  primitives: Primitives,
  settings: KernelSettings,
  { cursor, isLine }: { cursor?: Cursor | undefined; isLine: boolean },
): UserKernelParts {
  const { outputDialect: dialect, recordAllowed, onError } = settings
  const fieldWord = cursor === undefined ? noFields : (column: string | number) => cursor.fieldWord(column)
  const emitterSettings = { dialect, recordAllowed, fieldWord, canAbort: onError !== 'fail' }
  const [output, rejects] = writers
  return {
    emitter: new SlotEmitter(output, batch, primitives, emitterSettings),
    rejects: rejects && new SlotEmitter(rejects, batch, primitives, { ...emitterSettings, canAbort: false }),
    context: new RecordContext(batch, settings.args, isLine),
    onError,
    control: settings.control,
  }
}
