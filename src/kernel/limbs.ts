/** Numbers made of limbs (layout: SUMS_). */

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
