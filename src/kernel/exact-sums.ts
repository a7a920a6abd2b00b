/**
 * Exact sums of numbers by group: the same whatever order they come in, and however they are shared out among workers.
 *
 * A group's sum is a fixed-point number whose limbs are added without carries (Kulisch and Miranker 1986; Neal, *Fast
 * exact summation using small and large superaccumulators*, 2015). What does not fit its bits, very small or large
 * numbers, is added to integers without bound. Nothing is rounded before a result is asked for, and that once.
 */
import type { NumberColumn } from '../batch/number-column.js'
import {
  ADD_FROM,
  ADD_GROUP,
  ADD_HAS_SQUARES,
  ADD_LEFT,
  ADD_ROOM,
  ADD_UNTIL,
  ADD_WORDS,
  NUMBER_BIG,
  SUMS_COUNT,
  SUMS_HAS_DECIMAL,
  SUMS_MAX,
  SUMS_MIN,
  SUMS_MOST_ADDED,
  SUMS_SCALE,
  SUMS_SQUARES,
  SUMS_SQUARES_LIMBS,
  SUMS_SUM,
  SUMS_SUM_LIMBS,
  SUMS_WORDS,
  SUMS_WORDS_WITH_SQUARES,
} from '../number-layout.js'
import { freshWords } from '../primitives/fresh-memory.js'
import type { Primitives } from '../primitives/primitives.js'
import { isIdentity } from './grown.js'
import { addLimbs, LIMB, limbsToBigint, takeCarries, wholeOfLimbs } from './limbs.js'
import { roundQuotient, roundRoot } from './rounding.js'
import { SPILL_SCALE, type Spill, scaleDouble, widen } from './spill.js'

/** Sums as plain data that crosses threads. */
export interface ExactSumsPartial {
  readonly groupCount: number
  readonly words: Uint32Array
  readonly spills: ReadonlyMap<number, Spill>
}

const NO_GROUPS = new Uint32Array(0)

/** Count, sum, least and greatest of the numbers of each group; with squares mean, variance and deviation too. */
export class ExactSums {
  groupCount = 0
  readonly #primitives: Primitives
  readonly #hasSquares: boolean
  readonly #groupWords: number
  readonly #spills = new Map<number, Spill>()
  readonly #add = new Uint32Array(ADD_WORDS)
  #left = new Uint32Array(0)
  #words: Uint32Array = new Uint32Array(0)
  #doubles: Float64Array = new Float64Array(0)
  /** Numbers that may have been added to a limb since carries were taken. */
  #added = 0

  constructor(primitives: Primitives, { hasSquares }: { readonly hasSquares: boolean }) {
    this.#primitives = primitives
    this.#hasSquares = hasSquares
    this.#groupWords = hasSquares ? SUMS_WORDS_WITH_SQUARES : SUMS_WORDS
  }

