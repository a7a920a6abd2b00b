import type { NumberColumn } from '../batch/number-column.js'
import type { Primitives } from '../primitives/primitives.js'
import type { Accumulator, AggregateDescription, AggregateValue, GroupedRecords } from './aggregate.js'
import { ExactSums, type ExactSumsPartial } from './exact-sums.js'

/** Sums the numbers of each group exactly, and keeps the least and the greatest. */
export class NumberSums implements Accumulator<NumberColumn> {
  readonly #sums: ExactSums

  constructor(primitives: Primitives, hasSquares: boolean) {
    this.#sums = new ExactSums(primitives, { hasSquares })
  }

  add({ groups, from, until, groupCount }: GroupedRecords, column: NumberColumn): void {
    this.#sums.grow(groupCount)
    this.#sums.add(column, from, until, groups)
  }

  partial(): ExactSumsPartial {
    return this.#sums.partial()
  }

  combine(partial: ExactSumsPartial, groupOf: Uint32Array): void {
    this.#sums.combine(partial, groupOf)
  }

  value(group: number, { name }: AggregateDescription): AggregateValue {
    const sums = this.#sums
    if (sums.count(group) === 0) return null
    switch (name) {
      case 'sum':
        return sums.sum(group)
      case 'mean':
        return sums.mean(group) ?? null
      case 'min':
        return sums.min(group) ?? null
      case 'max':
        return sums.max(group) ?? null
      case 'var':
        return sums.variance(group) ?? null
      default:
        return sums.deviation(group) ?? null
    }
  }
}
