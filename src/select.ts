import { now } from './clock.js'
import { makeExplanation } from './engine/figures.js'
import { headerOf } from './engine/job-output.js'
import { onOwnPool } from './engine/own-pool.js'
import { openPrepared, type Prepared } from './engine/prepare.js'
import { planReading, type Reading, warnOfMissing } from './engine/reading.js'
import { selectedHeader } from './engine/selected-header.js'
import { planSelection, type Selection } from './engine/selection.js'
import { transform } from './engine/transform.js'
import { loadCondition } from './engine/where.js'
import type { ColumnList } from './format/column-list.js'
import { formatOf, hasFields } from './format/format.js'
import { closeInputs } from './input/open.js'
import {
  type FormatName,
  type RunOptions,
  resolveOptions,
  type Settings,
  singleByte,
  type Verb,
} from './options.js'
import type { Explanation, Report } from './report.js'
import type { Pool } from './worker/pool.js'

export type { ColumnList } from './format/column-list.js'

export interface SelectOptions extends Omit<RunOptions, 'args' | 'exportName' | 'timeoutSeconds'> {
  /**
   * One ASCII character that parts fields of the output; a tab makes it tsv, which has no quotes. Default: that of the
   * output's extension where it is .csv or .tsv and the inputs are of the other kind, else delimiter and quote of the inputs.
   */
  readonly outputDelimiter?: string
  /** Only records for which this expression holds are seen, as `filter` lets them pass. Default: all. */
  readonly where?: string
}

const VERB: Verb = {
  name: 'select',
  also: ['outputDelimiter', 'where'],
  without: ['args', 'exportName', 'timeoutSeconds'],
}

/**
 * Copy columns of each record, in the order given, behind the header's. A field's bytes are copied as they stand; where
 * that would mean something else with the output's delimiter, it gets quotes, and where the output has none (tsv) it
 * loses them.
 *
 * @param columns names, 1-based numbers, ranges and exclusions as text, `'time,2-4,!3'`, or an array of names and
 * numbers; docs/records.md has all of it. Of ndjson names of properties, which become objects again, or fields where the
 * output is csv or tsv.
 * @returns the run's figures; `output` holds the bytes where no `options.output` is given.
 * @throws LinemillError ERR_USAGE where a column is not there; ERR_RAGGED, and ERR_VALUE about a field that needs quotes
 * which the output has not, with the record's position; no output file is changed then.
 */
export function select(
  columns: ColumnList,
  inputs: string | readonly string[],
  options: SelectOptions = {},
): Promise<Report> {
  return onOwnPool(options, VERB, (pool) => selectOnPool(pool, columns, inputs, options))
}

/** Select on workers that are there already, or start them. */
export async function selectOnPool(
  pool: Pool,
  columns: ColumnList,
  inputs: string | readonly string[],
  options: SelectOptions = {},
): Promise<Report> {
  const began = now()
  const { prepared, settings, reading, ...selection } = await prepareSelect(columns, inputs, options)
  try {
    const rejectHeader = headerOf(prepared)
    const { outputDialect } = selection
    const header = selectedHeader(prepared, selection, settings)
    const output = { kernel: reading.work, header, rejectHeader, outputDialect }
    const { report, execution } = await transform(prepared, pool, output, settings, began)
    warnOfMissing(reading, execution, settings)
    return report
  } finally {
    closeInputs(prepared.inputs)
  }
}

/** Say what `select` would do, without doing it. */
export async function explainSelect(
  columns: ColumnList,
  inputs: string | readonly string[],
  options: SelectOptions = {},
): Promise<Explanation> {
  const { prepared, settings, selected, reading } = await prepareSelect(columns, inputs, options)
  closeInputs(prepared.inputs)
  const explanation = makeExplanation(prepared, settings, {
    kind: 'select',
    isReduction: false,
    columns: selected,
    outputs: settings.onError === 'reject' ? 2 : 1,
    work: { kernel: reading.work },
  })
  return { ...explanation, ...(reading.where && { expression: reading.where }) }
}

/** The delimiter that an output's name asks for, where it is not that of the inputs' format. */
function delimiterBy(output: string | undefined, format: FormatName): string | undefined {
  const named = formatOf(output ?? '')
  if (!hasFields(named) || named === format) return undefined
  return named === 'tsv' ? '\t' : ','
}

/** A selection that is ready to run. */
interface Selecting extends Selection {
  readonly prepared: Prepared
  readonly settings: Settings
  /** How the kernel gets at the columns. */
  readonly reading: Reading
}

async function prepareSelect(
  columns: ColumnList,
  inputs: string | readonly string[],
  options: SelectOptions,
): Promise<Selecting> {
  const settings = resolveOptions(options, VERB)
  const outputDelimiter = singleByte('outputDelimiter', options.outputDelimiter)
  const { format, delimiter, quote, header, names } = settings
  const choice = { format, delimiter, quote, header, names }
  const compile = await loadCondition(options.where)
  let selection: Selection | undefined
  let reading: Reading | undefined
  const prepared = openPrepared(inputs, settings, {
    choice,
    columns(there) {
      const wanted = outputDelimiter ?? delimiterBy(settings.output, there.format)
      selection = planSelection(columns, there, choice, wanted)
      const { kernel, read } = selection
      reading = planReading(there, { kernel, read, asked: [], condition: compile?.(there) })
      return reading.columns
    },
    members: () => reading?.members ?? [],
  })
  return {
    ...{ prepared, settings },
    reading: reading as NonNullable<typeof reading>,
    ...(selection as NonNullable<typeof selection>),
  }
}
