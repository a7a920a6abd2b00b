import type { Batch } from '../batch/batch.js'

/** The aggregates of a column's fields; `count` is also that of records. */
export type AggregateName =
  | 'count'
  | 'count_distinct'
  | 'approx_distinct'
  | 'sum'
  | 'mean'
  | 'min'
  | 'max'
  | 'var'
  | 'std'
  | 'median'
  | 'quantile'
  | 'approx_median'
  | 'approx_quantile'
  | 'first'
  | 'last'
  | 'lexmin'
  | 'lexmax'

/** One value of each group, as plain data. */
export interface AggregateDescription {
  readonly name: AggregateName
  /** Index among the columns that are read; -1 for records. */
  readonly column: number
  /** Which quantile: from 0 to 1; of no account where none is asked for. */
  readonly fraction: number
}

/** A value of a group; null where there is none. */
export type AggregateValue = number | bigint | Uint8Array | null

/** Records of a batch, and their groups. */
export interface GroupedRecords {
  readonly batch: Batch
  /** By index of the record. */
  readonly groups: Uint32Array
  readonly from: number
  readonly until: number
  /** How many groups there are. */
  readonly groupCount: number
}

/** Keeps something of each group, whatever the order in which records come from several threads. */
export interface Accumulator<C = never> {
  /** Take in records whose fields are those of a column. */
  add(records: GroupedRecords, column: C): void
  /** What was kept, as plain data that crosses threads. */
  partial(): unknown
  /** Take in what another thread has kept; `groupOf` gives the group here, one of so many, of each group there. */
  combine(partial: never, groupOf: Uint32Array, groupCount: number): void
  /** What an aggregate comes to in a group. */
  value(group: number, aggregate: AggregateDescription): AggregateValue
}
