import { type GroupKeys, GroupTable, type HashSeed, type KeyColumn } from '../batch/group-table.js'
import type { TextColumn } from '../batch/text-column.js'
import { NO_INDEX } from '../layout.js'
import type { Primitives } from '../primitives/primitives.js'
import type { Accumulator, GroupedRecords } from './aggregate.js'
import { grown } from './grown.js'

/** Pairs of a group and a value, as plain data. */
export interface DistinctPartial {
  readonly pairs: GroupKeys
  /** Of each pair; NO_INDEX where the value is empty. */
  readonly groupOfPair: Uint32Array
}

/** Counts the values of each group that differ: the records are grouped once more, by the group's key and the value. */
export class DistinctCounts implements Accumulator<TextColumn> {
  readonly #pairs: GroupTable
  #groupOfPair: Uint32Array = new Uint32Array(0)
  #counts: Float64Array = new Float64Array(0)
  #pairOfRecord = new Uint32Array(0)

  constructor(primitives: Primitives, seed: HashSeed) {
    this.#pairs = new GroupTable(primitives, seed)
  }

  /** Say whose fields are the keys, and the values. */
  useColumns(keys: readonly KeyColumn[], value: KeyColumn): void {
    this.#pairs.useColumns([...keys, value])
  }

  add({ batch, groups, from, until }: GroupedRecords, column: TextColumn): void {
    if (this.#pairOfRecord.length < batch.capacity) this.#pairOfRecord = new Uint32Array(batch.capacity)
    const before = this.#pairs.count
    this.#pairs.assign(batch, from, until, this.#pairOfRecord)
    for (let pair = before; pair < this.#pairs.count; pair++) {
      const record = this.#pairs.rowOf(pair)
      this.#count(pair, column.isEmpty(record) ? NO_INDEX : groups[record])
    }
  }

  partial(): DistinctPartial {
    return { pairs: this.#pairs.keys(), groupOfPair: this.#groupOfPair }
  }

  combine({ pairs, groupOfPair }: DistinctPartial, groupOf: Uint32Array): void {
    let next = this.#pairs.count
    const numbers = this.#pairs.absorb(pairs)
    for (let from = 0; from < numbers.length; from++) {
      if (numbers[from] < next) continue
      const group = groupOfPair[from]
      this.#count(next++, group === NO_INDEX ? NO_INDEX : groupOf[group])
    }
  }

  value(group: number): number {
    return this.#counts[group] ?? 0
  }

  #count(pair: number, group: number): void {
    this.#groupOfPair = grown(this.#groupOfPair, pair + 1)
    this.#groupOfPair[pair] = group
    if (group === NO_INDEX) return
    this.#counts = grown(this.#counts, group + 1)
    this.#counts[group]++
  }
}
