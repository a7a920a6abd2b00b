import { now } from './clock.js'
import { makeExplanation } from './engine/figures.js'
import { checkTableFormat } from './engine/grouping.js'
import { onOwnPool } from './engine/own-pool.js'
import { type ColumnsThere, openPrepared, type Prepared } from './engine/prepare.js'
import { reduce } from './engine/reduce.js'
import { summarizeColumns, summaryTable } from './engine/stats-table.js'
import { type TableFormat, tableFormatOf } from './engine/table.js'
import { LinemillError } from './errors.js'
import { type ColumnList, findColumns } from './format/column-list.js'
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
  /** How the result is written. Default: by the output's extension, else as the inputs are. */
  readonly outputFormat?: TableFormat
  /** What to do about a record that has more or fewer fields than it should. Default `fail`. */
  readonly onError?: 'fail' | 'skip'
}

const VERB: Verb = {
  name: 'stats',
  also: ['columns', 'outputFormat'],
  without: ['args', 'exportName', 'timeoutSeconds', 'reject'],
}

export interface StatsReport extends Report {
  /** What there is to say about each column. */
  readonly columns: readonly StatsColumn[]
}

/**
 * Say of each column of csv, tsv or lines what type its fields have, how many are empty and distinct, the least and the
 * greatest, and of numbers sum, mean, deviation and quartiles. Types hold for all fields, and sums are exact; what is
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
  const { prepared, settings, columns, format } = prepareStats(inputs, options)
  try {
    let summaries: readonly ColumnSummary[] = []
    const reduction = {
      kernel: { name: 'stats', columnCount: columns.length } as const,
      format,
      finish({ states }: { readonly states: readonly unknown[] }) {
        const partials = states as readonly (readonly ColumnPartial[])[]
        summaries = summarizeColumns(columns, prepared.primitives, partials)
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
  const { prepared, settings, columns } = prepareStats(inputs, options)
  closeInputs(prepared.inputs)
  return makeExplanation(prepared, settings, {
    kind: 'stats',
    isReduction: true,
    columns,
    outputs: 0,
  })
}

/** What is ready to be looked at. */
interface Stats {
  readonly prepared: Prepared
  readonly settings: Settings
  /** Names of the columns. */
  readonly columns: readonly string[]
  readonly format: TableFormat
}

function prepareStats(inputs: string | readonly string[], options: StatsOptions): Stats {
  const settings = resolveOptions(options, VERB)
  const outputFormat = checkTableFormat(options.outputFormat)
  const { format, delimiter, quote, header, names, output } = settings
  let columns: readonly string[] = []
  const prepared = openPrepared(inputs, settings, {
    choice: { format, delimiter, quote, header, names },
    columns(there) {
      columns = chooseColumns(there, options.columns)
      return columns
    },
  })
  return { prepared, settings, columns, format: outputFormat ?? tableFormatOf(output, prepared.format) }
}

function chooseColumns({ format, names }: ColumnsThere, list: ColumnList | undefined): readonly string[] {
  if (format === 'ndjson') {
    throw new LinemillError(
      'ERR_USAGE',
      'stats reads csv, tsv and lines, but not ndjson: make a csv of it first, by run with a job that has an output',
    )
  }
  // Where no input has a record, none has a column either.
  if (list === undefined || names.length === 0) return names
  return [...new Set(findColumns(list, names))].map((index) => names[index])
}
