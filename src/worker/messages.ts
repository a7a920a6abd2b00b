import type { Column } from '../batch/cursor.js'
import type { OutputDialect } from '../batch/encode.js'
import type { PlainError } from '../errors.js'
import type { KernelDescription } from '../kernel/built-in.js'
import type { JobDescription } from '../kernel/job.js'
import type { OnError } from '../options.js'
import type { Plan } from '../plan/plan.js'
import type { InstructionSet } from '../primitives/primitives.js'
import type { RegionHandle } from '../region/region.js'
import type { WorkerFigures } from '../report.js'

/** The module and export that a job is loaded from; a closure cannot cross threads. */
export interface JobReference {
  readonly url: string
  readonly exportName: string
}

/** A run, as a worker gets it: plain data, shared memory and handles. */
export interface WorkerTask {
  readonly plan: Plan
  readonly region: RegionHandle
  readonly instructionSet: InstructionSet
  /** The user's job. Without it, `kernel` and `handsOver`, blocks are only summarised, which counts them. */
  readonly job?: JobReference
  /** A built-in kernel, in place of a job. */
  readonly kernel?: KernelDescription
  /** In place of a job: batches are handed over to the thread that runs (layout: HANDED_). */
  readonly handsOver?: boolean
  readonly columns: readonly Column[]
  readonly outputDialect: OutputDialect
  /** Whether `out.record()` may be used. */
  readonly recordAllowed: boolean
  readonly batchRecords: number
  readonly maxRecordBytes: number
  readonly limit: number
  readonly onError: OnError
  /** Whether each call of the job's function is told of in the worker's record. */
  readonly watchesCalls: boolean
  readonly args: Readonly<Record<string, string>>
  readonly workerIndex: number
  readonly workerCount: number
}

export type ToWorker =
  | { readonly type: 'load'; readonly job: JobReference }
  | { readonly type: 'run'; readonly task: WorkerTask }
  | { readonly type: 'combine'; readonly states: readonly unknown[] }

export type FromWorker =
  | { readonly type: 'loaded'; readonly description: JobDescription }
  /** The job or the whole worker failed; what was asked for is not done. `isEnding`: nothing can be asked any more. */
  | { readonly type: 'failed'; readonly error: PlainError; readonly isEnding?: boolean }
  /** A block failed; the worker goes on with those before it. */
  | { readonly type: 'blockFailed'; readonly blockIndex: number; readonly error: PlainError }
  /** `firstError`: about the first record that the worker passed over. */
  | {
      readonly type: 'finished'
      readonly figures: WorkerFigures
      readonly firstError?: PlainError | undefined
      readonly state?: unknown
    }
  | { readonly type: 'result'; readonly value: unknown }
