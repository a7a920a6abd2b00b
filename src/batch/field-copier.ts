import { LinemillError } from '../errors.js'
import {
  FIELDS_CAPACITY,
  FIELDS_DELIMITER,
  FIELDS_END,
  FIELDS_INPUT_DELIMITER,
  FIELDS_INPUT_QUOTE,
  FIELDS_NEXT,
  FIELDS_QUOTE,
  FIELDS_REFUSED,
  FIELDS_RUNS,
  FIELDS_TARGET,
  FIELDS_TARGET_END,
  FIELDS_WORDS,
  RUN_FIRST,
  RUN_LAST,
  RUN_WORDS,
} from '../fields-layout.js'
import { NO_BYTE, NO_INDEX } from '../layout.js'
import type { Dialect, Primitives } from '../primitives/primitives.js'
import type { OutputDialect } from './encode.js'

/** Fields that stand side by side in the input, by their indexes among the columns that are read. */
export interface FieldRun {
  readonly first: number
  readonly last: number
}

/** Where records and their fields lie (layout: tableWords). */
export interface FieldTable {
  readonly bytes: Uint8Array
  readonly table: Uint32Array
  readonly capacity: number
}

/** The greatest offset of a target. */
const MOST_BYTES = 2 ** 32 - 1

/** Copies chosen fields of records (layout: FIELDS_). */
export class FieldCopier {
  readonly #primitives: Primitives
  readonly #runs: readonly FieldRun[]
  readonly #words: Uint32Array

  constructor(primitives: Primitives, runs: readonly FieldRun[], { delimiter, quote }: OutputDialect) {
    this.#primitives = primitives
    this.#runs = runs
    this.#words = new Uint32Array(FIELDS_WORDS + RUN_WORDS * runs.length)
    this.#words[FIELDS_DELIMITER] = delimiter.charCodeAt(0)
    this.#words[FIELDS_QUOTE] = quote === undefined ? NO_BYTE : quote.charCodeAt(0)
    this.#words[FIELDS_RUNS] = runs.length
  }

  /** Say how the input is written, and for each column that is read its slot in a table of `capacity` records. */
  useInput({ delimiter, quote }: Dialect, slots: readonly number[], capacity: number): void {
    const words = this.#words
    words[FIELDS_INPUT_DELIMITER] = delimiter
    words[FIELDS_INPUT_QUOTE] = quote
    words[FIELDS_CAPACITY] = capacity
    for (const [index, { first, last }] of this.#runs.entries()) {
      words[FIELDS_WORDS + RUN_WORDS * index + RUN_FIRST] = (3 + 2 * slots[first]) * capacity
      words[FIELDS_WORDS + RUN_WORDS * index + RUN_LAST] = (3 + 2 * slots[last]) * capacity
    }
  }

  /** The first record that is not copied. */
  get next(): number {
    return this.#words[FIELDS_NEXT]
  }

  /** The run in which record `next` cannot be written; -1 if it did not fit, or there is no such record. */
  get refusedRun(): number {
    const refused = this.#words[FIELDS_REFUSED]
    return refused === NO_INDEX ? -1 : refused
  }

  /** Copy records `[from, until)` to `target[to, limit)` as long as whole ones fit; returns where it stopped. */
  copy(
    { bytes, table }: FieldTable,
    from: number,
    until: number,
    target: Uint8Array,
    to: number,
    limit = target.length,
  ): number {
    const words = this.#words
    words[FIELDS_NEXT] = from
    words[FIELDS_END] = until
    words[FIELDS_TARGET] = to
    words[FIELDS_TARGET_END] = limit
    this.#primitives.copyFields(bytes, table, words, target)
    return words[FIELDS_TARGET]
  }

  /**
   * Copy one record, however long, into memory of its own; undefined where it is refused.
   *
   * @throws LinemillError ERR_RECORD_TOO_LARGE where that is more than offsets reach.
   */
  copyOne(table: FieldTable, record: number): Buffer | undefined {
    let length = 64
    for (const { start, end } of this.#extents(table.table, record)) length += end - start + 3
    // Every byte may be a quote that is doubled.
    for (const most of [length, 2 * length]) {
      if (most > MOST_BYTES) break
      const target = Buffer.allocUnsafeSlow(most)
      const end = this.copy(table, record, record + 1, target, 0)
      if (this.next > record) return target.subarray(0, end)
      if (this.refusedRun >= 0) return undefined
    }
    const message = `a record of the output would have about ${length} bytes, ${MOST_BYTES} are the most`
    throw new LinemillError('ERR_RECORD_TOO_LARGE', message)
  }

  /** The bytes of a run's last field in a record. */
  lastFieldOf(run: number, { bytes, table }: FieldTable, record: number): Uint8Array {
    const word = this.#words[FIELDS_WORDS + RUN_WORDS * run + RUN_LAST] + record
    return bytes.subarray(table[word], table[word + this.#words[FIELDS_CAPACITY]])
  }

  *#extents(table: Uint32Array, record: number): Generator<{ start: number; end: number }> {
    for (let run = 0; run < this.#runs.length; run++) {
      const words = FIELDS_WORDS + RUN_WORDS * run
      const last = this.#words[words + RUN_LAST] + record
      const start = table[this.#words[words + RUN_FIRST] + record]
      yield { start, end: table[last + this.#words[FIELDS_CAPACITY]] }
    }
  }
}
