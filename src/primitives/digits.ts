export const ZERO = 48
export const MINUS = 45
export const PLUS = 43
export const POINT = 46

/** Digits that an int32 holds, whatever they are. */
export const INT32_DIGITS = 9
/** Digits that a double holds exactly, whatever they are. */
export const EXACT_DIGITS = 15
/** The powers of ten that a double holds exactly. */
export const POWERS_OF_TEN: readonly number[] = [
  1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
  1e20, 1e21, 1e22,
]

/** Two digits as bytes, the first one lower, of 0 to 99. */
export const PAIRS = new Uint16Array(100)
for (let value = 0; value < 100; value++) {
  PAIRS[value] = ZERO + Math.floor(value / 10) + ((ZERO + (value % 10)) << 8)
}

/** Step over a sign. */
export function signEnd(bytes: Uint8Array, start: number): number {
  return bytes[start] === MINUS || bytes[start] === PLUS ? start + 1 : start
}

/** Parse 1 to 15 digits; NaN if there is anything else. */
export function parseDigits(bytes: Uint8Array, start: number, end: number): number {
  const middle = end - start > INT32_DIGITS ? start + INT32_DIGITS : end
  const head = parseInt32(bytes, start, middle)
  if (head < 0) return Number.NaN
  if (middle === end) return head
  const tail = parseInt32(bytes, middle, end)
  return tail < 0 ? Number.NaN : head * POWERS_OF_TEN[end - middle] + tail
}

/** Parse up to 9 digits, two at a time, which is a third quicker; -1 if there is anything else. */
export function parseInt32(bytes: Uint8Array, start: number, end: number): number {
  let at = start
  let value = 0
  if ((end - start) & 1) {
    value = bytes[at++] - ZERO
    if (value >>> 0 > 9) return -1
  }
  while (at < end) {
    const tens = bytes[at] - ZERO
    const ones = bytes[at + 1] - ZERO
    if (tens >>> 0 > 9 || ones >>> 0 > 9) return -1
    value = (Math.imul(value, 100) + Math.imul(tens, 10) + ones) | 0
    at += 2
  }
  return value
}
