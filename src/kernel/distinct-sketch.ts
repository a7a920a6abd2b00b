import { SURVEY_HASH_WORDS } from '../survey-layout.js'

/** Distinct values up to here are counted exactly, where nothing else is said. */
export const EXACT_DISTINCT = 4096

/** Registers of a HyperLogLog: its standard error is 1.04 / sqrt(REGISTERS), 0.8%. */
const REGISTERS = 2 ** 14
const REGISTER_BITS = 14
/** The bits of a hash that a register does not choose. */
const RANKED_BITS = 64 - REGISTER_BITS

/** Pairs of words in a set before it grows. */
const FIRST_SLOTS = 4

/** Distinct hashes as plain data that crosses threads: as they are, or, of many, the registers. */
export interface DistinctPartial {
  /** Of two words each; zeros are none. */
  readonly hashes: Uint32Array
  readonly registers: Uint8Array | undefined
}

/**
 * Counts distinct values by their hashes: exactly while they are few, then by a HyperLogLog (Flajolet et al. 2007). Both
 * are the same whatever order values come in, and however they are shared out: the set overflows wherever the union does.
 */
export class DistinctSketch {
  /** Open addressing. */
  #slots = new Uint32Array(SURVEY_HASH_WORDS * FIRST_SLOTS)
  #count = 0
  #registers: Uint8Array | undefined
  readonly #mostExact: number

  /** @param mostExact how many distinct values are counted exactly: a power of two. */
  constructor(mostExact = EXACT_DISTINCT) {
    this.#mostExact = mostExact
  }

  /** Add the first `count` of a list of hashes. */
  add(hashes: Uint32Array, count: number): void {
    const end = SURVEY_HASH_WORDS * count
    let at = 0
    for (; at < end && this.#registers === undefined; at += SURVEY_HASH_WORDS) {
      this.#insert(hashes[at], hashes[at + 1])
    }
    if (this.#registers !== undefined) rankHashes(this.#registers, hashes, at, end)
  }

  /** Add a hash. */
  addHash(low: number, high: number): void {
    if (this.#registers === undefined) this.#insert(low, high)
    else rankHash(this.#registers, low, high)
  }

  #insert(low: number, high: number): void {
    const slots = this.#slots
    const mask = slots.length - 1
    let at = (SURVEY_HASH_WORDS * low) & mask
    while (slots[at] !== low || slots[at + 1] !== high) {
      if (slots[at] === 0 && slots[at + 1] === 0) {
        slots[at] = low
        slots[at + 1] = high
        this.#count++
        if (2 * SURVEY_HASH_WORDS * this.#count > slots.length) this.#makeRoom()
        return
      }
      at = (at + SURVEY_HASH_WORDS) & mask
    }
  }

  #makeRoom(): void {
    if (this.#count > this.#mostExact) {
      this.#useRegisters()
      return
    }
    const before = this.#slots
    this.#slots = new Uint32Array(2 * before.length)
    this.#count = 0
    this.add(before, before.length / SURVEY_HASH_WORDS)
  }

  /** Go on with registers. */
  #useRegisters(): Uint8Array {
    if (this.#registers === undefined) {
      this.#registers = new Uint8Array(REGISTERS)
      rankHashes(this.#registers, this.#slots, 0, this.#slots.length)
      this.#slots = new Uint32Array(0)
    }
    return this.#registers
  }

  partial(): DistinctPartial {
    return { hashes: this.#slots, registers: this.#registers }
  }

  combine({ hashes, registers }: DistinctPartial): void {
    if (registers !== undefined) {
      const own = this.#useRegisters()
      for (let index = 0; index < REGISTERS; index++) own[index] = Math.max(own[index], registers[index])
    }
    this.add(hashes, hashes.length / SURVEY_HASH_WORDS)
  }

  /** How many distinct values there were, and whether that is exact. */
  result(): { readonly count: number; readonly isExact: boolean } {
    if (this.#registers === undefined) return { count: this.#count, isExact: true }
    return { count: Math.max(this.#mostExact + 1, Math.round(estimate(this.#registers))), isExact: false }
  }
}

/** Let each hash raise the register that its highest bits choose to where its first bit behind them stands. */
function rankHashes(registers: Uint8Array, hashes: Uint32Array, start: number, end: number): void {
  for (let at = start; at < end; at += SURVEY_HASH_WORDS) {
    if (hashes[at] !== 0 || hashes[at + 1] !== 0) rankHash(registers, hashes[at], hashes[at + 1])
  }
}

function rankHash(registers: Uint8Array, low: number, high: number): void {
  const upper = high << REGISTER_BITS
  const rank = upper !== 0 ? Math.clz32(upper) + 1 : 32 - REGISTER_BITS + Math.clz32(low) + 1
  const register = high >>> (32 - REGISTER_BITS)
  if (registers[register] < rank) registers[register] = rank
}

/** The improved estimator of Ertl, *New cardinality estimation algorithms for HyperLogLog sketches*, 2017. */
function estimate(registers: Uint8Array): number {
  const counts = new Float64Array(RANKED_BITS + 2)
  for (const rank of registers) counts[rank]++
  let sum = REGISTERS * tau(1 - counts[RANKED_BITS + 1] / REGISTERS)
  for (let rank = RANKED_BITS; rank >= 1; rank--) sum = (sum + counts[rank]) / 2
  sum += REGISTERS * sigma(counts[0] / REGISTERS)
  return (REGISTERS * REGISTERS) / (2 * Math.LN2 * sum)
}

/** The sum of `x^(2^k) * 2^(k - 1)` over k from 1, and x. */
function sigma(x: number): number {
  if (x === 1) return Number.POSITIVE_INFINITY
  let power = x
  let factor = 1
  let sum = x
  for (let before = -1; sum !== before; ) {
    power *= power
    before = sum
    sum += power * factor
    factor += factor
  }
  return sum
}

/** A third of 1 - x, less the sum of `(1 - x^(2^-k))^2 * 2^-k` over k from 1. */
function tau(x: number): number {
  if (x === 0 || x === 1) return 0
  let root = x
  let factor = 1
  let sum = 1 - x
  for (let before = -1; sum !== before; ) {
    root = Math.sqrt(root)
    before = sum
    factor /= 2
    sum -= (1 - root) ** 2 * factor
  }
  return sum / 3
}
