/** Quotients of integers, and their roots, rounded once to the nearest double; ties to even. */

/** Bits of a quotient before it is rounded: two more than a double has, and one for all below them. */
const QUOTIENT_BITS = 55
/** The lowest bit of the least double weighs 2^-LEAST_EXPONENT. */
const LEAST_EXPONENT = 1074

/** Round `numerator / denominator`, whose denominator is positive. Infinite where it is beyond all doubles. */
export function roundQuotient(numerator: bigint, denominator: bigint): number {
  if (numerator === 0n) return 0
  if (numerator < 0n) return -roundQuotient(-numerator, denominator)
  const shift = QUOTIENT_BITS - bitLength(numerator) + bitLength(denominator)
  if (shift > LEAST_EXPONENT + 2) return roundSmall(numerator, denominator)
  const quotient = quotientWithRest(numerator, denominator, shift)
  // Number() rounds to nearest, ties to even; what the bit of the rest stands for is below half of the last place.
  return scale(Number(quotient), -shift - 1)
}

/** Round a quotient below 2^-1020, whose last place is that of the least double. */
function roundSmall(numerator: bigint, denominator: bigint): number {
  const quotient = quotientWithRest(numerator, denominator, LEAST_EXPONENT)
  const places = quotient >> 1n
  const hasRest = quotient & 1n
  const half = denominator - 2n * ((numerator << BigInt(LEAST_EXPONENT)) - places * denominator)
  const isUp = hasRest === 1n && (half < 0n || (half === 0n && (places & 1n) === 1n))
  return Number(isUp ? places + 1n : places) * 2 ** -LEAST_EXPONENT
}

/** `floor(numerator * 2^shift / denominator)`, followed by a bit that tells of a rest. */
function quotientWithRest(numerator: bigint, denominator: bigint, shift: number): bigint {
  const dividend = shift > 0 ? numerator << BigInt(shift) : numerator
  const divisor = shift < 0 ? denominator << BigInt(-shift) : denominator
  const quotient = dividend / divisor
  return 2n * quotient + (quotient * divisor === dividend ? 0n : 1n)
}

/** Multiply a double by a power of two that need not be a double itself. */
function scale(value: number, exponent: number): number {
  const half = Math.trunc(exponent / 2)
  return value * 2 ** half * 2 ** (exponent - half)
}

/** Round the square root of `numerator / denominator`; the one is not negative, the other positive. */
export function roundRoot(numerator: bigint, denominator: bigint): number {
  if (numerator === 0n) return 0
  const bits = 2 * QUOTIENT_BITS + 2
  const shift = bits - bitLength(numerator) + bitLength(denominator)
  const even = shift + (shift & 1)
  const square = quotientWithRest(numerator, denominator, even)
  const root = integerRoot(square >> 1n)
  const hasRest = (square & 1n) === 1n || root * root !== square >> 1n
  const places = 2n * root + (hasRest ? 1n : 0n)
  const exponent = even / 2 + 1
  return exponent > 0
    ? roundQuotient(places, 1n << BigInt(exponent))
    : roundQuotient(places << BigInt(-exponent), 1n)
}

/** The greatest integer whose square is at most `square`. */
function integerRoot(square: bigint): bigint {
  let root = BigInt(Math.floor(Math.sqrt(Number(square))))
  root = (root + square / root) >> 1n
  while (root * root > square) root--
  while ((root + 1n) * (root + 1n) <= square) root++
  return root
}

function bitLength(size: bigint): number {
  const digits = size.toString(16)
  return 4 * digits.length - Math.clz32(Number.parseInt(digits[0], 16)) + 28
}
