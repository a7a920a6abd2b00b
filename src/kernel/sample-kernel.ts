import type { Batch } from '../batch/batch.js'
import type { Kernel } from './kernel.js'
import { RecordHash } from './record-hash.js'
import { allocateRecords, COLUMN_NAMES, type SampledRecords } from './sampled-records.js'

/** How many records are sampled: those with the lowest hashes of seed and number in the run. */
export interface SampleDescription {
  readonly name: 'sample'
  readonly seed: number
  readonly size: number
}

const FIRST_CAPACITY = 1024

/** Keeps the records with the lowest hashes that this worker has seen; of equal ones those that come first. */
export class SampleKernel implements Kernel {
  readonly errors = 0
  readonly #hash: RecordHash
  readonly #size: number
  readonly #kept: LowestRecords

  constructor({ seed, size }: SampleDescription) {
    this.#hash = new RecordHash(seed)
    this.#size = size
    this.#kept = new LowestRecords(size)
  }

  partial(): SampledRecords {
    return this.#kept.records()
  }

  useInput(): void {}

  process(batch: Batch): void {
    const { recordCount } = batch
    if (recordCount === 0 || this.#size === 0) return
    const hash = this.#hash
    const kept = this.#kept
    const first = batch.runIndex(0)
    hash.begin(first)
    for (let record = 0; record < recordCount; record++) {
      hash.next()
      if (hash.high > kept.highest) continue
      kept.offer(hash, first + record, batch.inputOffset(record), batch.end(record) - batch.start(record))
    }
  }

  fail(thrown: unknown): never {
    throw thrown
  }

  abandonBlock(): void {}
}

/** A heap with the record at its top that is the first to give way: that with the highest hash, or the latest of equals. */
class LowestRecords {
  /** The upper half of the highest hash, once there are enough records. */
  highest = 0xffffffff
  readonly #size: number
  #count = 0
  #columns: SampledRecords = allocateRecords(FIRST_CAPACITY)

  constructor(size: number) {
    this.#size = size
  }

  /** Keep a record if it belongs to the lowest. */
  offer({ high, low }: RecordHash, index: number, start: number, byteLength: number): void {
    if (this.#count < this.#size) {
      if (this.#count === this.#columns.high.length) this.#grow()
      const at = this.#count++
      this.#set(at, high, low, index, start, byteLength)
      this.#rise(at)
    } else {
      const { high: highs, low: lows, index: indexes } = this.#columns
      if (!isBelow(high, low, index, highs[0], lows[0], indexes[0])) return
      this.#set(0, high, low, index, start, byteLength)
      this.#sink()
    }
    if (this.#count === this.#size) this.highest = this.#columns.high[0]
  }

  records(): SampledRecords {
    const { high, low, index, start, byteLength } = this.#columns
    const count = this.#count
    return {
      high: high.slice(0, count),
      low: low.slice(0, count),
      index: index.slice(0, count),
      start: start.slice(0, count),
      byteLength: byteLength.slice(0, count),
    }
  }

  #set(at: number, high: number, low: number, index: number, start: number, byteLength: number): void {
    const columns = this.#columns
    columns.high[at] = high
    columns.low[at] = low
    columns.index[at] = index
    columns.start[at] = start
    columns.byteLength[at] = byteLength
  }

  #grow(): void {
    const old = this.#columns
    const grown = allocateRecords(Math.min(this.#size, 2 * old.high.length))
    for (const name of COLUMN_NAMES) grown[name].set(old[name])
    this.#columns = grown
  }

  /** Let a record rise to its place. */
  #rise(from: number): void {
    let at = from
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!this.#isBelow(parent, at)) return
      this.#swap(parent, at)
      at = parent
    }
  }

  /** Let the record at the top sink to its place. */
  #sink(): void {
    let at = 0
    for (;;) {
      let largest = at
      for (let child = 2 * at + 1; child <= 2 * at + 2 && child < this.#count; child++) {
        if (this.#isBelow(largest, child)) largest = child
      }
      if (largest === at) return
      this.#swap(at, largest)
      at = largest
    }
  }

  #isBelow(one: number, other: number): boolean {
    const { high, low, index } = this.#columns
    return isBelow(high[one], low[one], index[one], high[other], low[other], index[other])
  }

  #swap(one: number, other: number): void {
    for (const name of COLUMN_NAMES) {
      const column = this.#columns[name]
      const value = column[one]
      column[one] = column[other]
      column[other] = value
    }
  }
}

/** Whether one hash is below another, or its record comes before where they are equal. */
function isBelow(
  high: number,
  low: number,
  index: number,
  otherHigh: number,
  otherLow: number,
  otherIndex: number,
): boolean {
  if (high !== otherHigh) return high < otherHigh
  return low === otherLow ? index < otherIndex : low < otherLow
}
