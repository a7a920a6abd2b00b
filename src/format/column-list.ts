import { delimiterHint, isMemberName, nearestName } from '../batch/names.js'
import { describeValue, LinemillError } from '../errors.js'

/** Columns as a caller writes them: a list as text, or names and 1-based numbers. */
export type ColumnList = string | readonly (string | number)[]

/** What an item of a list stands for: columns by their indexes, to be taken or left out. */
interface Item {
  readonly indexes: readonly number[]
  readonly isExcluded: boolean
}

/**
 * Find the columns that a list names, in its order. As text its items stand between commas:
 *
 *   time, "a,b", "2"   a column by its name; in quotes, doubled inside, a name that means something else without them
 *   2                  a column by its number, from 1
 *   2-4, 3-, -2, 4-2   columns by their numbers, from one to another, to the last, from the first; backwards
 *   !time, !2-4        none of these: the others that the list names, or all where it names none
 *
 * In an array a string is a name as it stands, a number a number.
 *
 * @returns indexes among `names`, 0-based.
 * @throws LinemillError ERR_USAGE where a column is not there, or none is left.
 */
export function findColumns(list: ColumnList, names: readonly string[]): number[] {
  const items = typeof list === 'string' ? readItems(list, names) : readArray(list, names)
  if (items.length === 0) throw usage('expected at least one column, found none')
  const excluded = new Set(items.filter(({ isExcluded }) => isExcluded).flatMap(({ indexes }) => indexes))
  const named = items.filter(({ isExcluded }) => !isExcluded)
  const taken = named.length > 0 ? named.flatMap(({ indexes }) => indexes) : names.map((_, index) => index)
  const left = taken.filter((index) => !excluded.has(index))
  if (left.length > 0) return left
  throw usage('the columns leave none over')
}

function readArray(list: unknown, names: readonly string[]): Item[] {
  return arrayOf(list).map((item) => {
    if (typeof item === 'number') return { indexes: [indexOfNumber(item, names)], isExcluded: false }
    if (typeof item === 'string') return { indexes: [indexOfName(item, names)], isExcluded: false }
    throw usage(`a column must be a name or a number, found ${describeValue(item)}`)
  })
}

function arrayOf(list: unknown): readonly unknown[] {
  if (Array.isArray(list)) return list
  throw usage(
    `columns must be a list as text, or an array of names and numbers, found ${describeValue(list)}`,
  )
}

/** An item: an exclamation mark or not, then a name in quotes, or what stands before the next comma. */
const ITEM = /(!?)(?:"((?:[^"]|"")*)"|([^",][^,]*)?)(?:,|$)/y

function readItems(list: string, names: readonly string[]): Item[] {
  return splitItems(list).map(({ quoted, plain, isExcluded }) => ({
    indexes: quoted === undefined ? indexesOf(plain, names) : [indexOfName(quoted, names)],
    isExcluded,
  }))
}

/** The names that a list writes, where there are no columns to find them among. */
export function namesWritten(list: ColumnList): string[] {
  if (typeof list !== 'string') return list.map(String)
  return splitItems(list).map(({ quoted, plain }) => quoted ?? plain)
}

/**
 * The names of members of ndjson that a list names: there are no numbers and no ranges, since nobody knows what other
 * members there are.
 *
 * @throws LinemillError ERR_USAGE where it names something else.
 */
export function memberNames(list: ColumnList): string[] {
  const names: readonly unknown[] =
    typeof list === 'string' ? splitItems(list).map(memberName) : arrayOf(list)
  if (names.length === 0) throw usage('expected at least one column, found none')
  for (const name of names) {
    if (typeof name !== 'string') throw usage(`a column of ndjson is a name, found ${describeValue(name)}`)
    if (!isMemberName(name)) throw usage(`${JSON.stringify(name)} is no name that UTF-8 can write`)
  }
  return names as string[]
}

function memberName({ quoted, plain, isExcluded }: WrittenItem): string {
  if (isExcluded) {
    throw usage(`columns of ndjson are named one by one, so none can be left out: !${quoted ?? plain}`)
  }
  if (quoted === undefined && plain === '') {
    throw usage('columns: an item of the list is empty; a column without a name is written ""')
  }
  return quoted ?? plain
}

/** An item as it is written: a name that stood in quotes, or what stood without them. */
interface WrittenItem {
  readonly quoted: string | undefined
  readonly plain: string
  readonly isExcluded: boolean
}

function splitItems(list: string): WrittenItem[] {
  const items: WrittenItem[] = []
  let at = 0
  while (at <= list.length) {
    ITEM.lastIndex = at
    const match = ITEM.exec(list)
    if (match === null) throw usage(`columns: what follows the quotes is no comma: ${list.slice(at)}`)
    const [whole, mark, quoted, plain = ''] = match
    items.push({ quoted: quoted?.replaceAll('""', '"'), plain: plain.trim(), isExcluded: mark === '!' })
    at += whole.length
    if (!whole.endsWith(',')) break
  }
  return items
}

const RANGE = /^(\d*)-(\d*)$/

function indexesOf(item: string, names: readonly string[]): number[] {
  if (item === '') throw usage('columns: an item of the list is empty; a column without a name is written ""')
  if (/^\d+$/.test(item)) return [indexOfNumber(Number(item), names)]
  const range = RANGE.exec(item)
  if (range === null || item === '-') return [indexOfName(item, names)]
  const first = range[1] === '' ? 0 : indexOfNumber(Number(range[1]), names)
  const last = range[2] === '' ? names.length - 1 : indexOfNumber(Number(range[2]), names)
  const step = first <= last ? 1 : -1
  return Array.from({ length: Math.abs(last - first) + 1 }, (_, index) => first + step * index)
}

function indexOfNumber(number: number, names: readonly string[]): number {
  if (Number.isInteger(number) && number >= 1 && number <= names.length) return number - 1
  throw usage(`there is no column ${number}: they are numbered from 1 to ${names.length}`)
}

function indexOfName(name: string, names: readonly string[]): number {
  const index = names.indexOf(name)
  if (index >= 0) return index
  const nearest = nearestName(name, names)
  const hint = nearest === undefined ? ';' : `, did you mean ${JSON.stringify(nearest)}?`
  throw usage(
    `unknown column ${JSON.stringify(name)}${hint} the columns are ${listNames(names)}${delimiterHint(names)}`,
  )
}

const LISTED_NAMES = 20

function listNames(names: readonly string[]): string {
  const listed = names.slice(0, LISTED_NAMES).join(', ')
  return names.length > LISTED_NAMES ? `${listed} and ${names.length - LISTED_NAMES} more` : listed
}

function usage(message: string): LinemillError {
  return new LinemillError('ERR_USAGE', message)
}
