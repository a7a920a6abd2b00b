import type { OutputDialect } from '../batch/encode.js'
import { makeHashSeed } from '../batch/group-table.js'
import { LinemillError } from '../errors.js'
import { type ColumnList, findColumns, memberNames, namesWritten } from '../format/column-list.js'
import type { AggregateDescription } from '../kernel/aggregate.js'
import { CombinedGroups } from '../kernel/combined-groups.js'
import type { GroupDescription, GroupPartial } from '../kernel/group-kernel.js'
import type { Settings } from '../options.js'
import type { Explanation, Report } from '../report.js'
import type { Pool } from '../worker/pool.js'
import { describeAggregate, nameAggregate, type WrittenAggregate } from './aggregate-list.js'
import type { Execution, Workers } from './execute.js'
import { makeExplanation } from './figures.js'
import { areEncodable, GroupRows } from './group-rows.js'
import { type ColumnsThere, openPrepared, type Prepared } from './prepare.js'
import { planReading, type Reading, takeApart, warnOfMissing } from './reading.js'
import { reduce } from './reduce.js'
import type { SortColumn } from './sort-list.js'
import { sortRows } from './sort-rows.js'
import {
  JsonToken,
  TABLE_FORMATS,
  type Table,
  type TableFormat,
  type TableRow,
  type TableValue,
  tableFormatOf,
} from './table.js'
import type { CompileCondition } from './where.js'

/** How a verb wants records to be grouped. */
export interface GroupWishes {
  readonly keys: ColumnList
  readonly aggregates: readonly WrittenAggregate[]
  /** Name the columns of the result, and say what it is sorted by; `columns` are those of keys, then of aggregates. */
  readonly arrange: (columns: readonly string[]) => {
    readonly columns: readonly string[]
    readonly sort: readonly SortColumn[]
  }
  /** The most rows of the result. */
  readonly top: number
  readonly outputFormat: TableFormat | undefined
  /** Which records are seen, where not all are. */
  readonly where: CompileCondition | undefined
}

/** Groups that are ready to be made. */
export interface Grouping {
  readonly prepared: Prepared
  readonly settings: Settings
  readonly kernel: GroupDescription
  /** How the kernel gets at the columns. */
  readonly reading: Reading
  readonly format: TableFormat
  /** Names of the result's columns. */
  readonly columns: readonly string[]
  readonly sort: readonly SortColumn[]
  readonly top: number
}

/** Open the inputs and find the columns. Whoever calls closes the inputs; where this fails, nothing is left open. */
export function prepareGrouping(
  inputs: string | readonly string[],
  settings: Settings,
  wishes: GroupWishes,
): Grouping {
  const { format, delimiter, quote, header, names, output } = settings
  let found: Omit<Grouping, 'prepared' | 'settings' | 'top'> | undefined
  const prepared = openPrepared(inputs, settings, {
    choice: { format, delimiter, quote, header, names },
    columns(there) {
      const { read, asked, ...groups } = findGroups(there, wishes)
      const { kernel } = groups
      const reading = planReading(there, { kernel, read, asked, condition: wishes.where?.(there) })
      found = { ...groups, reading, format: wishes.outputFormat ?? tableFormatOf(output, there.format) }
      return reading.columns
    },
    members: () => found?.reading.members ?? [],
  })
  return {
    ...(found as NonNullable<typeof found>),
    prepared,
    settings,
    top: wishes.top,
  }
}

function findGroups(there: ColumnsThere, wishes: GroupWishes) {
  const { keys, aggregates, arrange } = wishes
  const read: string[] = []
  const indexOf = (name: string): number => {
    const known = read.indexOf(name)
    return known < 0 ? read.push(name) - 1 : known
  }
  const keyNames = findNames(keys, there)
  const keyIndexes = keyNames.map(indexOf)
  const names = [...keyNames]
  const described: AggregateDescription[] = aggregates.map((aggregate) => {
    const name = aggregate.column === undefined ? undefined : findName(aggregate.column, there)
    names.push(nameAggregate(aggregate, name))
    return describeAggregate(aggregate, name === undefined ? -1 : indexOf(name))
  })
  const { columns, sort } = arrange(names)
  const twice = columns.find((name, index) => columns.indexOf(name) !== index)
  if (twice !== undefined) {
    throw usage(
      `two columns of the result would be named ${JSON.stringify(twice)}: name one otherwise (sum(price) as total)`,
    )
  }
  const kernel: GroupDescription = {
    name: 'group',
    keys: keyIndexes,
    aggregates: described,
    seed: makeHashSeed(),
  }
  const asked = [...keyIndexes, ...described.filter(givesText).map(({ column }) => column)]
  // Where no input has a record, none has a column either.
  const isEmpty = there.names.length === 0 && there.format !== 'ndjson'
  return { kernel, asked, read: isEmpty ? [] : read, columns, sort }
}

