import { now } from './clock.js'
import type { Execution } from './engine/execute.js'
import { makeExplanation } from './engine/figures.js'
import { checkTableFormat } from './engine/grouping.js'
import { onOwnPool } from './engine/own-pool.js'
import { type ColumnsThere, openPrepared, type Prepared } from './engine/prepare.js'
import { planReading, type Reading, takeApart, warnOfMissing } from './engine/reading.js'
import { reduce } from './engine/reduce.js'
import { summarizeColumns, summaryTable } from './engine/stats-table.js'
import { type TableFormat, tableFormatOf } from './engine/table.js'
import { loadCondition } from './engine/where.js'
import { LinemillError } from './errors.js'
import { type ColumnList, findColumns, memberNames } from './format/column-list.js'
import { closeInputs } from './input/open.js'
import type { ColumnPartial, ColumnSummary } from './kernel/column-stats.js'
import { type RunOptions, resolveOptions, type Settings, type Verb } from './options.js'
import type { Explanation, Report } from './report.js'
import type { Pool } from './worker/pool.js'

export type { StatsType } from './kernel/column-stats.js'

/** What there is to say about a column. What does not hold for its type is null. */
export interface StatsColumn extends Omit<ColumnSummary, 'min' | 'max'> {
  /** The least number, or the text that comes first by its bytes. */
  readonly min: number | bigint | string | null
  readonly max: number | bigint | string | null
}

export interface StatsOptions
  extends Omit<RunOptions, 'args' | 'exportName' | 'timeoutSeconds' | 'onError' | 'reject'> {
  /** Columns to look at: `'price,2-4,!time'`, or names and 1-based numbers. Default: all. */
  readonly columns?: ColumnList
  /** Only records for which this expression holds are seen, as `filter` lets them pass. Default: all. */
  readonly where?: string
  /** How the result is written. Default: by the output's extension, else as the inputs are. */
  readonly outputFormat?: TableFormat
  /** What to do about a record that has more or fewer fields than it should. Default `fail`. */
  readonly onError?: 'fail' | 'skip'
}

const VERB: Verb = {
  name: 'stats',
  also: ['columns', 'outputFormat', 'where'],
  without: ['args', 'exportName', 'timeoutSeconds', 'reject'],
}

export interface StatsReport extends Report {
  /** What there is to say about each column. */
  readonly columns: readonly StatsColumn[]
}

/**
 * Say of each column, of ndjson of each property that `columns` names, what type its fields have, how many are empty and
 * distinct, the least and the greatest, and of numbers sum, mean, deviation and quartiles. Types hold for all fields, and sums are exact; what is
 * estimated, distinct values and quartiles where there are many, is marked. docs/stats.md says more.
 *
 * @throws LinemillError ERR_USAGE; ERR_RAGGED with the record's position; no output file is changed then.
 */
export function stats(inputs: string | readonly string[], options: StatsOptions = {}): Promise<StatsReport> {
  return onOwnPool(options, VERB, (pool) => statsOnPool(pool, inputs, options))
}

/** The same on workers that are there already, or start. */
export async function statsOnPool(
  pool: Pool,
  inputs: string | readonly string[],
  options: StatsOptions = {},
): Promise<StatsReport> {
  const began = now()
  const { prepared, settings, columns, format, reading } = await prepareStats(inputs, options)
  try {
    let summaries: readonly ColumnSummary[] = []
    const reduction = {
      kernel: reading.work,
      format,
      finish(execution: Execution) {
        warnOfMissing(reading, execution, settings)
        const { partials } = takeApart(execution.states, prepared.format)
        const parts = partials as readonly (readonly ColumnPartial[])[]
        summaries = summarizeColumns(columns, prepared.primitives, parts)
        return summaryTable(summaries)
      },
    }
    const { report } = await reduce(prepared, pool, reduction, settings, began)
    return { ...report, columns: summaries.map(decodeTexts) }
  } finally {
    closeInputs(prepared.inputs)
  }
}

function decodeTexts(summary: ColumnSummary): StatsColumn {
  const decode = (value: ColumnSummary['min']) =>
    value instanceof Uint8Array ? new TextDecoder('utf-8', { ignoreBOM: true }).decode(value) : value
  return { ...summary, min: decode(summary.min), max: decode(summary.max) }
}

/** Say what `stats` would do, without doing it. */
export async function explainStats(
  inputs: string | readonly string[],
  options: StatsOptions = {},
): Promise<Explanation> {
  const { prepared, settings, columns, reading } = await prepareStats(inputs, options)
  closeInputs(prepared.inputs)
  const explanation = makeExplanation(prepared, settings, {
    kind: 'stats',
    isReduction: true,
    columns,
    outputs: 0,
    work: { kernel: reading.work },
  })
  return { ...explanation, ...(reading.where && { expression: reading.where }) }
}

/** What is ready to be looked at. */
interface Stats {
  readonly prepared: Prepared
  readonly settings: Settings
  /** Names of the columns. */
  readonly columns: readonly string[]
  readonly format: TableFormat
  /** How the kernel gets at them. */
  readonly reading: Reading
}

async function prepareStats(inputs: string | readonly string[], options: StatsOptions): Promise<Stats> {
  const settings = resolveOptions(options, VERB)
  const outputFormat = checkTableFormat(options.outputFormat)
  const { format, delimiter, quote, header, names, output } = settings
  const compile = await loadCondition(options.where)
  let columns: readonly string[] = []
  let reading: Reading | undefined
  let resultFormat: TableFormat | undefined
  const prepared = openPrepared(inputs, settings, {
    choice: { format, delimiter, quote, header, names },
    columns(there) {
      columns = chooseColumns(there, options.columns)
      resultFormat = outputFormat ?? tableFormatOf(output, there.format)
      const kernel = { name: 'stats', columnCount: columns.length } as const
      reading = planReading(there, { kernel, read: columns, asked: [], condition: compile?.(there) })
      return reading.columns
    },
    members: () => reading?.members ?? [],
  })
  return {
    ...{ prepared, settings, columns },
    reading: reading as NonNullable<typeof reading>,
    format: resultFormat as NonNullable<typeof resultFormat>,
  }
}

function chooseColumns({ format, names }: ColumnsThere, list: ColumnList | undefined): readonly string[] {
  if (format === 'ndjson') {
    if (list !== undefined) return [...new Set(memberNames(list))]
    throw new LinemillError(
      'ERR_USAGE',
      'stats of ndjson wants `columns`: names of the properties to look at, since no header lists them',
    )
  }
  // Where no input has a record, none has a column either.
  if (list === undefined || names.length === 0) return names
  return [...new Set(findColumns(list, names))].map((index) => names[index])
}
