import { NO_BYTE } from '../layout.js'
import type { InputPlan } from '../plan/plan.js'
import { unquote, unquoted } from '../primitives/unquote.js'
import type { Batch } from './batch.js'

/**
 * Where in a batch's table the starts of a column's fields begin.
 *
 * @param column index among the columns that are read (`InputPlan.slots`); of no account in lines, which have one.
 */
export function fieldWordOf({ format, slots }: InputPlan, column: number, capacity: number): number {
  return format === 'lines' ? 0 : (3 + 2 * slots[column]) * capacity
}

/** The name of a column that is read. */
export function columnNameOf({ format, slots, wanted, names, members }: InputPlan, column: number): string {
  if (format === 'lines') return names[0]
  return format === 'ndjson' ? members[slots[column]] : names[wanted[slots[column]]]
}

/** The fields of a column as ranges of bytes, quotes taken off: that of the field found last. */
export class TextColumn {
  bytes: Buffer = Buffer.alloc(0)
  start = 0
  end = 0
  /** Word of the table at which the starts of the fields begin, and what wraps them. */
  word = 0
  quote = NO_BYTE
  readonly #batch: Batch

  constructor(batch: Batch) {
    this.#batch = batch
  }

  /** Say which column to read of the batches that come from an input. */
  useInput(input: InputPlan, column: number): void {
    this.word = fieldWordOf(input, column, this.#batch.capacity)
    this.quote = input.dialect.quote
  }

  /** Whether a record's field is empty, in quotes or not. */
  isEmpty(index: number): boolean {
    const { bytes, table, capacity } = this.#batch
    const start = table[this.word + index]
    const end = table[this.word + capacity + index]
    if (end - start !== 2) return start === end
    return bytes[start] === this.quote && bytes[start + 1] === this.quote
  }

  /** Find a record's field. */
  find(index: number): void {
    const { bytes, table, capacity } = this.#batch
    this.bytes = bytes
    this.start = table[this.word + index]
    this.end = table[this.word + capacity + index]
    if (this.quote === NO_BYTE || this.start === this.end || bytes[this.start] !== this.quote) return
    unquote(bytes, this.start, this.end, this.quote)
    ;({ bytes: this.bytes, start: this.start, end: this.end } = unquoted)
  }
}