  /** Make room for groups 0 to `groupCount - 1`; what they have stays. */
  grow(groupCount: number): void {
    if (groupCount <= this.groupCount) return
    const room = this.#words.length / this.#groupWords
    this.groupCount = groupCount
    if (groupCount <= room) return
    const words = freshWords(this.#groupWords * Math.max(groupCount, 2 * room))
    words.set(this.#words)
    const before = this.#words.length
    this.#useWords(words)
    const doubles = this.#doubles
    for (let at = before; at < words.length; at += this.#groupWords) {
      doubles[(at + SUMS_MIN) >> 1] = Number.POSITIVE_INFINITY
      doubles[(at + SUMS_MAX) >> 1] = Number.NEGATIVE_INFINITY
    }
  }

  #useWords(words: Uint32Array): void {
    this.#words = words
    this.#doubles = new Float64Array(words.buffer, words.byteOffset, words.length >> 1)
  }

  /**
   * Add the numbers of records `[from, until)` of a column that was read; fields that are none are passed over.
   *
   * @param groups the group of each record, by its index, or that of all; `grow` has made room for them.
   */
  add(column: NumberColumn, from: number, until: number, groups: Uint32Array | number): void {
    const add = this.#add
    if (this.#left.length < until - from) this.#left = new Uint32Array(column.kinds.length)
    this.#count(until - from)
    add[ADD_FROM] = from
    add[ADD_UNTIL] = until
    add[ADD_ROOM] = this.groupCount
    add[ADD_GROUP] = typeof groups === 'number' ? groups : 0
    add[ADD_HAS_SQUARES] = this.#hasSquares ? 1 : 0
    const listed = typeof groups === 'number' ? NO_GROUPS : groups
    this.#primitives.addNumbers(column.values, column.kinds, listed, this.#words, add, this.#left)
    for (let at = 0; at < add[ADD_LEFT]; at++) {
      const index = this.#left[at]
      this.#spill(typeof groups === 'number' ? groups : groups[index], column, index)
    }
  }

  #count(added: number): void {
    this.#added += added
    if (this.#added <= SUMS_MOST_ADDED) return
    this.#takeCarries()
    this.#added = added
  }

  #takeCarries(): void {
    for (let group = 0; group < this.groupCount; group++) {
      const at = group * this.#groupWords
      takeCarries(this.#words, at + SUMS_SUM, SUMS_SUM_LIMBS)
      if (this.#hasSquares) takeCarries(this.#words, at + SUMS_SQUARES, SUMS_SQUARES_LIMBS)
    }
    this.#added = 1
  }

  #spill(group: number, column: NumberColumn, index: number): void {
    const spill = this.#spillOf(group)
    let scaled: bigint
    if (column.kinds[index] === NUMBER_BIG) {
      const value = column.bigint(index)
      this.#doubles[(group * this.#groupWords + SUMS_COUNT) >> 1]++
      widen(spill, value, value)
      scaled = value << BigInt(SPILL_SCALE)
    } else scaled = scaleDouble(column.values[index])
    spill.sum += scaled
    if (this.#hasSquares) spill.squares += scaled * scaled
  }

  #spillOf(group: number): Spill {
    let spill = this.#spills.get(group)
    if (spill === undefined) {
      spill = { sum: 0n, squares: 0n, min: undefined, max: undefined }
      this.#spills.set(group, spill)
    }
    return spill
  }

  /** Give the sums away as plain data: this object's own memory. */
  partial(): ExactSumsPartial {
    this.#takeCarries()
    return { groupCount: this.groupCount, words: this.#words, spills: this.#spills }
  }

  /**
   * Combine with the sums of another worker, which sums squares too or does not either.
   *
   * @param groupOf the group here of each group there. Default: the same.
   */
  combine(partial: ExactSumsPartial, groupOf?: ArrayLike<number>): void {
    this.#count(1)
    const { groupCount, words, spills } = partial
    if (this.groupCount === 0 && (groupOf === undefined || isIdentity(groupOf))) {
      this.groupCount = groupCount
      this.#useWords(words)
    } else {
      this.#addWords(partial, groupOf)
    }
    for (const [group, spill] of spills) this.#combineSpill(groupOf?.[group] ?? group, spill)
  }

  #addWords({ groupCount, words: others }: ExactSumsPartial, groupOf?: ArrayLike<number>): void {
    let most = 0
    for (let group = 0; group < groupCount; group++) most = Math.max(most, groupOf?.[group] ?? group)
    this.grow(most + 1)
    const words = this.#words
    const doubles = this.#doubles
    const groupWords = this.#groupWords
    const otherDoubles = new Float64Array(others.buffer, others.byteOffset, others.length >> 1)
    for (let group = 0; group < groupCount; group++) {
      const from = group * groupWords
      const to = (groupOf?.[group] ?? group) * groupWords
      doubles[(to + SUMS_COUNT) >> 1] += otherDoubles[(from + SUMS_COUNT) >> 1]
      const min = (to + SUMS_MIN) >> 1
      const max = (to + SUMS_MAX) >> 1
      doubles[min] = Math.min(doubles[min], otherDoubles[(from + SUMS_MIN) >> 1])
      doubles[max] = Math.max(doubles[max], otherDoubles[(from + SUMS_MAX) >> 1])
      words[to + SUMS_HAS_DECIMAL] |= others[from + SUMS_HAS_DECIMAL]
      for (let at = SUMS_SUM; at < groupWords; at += LIMB) addLimbs(words, to + at, others, from + at)
    }
  }

  #combineSpill(group: number, { sum, squares, min, max }: Spill): void {
    const spill = this.#spillOf(group)
    spill.sum += sum
    spill.squares += squares
    if (min !== undefined && max !== undefined) widen(spill, min, max)
  }

  /** How many numbers a group has. */
  count(group: number): number {
    return this.#doubles[(group * this.#groupWords + SUMS_COUNT) >> 1]
  }

  /** Whether all numbers of a group are written as integers. */
  isInteger(group: number): boolean {
    return this.#words[group * this.#groupWords + SUMS_HAS_DECIMAL] === 0
  }

  /**
   * The sum of a group: of integers exact, a bigint where it is beyond 2^53; else the nearest double of the exact sum,
   * which is infinite beyond all doubles. 0 of no numbers.
   */
  sum(group: number): number | bigint {
    if (this.isInteger(group) && !this.#spills.has(group)) {
      const whole = wholeOfLimbs(this.#words, group * this.#groupWords + SUMS_SUM)
      if (whole !== undefined) return whole
    }
    const { numerator, scale } = this.#sum(group)
    if (this.isInteger(group)) return toNumber(numerator >> BigInt(scale))
    return roundQuotient(numerator, 1n << BigInt(scale))
  }

  /** The least number of a group, exact; undefined if it has none. */
  min(group: number): number | bigint | undefined {
    const value = this.#doubles[(group * this.#groupWords + SUMS_MIN) >> 1]
    const big = this.#spills.get(group)?.min
    if (big !== undefined && big < value) return this.isInteger(group) ? big : Number(big)
    return value === Number.POSITIVE_INFINITY ? undefined : value
  }

  /** The greatest number of a group, exact; undefined if it has none. */
  max(group: number): number | bigint | undefined {
    const value = this.#doubles[(group * this.#groupWords + SUMS_MAX) >> 1]
    const big = this.#spills.get(group)?.max
    if (big !== undefined && big > value) return this.isInteger(group) ? big : Number(big)
    return value === Number.NEGATIVE_INFINITY ? undefined : value
  }

  /** The mean of a group, rounded once; undefined if it has no numbers. */
  mean(group: number): number | undefined {
    const count = this.count(group)
    if (count === 0) return undefined
    const { numerator, scale } = this.#sum(group)
    return roundQuotient(numerator, BigInt(count) << BigInt(scale))
  }

  /** The sample variance of a group, rounded once; undefined below two numbers. It takes squares. */
  variance(group: number): number | undefined {
    const variance = this.#variance(group)
    return variance && roundQuotient(variance.numerator, variance.denominator)
  }

  /** The root of the exact sample variance, rounded once; undefined below two numbers. It takes squares. */
  deviation(group: number): number | undefined {
    const variance = this.#variance(group)
    return variance && roundRoot(variance.numerator, variance.denominator)
  }

  #variance(group: number): { numerator: bigint; denominator: bigint } | undefined {
    const count = this.count(group)
    if (!this.#hasSquares || count < 2) return undefined
    const { numerator: sum, scale } = this.#sum(group)
    const at = group * this.#groupWords + SUMS_SQUARES
    const shift = BigInt(2 * (scale - SUMS_SCALE))
    const limbs = limbsToBigint(this.#words, at, SUMS_SQUARES_LIMBS) << shift
    const squares = limbs + (this.#spills.get(group)?.squares ?? 0n)
    const n = BigInt(count)
    return { numerator: n * squares - sum * sum, denominator: (n * (n - 1n)) << BigInt(2 * scale) }
  }

  /** The exact sum of a group: `numerator / 2^scale`. */
  #sum(group: number): { numerator: bigint; scale: number } {
    const at = group * this.#groupWords + SUMS_SUM
    const limbs = limbsToBigint(this.#words, at, SUMS_SUM_LIMBS)
    const spill = this.#spills.get(group)
    if (spill === undefined) return { numerator: limbs, scale: SUMS_SCALE }
    return { numerator: (limbs << BigInt(SPILL_SCALE - SUMS_SCALE)) + spill.sum, scale: SPILL_SCALE }
  }
}

function toNumber(value: bigint): number | bigint {
  const limit = 2n ** 53n
  return value >= -limit && value <= limit ? Number(value) : value
}
