import {
  COPY_COUNT,
  COPY_DELIMITER,
  COPY_FIRST,
  COPY_SKIP,
  COPY_TARGET,
  COPY_TARGET_END,
  COPY_WORDS,
  EXTENT_LENGTH_MASK,
  EXTENT_OF_INTEGER,
  EXTENT_OF_TEXT,
  EXTENT_THEN_DELIMITER,
  EXTENT_THEN_LINE_FEED,
  EXTENT_THEN_NOTHING,
} from '../layout.js'
import type { Primitives } from '../primitives/primitives.js'
import type { SlotWriter } from '../region/slot-writer.js'

/** Extents that one native call copies. */
const CAPACITY = 4096

/** The most extents of one range: a length has 28 bits, a range up to 32. */
export const RANGE_EXTENTS = 17

/** Where a batch's records begin and end (layout: tableWords). */
interface LineTable {
  readonly table: Uint32Array
  readonly capacity: number
}

/** Where extents are copied to. */
export type ExtentTarget = Pick<SlotWriter, 'target' | 'position' | 'limit' | 'nextSlot'>

/** What extents are extents of. */
export interface ExtentSources {
  /** The window's. */
  readonly bytes: Uint8Array
  readonly text?: Uint8Array
}

export const NO_TEXT = new Uint8Array(0)

/** Extents of the input, of text and of integers, that wait to be copied by one call (layout: EXTENT_). */
export class ExtentList {
  readonly words = new Uint32Array(2 * CAPACITY)
  count = 0
  readonly #primitives: Primitives
  readonly #delimiter: number
  readonly #copy = new Uint32Array(COPY_WORDS)

  /** `delimiter` is the byte that may follow an extent. */
  constructor(primitives: Primitives, delimiter: number) {
    this.#primitives = primitives
    this.#delimiter = delimiter
    this.#copy[COPY_DELIMITER] = delimiter
  }

  /** Whether the list has no room for the extents of one more range, however long. */
  get isFull(): boolean {
    return !this.hasRoomFor(RANGE_EXTENTS)
  }

  /** Whether the list has room for so many extents. */
  hasRoomFor(count: number): boolean {
    return this.count + count <= CAPACITY
  }

  /** Add a range of the window, and what follows it. The list must not be full. */
  add(start: number, end: number, then: number): void {
    let from = start
    while (end - from > EXTENT_LENGTH_MASK) {
      this.#push(from, EXTENT_LENGTH_MASK | EXTENT_THEN_NOTHING)
      from += EXTENT_LENGTH_MASK
    }
    this.#push(from, (end - from) | then)
  }

  #push(start: number, word: number): void {
    this.put(this.count, start, word)
    this.count++
  }

  /** Set an extent that is not counted yet. */
  put(index: number, start: number, word: number): void {
    this.words[2 * index] = start
    this.words[2 * index + 1] = word
  }

  /** Say what follows the latest extent, in place of what was said before. */
  endLatest(then: number): void {
    const at = 2 * this.count - 1
    this.words[at] = (this.words[at] & EXTENT_NOT_THEN_MASK) | then
  }

  /**
   * Add records of a batch as they stand, each with a line end; neighbours become one extent, and the latest extent
   * grows over what follows it. Extents before `fixed` stay as they are. The list must not be full.
   *
   * @returns the record behind those added: `until`, or an earlier one where the list is full.
   */
  addLines({ table, capacity }: LineTable, from: number, until: number, fixed: number): number {
    let index = from
    while (index < until && !this.isFull) {
      const start = table[index]
      let end = table[capacity + index++]
      while (
        index < until &&
        table[index] === end + 1 &&
        table[capacity + index] - start <= EXTENT_LENGTH_MASK
      ) {
        end = table[capacity + index++]
      }
      if (!this.#growLatest(start, end, fixed)) this.add(start, end, EXTENT_THEN_LINE_FEED)
    }
    return index
  }

  /** Let the latest extent grow over a range behind it with one line feed between; false if it does not. */
  #growLatest(start: number, end: number, fixed: number): boolean {
    if (this.count === fixed) return false
    const at = 2 * this.count - 2
    const from = this.words[at]
    const word = this.words[at + 1]
    if (word >>> 28 !== INPUT_LINE || from + (word & EXTENT_LENGTH_MASK) + 1 !== start) return false
    if (end - from > EXTENT_LENGTH_MASK) return false
    this.words[at + 1] = (end - from) | EXTENT_THEN_LINE_FEED
    return true
  }

  /** Add text from `start` on; the latest extent grows by text right behind it, unless it is before `fixed`. */
  addText(start: number, length: number, fixed: number): void {
    const latest = 2 * this.count - 2
    const word = this.words[latest + 1]
    const isBehind = word >>> 28 === PLAIN_TEXT && this.words[latest] + (word & EXTENT_LENGTH_MASK) === start
    if (this.count > fixed && isBehind) this.words[latest + 1] += length
    else this.#push(start, EXTENT_OF_TEXT | length)
  }

  /** Copy the extents before `end`, with what follows them, into slots. */
  writeTo(writer: ExtentTarget, { bytes, text = NO_TEXT }: ExtentSources, end = this.count): void {
    if (end === 0) return
    const copy = this.#copy
    copy[COPY_FIRST] = 0
    copy[COPY_COUNT] = end
    copy[COPY_SKIP] = 0
    for (;;) {
      copy[COPY_TARGET] = writer.position
      copy[COPY_TARGET_END] = writer.limit
      this.#primitives.copyExtents(bytes, this.words, copy, writer.target, text)
      writer.position = copy[COPY_TARGET]
      if (copy[COPY_FIRST] === end) return
      writer.nextSlot()
    }
  }

  /** Give copies of the extents from index `first` on, with what follows them. */
  copy(first: number, { bytes, text = NO_TEXT }: ExtentSources): Buffer[] {
    const copies: Buffer[] = []
    for (let i = first; i < this.count; i++) {
      const start = this.words[2 * i]
      const word = this.words[2 * i + 1]
      const source = word & EXTENT_OF_TEXT ? text : bytes
      if (word & EXTENT_OF_INTEGER) copies.push(Buffer.from(String(start | 0)))
      else copies.push(Buffer.from(source.subarray(start, start + (word & EXTENT_LENGTH_MASK))))
      if (word >>> 30 === THEN_LINE_FEED) copies.push(Buffer.from('\n'))
      else if (word >>> 30 === THEN_DELIMITER) copies.push(Buffer.of(this.#delimiter))
    }
    return copies
  }
}

/** All of an extent's second word but what follows it. */
const EXTENT_NOT_THEN_MASK = EXTENT_OF_INTEGER | EXTENT_OF_TEXT | EXTENT_LENGTH_MASK

/** Bits 28 to 31: text that nothing follows, and a range of the input that a line feed follows. */
const PLAIN_TEXT = EXTENT_OF_TEXT >>> 28
const INPUT_LINE = EXTENT_THEN_LINE_FEED >>> 28
const THEN_LINE_FEED = EXTENT_THEN_LINE_FEED >>> 30
const THEN_DELIMITER = EXTENT_THEN_DELIMITER >>> 30
