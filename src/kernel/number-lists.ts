import type { NumberColumn } from '../batch/number-column.js'
import { NUMBER_EMPTY } from '../number-layout.js'
import type { Accumulator, AggregateDescription, AggregateValue, GroupedRecords } from './aggregate.js'
import { grown } from './grown.js'
import { interpolate } from './interpolate.js'

/** Numbers and their groups, as plain data. */
export interface ListsPartial {
  readonly numbers: Float64Array
  readonly groups: Uint32Array
}

/** Keeps all numbers of each group, 12 bytes for each, for what depends on their order. */
export class NumberLists implements Accumulator<NumberColumn> {
  #numbers: Float64Array = new Float64Array(0)
  #groups: Uint32Array = new Uint32Array(0)
  #count = 0
  /** The numbers by group, and where each group's begin; made when the first value is asked for. */
  #byGroup: { readonly numbers: Float64Array; readonly starts: Uint32Array } | undefined
  readonly #isSorted = new Set<number>()

  add({ groups, from, until }: GroupedRecords, { kinds, values }: NumberColumn): void {
    this.#grow(until - from)
    for (let index = from; index < until; index++) {
      if (kinds[index] === NUMBER_EMPTY) continue
      this.#numbers[this.#count] = values[index]
      this.#groups[this.#count++] = groups[index]
    }
  }

  partial(): ListsPartial {
    return { numbers: this.#numbers.slice(0, this.#count), groups: this.#groups.slice(0, this.#count) }
  }

  combine({ numbers, groups }: ListsPartial, groupOf: Uint32Array): void {
    this.#grow(numbers.length)
    this.#numbers.set(numbers, this.#count)
    for (const group of groups) this.#groups[this.#count++] = groupOf[group]
  }

  /** A quantile: between the two numbers next to it, in proportion. */
  value(group: number, { fraction }: AggregateDescription): AggregateValue {
    const numbers = this.#sorted(group)
    if (numbers.length === 0) return null
    const place = fraction * (numbers.length - 1)
    const below = Math.floor(place)
    const low = numbers[below]
    const high = numbers[Math.min(below + 1, numbers.length - 1)]
    return interpolate(low, high, place - below)
  }

  #sorted(group: number): Float64Array {
    this.#byGroup ??= this.#groupNumbers()
    const { numbers, starts } = this.#byGroup
    const found = numbers.subarray(starts[group] ?? numbers.length, starts[group + 1] ?? numbers.length)
    if (!this.#isSorted.has(group)) found.sort()
    this.#isSorted.add(group)
    return found
  }

  #groupNumbers() {
    let groupCount = 0
    for (let index = 0; index < this.#count; index++)
      groupCount = Math.max(groupCount, this.#groups[index] + 1)
    const starts = new Uint32Array(groupCount + 1)
    for (let index = 0; index < this.#count; index++) starts[this.#groups[index] + 1]++
    for (let group = 0; group < groupCount; group++) starts[group + 1] += starts[group]
    const numbers = new Float64Array(this.#count)
    const next = starts.slice()
    for (let index = 0; index < this.#count; index++) {
      numbers[next[this.#groups[index]]++] = this.#numbers[index]
    }
    return { numbers, starts }
  }

  #grow(added: number): void {
    this.#numbers = grown(this.#numbers, this.#count + added)
    this.#groups = grown(this.#groups, this.#count + added)
  }
}
