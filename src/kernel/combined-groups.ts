import { GroupTable } from '../batch/group-table.js'
import { freshWords } from '../primitives/fresh-memory.js'
import type { Primitives } from '../primitives/primitives.js'
import { makeAccumulator, planAccumulators } from './accumulators.js'
import type { Accumulator, AggregateValue } from './aggregate.js'
import type { GroupDescription, GroupPartial } from './group-kernel.js'
import { grown } from './grown.js'

/** What the records of all threads came to, by group. */
export class CombinedGroups {
  readonly #description: GroupDescription
  readonly #table: GroupTable
  readonly #accumulators: readonly Accumulator<unknown>[]
  readonly #accumulatorOf: readonly number[]
  #firstIndexes: Float64Array = new Float64Array(0)
  /** The groups in the order in which they appear in the inputs. */
  #order: Uint32Array = new Uint32Array(0)

  constructor(description: GroupDescription, primitives: Primitives, partials: readonly GroupPartial[]) {
    const { seed, aggregates } = description
    const { plans, of } = planAccumulators(aggregates)
    this.#description = description
    this.#table = new GroupTable(primitives, seed)
    this.#accumulatorOf = of
    this.#accumulators = plans.map((plan) => makeAccumulator(plan, primitives, seed) as Accumulator<unknown>)
    // The first one's table is gone on with: that of most groups.
    for (const partial of partials.toSorted((a, b) => b.keys.count - a.keys.count)) this.#combine(partial)
  }

  #combine({ keys, firstIndexes, kept }: GroupPartial): void {
    const before = this.#table.count
    const groupOf = this.#table.absorb(keys)
    this.#placeInOrder(before, groupOf, firstIndexes)
    for (const [index, accumulator] of this.#accumulators.entries()) {
      accumulator.combine(kept[index] as never, groupOf, this.#table.count)
    }
  }

  /**
   * Merge the order of the groups so far with that of a thread, whose groups are in order as well: it processed blocks
   * in order. A group of both has the place of its earlier record.
   */
  #placeInOrder(before: number, groupOf: Uint32Array, firstIndexes: Float64Array): void {
    const count = this.#table.count
    const firsts = grown(this.#firstIndexes, count)
    const isPlaced = new Uint8Array(count)
    const earlier = this.#order
    const order = freshWords(count)
    let at = 0
    let next = 0
    for (let from = 0; from < groupOf.length; from++) {
      const group = groupOf[from]
      const first = firstIndexes[from]
      if (group < before && firsts[group] <= first) continue
      for (; next < before && firsts[earlier[next]] < first; next++) {
        if (isPlaced[earlier[next]] === 0) order[at++] = earlier[next]
      }
      firsts[group] = first
      isPlaced[group] = 1
      order[at++] = group
    }
    for (; next < before; next++) if (isPlaced[earlier[next]] === 0) order[at++] = earlier[next]
    this.#firstIndexes = firsts
    this.#order = order
  }

  get count(): number {
    return this.#table.count
  }

  /** The groups in the order in which they appear in the inputs. */
  inOrder(): Uint32Array {
    return this.#order
  }

  /** The fields of a group's key. */
  keyOf(group: number): (string | Buffer)[] {
    return this.#table.fieldsOf(group, this.#description.keys.length)
  }

  /** The bytes of all keys. */
  get keyBytes(): Buffer {
    return this.#table.keyBytes
  }

  /** Write start and end of each field of a group's key to `ranges`; gives the bytes of all keys. */
  keyRanges(group: number, ranges: Uint32Array): Buffer {
    this.#table.findFields(group, ranges)
    return this.#table.keyBytes
  }

  /** What an aggregate, by its index, comes to in a group. */
  valueOf(group: number, aggregate: number): AggregateValue {
    const accumulator = this.#accumulators[this.#accumulatorOf[aggregate]]
    return accumulator.value(group, this.#description.aggregates[aggregate])
  }
}
