/** What a user's module needs: the types of jobs, and `defineJob`. Loads nothing of the engine. */
export type { Batch } from './batch/batch.js'
export type { Emitter, RowValue } from './batch/emitter.js'
export type { ColumnType, Row, RowOf } from './batch/row.js'
export {
  type BatchJob,
  type BatchReduction,
  type Columns,
  type Context,
  defineJob,
  type LineFunction,
  type LineJob,
  type LineReduction,
  type LineResult,
  type RecordJob,
  type RecordReduction,
  type Reduction,
  type WorkerContext,
} from './kernel/job.js'
