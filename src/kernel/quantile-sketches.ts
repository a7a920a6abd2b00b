import type { NumberColumn } from '../batch/number-column.js'
import { NUMBER_EMPTY } from '../number-layout.js'
import type { Accumulator, AggregateDescription, AggregateValue, GroupedRecords } from './aggregate.js'
import { grown } from './grown.js'
import { type QuantilePartial, QuantileSketch } from './quantile-sketch.js'

/**
 * Quantiles of a group are exact up to so many distinct numbers: fewer than in `stats`, since there may be many groups.
 * The table of so many takes 8 KiB, as buckets of eight powers of two do.
 */
export const EXACT_NUMBERS_IN_GROUP = 256

/** Sketches of groups as plain data: those that are exact together, not an object each. */
export interface QuantileSketchesPartial {
  /** How many distinct numbers each group has among `numbers`, where the groups stand one behind the other. */
  readonly counts: Uint32Array
  readonly numbers: Float64Array
  /** How often there is each of `numbers`. */
  readonly times: Float64Array
  readonly estimated: ReadonlyMap<number, QuantilePartial>
}

/** Estimates quantiles of the numbers of each group: a sketch for each that has any. */
export class QuantileSketches implements Accumulator<NumberColumn> {
  readonly #sketches: (QuantileSketch | undefined)[] = []

  add({ groups, from, until, groupCount }: GroupedRecords, { kinds, values }: NumberColumn): void {
    this.#grow(groupCount)
    for (let index = from; index < until; index++) {
      if (kinds[index] !== NUMBER_EMPTY) this.#sketchOf(groups[index]).add(values[index], 1)
    }
  }

  partial(): QuantileSketchesPartial {
    const counts = new Uint32Array(this.#sketches.length)
    const estimated = new Map<number, QuantilePartial>()
    let numbers = new Float64Array(0)
    let times = new Float64Array(0)
    let used = 0
    for (const [group, sketch] of this.#sketches.entries()) {
      if (sketch === undefined) continue
      const partial = sketch.partial()
      if (partial.buckets !== undefined) {
        estimated.set(group, partial)
        continue
      }
      numbers = grown(numbers, used + partial.numbers.length)
      times = grown(times, used + partial.numbers.length)
      for (const [slot, number] of partial.numbers.entries()) {
        if (Number.isNaN(number)) continue
        numbers[used] = number
        times[used++] = partial.counts[slot]
        counts[group]++
      }
    }
    return { counts, numbers: numbers.slice(0, used), times: times.slice(0, used), estimated }
  }

  combine({ counts, numbers, times, estimated }: QuantileSketchesPartial, groupOf: Uint32Array): void {
    let at = 0
    for (const [from, count] of counts.entries()) {
      if (count === 0) continue
      const sketch = this.#sketchOf(groupOf[from])
      for (const end = at + count; at < end; at++) sketch.add(numbers[at], times[at])
    }
    for (const [from, partial] of estimated) this.#sketchOf(groupOf[from]).combine(partial)
  }

  value(group: number, { fraction }: AggregateDescription): AggregateValue {
    return this.#sketches[group]?.result([fraction]).values[0] ?? null
  }

  #sketchOf(group: number): QuantileSketch {
    this.#grow(group + 1)
    this.#sketches[group] ??= new QuantileSketch(EXACT_NUMBERS_IN_GROUP)
    return this.#sketches[group]
  }

  /** Leave no holes, which would make a dictionary of the array. */
  #grow(groupCount: number): void {
    while (this.#sketches.length < groupCount) this.#sketches.push(undefined)
  }
}
