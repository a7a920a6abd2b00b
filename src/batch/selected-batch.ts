import { CUT_COUNT } from '../layout.js'
import type { Primitives } from '../primitives/primitives.js'
import { Batch } from './batch.js'

/** Some records of another batch as a batch of their own, in their order. Numbers and positions are those they have there. */
export class SelectedBatch extends Batch {
  readonly #origin: Batch
  /** Index in the other batch of each record. */
  readonly #origins: Uint32Array

  constructor(origin: Batch, primitives: Primitives) {
    super(primitives, origin.capacity, origin.wantedCount)
    this.#origin = origin
    this.#origins = new Uint32Array(origin.capacity)
  }

  /** Begin anew, without a record. */
  clear(): void {
    const { bytes, base, input, earlierRecords } = this.#origin
    this.filling++
    this.cut[CUT_COUNT] = 0
    this.bytes = bytes
    this.base = base
    this.input = input
    this.earlierRecords = earlierRecords
  }

  /** Put records `[first, end)` of the other batch behind those that are here; their fields come with `fill`. */
  add(first: number, end: number): void {
    let count = this.recordCount
    for (let record = first; record < end; record++) this.#origins[count++] = record
    this.cut[CUT_COUNT] = count
  }

  /**
   * Bring what stands in the table of all that was added.
   *
   * @param words where columns of the table begin: those that are read there. `start` and `end` tell those of records
   * without them.
   */
  fill(words: readonly number[]): void {
    const { table: from } = this.#origin
    const { table: to, recordCount } = this
    const origins = this.#origins
    if (recordCount === 0) return
    const first = origins[0]
    const areNeighbours = origins[recordCount - 1] === first + recordCount - 1
    for (const word of words) {
      if (areNeighbours) to.set(from.subarray(word + first, word + first + recordCount), word)
      else
        for (let record = 0; record < recordCount; record++) to[word + record] = from[word + origins[record]]
    }
  }

  override start(index: number): number {
    return this.#origin.start(this.#origins[index])
  }

  override end(index: number): number {
    return this.#origin.end(this.#origins[index])
  }

  override recordNumber(index: number): number {
    return this.#origin.recordNumber(this.#origins[index])
  }

  override lineNumberAt(offset: number): number {
    return this.#origin.lineNumberAt(offset)
  }
}
