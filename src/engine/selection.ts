import type { OutputDialect } from '../batch/encode.js'
import { LinemillError } from '../errors.js'
import { type ColumnList, findColumns, memberNames } from '../format/column-list.js'
import { dialectOf, type FormatChoice, hasFields } from '../format/format.js'
import type { SelectDescription } from '../kernel/select-kernel.js'
import type { SelectMembersDescription } from '../kernel/select-members-kernel.js'
import { NO_BYTE } from '../layout.js'
import type { Dialect } from '../primitives/primitives.js'
import type { ColumnsThere } from './prepare.js'

/** Which columns are copied, and how they are written. */
export interface Selection {
  readonly kernel: SelectDescription | SelectMembersDescription
  readonly outputDialect: OutputDialect
  /** Names of the columns, in the output's order. */
  readonly selected: readonly string[]
  /** Those that must be scanned: the first and the last one of each run. */
  readonly read: readonly string[]
}

/** Indexes of columns that stand side by side in the input, and are to be copied at once. */
interface Neighbours {
  readonly first: number
  last: number
}

/**
 * Decide what is copied, and how it is written.
 *
 * @throws LinemillError ERR_USAGE where the inputs have no columns, or not those that are asked for.
 */
export function planSelection(
  columns: ColumnList,
  { format, names }: ColumnsThere,
  choice: FormatChoice,
  outputDelimiter: string | undefined,
): Selection {
  if (format === 'ndjson') return planMembers(columns, outputDelimiter)
  if (!hasFields(format)) throw noColumns(format)
  const dialect = dialectOf(format, choice)
  const outputDialect =
    outputDelimiter === undefined ? sameDialect(dialect) : outputDialectOf(dialect, outputDelimiter)
  // Where no input has a first record, there is nothing to find a column in, and nothing to copy.
  const indexes = names.length === 0 ? [] : findColumns(columns, names)
  const runs = joinNeighbours(indexes, isSame(dialect, outputDialect))
  return {
    kernel: {
      name: 'select',
      runs: runs.map((_, run) => ({ first: 2 * run, last: 2 * run + 1 })),
      lastNames: runs.map(({ last }) => names[last]),
    },
    outputDialect,
    selected: indexes.map((index) => names[index]),
    read: runs.flatMap(({ first, last }) => [names[first], names[last]]),
  }
}

/** Members of ndjson become objects again, or fields where the output has a delimiter. */
function planMembers(columns: ColumnList, outputDelimiter: string | undefined): Selection {
  const names = memberNames(columns)
  if (outputDelimiter !== undefined) {
    const runs = names.map((_, column) => ({ first: column, last: column }))
    return {
      kernel: { name: 'select', runs, lastNames: names },
      outputDialect: outputDialectOf({ quote: NO_BYTE }, outputDelimiter),
      selected: names,
      read: names,
    }
  }
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice === undefined) {
    const kernel = { name: 'select-members', names } as const
    return { kernel, outputDialect: { delimiter: ',', quote: DOUBLE_QUOTE }, selected: names, read: names }
  }
  throw new LinemillError(
    'ERR_USAGE',
    `an object has each of its members once, but ${JSON.stringify(twice)} is named twice`,
  )
}

function noColumns(format: string): LinemillError {
  return new LinemillError(
    'ERR_USAGE',
    `select copies columns of csv and tsv and properties of ndjson, not of ${format}: say how they are parted (\`format\` csv or tsv, \`delimiter\`)`,
  )
}

const TAB = '\t'
const DOUBLE_QUOTE = '"'

function outputDialectOf({ quote }: Pick<Dialect, 'quote'>, outputDelimiter: string): OutputDialect {
  const inputQuote = quote === NO_BYTE ? undefined : String.fromCharCode(quote)
  if (outputDelimiter === TAB) return { delimiter: TAB, quote: undefined }
  const outputQuote = inputQuote ?? DOUBLE_QUOTE
  if (outputDelimiter !== outputQuote) return { delimiter: outputDelimiter, quote: outputQuote }
  throw new LinemillError(
    'ERR_USAGE',
    `\`outputDelimiter\` must differ from the quote, both are ${JSON.stringify(outputQuote)}`,
  )
}

function sameDialect({ delimiter, quote }: Dialect): OutputDialect {
  return {
    delimiter: String.fromCharCode(delimiter),
    quote: quote === NO_BYTE ? undefined : String.fromCharCode(quote),
  }
}

function isSame(dialect: Dialect, output: OutputDialect): boolean {
  const quote = output.quote === undefined ? NO_BYTE : output.quote.charCodeAt(0)
  return dialect.delimiter === output.delimiter.charCodeAt(0) && dialect.quote === quote
}

/** Put columns that follow each other in the input together, where their bytes may be copied with what parts them. */
function joinNeighbours(indexes: readonly number[], mayJoin: boolean): Neighbours[] {
  const runs: Neighbours[] = []
  for (const index of indexes) {
    const latest = runs.at(-1)
    if (mayJoin && latest !== undefined && index === latest.last + 1) latest.last = index
    else runs.push({ first: index, last: index })
  }
  return runs
}
