/**
 * The hash of a record's number that sampling goes by. It is a part of what a seed means, and never changes:
 * record `index`, from 0, of a run with seed `seed` has output `index + 1` of SplitMix64 seeded with `seed`, that is
 * z = seed + (index + 1) * 0x9e3779b97f4a7c15 modulo 2^64, mixed by
 *
 *   z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9
 *   z = (z ^ z >>> 27) * 0x94d049bb133111eb
 *   z = z ^ z >>> 31
 *
 * (Steele, Lea and Flood, Fast splittable pseudorandom number generators, 2014; the mixing is Stafford's variant 13.)
 */

/** Hashes the records of a run, one after the other, in two halves of 32 bits: bigints would be fifty times slower. */
export class RecordHash {
  /** The upper and the lower half of the hash of the record that `next` was called for, from 0 to 2^32 - 1. */
  high = 0
  low = 0
  readonly #seedHigh: number
  readonly #seedLow: number
  #stateHigh = 0
  #stateLow = 0

  /** @param seed a whole number from 0 to 2^53 - 1. */
  constructor(seed: number) {
    this.#seedHigh = Math.floor(seed / TWO_32)
    this.#seedLow = seed >>> 0
  }

  /** Begin at a record, from 0 to 2^53 - 2, by its number in the run. */
  begin(index: number): void {
    const high = Math.floor(index / TWO_32)
    const low = index >>> 0
    // index * GOLDEN + seed, modulo 2^64
    const product = multiplyHigh(low, GOLDEN_LOW) + Math.imul(low, GOLDEN_HIGH) + Math.imul(high, GOLDEN_LOW)
    const sum = (Math.imul(low, GOLDEN_LOW) >>> 0) + this.#seedLow
    this.#stateLow = sum >>> 0
    this.#stateHigh = (product + this.#seedHigh + (sum >= TWO_32 ? 1 : 0)) | 0
  }

  /** Hash the record that `begin` named, then the one behind it, and so on. */
  next(): void {
    const sum = this.#stateLow + GOLDEN_LOW
    this.#stateLow = sum >>> 0
    this.#stateHigh = (this.#stateHigh + GOLDEN_HIGH + (sum >= TWO_32 ? 1 : 0)) | 0
    let high = this.#stateHigh
    let low = this.#stateLow
    low = (low ^ ((low >>> 30) | (high << 2))) >>> 0
    high ^= high >>> 30
    high = (multiplyHigh(low, FIRST_LOW) + Math.imul(low, FIRST_HIGH) + Math.imul(high, FIRST_LOW)) | 0
    low = Math.imul(low, FIRST_LOW) >>> 0
    low = (low ^ ((low >>> 27) | (high << 5))) >>> 0
    high ^= high >>> 27
    high = (multiplyHigh(low, SECOND_LOW) + Math.imul(low, SECOND_HIGH) + Math.imul(high, SECOND_LOW)) | 0
    low = Math.imul(low, SECOND_LOW) >>> 0
    this.low = (low ^ ((low >>> 31) | (high << 1))) >>> 0
    this.high = (high ^ (high >>> 31)) >>> 0
  }
}

const TWO_32 = 2 ** 32
const GOLDEN_HIGH = 0x9e3779b9
const GOLDEN_LOW = 0x7f4a7c15
const FIRST_HIGH = 0xbf58476d
const FIRST_LOW = 0x1ce4e5b9
const SECOND_HIGH = 0x94d049bb
const SECOND_LOW = 0x133111eb

/** The upper 32 bits of the product of two numbers below 2^32. */
function multiplyHigh(one: number, other: number): number {
  const oneHigh = one >>> 16
  const oneLow = one & 0xffff
  const otherHigh = other >>> 16
  const otherLow = other & 0xffff
  const middle = oneHigh * otherLow + ((oneLow * otherLow) >>> 16)
  const cross = oneLow * otherHigh + (middle & 0xffff)
  return (oneHigh * otherHigh + Math.floor(middle / 0x10000) + Math.floor(cross / 0x10000)) | 0
}
