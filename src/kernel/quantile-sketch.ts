import type { NumberColumn } from '../batch/number-column.js'
import { NUMBER_EMPTY, NUMBER_NONE } from '../number-layout.js'
import { interpolate } from './interpolate.js'

/** Distinct numbers up to here are counted one by one, so that quantiles are exact; where nothing else is said. */
export const EXACT_NUMBERS = 1024

/** Bits of the fraction by which buckets are told apart: a bucket's middle is within 1/256 of all its numbers. */
const FRACTION_BITS = 7
/** Bits of a double's higher word below those of a bucket. */
const BUCKET_SHIFT = 20 - FRACTION_BITS

/** Numbers in a table before it grows. */
const FIRST_SLOTS = 4

/** Counts of numbers as plain data that crosses threads. */
export interface QuantilePartial {
  /** NaN is none. */
  readonly numbers: Float64Array
  readonly counts: Float64Array
  /** Of all numbers. */
  readonly least: number
  readonly greatest: number
  readonly buckets: readonly [BucketsPartial, BucketsPartial] | undefined
}

interface BucketsPartial {
  readonly lowest: number
  readonly base: number
  readonly counts: Float64Array
}

/**
 * Knows the quantiles of numbers: exactly while there are few distinct ones, then within 0.4 percent, by a DDSketch
 * (Masson, Rim, Lee 2019). Its buckets follow the bits of doubles, which maps numbers to them alike on every machine, and
 * none are given up, since a double has no more than some 500,000. So it is the same whatever order numbers come in, and
 * however they are shared out.
 */
export class QuantileSketch {
  /** Open addressing. */
  #numbers = new Float64Array(FIRST_SLOTS).fill(Number.NaN)
  #counts = new Float64Array(FIRST_SLOTS)
  #distinct = 0
  /** Of numbers that are not negative, and of those that are, by their size. */
  #buckets: readonly [Buckets, Buckets] | undefined
  #least = Number.POSITIVE_INFINITY
  #greatest = Number.NEGATIVE_INFINITY
  readonly #mostExact: number

  /** @param mostExact how many distinct numbers are counted one by one: a power of two. */
  constructor(mostExact = EXACT_NUMBERS) {
    this.#mostExact = mostExact
  }

  /**
   * Add the numbers of records `[from, until)` of a column that was read.
   *
   * @returns false if a field is neither a number nor empty; then what is known is worth nothing.
   */
  addColumn({ values, kinds }: NumberColumn, from: number, until: number): boolean {
    for (let index = from; index < until; index++) {
      const kind = kinds[index]
      if (kind === NUMBER_EMPTY) continue
      if (kind === NUMBER_NONE) return false
      this.add(values[index], 1)
    }
    return true
  }

