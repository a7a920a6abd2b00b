import { NO_BYTE } from '../layout.js'
import type { InputPlan } from '../plan/plan.js'
import type { Primitives } from '../primitives/primitives.js'
import { unquote, unquoted } from '../primitives/unquote.js'
import type { Batch } from './batch.js'

/**
 * The fields of a column as numbers, whatever they are (layout: NUMBER_). `values` and `kinds` are by index of the
 * record; what is outside of the records that were read last is left of before.
 */
export class NumberColumn {
  readonly values: Float64Array
  readonly kinds: Uint8Array
  readonly #batch: Batch
  readonly #primitives: Primitives
  /** Where in the batch's table the starts of its fields begin. */
  word = 0
  /** What wraps its fields, or NO_BYTE. */
  quote = NO_BYTE

  constructor(batch: Batch, primitives: Primitives) {
    this.#batch = batch
    this.#primitives = primitives
    this.values = new Float64Array(batch.capacity)
    this.kinds = new Uint8Array(batch.capacity)
  }

  /**
   * Say which column to read of the batches that come from an input.
   *
   * @param column index among the columns that are read (`InputPlan.slots`); of no account in lines, which have one.
   */
  useInput({ format, slots, dialect }: InputPlan, column: number): void {
    this.word = format === 'lines' ? 0 : (3 + 2 * slots[column]) * this.#batch.capacity
    this.quote = dialect.quote
  }

  /** Read the fields of records `[from, until)` of the batch. */
  read(from: number, until: number): void {
    const { bytes, table, capacity } = this.#batch
    const fields = { word: this.word, capacity, quote: this.quote, from, until }
    this.#primitives.parseNumbers(bytes, table, fields, this.values, this.kinds)
  }

  /** The exact value of a field that is BIG, or another integer. */
  bigint(index: number): bigint {
    const { table, capacity } = this.#batch
    let { bytes } = this.#batch
    let start = table[this.word + index]
    let end = table[this.word + capacity + index]
    if (this.quote !== NO_BYTE && bytes[start] === this.quote) {
      unquote(bytes, start, end, this.quote)
      ;({ bytes, start, end } = unquoted)
    }
    // BigInt takes a minus before digits, but no plus.
    return BigInt(bytes.latin1Slice(start, end).replace('+', ''))
  }
}
