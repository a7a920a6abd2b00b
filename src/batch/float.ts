import {
  EXACT_DIGITS,
  INT32_DIGITS,
  MINUS,
  POINT,
  POWERS_OF_TEN,
  parseInt32,
  ZERO,
} from '../primitives/digits.js'
import { parseNumber } from '../primitives/number.js'
import { unquote, unquoted } from '../primitives/unquote.js'
import { type FieldKind, valueError } from './field.js'

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
  const value = parseNumber(bytes, start, end)
  if (value === undefined) throw valueError(bytes, start, end, kind)
  return kind.type === 'float32' ? Math.fround(value) : value
}
