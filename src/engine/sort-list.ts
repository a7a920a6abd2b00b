import { nearestName } from '../batch/names.js'
import { describeValue, LinemillError } from '../errors.js'

/** What a result is sorted by, as a caller writes it: names of its columns, a minus before those that fall. */
export type SortList = string | readonly string[]

/** A column of the result, by its index, that rows are sorted by. */
export interface SortColumn {
  readonly column: number
  readonly isFalling: boolean
}

/**
 * Find the columns of a result that a list names: as text between commas, those in parentheses and quotes aside.
 *
 * @throws LinemillError ERR_USAGE where one is not there.
 */
export function findSortColumns(list: SortList | undefined, columns: readonly string[]): SortColumn[] {
  if (list === undefined) return []
  if (typeof list !== 'string' && !Array.isArray(list)) {
    throw new LinemillError(
      'ERR_USAGE',
      `sort must be names of the result's columns, found ${describeValue(list)}`,
    )
  }
  const items: readonly unknown[] = typeof list !== 'string' ? list : splitList(list, columns)
  return items.map((item) => findSortColumn(item, columns))
}

function splitList(list: string, columns: readonly string[]): string[] {
  if (columns.includes(list) || columns.includes(list.slice(1))) return [list]
  return (list.match(/(?:\([^)]*\)|"[^"]*"|[^,])+/g) ?? [list]).map((item) => item.trim())
}

function findSortColumn(item: unknown, columns: readonly string[]): SortColumn {
  if (typeof item !== 'string') {
    throw new LinemillError('ERR_USAGE', `sort must be names of columns, found ${describeValue(item)}`)
  }
  const rising = indexOf(item, columns)
  if (rising >= 0) return { column: rising, isFalling: false }
  const falling = item.startsWith('-') ? indexOf(item.slice(1), columns) : -1
  if (falling >= 0) return { column: falling, isFalling: true }
  const nearest = nearestName(item.replace(/^-/, ''), columns)
  const hint = nearest === undefined ? ';' : `, did you mean ${JSON.stringify(nearest)}?`
  throw new LinemillError(
    'ERR_USAGE',
    `the result has no column ${JSON.stringify(item)} to be sorted by${hint} it has ${columns.join(', ')}`,
  )
}

/** Spaces make no difference, so that an aggregate is found as it was written. */
function indexOf(name: string, columns: readonly string[]): number {
  const exact = columns.indexOf(name)
  if (exact >= 0) return exact
  const bare = (text: string): string => text.replace(/[\s"]/g, '')
  return columns.findIndex((column) => bare(column) === bare(name))
}
