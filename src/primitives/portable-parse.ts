import { NO_INTEGER } from '../layout.js'
import type { Primitives } from './primitives.js'

const MOST_DIGITS = 9
const MINUS = 45
const ZERO = 48

/** The plain twin of the native parseIntegers; see portable.ts. */
export const parseIntegers: Primitives['parseIntegers'] = (
  bytes,
  table,
  { word, capacity, from, until, min, max },
  values,
) => {
  for (let index = from; index < until; index++) {
    const value = parseInteger(bytes, table[word + index], table[word + capacity + index])
    values[index] = value < min || value > max ? NO_INTEGER : value
  }
}

function parseInteger(bytes: Uint8Array, start: number, end: number): number {
  const isNegative = start < end && bytes[start] === MINUS
  const first = isNegative ? start + 1 : start
  if (first === end || end - first > MOST_DIGITS) return NO_INTEGER
  let size = 0
  for (let at = first; at < end; at++) {
    const digit = bytes[at] - ZERO
    if (digit >>> 0 > 9) return NO_INTEGER
    size = size * 10 + digit
  }
  return isNegative ? -size : size
}
