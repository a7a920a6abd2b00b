import {
  EXACT_DIGITS,
  INT32_DIGITS,
  MINUS,
  POINT,
  POWERS_OF_TEN,
  parseInt32,
  signEnd,
  ZERO,
} from './digits.js'
import { type FieldKind, unquote, unquoted, valueError } from './field.js'

/**
 * Decode a float32 or float64 field; null if it is empty. A float64 is correctly rounded; a float32 is that float64
 * rounded once more.
 */
export function decodeFloat(bytes: Buffer, start: number, end: number, kind: FieldKind): number | null {
  if (start === end || bytes[start] === kind.quote) return decodeOddFloat(bytes, start, end, kind)
  const isNegative = bytes[start] === MINUS
  const first = isNegative ? start + 1 : start
  const limit = end - first > INT32_DIGITS ? first + INT32_DIGITS : end
  let whole = 0
  let at = first
  for (; at < limit; at++) {
    const digit = bytes[at] - ZERO
    if (digit >>> 0 > 9) break
    whole = (Math.imul(whole, 10) + digit) | 0
  }
  let size = whole
  if (at < end) {
    const scale = end - at - 1
    if (bytes[at] !== POINT || scale < 1 || scale > INT32_DIGITS || end - first - 1 > EXACT_DIGITS) {
      return decodeOddFloat(bytes, start, end, kind)
    }
    const fraction = parseInt32(bytes, at + 1, end)
    if (fraction < 0) return decodeOddFloat(bytes, start, end, kind)
    // Both are exact in a double, so that their quotient is rounded once, correctly (Clinger 1990).
    size = (whole * POWERS_OF_TEN[scale] + fraction) / POWERS_OF_TEN[scale]
  } else if (at === first) return decodeOddFloat(bytes, start, end, kind)
  const value = isNegative ? -size : size
  return kind.type === 'float32' ? Math.fround(value) : value
}

/** Decode what is not short and plain: quoted, signed by plus, with many digits or an exponent, or a word. */
function decodeOddFloat(bytes: Buffer, start: number, end: number, kind: FieldKind): number | null {
  if (start < end && bytes[start] === kind.quote) {
    unquote(bytes, start, end, kind.quote)
    ;({ bytes, start, end } = unquoted)
  }
  if (start === end) return null
  const value = parseDecimal(bytes, start, end) ?? parseWord(bytes, start, end)
  if (value === undefined) throw valueError(bytes, start, end, kind)
  return kind.type === 'float32' ? Math.fround(value) : value
}

/** Parse sign, digits with at most one point, and exponent; undefined if there is anything else. */
function parseDecimal(bytes: Buffer, start: number, end: number): number | undefined {
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
    return Number(bytes.latin1Slice(start, end))
  }
  const size = scale < 0 ? mantissa / POWERS_OF_TEN[-scale] : mantissa * POWERS_OF_TEN[scale]
  return bytes[start] === MINUS ? -size : size
}

const LOWER_CASE = 0x20
const LOWER_E = 101
/** An exponent that no shift by a fraction's digits brings back into the range of doubles' exact powers. */
const HUGE_EXPONENT = 2 ** 40

/** Parse `e`, sign and digits; undefined if there is anything else. */
function parseExponent(bytes: Buffer, start: number, end: number): number | undefined {
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

function parseWord(bytes: Buffer, start: number, end: number): number | undefined {
  const first = signEnd(bytes, start)
  if (end - first > LONGEST_WORD) return undefined
  const value = WORDS.get(bytes.latin1Slice(first, end).toLowerCase())
  return value !== undefined && bytes[start] === MINUS ? -value : value
}
