/** Numbers made of limbs (layout: SUMS_). */
import { SUMS_SCALE } from '../number-layout.js'

/** Words of a limb. */
export const LIMB = 2

const WORD = 2 ** 32

/** Add one limb to another. */
export function addLimbs(words: Uint32Array, to: number, other: Uint32Array, from: number): void {
  const low = words[to] + other[from]
  words[to] = low
  words[to + 1] += other[from + 1] + (low >= WORD ? 1 : 0)
}

/** Bring limbs into the range of a word, by carries into the last, which alone may be negative. */
export function takeCarries(words: Uint32Array, at: number, limbs: number): void {
  let carry = 0
  for (let limb = at; limb < at + LIMB * limbs; limb += LIMB) {
    const low = words[limb] + carry
    const high = (words[limb + 1] | 0) + Math.floor(low / WORD)
    words[limb] = low
    const isLast = limb === at + LIMB * (limbs - 1)
    words[limb + 1] = isLast ? high : 0
    carry = high
  }
}

/** The number that limbs make, times what their lowest bit weighs. */
export function limbsToBigint(words: Uint32Array, at: number, limbs: number): bigint {
  let value = 0n
  for (let limb = at + LIMB * (limbs - 1); limb >= at; limb -= LIMB) {
    const size = BigInt(words[limb + 1] | 0) * BigInt(WORD) + BigInt(words[limb])
    value = (value << 32n) + size
  }
  return value
}

/** The word of limbs whose lowest bit weighs 1, and the limbs above it (layout: SUMS_). */
const ONES = (SUMS_SCALE / 32) * LIMB
const MOST_EXACT = 2 ** 52

/**
 * The number that the limbs of a sum of integers make, sooner than `limbsToBigint`; undefined where it may be beyond what
 * doubles hold exactly.
 */
export function wholeOfLimbs(words: Uint32Array, at: number): number | undefined {
  const ones = limbValue(words, at + ONES)
  const second = limbValue(words, at + ONES + LIMB)
  const third = limbValue(words, at + ONES + 2 * LIMB)
  const fourth = limbValue(words, at + ONES + 3 * LIMB)
  // Of negative numbers whose carries are taken, the limbs above are all ones.
  const isNegative = fourth === -1 && third === WORD - 1
  if (!isNegative && (third !== 0 || fourth !== 0)) return undefined
  const high = (isNegative ? second - WORD : second) * WORD
  return Math.abs(high) < MOST_EXACT && Math.abs(ones) < MOST_EXACT ? high + ones : undefined
}

function limbValue(words: Uint32Array, at: number): number {
  return (words[at + 1] | 0) * WORD + words[at]
}