/** Whether an aggregate comes to what a field holds. */
function givesText({ name }: AggregateDescription): boolean {
  return name === 'first' || name === 'last' || name === 'lexmin' || name === 'lexmax'
}

/** The names of the columns that a list names; as they are written where no input has a record. */
function findNames(list: ColumnList, { format, names }: ColumnsThere): string[] {
  if (format === 'ndjson') return memberNames(list)
  if (names.length === 0) return namesWritten(list)
  return findColumns(list, names).map((index) => names[index])
}

function findName(written: string, there: ColumnsThere): string {
  const [name, ...more] = findNames(written, there)
  if (more.length === 0) return name
  throw usage(`an aggregate takes one column, but ${written} names ${more.length + 1}`)
}

/** Group the records, and write the result. */
export async function runGrouping(
  grouping: Grouping,
  pool: Pool | Workers,
  began: number,
): Promise<{ report: Report; table: Table; groupCount: number }> {
  const { prepared, settings, kernel, reading, format } = grouping
  let groupCount = 0
  const reduction = {
    kernel: reading.work,
    format,
    finish(execution: Execution): Table {
      warnOfMissing(reading, execution, settings)
      const { partials, haveTexts } = takeApart(execution.states, prepared.format)
      const groups = new CombinedGroups(kernel, prepared.primitives, partials as readonly GroupPartial[])
      groupCount = groups.count
      return makeTable(groups, grouping, haveTexts)
    },
  }
  const done = await reduce(prepared, pool, reduction, settings, began)
  return { ...done, groupCount }
}

function makeTable(
  groups: CombinedGroups,
  { prepared, kernel, columns, sort, top }: Grouping,
  haveTexts: (index: number) => boolean,
): Table {
  const order = groups.inOrder()
  const keyCount = kernel.keys.length
  const texts = kernel.aggregates.flatMap((one, index) => (givesText(one) ? [keyCount + index] : []))
  const tokens = [...kernel.keys.keys(), ...texts].filter((_, index) => !haveTexts(index))
  const valueIn = (row: number, column: number) =>
    column < keyCount ? groups.keyOf(order[row])[column] : groups.valueOf(order[row], column - keyCount)
  const sorted = sort.length === 0 ? undefined : sortRows(order.length, sort, valueIn)
  const rowCount = Math.min(top, order.length)
  function* inRows(): Generator<number> {
    for (let index = 0; index < rowCount; index++) {
      yield order[sorted === undefined ? index : sorted[index]]
    }
  }
  function* makeRows(): Iterator<TableRow> {
    for (const group of inRows()) {
      const row: TableValue[] = groups.keyOf(group)
      for (let aggregate = 0; aggregate < kernel.aggregates.length; aggregate++) {
        row.push(groups.valueOf(group, aggregate))
      }
      for (const column of tokens) row[column] = tokenOf(row[column])
      yield row
    }
  }
  const rows = { [Symbol.iterator]: makeRows }
  const groupColumns = { keyCount, aggregateCount: kernel.aggregates.length }
  if (!areEncodable(groupColumns)) return { columns, rows }
  const encodeRows = (dialect: OutputDialect) =>
    new GroupRows(groups, groupColumns, dialect, prepared.primitives).encode(inRows())
  return { columns, rows, encodeRows }
}

/** What a column without texts holds is written in ndjson as it stands there, and nothing as null. */
function tokenOf(value: TableValue): TableValue {
  const isText = typeof value === 'string' || value instanceof Uint8Array
  return isText && value.length > 0 ? new JsonToken(value) : null
}

/** Say what would be done. */
export function explainGrouping(grouping: Grouping): Explanation {
  const { prepared, settings, reading, columns, kernel } = grouping
  const explanation = makeExplanation(prepared, settings, {
    kind: 'group',
    isReduction: true,
    columns: [...new Set(reading.columns)],
    outputs: 0,
    work: { kernel: reading.work },
  })
  return {
    ...explanation,
    ...(reading.where && { expression: reading.where }),
    groups: { keys: columns.slice(0, kernel.keys.length), values: columns.slice(kernel.keys.length) },
  }
}

/** Check the format that a result is to have. */
export function checkTableFormat(format: TableFormat | undefined): TableFormat | undefined {
  if (format === undefined || TABLE_FORMATS.includes(format)) return format
  throw usage(`outputFormat must be one of ${TABLE_FORMATS.join(', ')}, found ${JSON.stringify(format)}`)
}

function usage(message: string): LinemillError {
  return new LinemillError('ERR_USAGE', message)
}
