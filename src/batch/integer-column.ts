import { NO_INTEGER } from '../layout.js'
import { MINUS, ZERO } from '../primitives/digits.js'
import type { Batch } from './batch.js'
import type { ColumnState } from './field.js'
import { decodeInteger } from './integer.js'

const NONE = NO_INTEGER | 0
/** After so many fields were decoded one by one it is looked at how close together they were. */
const SAMPLE = 16
/** Where one record in so many or more is read, parsing all of them is cheaper. */
const SPARSENESS = 4

/**
 * A column of integers of up to 32 bits. Where most of its fields are read, those of the rest of the batch are parsed
 * by one call; fields that are no plain short integers, and those of sparsely read columns, are decoded one by one.
 */
export class IntegerColumn {
  readonly #batch: Batch
  readonly #state: ColumnState
  /** Of the batch's records from `#parsedFrom` on. */
  readonly #values: Int32Array
  #parsedFrom = 0
  /** The filling of the batch that was parsed. */
  #parsedFilling = 0
  #readFilling = 0
  #reads = 0
  /** Where the sample of reads at hand began. */
  #sampledFrom = 0

  constructor(batch: Batch, state: ColumnState) {
    this.#batch = batch
    this.#state = state
    this.#values = new Int32Array(batch.capacity)
  }

  /** Read the field of a record; null if it is empty. */
  read(index: number): number | null {
    if (this.#parsedFilling === this.#batch.filling && index >= this.#parsedFrom) {
      const value = this.#values[index]
      if (value !== NONE) return value
    } else if (this.#isReadDensely(index)) this.#parse(index)
    return this.#decode(index)
  }

  #decode(index: number): number | null {
    const { bytes, table, capacity } = this.#batch
    const at = this.#state.word + index
    return decodeInteger(bytes, table[at], table[at + capacity], this.#state.kind)
  }

  #isReadDensely(index: number): boolean {
    const { filling } = this.#batch
    if (this.#readFilling !== filling) {
      this.#readFilling = filling
      this.#reads = 0
      this.#sampledFrom = index
    }
    if (++this.#reads % SAMPLE !== 0) return false
    const isDense = Math.abs(index - this.#sampledFrom) < SAMPLE * SPARSENESS
    this.#sampledFrom = index
    return isDense
  }

  #parse(from: number): void {
    const { kind } = this.#state
    // A quote that could stand in a number means something there.
    if (kind.quote === MINUS || (kind.quote >= ZERO && kind.quote <= ZERO + 9)) return
    this.#batch.parseIntegers(this.#state, from, this.#values)
    this.#parsedFrom = from
    this.#parsedFilling = this.#batch.filling
  }
}
