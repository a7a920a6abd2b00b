import type { Batch } from '../batch/batch.js'
import type { Column, Cursor } from '../batch/cursor.js'
import { makeCursor } from '../batch/make-cursor.js'
import { type OutputDialect, SlotEmitter } from '../batch/slot-emitter.js'
import { LinemillError } from '../errors.js'
import type { FormatName, OnError } from '../options.js'
import type { Primitives } from '../primitives/primitives.js'
import type { SlotWriter } from '../region/slot-writer.js'
import { RecordContext } from './context.js'
import type { Job } from './job.js'
import type { Kernel } from './kernel.js'
import type { UserKernelParts } from './user-kernel.js'

export interface KernelSettings {
  readonly columns: readonly Column[]
  readonly format: FormatName
  readonly outputDialect: OutputDialect
  readonly recordAllowed: boolean
  readonly onError: OnError
  readonly args: Readonly<Record<string, string>>
  readonly isCancelled: () => boolean
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
): Promise<Kernel> {
  const cursor = job.line ? undefined : await makeCursor(batch, settings.columns, settings.format)
  const parts = makeParts(batch, writers, primitives, settings, cursor)
  const reduction = job.init === undefined ? undefined : { state }
  if (job.line) {
    const { LineKernel } = await import('./line-kernel.js')
    return new LineKernel(parts, job.line as never, primitives, reduction)
  }
  if (job.record) {
    const { RecordKernel } = await import('./record-kernel.js')
    return new RecordKernel(parts, job.record as never, cursor as Cursor, reduction)
  }
  const { BatchKernel } = await import('./batch-kernel.js')
  return new BatchKernel(parts, job.batch as never, cursor as Cursor, reduction)
}

function noFields(): never {
  throw new LinemillError(
    'ERR_USER_FUNCTION',
    'a line has no fields: out.field() is for record and batch functions',
  )
}

function makeParts(
  batch: Batch,
  writers: readonly SlotWriter[],
  primitives: Primitives,
  settings: KernelSettings,
  cursor: Cursor | undefined,
): UserKernelParts {
  const { outputDialect: dialect, recordAllowed, onError } = settings
  const fieldWord = cursor === undefined ? noFields : (column: string | number) => cursor.fieldWord(column)
  const emitterSettings = { dialect, recordAllowed, fieldWord, canAbort: onError !== 'fail' }
  const [output, rejects] = writers
  return {
    emitter: new SlotEmitter(output, batch, primitives, emitterSettings),
    rejects: rejects && new SlotEmitter(rejects, batch, primitives, { ...emitterSettings, canAbort: false }),
    context: new RecordContext(batch, settings.args, cursor === undefined),
    onError,
    isCancelled: settings.isCancelled,
  }
}
