import {
  EXTENT_OF_INTEGER,
  EXTENT_OF_TEXT,
  EXTENT_THEN_DELIMITER,
  EXTENT_THEN_LINE_FEED,
  EXTENT_THEN_NOTHING,
} from '../layout.js'
import type { Primitives } from '../primitives/primitives.js'
import type { SlotWriter } from '../region/slot-writer.js'
import type { Batch } from './batch.js'
import type { RowValue } from './emitter.js'
import { isEmptyField, isPlainNumber, type OutputDialect } from './encode.js'
import { ExtentList, type ExtentSources, RANGE_EXTENTS } from './extent-list.js'
import { TextBytes } from './text-bytes.js'

/** Characters of strings that are joined before they are written: V8's young generation holds them. */
const JOINED_LENGTH = 16 * 1024

/**
 * What waits to be written, in order: ranges of the input and values, which one call copies for many records, and
 * behind them joined strings. The strings join what is before them as soon as anything else follows.
 *
 * What was there when `fix` was called can be gone back to. What finds no room is not added, and returns false.
 */
export class PendingOutput {
  readonly #writer: SlotWriter
  readonly #batch: Batch
  readonly #extents: ExtentList
  readonly #bytes: TextBytes
  readonly #isPlainNumber: boolean
  #joined = ''
  #fixedCount = 0
  #fixedLength = 0
  /** Where it is not empty, nothing was added to the extents since. */
  #fixedJoined = ''

  constructor(writer: SlotWriter, batch: Batch, primitives: Primitives, dialect: OutputDialect) {
    this.#writer = writer
    this.#batch = batch
    this.#bytes = new TextBytes(dialect)
    this.#isPlainNumber = isPlainNumber(dialect)
    this.#extents = new ExtentList(primitives, dialect.delimiter.charCodeAt(0))
  }

  /** Add a string as it stands. */
  addString(text: string): void {
    this.#joined += text
  }

  /** Whether strings are the last of what waits. */
  get endsInStrings(): boolean {
    return this.#joined !== ''
  }

  /** Whether the joined strings had better be written. */
  get isLong(): boolean {
    return this.#joined.length > JOINED_LENGTH
  }

  /** Add values as one record, and a line feed. */
  addRow(values: readonly RowValue[]): boolean {
    const { length } = values
    if (!this.#hasRoom(length + 1)) return false
    const extents = this.#extents
    const first = extents.count
    if (length === 0) extents.add(0, 0, EXTENT_THEN_LINE_FEED)
    for (let i = 0; i < length; i++) {
      const then = i < length - 1 ? EXTENT_THEN_DELIMITER : EXTENT_THEN_LINE_FEED
      if (!this.#put(first + i, values[i], then)) return false
    }
    // A line without bytes would be a record only to a reader who knows that there is one column.
    if (length === 1 && isEmptyField(values[0])) this.#putQuotes(first, EXTENT_THEN_LINE_FEED)
    extents.count += length
    return true
  }

  /** Add a value as a field, which is to be followed by something. */
  addValue(value: RowValue): boolean {
    if (!this.#hasRoom(1) || !this.#put(this.#extents.count, value, EXTENT_THEN_NOTHING)) return false
    this.#extents.count++
    return true
  }

  /** Add a range of the window, which is to be followed by something. */
  addRange(start: number, end: number): boolean {
    if (!this.#hasRoom(RANGE_EXTENTS)) return false
    this.#extents.add(start, end, EXTENT_THEN_NOTHING)
    return true
  }

  /** Add records of the batch as they stand, each with a line feed; returns the first for which there is no room. */
  addLines(from: number, until: number): number {
    return this.#hasRoom(RANGE_EXTENTS)
      ? this.#extents.addLines(this.#batch, from, until, this.#fixedCount)
      : from
  }

  /** Let a delimiter follow the latest value or range. */
  delimit(): void {
    this.#extents.endLatest(EXTENT_THEN_DELIMITER)
  }

  /** Let nothing follow the latest value or range. */
  undelimit(): void {
    this.#extents.endLatest(EXTENT_THEN_NOTHING)
  }

  /** Let a line feed follow the latest value or range. */
  endLine(): void {
    this.#extents.endLatest(EXTENT_THEN_LINE_FEED)
  }

  /** Let the latest value, which is empty, be seen. */
  quote(): void {
    this.#putQuotes(this.#extents.count - 1, EXTENT_THEN_NOTHING)
  }

  fix(): void {
    this.#fixedCount = this.#extents.count
    this.#fixedLength = this.#bytes.length
    this.#fixedJoined = this.#joined
  }

  /** Forget what was added since `fix`. */
  takeBack(): void {
    this.#extents.count = this.#fixedCount
    this.#bytes.length = this.#fixedLength
    this.#joined = this.#fixedJoined
  }

  clear(): void {
    this.#extents.count = 0
    this.#bytes.length = 0
    this.#joined = ''
    this.fix()
  }

  /** Write everything. */
  write(): void {
    this.#extents.writeTo(this.#writer, this.#sources)
    if (this.#joined !== '') this.#writer.writeText(this.#joined)
  }

  /** Write what is fixed. */
  writeFixed(): void {
    this.#extents.writeTo(this.#writer, this.#sources, this.#fixedCount)
    if (this.#fixedJoined !== '') this.#writer.writeText(this.#fixedJoined)
  }

  /** Give copies of what is not fixed. */
  copyUnfixed(): Buffer[] {
    const copies = this.#extents.copy(this.#fixedCount, this.#sources)
    copies.push(Buffer.from(this.#joined.slice(this.#fixedJoined.length)))
    return copies
  }

  /** Whether `count` extents can follow: the strings have joined the list, and it has room. */
  #hasRoom(count: number): boolean {
    return (this.#joined === '' || this.#joinStrings()) && this.#extents.hasRoomFor(count)
  }

  /** Set an extent for a value. */
  #put(index: number, value: RowValue, then: number): boolean {
    if (this.#isPlainNumber && typeof value === 'number' && (value | 0) === value && !Object.is(value, -0)) {
      this.#extents.put(index, value, EXTENT_OF_INTEGER | then)
      return true
    }
    const start = this.#bytes.length
    if (!this.#bytes.putValue(value)) return false
    this.#extents.put(index, start, EXTENT_OF_TEXT | (this.#bytes.length - start) | then)
    return true
  }

  #putQuotes(index: number, then: number): void {
    const start = this.#bytes.length
    this.#bytes.putQuotes()
    this.#extents.put(index, start, EXTENT_OF_TEXT | (this.#bytes.length - start) | then)
  }

  #joinStrings(): boolean {
    const joined = this.#joined
    const fixed = this.#fixedJoined
    if (!this.#extents.hasRoomFor(2) || !this.#bytes.hasRoomFor(joined)) return false
    if (fixed !== '') {
      this.#joinString(fixed)
      this.#joined = ''
      this.fix()
    }
    this.#joinString(joined.slice(fixed.length))
    this.#joined = ''
    return true
  }

  #joinString(text: string): void {
    const start = this.#bytes.length
    this.#bytes.putString(text)
    this.#extents.addText(start, this.#bytes.length - start, this.#fixedCount)
  }

  get #sources(): ExtentSources {
    return { bytes: this.#batch.bytes, text: this.#bytes.bytes }
  }
}
