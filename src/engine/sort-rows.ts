import { parseNumber } from '../primitives/number.js'
import type { SortColumn } from './sort-list.js'
import type { TableValue } from './table.js'

/** Below 0 where a row comes before another, by their indexes. */
type Order = (one: number, other: number) => number

/**
 * Sort rows by columns, the first one first. A column of texts is sorted by numbers where all that are not empty are
 * numbers, else by bytes of UTF-8. What is empty comes last, either way. Rows that are equal keep their order.
 *
 * @param valueIn the value of a row in a column.
 * @returns indexes of the rows, in order.
 */
export function sortRows(
  count: number,
  columns: readonly SortColumn[],
  valueIn: (row: number, column: number) => TableValue,
): Uint32Array {
  const orders = columns.map(({ column, isFalling }) =>
    makeOrder(
      Array.from({ length: count }, (_, row) => valueIn(row, column)),
      isFalling,
    ),
  )
  return Uint32Array.from({ length: count }, (_, row) => row).sort((one, other) => {
    for (const order of orders) {
      const found = order(one, other)
      if (found !== 0) return found
    }
    return one - other
  })
}

function makeOrder(values: readonly TableValue[], isFalling: boolean): Order {
  const sign = isFalling ? -1 : 1
  const isEmpty = Uint8Array.from(values, (value) => (isNothing(value) ? 1 : 0))
  const compare = makeComparison(values, isEmpty)
  return (one, other) => {
    const empty = isEmpty[one] - isEmpty[other]
    if (empty !== 0 || isEmpty[one] === 1) return empty
    return sign * compare(one, other)
  }
}

function isNothing(value: TableValue): boolean {
  return value === null || value === '' || (value instanceof Uint8Array && value.length === 0)
}

/** Compare values that are not empty. */
function makeComparison(values: readonly TableValue[], isEmpty: Uint8Array): Order {
  const numbers = new Float64Array(values.length)
  let areTexts = false
  let hasBig = false
  for (const [row, value] of values.entries()) {
    if (isEmpty[row] === 1) continue
    areTexts ||= typeof value !== 'number' && typeof value !== 'bigint'
    const number = numberOf(value)
    if (number === undefined) {
      const texts = values.map(bytesOf)
      return (one, other) => Buffer.compare(texts[one], texts[other])
    }
    hasBig ||= Math.abs(number) > Number.MAX_SAFE_INTEGER
    numbers[row] = number
  }
  if (!hasBig) return (one, other) => numbers[one] - numbers[other]
  // JavaScript compares a bigint and a number by what they are, without rounding either.
  const exact = values.map(
    (value, row) => bigintOf(String(areTexts ? bytesOf(value) : value)) ?? numbers[row],
  )
  return (one, other) => (exact[one] < exact[other] ? -1 : exact[one] > exact[other] ? 1 : 0)
}

/** A number, or that which a text is; undefined where it is none, or not finite. */
function numberOf(value: TableValue): number | undefined {
  if (typeof value === 'number' || typeof value === 'bigint') return Number(value)
  const bytes = bytesOf(value)
  const number = parseNumber(bytes, 0, bytes.length)
  return number !== undefined && Number.isFinite(number) ? number : undefined
}

function bigintOf(text: string): bigint | undefined {
  return /^[+-]?\d+$/.test(text) ? BigInt(text.replace('+', '')) : undefined
}

function bytesOf(value: TableValue): Buffer {
  if (!(value instanceof Uint8Array)) return Buffer.from(value === null ? '' : String(value))
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength)
}
