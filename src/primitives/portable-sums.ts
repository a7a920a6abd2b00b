/** The plain twin of `addNumbers`; see portable.ts. */
import {
  ADD_FROM,
  ADD_GROUP,
  ADD_HAS_SQUARES,
  ADD_LEFT,
  ADD_UNTIL,
  NUMBER_BIG,
  NUMBER_DECIMAL,
  NUMBER_EMPTY,
  NUMBER_NONE,
  SUMS_BITS,
  SUMS_COUNT,
  SUMS_HAS_DECIMAL,
  SUMS_MAX,
  SUMS_MIN,
  SUMS_SCALE,
  SUMS_SQUARES,
  SUMS_SUM,
  SUMS_WORDS,
  SUMS_WORDS_WITH_SQUARES,
} from '../number-layout.js'
import type { Primitives } from './primitives.js'

export const addNumbers: Primitives['addNumbers'] = (values, kinds, groups, sums, add, left) => {
  const hasSquares = add[ADD_HAS_SQUARES] !== 0
  const words = hasSquares ? SUMS_WORDS_WITH_SQUARES : SUMS_WORDS
  const doubles = new Float64Array(sums.buffer, sums.byteOffset, sums.length >> 1)
  let leftCount = 0
  for (let index = add[ADD_FROM]; index < add[ADD_UNTIL]; index++) {
    const kind = kinds[index]
    if (kind === NUMBER_EMPTY || kind === NUMBER_NONE) continue
    if (kind === NUMBER_BIG) {
      left[leftCount++] = index
      continue
    }
    const group = words * (groups.length > 0 ? groups[index] : add[ADD_GROUP])
    const value = values[index]
    countNumber(doubles, group >> 1, value)
    if (kind === NUMBER_DECIMAL) sums[group + SUMS_HAS_DECIMAL] = 1
    if (value !== 0 && !addNumber(sums, group, value, hasSquares)) left[leftCount++] = index
  }
  add[ADD_LEFT] = leftCount
}

function countNumber(doubles: Float64Array, group: number, value: number): void {
  doubles[group + SUMS_COUNT / 2]++
  if (value < doubles[group + SUMS_MIN / 2]) doubles[group + SUMS_MIN / 2] = value
  if (value > doubles[group + SUMS_MAX / 2]) doubles[group + SUMS_MAX / 2] = value
}

const bits = new Float64Array(1)
const [lowBits, highBits] = [0, 1]
const bitWords = new Uint32Array(bits.buffer)

/** What the exponent of a double has to be for its lowest bit to weigh 1. */
const UNIT_EXPONENT = 1023 + 52

/** Add a number and its square; false where a sum has no limbs for it. */
function addNumber(sums: Uint32Array, group: number, value: number, hasSquares: boolean): boolean {
  bits[0] = value
  const bit = ((bitWords[highBits] >>> 20) & 0x7ff) - UNIT_EXPONENT + SUMS_SCALE
  if (bit < 0 || bit >= SUMS_BITS) return false
  const high = (bitWords[highBits] & 0xfffff) | 0x100000
  const low = bitWords[lowBits]
  addBits(sums, group + SUMS_SUM, bit, high, low, value < 0)
  if (!hasSquares) return true
  const squares = group + SUMS_SQUARES
  addProduct(sums, squares, 2 * bit, low, low)
  addProduct(sums, squares, 2 * bit + 32, 2 * high, low)
  addProduct(sums, squares, 2 * bit + 64, high, high)
  return true
}

/** Add the product of two words, shifted by `bit`. */
function addProduct(sums: Uint32Array, limbs: number, bit: number, one: number, other: number): void {
  const low = Math.imul(one, other) >>> 0
  // What is rounded off the product is far less than 2^32.
  const high = Math.round((one * other - low) / 2 ** 32)
  addBits(sums, limbs, bit, high, low, false)
}

/** Add 64 bits, shifted by `bit`, to limbs, or take them away. */
function addBits(
  sums: Uint32Array,
  limbs: number,
  bit: number,
  high: number,
  low: number,
  isNegative: boolean,
): void {
  const shift = bit & 31
  const at = limbs + 2 * (bit >> 5)
  addToLimb(sums, at, (low << shift) >>> 0, isNegative)
  addToLimb(sums, at + 2, ((high << shift) | ((low >>> 1) >>> (31 - shift))) >>> 0, isNegative)
  addToLimb(sums, at + 4, (high >>> 1) >>> (31 - shift), isNegative)
}

function addToLimb(sums: Uint32Array, at: number, size: number, isNegative: boolean): void {
  const low = isNegative ? sums[at] - size : sums[at] + size
  sums[at] = low
  if (low < 0) sums[at + 1]--
  else if (low > 0xffffffff) sums[at + 1]++
}
