import { EXACT_DIGITS, MINUS, POINT, POWERS_OF_TEN, signEnd, ZERO } from './digits.js'

/**
 * Parse a number, correctly rounded to a double: sign, digits with at most one point, and exponent; or `inf`,
 * `infinity` or `nan` in any case. Undefined if it is anything else.
 */
export function parseNumber(bytes: Uint8Array, start: number, end: number): number | undefined {
  return parseDecimal(bytes, start, end) ?? parseWord(bytes, start, end)
}

/** Parse sign, digits with at most one point, and exponent; undefined if there is anything else. */
function parseDecimal(bytes: Uint8Array, start: number, end: number): number | undefined {
  let at = signEnd(bytes, start)
  let mantissa = 0
  let digitCount = 0
  let significantCount = 0
  let scale = 0
  let hasPoint = false
  for (; at < end; at++) {
    const digit = bytes[at] - ZERO
    if (digit >= 0 && digit <= 9) {
      mantissa = mantissa * 10 + digit
      digitCount++
      if (mantissa > 0) significantCount++
      if (hasPoint) scale--
    } else if (digit === POINT - ZERO && !hasPoint) hasPoint = true
    else break
  }
  const exponent = at === end ? 0 : parseExponent(bytes, at, end)
  if (digitCount === 0 || exponent === undefined) return undefined
  scale += exponent
  if (significantCount > EXACT_DIGITS || Math.abs(scale) >= POWERS_OF_TEN.length) {
    return Number(asciiText(bytes, start, end))
  }
  const size = scale < 0 ? mantissa / POWERS_OF_TEN[-scale] : mantissa * POWERS_OF_TEN[scale]
  return bytes[start] === MINUS ? -size : size
}

const LOWER_CASE = 0x20
const LOWER_E = 101
/** An exponent that no shift by a fraction's digits brings back into the range of doubles' exact powers. */
const HUGE_EXPONENT = 2 ** 40

/** Parse `e`, sign and digits; undefined if there is anything else. */
function parseExponent(bytes: Uint8Array, start: number, end: number): number | undefined {
  if ((bytes[start] | LOWER_CASE) !== LOWER_E) return undefined
  const first = start + 1 < end ? signEnd(bytes, start + 1) : end
  if (first === end) return undefined
  let exponent = 0
  for (let at = first; at < end; at++) {
    const digit = bytes[at] - ZERO
    if (digit < 0 || digit > 9) return undefined
    exponent = Math.min(exponent * 10 + digit, HUGE_EXPONENT)
  }
  return bytes[start + 1] === MINUS ? -exponent : exponent
}

const WORDS = new Map([
  ['inf', Infinity],
  ['infinity', Infinity],
  ['nan', Number.NaN],
])
const LONGEST_WORD = 8

function parseWord(bytes: Uint8Array, start: number, end: number): number | undefined {
  const first = signEnd(bytes, start)
  if (end - first > LONGEST_WORD) return undefined
  const value = WORDS.get(asciiText(bytes, first, end).toLowerCase())
  return value !== undefined && bytes[start] === MINUS ? -value : value
}

/** `latin1Slice` skips what `toString` does about its arguments. */
const { latin1Slice } = Buffer.prototype

function asciiText(bytes: Uint8Array, start: number, end: number): string {
  return latin1Slice.call(bytes as Buffer, start, end)
}
