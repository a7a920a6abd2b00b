/** The plain twin of `parseNumbers`; see portable.ts. */
import { NO_BYTE } from '../layout.js'
import { NUMBER_BIG, NUMBER_DECIMAL, NUMBER_EMPTY, NUMBER_INTEGER, NUMBER_NONE } from '../number-layout.js'
import { EXACT_DIGITS, MINUS, parseDigits, signEnd, ZERO } from './digits.js'
import { parseNumber } from './number.js'
import { asBuffer } from './portable-select.js'
import type { Primitives } from './primitives.js'
import { unquote, unquoted } from './unquote.js'

export const parseNumbers: Primitives['parseNumbers'] = (
  bytes,
  table,
  { word, capacity, quote, from, until },
  values,
  kinds,
) => {
  const buffer = asBuffer(bytes)
  for (let index = from; index < until; index++) {
    kinds[index] = readField(buffer, table[word + index], table[word + capacity + index], quote)
    values[index] = found
  }
}

/** What the field that was read last is as a number. */
let found = Number.NaN

/** Read a field to `found`; returns its kind. */
function readField(bytes: Buffer, start: number, end: number, quote: number): number {
  if (quote !== NO_BYTE && start < end && bytes[start] === quote) {
    unquote(bytes, start, end, quote)
    ;({ bytes, start, end } = unquoted)
  }
  found = Number.NaN
  if (start === end) return NUMBER_EMPTY
  const first = signEnd(bytes, start)
  if (end - first <= EXACT_DIGITS && first < end) {
    const size = parseDigits(bytes, first, end)
    if (size >= 0) {
      found = bytes[start] === MINUS ? 0 - size : size // never -0
      return NUMBER_INTEGER
    }
  }
  const value = parseNumber(bytes, start, end)
  if (value === undefined || !Number.isFinite(value)) return NUMBER_NONE
  found = value + 0
  return areDigits(bytes, first, end) ? kindOfInteger(bytes, first, end) : NUMBER_DECIMAL
}

function areDigits(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if ((bytes[at] - ZERO) >>> 0 > 9) return false
  return true
}

const LARGEST_EXACT = String(2 ** 53)

/** Whether digits are at most 2^53. */
function kindOfInteger(bytes: Buffer, start: number, end: number): number {
  while (start < end - 1 && bytes[start] === ZERO) start++
  const digits = end - start
  const isExact =
    digits < LARGEST_EXACT.length ||
    (digits === LARGEST_EXACT.length && bytes.latin1Slice(start, end) <= LARGEST_EXACT)
  return isExact ? NUMBER_INTEGER : NUMBER_BIG
}
