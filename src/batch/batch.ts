import type { Position } from '../errors.js'
import type { Window } from '../input/input.js'
import { CUT_COUNT, CUT_WORDS, tableWords } from '../layout.js'
import type { InputPlan, Plan } from '../plan/plan.js'
import type { Primitives } from '../primitives/primitives.js'
import type { ColumnState } from './field.js'

/** Words that a batch's table may have, so that it stays in the processor's cache however many columns are wanted. */
const TABLE_WORDS = 2 ** 17

/** The greatest number that is parsed by columns (Primitives.parseIntegers). */
const MOST_PARSED = 999_999_999

/**
 * What is not known before the batch is filled. It is no small integer: a property that begins as one and becomes a
 * double changes the shape of its object, and V8 compiles all anew that it has optimised for the shape before.
 */
export const UNKNOWN = Number.NaN

/** Decide the size of a run's batches: room for `records`, or fewer where many columns are wanted. */
export function measureBatch(plan: Plan, records: number): { capacity: number; wantedCount: number } {
  const wantedCount = Math.max(0, ...plan.inputs.map(({ wanted, members }) => wanted.length + members.length))
  const fitting = Math.max(64, Math.floor(TABLE_WORDS / (3 + 2 * wantedCount)))
  return { capacity: Math.max(1, Math.min(records, fitting)), wantedCount }
}

/**
 * A few thousand records of one block, as struct of arrays (layout: tableWords). One batch is made for a run and
 * filled again and again; what it holds is valid until it is filled anew.
 */
export class Batch {
  readonly capacity: number
  readonly wantedCount: number
  /** Starts, ends, field counts, then start and end of each wanted column. Offsets relative to `bytes`. */
  readonly table: Uint32Array
  /** Parameters and results of the cut that filled this batch (layout: CUT_). */
  readonly cut = new Uint32Array(CUT_WORDS)
  input!: InputPlan
  bytes!: Buffer
  /** Absolute offset of `bytes[0]`. */
  base = UNKNOWN
  /** Counts how often the batch was filled. */
  filling = 0
  /** Number of the batch's first record in its input, 1-based. */
  firstRecordNumber = UNKNOWN
  /** Records of the run in the inputs before this one. */
  earlierRecords = UNKNOWN
  /** Word of `table` at which the starts of a column's fields begin; set where a function sees batches. */
  fieldWord: (column: string | number) => number = () => 0

  readonly #primitives: Primitives
  #anchorLine = UNKNOWN
  #anchorOffset = 0
  // A line number is counted on from the last one asked for, so that asking for each record's costs one pass.
  #countedLine = UNKNOWN
  #countedOffset = 0

  constructor(primitives: Primitives, capacity: number, wantedCount: number) {
    this.#primitives = primitives
    this.capacity = capacity
    this.wantedCount = wantedCount
    this.table = new Uint32Array(tableWords(capacity, wantedCount))
  }

  get recordCount(): number {
    return this.cut[CUT_COUNT] as number
  }

  /** Let the batch look at a window; offsets in the table are relative to it. */
  lookAt(window: Window): void {
    this.bytes = window.bytes
    this.base = window.base
  }

  /** Say what the batch is filled with: the numbers, 1-based, of its first record and of the line at `offset`. */
  begin({
    recordNumber,
    lineNumber,
    offset,
  }: {
    recordNumber: number
    lineNumber: number
    offset: number
  }): void {
    this.filling++
    this.firstRecordNumber = recordNumber
    this.#anchorLine = lineNumber
    this.#anchorOffset = offset
    this.#countedLine = lineNumber
    this.#countedOffset = offset
  }

  /** Parse the fields of a column of integers in the records from `from` on to `values`. */
  parseIntegers({ word, kind }: ColumnState, from: number, values: Int32Array): void {
    const { capacity, recordCount } = this
    // Nothing else is parsed to a number of more digits.
    const min = Math.max(kind.min, -MOST_PARSED)
    const max = Math.min(kind.max, MOST_PARSED)
    this.#primitives.parseIntegers(
      this.bytes,
      this.table,
      { word, capacity, from, until: recordCount, min, max },
      values,
    )
  }

  start(index: number): number {
    return this.table[index] as number
  }

  end(index: number): number {
    return this.table[this.capacity + index] as number
  }

  /** Starts and ends of a column's fields in all records, by name or 1-based number; valid during the call. */
  fields(column: string | number): { start: Uint32Array; end: Uint32Array } {
    const word = this.fieldWord(column)
    const { capacity, recordCount } = this
    return {
      start: this.table.subarray(word, word + recordCount),
      end: this.table.subarray(word + capacity, word + capacity + recordCount),
    }
  }

  inputOffset(index: number): number {
    return this.base + this.start(index)
  }

  recordNumber(index: number): number {
    return this.firstRecordNumber + index
  }

  /** Where a record is, as plain data. */
  position(index: number): Required<Position> {
    return {
      inputName: this.input.name,
      lineNumber: this.lineNumber(index),
      recordNumber: this.recordNumber(index),
      inputOffset: this.inputOffset(index),
    }
  }

  /** How many records of the run stand before a record, in its input and those before it. */
  runIndex(index: number): number {
    return this.earlierRecords + this.recordNumber(index) - 1
  }

  /** How many bytes of the run's content stand before a record: headers and byte order marks are none. */
  runOffset(index: number): number {
    return this.input.earlierBytes + this.inputOffset(index) - this.input.contentStart
  }

  /** The line on which a record starts, 1-based, or the line of any offset at or behind the anchor. */
  lineNumber(index: number): number {
    return this.lineNumberAt(this.start(index))
  }

  /** The line of a byte at `offset` of the window, at or behind the anchor; rising offsets cost one pass together. */
  lineNumberAt(offset: number): number {
    if (offset < this.#countedOffset) {
      this.#countedLine = this.#anchorLine
      this.#countedOffset = this.#anchorOffset
    }
    this.#countedLine += this.#primitives.countLineFeeds(this.bytes, this.#countedOffset, offset)
    this.#countedOffset = offset
    return this.#countedLine
  }
}
