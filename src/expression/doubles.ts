const double = new Float64Array(1)
const bits = new BigInt64Array(double.buffer)

/** The least double above a number; Infinity has none but NaN, which no number is equal to. */
export function nextAbove(value: number): number {
  if (value === Infinity) return Number.NaN
  if (value === 0) return Number.MIN_VALUE
  double[0] = value
  bits[0] += value > 0 ? 1n : -1n
  return double[0]
}

/** The greatest double below a number; -Infinity has none but NaN. */
export function nextBelow(value: number): number {
  return -nextAbove(-value)
}
