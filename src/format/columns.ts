import { LinemillError } from '../errors.js'
import type { FormatName } from '../options.js'
import { hasFields } from './format.js'

/** Which columns of an input are scanned, and where a job finds the ones it reads. */
export interface ColumnChoice {
  /** 0-based, ascending, without repeats. */
  readonly wanted: readonly number[]
  /** For each column that the job reads: its place in `wanted`, or in `members`. */
  readonly slots: readonly number[]
  /** Of ndjson: names of the members that are cut out as fields. */
  readonly members: readonly string[]
}

/** The choice where no column is scanned. */
export const NO_COLUMNS: ColumnChoice = { wanted: [], slots: [], members: [] }

/** Choose members to be cut out of ndjson, each once. */
export function chooseMembers(names: readonly string[]): ColumnChoice {
  const members = [...new Set(names)]
  return { wanted: [], slots: names.map((name) => members.indexOf(name)), members }
}

/**
 * Find the columns a job reads in an input.
 *
 * @throws LinemillError ERR_USAGE if one is missing, or stands there twice.
 */
export function chooseColumns(
  input: { name: string; format: FormatName; names: readonly string[] },
  read: readonly string[],
): ColumnChoice {
  if (!hasFields(input.format)) return NO_COLUMNS
  const indexes = read.map((name) => columnIndex(input, name))
  // Fields are looked at even if none is read, so that records with too many or too few of them are noticed.
  const wanted = indexes.length === 0 ? [0] : [...new Set(indexes)].sort((a, b) => a - b)
  return { wanted, slots: indexes.map((index) => wanted.indexOf(index)), members: [] }
}

function columnIndex(input: { name: string; names: readonly string[] }, name: string): number {
  const index = input.names.indexOf(name)
  if (index < 0) {
    throw new LinemillError(
      'ERR_USAGE',
      `input ${input.name} has no column ${JSON.stringify(name)}; it has ${input.names.join(', ')}`,
    )
  }
  if (input.names.indexOf(name, index + 1) >= 0) {
    throw new LinemillError(
      'ERR_USAGE',
      `input ${input.name} has two columns ${JSON.stringify(name)}: give the columns names of your own (\`names\`)`,
    )
  }
  return index
}
