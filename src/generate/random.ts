/**
 * Give random numbers that are the same on every platform: xoshiro128** 1.1 (Blackman and Vigna, "Scrambled
 * linear pseudorandom number generators", 2018), seeded by Weyl steps through MurmurHash3's 32-bit finaliser.
 *
 * Only operations that IEEE 754 and ECMAScript define to the last bit are used here and by the kinds: no
 * Math.pow, Math.log or Math.exp.
 */
export class Random {
  readonly #state = new Uint32Array(4)

  /** Start the sequence of a seed, a whole number from 0 to 2^53 - 1. */
  constructor(seed: number) {
    const low = seed >>> 0
    const high = Math.floor(seed / 2 ** 32) >>> 0
    for (let word = 0; word < 4; word++) {
      this.#state[word] = mix(low + mix(high + word + 1) + Math.imul(word, 0x9e3779b9))
    }
    // All zeros is the one state that xoshiro never leaves.
    if (this.#state.every((word) => word === 0)) this.#state[0] = 1
  }

  /** Give the next 32 random bits, 0 to 2^32 - 1. */
  next(): number {
    const state = this.#state
    const s1 = state[1] as number
    const scrambled = Math.imul(rotate(Math.imul(s1, 5), 7), 9) >>> 0
    const s2 = (state[2] as number) ^ (state[0] as number)
    const s3 = (state[3] as number) ^ s1
    state[1] = s1 ^ s2
    state[0] = (state[0] as number) ^ s3
    state[2] = s2 ^ (s1 << 9)
    state[3] = rotate(s3, 11)
    return scrambled
  }

  /** Give a number from 0 to 1, 1 excluded. */
  fraction(): number {
    return this.next() * 2 ** -32
  }

  /** Give a whole number from 0 to `end`, `end` excluded. */
  below(end: number): number {
    return Math.floor(this.next() * 2 ** -32 * end)
  }
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits))
}

/** Mix 32 bits one to one (MurmurHash3's finaliser): near numbers give unrelated ones. 0 to 2^32 - 1. */
export function mix(word: number): number {
  word = Math.imul(word ^ (word >>> 16), 0x85ebca6b)
  word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35)
  return (word ^ (word >>> 16)) >>> 0
}

/** Hash a number to a whole number from 0 to `end`, `end` excluded. */
export function hashBelow(word: number, end: number): number {
  return Math.floor(mix(word) * 2 ** -32 * end)
}

/**
 * Make a table of `size` indexes in which index i stands in proportion to `weights[i]`: a weighted choice is one
 * random look into it. Every index with a weight stands at least once if there is room.
 */
export function weightedTable(weights: readonly number[], size: number): Uint16Array {
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const table = new Uint16Array(size)
  let sum = 0
  let at = 0
  weights.forEach((weight, index) => {
    sum += weight
    const end = Math.round((sum / total) * size)
    while (at < end) table[at++] = index
  })
  return table
}
