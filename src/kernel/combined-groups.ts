import { GroupTable } from '../batch/group-table.js'
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

  constructor(description: GroupDescription, primitives: Primitives, partials: readonly GroupPartial[]) {
    const { seed, aggregates } = description
    const { plans, of } = planAccumulators(aggregates)
    this.#description = description
    this.#table = new GroupTable(primitives, seed)
    this.#accumulatorOf = of
    this.#accumulators = plans.map((plan) => makeAccumulator(plan, primitives, seed) as Accumulator<unknown>)
    for (const partial of partials) this.#combine(partial)
  }

  #combine({ keys, firstIndexes, kept }: GroupPartial): void {
    const before = this.#table.count
    const groupOf = this.#table.absorb(keys)
    const own = grown(this.#firstIndexes, this.#table.count)
    this.#firstIndexes = own
    for (let from = 0; from < groupOf.length; from++) {
      const group = groupOf[from]
      own[group] = group < before ? Math.min(own[group], firstIndexes[from]) : firstIndexes[from]
    }
    for (const [index, accumulator] of this.#accumulators.entries()) {
      accumulator.combine(kept[index] as never, groupOf)
    }
  }

  get count(): number {
    return this.#table.count
  }

  /** The groups in the order in which they appear in the inputs. */
  inOrder(): Uint32Array {
    const firsts = this.#firstIndexes
    return Uint32Array.from({ length: this.count }, (_, group) => group).sort((a, b) => firsts[a] - firsts[b])
  }

  /** The fields of a group's key. */
  keyOf(group: number): (string | Buffer)[] {
    return this.#table.fieldsOf(group, this.#description.keys.length)
  }

  /** What an aggregate, by its index, comes to in a group. */
  valueOf(group: number, aggregate: number): AggregateValue {
    const accumulator = this.#accumulators[this.#accumulatorOf[aggregate]]
    return accumulator.value(group, this.#description.aggregates[aggregate])
  }
}
