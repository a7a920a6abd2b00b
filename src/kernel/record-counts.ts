import type { TextColumn } from '../batch/text-column.js'
import type { Primitives } from '../primitives/primitives.js'
import type { Accumulator, GroupedRecords } from './aggregate.js'
import { grown, isIdentity } from './grown.js'

/** Counts the records of each group. */
export class RecordCounts implements Accumulator<undefined> {
  protected counts: Float64Array = new Float64Array(0)
  readonly #primitives: Primitives

  constructor(primitives: Primitives) {
    this.#primitives = primitives
  }

  add({ groups, from, until, groupCount }: GroupedRecords): void {
    this.counts = grown(this.counts, groupCount)
    this.#primitives.countGroups(groups, from, until, this.counts)
  }

  partial(): Float64Array {
    return this.counts
  }

  combine(partial: Float64Array, groupOf: Uint32Array, groupCount: number): void {
    if (this.counts.length === 0 && isIdentity(groupOf)) {
      this.counts = partial
      return
    }
    const counts = grown(this.counts, groupCount)
    for (let from = 0; from < groupOf.length; from++) counts[groupOf[from]] += partial[from]
    this.counts = counts
  }

  value(group: number): number {
    return this.counts[group] ?? 0
  }
}

/** Counts the fields of each group that are not empty. */
export class ValueCounts extends RecordCounts implements Accumulator<TextColumn> {
  override add({ groups, from, until, groupCount }: GroupedRecords, column?: TextColumn): void {
    this.counts = grown(this.counts, groupCount)
    const { counts } = this
    for (let index = from; index < until; index++) if (!column?.isEmpty(index)) counts[groups[index]]++
  }
}
