import { now } from './clock.js'
import { type AggregateList, readAggregates } from './engine/aggregate-list.js'
import {
  checkTableFormat,
  explainGrouping,
  type Grouping,
  prepareGrouping,
  runGrouping,
} from './engine/grouping.js'
import { onOwnPool } from './engine/own-pool.js'
import { findSortColumns, type SortList } from './engine/sort-list.js'
import { type PlainValue, type TableFormat, tableToObjects } from './engine/table.js'
import { loadCondition } from './engine/where.js'
import type { ColumnList } from './format/column-list.js'
import { closeInputs } from './input/open.js'
import { type RunOptions, resolveOptions, type Verb, wholeNumber } from './options.js'
import type { Explanation, Report, Unwritten, WithRows } from './report.js'
import type { Pool } from './worker/pool.js'

export interface GroupOptions
  extends Omit<RunOptions, 'args' | 'exportName' | 'timeoutSeconds' | 'onError' | 'reject'> {
  /** What to say of each group: `'count,sum(price),mean(price) as average'`, or an array. Default `'count'`. */
  readonly aggregates?: AggregateList
  /** Columns of the result to sort it by, `-` before those that fall. Default: groups as they appear in the inputs. */
  readonly sort?: SortList
  /** The most rows of the result; 0 for all. Default: all. */
  readonly top?: number
  /** Only records for which this expression holds are seen, as `filter` lets them pass. Default: all. */
  readonly where?: string
  /** How the result is written. Default: by the output's extension, else as the inputs are. */
  readonly outputFormat?: TableFormat
  /** What to do about a record that fails. Default `fail`. */
  readonly onError?: 'fail' | 'skip'
}

const VERB: Verb = {
  name: 'groupBy',
  also: ['aggregates', 'sort', 'top', 'outputFormat', 'where'],
  without: ['args', 'exportName', 'timeoutSeconds', 'reject'],
}

/** A row of a result, by the names of its columns; an empty value is null. */
export type ResultRow = Record<string, PlainValue>

export interface GroupReport extends Report {
  /** How many groups there are, whatever `top` says. */
  readonly groupCount: number
  /** The result, where no `output` is named. */
  readonly rows?: readonly ResultRow[]
}

/**
 * Group records by the text of one or more columns, and say of each group what aggregates come to. docs/group.md lists
 * them. Sums are exact, and nothing depends on how many workers there are.
 *
 * @param columns the keys: `'shop,day'`, or names and 1-based numbers.
 * @returns the run's figures; `rows` is the result where no `options.output` is given.
 * @throws LinemillError ERR_USAGE; ERR_RAGGED and ERR_VALUE with the record's position; no output file is changed then.
 */
export function groupBy(
  columns: ColumnList,
  inputs: string | readonly string[],
  options?: Unwritten<GroupOptions>,
): Promise<WithRows<GroupReport>>
export function groupBy(
  columns: ColumnList,
  inputs: string | readonly string[],
  options?: GroupOptions,
): Promise<GroupReport>
export function groupBy(
  columns: ColumnList,
  inputs: string | readonly string[],
  options: GroupOptions = {},
): Promise<GroupReport> {
  return onOwnPool(options, VERB, (pool) => groupByOnPool(pool, columns, inputs, options))
}

/** Group on workers that are there already, or start them. */
export async function groupByOnPool(
  pool: Pool,
  columns: ColumnList,
  inputs: string | readonly string[],
  options: GroupOptions = {},
): Promise<GroupReport> {
  const began = now()
  const grouping = await prepareGroups(columns, inputs, options)
  try {
    const { report, table, groupCount } = await runGrouping(grouping, pool, began)
    const figures = { ...report, groupCount }
    return options.output === undefined ? { ...figures, rows: tableToObjects(table) } : figures
  } finally {
    closeInputs(grouping.prepared.inputs)
  }
}

/** Say what `groupBy` would do, without doing it. */
export async function explainGroupBy(
  columns: ColumnList,
  inputs: string | readonly string[],
  options: GroupOptions = {},
): Promise<Explanation> {
  const grouping = await prepareGroups(columns, inputs, options)
  closeInputs(grouping.prepared.inputs)
  return explainGrouping(grouping)
}

async function prepareGroups(
  columns: ColumnList,
  inputs: string | readonly string[],
  options: GroupOptions,
): Promise<Grouping> {
  const settings = resolveOptions(options, VERB)
  const most = Number.MAX_SAFE_INTEGER
  return prepareGrouping(inputs, settings, {
    keys: columns,
    aggregates: readAggregates(options.aggregates ?? 'count'),
    arrange: (names) => ({ columns: names, sort: findSortColumns(options.sort, names) }),
    top: wholeNumber('top', options.top, most, 0, most) || most,
    outputFormat: checkTableFormat(options.outputFormat),
    where: await loadCondition(options.where),
  })
}
