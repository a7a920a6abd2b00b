export { type BatchesOptions, type BatchIterator, batches, type RowBatch } from './batches.js'
export { type CountOptions, type CountReport, count, explainCount } from './count.js'
export { type ErrorCode, LinemillError, type Position } from './errors.js'
export { explainFilter, type FilterOptions, type FilterReport, filter } from './filter.js'
export { explainFreq, type FreqOptions, type FreqReport, freq } from './freq.js'
export { explainGroupBy, type GroupOptions, type GroupReport, groupBy, type ResultRow } from './group.js'
export * from './job.js'
export { type MappedFile, mapFile } from './map-file.js'
export type {
  CommonOptions,
  FormatName,
  GatherName,
  OnError,
  Progress,
  RunOptions,
  StrategyName,
} from './options.js'
export { createPool, type LinemillPool } from './pool.js'
export type {
  Explanation,
  FilterPlan,
  GroupsPlan,
  InputReport,
  PartsPlan,
  Report,
  SlicePlan,
  WorkerFigures,
} from './report.js'
export { explainRun, run } from './run.js'
export { explainSample, type SampleOptions, type SampleReport, sample } from './sample.js'
export { type ColumnList, explainSelect, type SelectOptions, select } from './select.js'
export {
  explainHead,
  explainSlice,
  explainTail,
  type HeadOptions,
  head,
  type SliceOptions,
  type SliceReport,
  slice,
  tail,
} from './slice.js'
export { explainSplit, type SplitOptions, type SplitReport, split } from './split.js'
export {
  explainStats,
  type StatsColumn,
  type StatsOptions,
  type StatsReport,
  type StatsType,
  stats,
} from './stats.js'
