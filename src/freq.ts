import { now } from './clock.js'
import { readAggregates } from './engine/aggregate-list.js'
import {
  checkTableFormat,
  explainGrouping,
  type Grouping,
  prepareGrouping,
  runGrouping,
} from './engine/grouping.js'
import { onOwnPool } from './engine/own-pool.js'
import type { Table, TableFormat } from './engine/table.js'
import { loadCondition } from './engine/where.js'
import { LinemillError } from './errors.js'
import { closeInputs } from './input/open.js'
import { type RunOptions, resolveOptions, type Verb, wholeNumber } from './options.js'
import type { Explanation, Report, Unwritten, WithRows } from './report.js'
import type { Pool } from './worker/pool.js'

export interface FreqOptions
  extends Omit<RunOptions, 'args' | 'exportName' | 'timeoutSeconds' | 'onError' | 'reject'> {
  /** How many values to list; 0 for all. Default 10. */
  readonly top?: number
  /** Only records for which this expression holds are seen, as `filter` lets them pass. Default: all. */
  readonly where?: string
  /** How the result is written. Default: by the output's extension, else as the inputs are. */
  readonly outputFormat?: TableFormat
  /** What to do about a record that has more or fewer fields than it should. Default `fail`. */
  readonly onError?: 'fail' | 'skip'
}

const VERB: Verb = {
  name: 'freq',
  also: ['top', 'outputFormat', 'where'],
  without: ['args', 'exportName', 'timeoutSeconds', 'reject'],
}

export interface FreqReport extends Report {
  /** How many values differ, whatever `top` says. */
  readonly valueCount: number
  /** The values and how often each stands there, where no `output` is named. */
  readonly rows?: readonly { readonly value: string; readonly count: number }[]
}

const DEFAULT_TOP = 10

/**
 * List a column's values by how often they stand there, the most frequent first; those that are as frequent by value:
 * as numbers where all are numbers, else by their bytes. An empty field is a value.
 *
 * @param column its name or 1-based number.
 * @throws LinemillError ERR_USAGE; ERR_RAGGED with the record's position; no output file is changed then.
 */
export function freq(
  column: string | number,
  inputs: string | readonly string[],
  options?: Unwritten<FreqOptions>,
): Promise<WithRows<FreqReport>>
export function freq(
  column: string | number,
  inputs: string | readonly string[],
  options?: FreqOptions,
): Promise<FreqReport>
export function freq(
  column: string | number,
  inputs: string | readonly string[],
  options: FreqOptions = {},
): Promise<FreqReport> {
  return onOwnPool(options, VERB, (pool) => freqOnPool(pool, column, inputs, options))
}

/** Count on workers that are there already, or start them. */
export async function freqOnPool(
  pool: Pool,
  column: string | number,
  inputs: string | readonly string[],
  options: FreqOptions = {},
): Promise<FreqReport> {
  const began = now()
  const grouping = await prepareFreq(column, inputs, options)
  try {
    const { report, table, groupCount } = await runGrouping(grouping, pool, began)
    const figures = { ...report, valueCount: groupCount }
    return options.output === undefined ? { ...figures, rows: rowsOf(table) } : figures
  } finally {
    closeInputs(grouping.prepared.inputs)
  }
}

function rowsOf({ rows }: Table): { value: string; count: number }[] {
  return Array.from(rows, ([value, count]) => ({ value: String(value ?? ''), count: Number(count) }))
}

/** Say what `freq` would do, without doing it. */
export async function explainFreq(
  column: string | number,
  inputs: string | readonly string[],
  options: FreqOptions = {},
): Promise<Explanation> {
  const grouping = await prepareFreq(column, inputs, options)
  closeInputs(grouping.prepared.inputs)
  return explainGrouping(grouping)
}

async function prepareFreq(
  column: string | number,
  inputs: string | readonly string[],
  options: FreqOptions,
): Promise<Grouping> {
  const settings = resolveOptions(options, VERB)
  const most = Number.MAX_SAFE_INTEGER
  const top = wholeNumber('top', options.top, DEFAULT_TOP, 0, most)
  return prepareGrouping(inputs, settings, {
    keys: typeof column === 'number' ? [column] : column,
    aggregates: readAggregates('count'),
    arrange(names) {
      if (names.length !== 2)
        throw new LinemillError('ERR_USAGE', 'freq takes one column: `group` takes several')
      const sort = [
        { column: 1, isFalling: true },
        { column: 0, isFalling: false },
      ]
      return { columns: ['value', 'count'], sort }
    },
    top: top === 0 ? most : top,
    outputFormat: checkTableFormat(options.outputFormat),
    where: await loadCondition(options.where),
  })
}