  /** Add a number that there is so many times. */
  add(number: number, times: number): void {
    // What differs from 0 by its sign alone is 0.
    const unsigned = number + 0
    if (unsigned < this.#least) this.#least = unsigned
    if (unsigned > this.#greatest) this.#greatest = unsigned
    if (this.#buckets === undefined) this.#count(unsigned, times)
    else putIn(this.#buckets, unsigned, times)
  }

  #count(number: number, times: number): void {
    const numbers = this.#numbers
    const mask = numbers.length - 1
    let slot = hashOf(number) & mask
    while (numbers[slot] !== number) {
      if (Number.isNaN(numbers[slot])) {
        numbers[slot] = number
        this.#counts[slot] = times
        this.#distinct++
        if (2 * this.#distinct > numbers.length) this.#makeRoom()
        return
      }
      slot = (slot + 1) & mask
    }
    this.#counts[slot] += times
  }

  #makeRoom(): void {
    if (this.#distinct > this.#mostExact) {
      this.#useBuckets()
      return
    }
    const [numbers, counts] = [this.#numbers, this.#counts]
    this.#numbers = new Float64Array(2 * numbers.length).fill(Number.NaN)
    this.#counts = new Float64Array(2 * numbers.length)
    this.#distinct = 0
    this.#countAll(numbers, counts)
  }

  #countAll(numbers: Float64Array, counts: Float64Array): void {
    for (const [slot, number] of numbers.entries()) {
      if (!Number.isNaN(number)) this.add(number, counts[slot])
    }
  }

  #useBuckets(): readonly [Buckets, Buckets] {
    if (this.#buckets === undefined) {
      const [numbers, counts] = [this.#numbers, this.#counts]
      this.#numbers = new Float64Array(0)
      this.#counts = new Float64Array(0)
      this.#buckets = [new Buckets(), new Buckets()]
      this.#countAll(numbers, counts)
    }
    return this.#buckets
  }

  partial(): QuantilePartial {
    const buckets = this.#buckets
    return {
      numbers: this.#numbers,
      counts: this.#counts,
      least: this.#least,
      greatest: this.#greatest,
      buckets: buckets && [buckets[0].partial(), buckets[1].partial()],
    }
  }

  combine({ numbers, counts, least, greatest, buckets }: QuantilePartial): void {
    this.#least = Math.min(this.#least, least)
    this.#greatest = Math.max(this.#greatest, greatest)
    if (buckets !== undefined) {
      for (const [sign, own] of this.#useBuckets().entries()) own.combine(buckets[sign])
    }
    this.#countAll(numbers, counts)
  }

  /**
   * Find quantiles of all numbers, of which there is one at least: the linear interpolation between the two numbers
   * around `(count - 1) * quantile` in ascending order, which many tools have as their default.
   *
   * @param quantiles from 0 to 1.
   */
  result(quantiles: readonly number[]): { readonly values: readonly number[]; readonly isExact: boolean } {
    const isExact = this.#buckets === undefined
    const counted = this.#buckets === undefined ? this.#ascending() : ascendingBuckets(this.#buckets)
    const count = counted.reduce((sum, [, times]) => sum + times, 0)
    const valueAt = (place: number): number => {
      let before = 0
      const found = counted.find(([, times]) => {
        before += times
        return place < before
      })
      return Math.min(this.#greatest, Math.max(this.#least, (found as Counted)[0]))
    }
    const values = quantiles.map((quantile) => {
      const place = (count - 1) * quantile
      const share = place - Math.floor(place)
      const low = valueAt(Math.floor(place))
      const high = share === 0 ? low : valueAt(Math.floor(place) + 1)
      return interpolate(low, high, share)
    })
    return { values, isExact }
  }

  #ascending(): Counted[] {
    return [...this.#numbers]
      .map((number, slot): Counted => [number, this.#counts[slot]])
      .filter(([number]) => !Number.isNaN(number))
      .sort(([one], [other]) => one - other)
  }
}

/** A number, and how often there is one like it. */
type Counted = readonly [number: number, times: number]

const double = new Float64Array(1)
const words = new Uint32Array(double.buffer)

function hashOf(number: number): number {
  double[0] = number
  const mixed = Math.imul(words[0] ^ Math.imul(words[1], 0x85ebca6b), 0xc2b2ae35)
  return mixed ^ (mixed >>> 15)
}

function putIn(buckets: readonly [Buckets, Buckets], number: number, times: number): void {
  double[0] = number
  buckets[words[1] >>> 31].add((words[1] & 0x7fffffff) >>> BUCKET_SHIFT, times)
}

/** The middle of a bucket; 0 of the lowest one. */
function middleOf(bucket: number): number {
  if (bucket === 0) return 0
  words[0] = 0
  words[1] = (bucket << BUCKET_SHIFT) | (1 << (BUCKET_SHIFT - 1))
  return double[0]
}

function ascendingBuckets([positive, negative]: readonly [Buckets, Buckets]): Counted[] {
  const below = negative.counted().map(([bucket, times]): Counted => [0 - middleOf(bucket), times])
  return [
    ...below.reverse(),
    ...positive.counted().map(([bucket, times]): Counted => [middleOf(bucket), times]),
  ]
}

/**
 * How many numbers each bucket has; only those between the lowest and the highest that have any take memory. The lowest
 * of all stands apart, since 0 is in it: a thousand powers of two lie between it and 1.
 */
class Buckets {
  #lowest = 0
  #base = 0
  #counts = new Float64Array(0)

  add(bucket: number, times: number): void {
    const at = bucket - this.#base
    if (bucket === 0) this.#lowest += times
    else if (at >= 0 && at < this.#counts.length) this.#counts[at] += times
    else {
      this.#reach(bucket, bucket + 1)
      this.#counts[bucket - this.#base] += times
    }
  }

  /** Make room for buckets, and an eighth more on the side on which it grows. */
  #reach(start: number, end: number): void {
    const before = this.#counts
    const room = before.length
    const low = room === 0 ? start : Math.min(start, this.#base)
    const high = room === 0 ? end : Math.max(end, this.#base + room)
    const base = room > 0 && low < this.#base ? Math.max(0, low - (room >> 3)) : low
    const limit = high > this.#base + room ? high + (room >> 3) : high
    this.#counts = new Float64Array(limit - base)
    if (room > 0) this.#counts.set(before, this.#base - base)
    this.#base = base
  }

  partial(): BucketsPartial {
    return { lowest: this.#lowest, base: this.#base, counts: this.#counts }
  }

  combine({ lowest, base, counts }: BucketsPartial): void {
    this.#lowest += lowest
    if (counts.length === 0) return
    const end = base + counts.length
    if (base < this.#base || end > this.#base + this.#counts.length) this.#reach(base, end)
    const shift = base - this.#base
    for (let at = 0; at < counts.length; at++) this.#counts[shift + at] += counts[at]
  }

  /** The buckets that have numbers, ascending. */
  counted(): Counted[] {
    const counted: Counted[] = this.#lowest > 0 ? [[0, this.#lowest]] : []
    const counts = this.#counts
    for (let at = 0; at < counts.length; at++) if (counts[at] > 0) counted.push([this.#base + at, counts[at]])
    return counted
  }
}
