import {
  EXTENT_LENGTH_MASK,
  EXTENT_THEN_DELIMITER,
  EXTENT_THEN_LINE_FEED,
  EXTENT_THEN_NOTHING,
} from '../layout.js'

/** Extents that one native call copies. */
const CAPACITY = 4096

/** Where a batch's records begin and end (layout: tableWords). */
interface LineTable {
  readonly table: Uint32Array
  readonly capacity: number
}

/** Extents of the input that wait to be copied by one call (layout: EXTENT_). */
export class ExtentList {
  readonly words = new Uint32Array(2 * CAPACITY)
  count = 0

  /** Whether the list has no room for the extents of one more range, however long. */
  get isFull(): boolean {
    return this.count > CAPACITY - 8
  }

  /** Add a range of the window, and what follows it. The list must not be full. */
  add(start: number, end: number, then: number): void {
    let from = start
    // A length has 30 bits, a range up to 32.
    while (end - from > EXTENT_LENGTH_MASK) {
      this.#push(from, EXTENT_LENGTH_MASK | EXTENT_THEN_NOTHING)
      from += EXTENT_LENGTH_MASK
    }
    this.#push(from, (end - from) | then)
  }

  #push(start: number, word: number): void {
    this.words[2 * this.count] = start
    this.words[2 * this.count + 1] = word
    this.count++
  }

  /** Say what follows the latest extent. */
  endLatest(then: number): void {
    this.words[2 * this.count - 1] |= then
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
    if (word >>> 30 !== THEN_LINE_FEED || from + (word & EXTENT_LENGTH_MASK) + 1 !== start) return false
    if (end - from > EXTENT_LENGTH_MASK) return false
    this.words[at + 1] = (end - from) | EXTENT_THEN_LINE_FEED
    return true
  }

  /** Copy extents from index `first` on, with what follows them, out of the window. */
  copy(first: number, bytes: Buffer, delimiter: number): Buffer[] {
    const copies: Buffer[] = []
    for (let i = first; i < this.count; i++) {
      const start = this.words[2 * i]
      const word = this.words[2 * i + 1]
      copies.push(Buffer.from(bytes.subarray(start, start + (word & EXTENT_LENGTH_MASK))))
      if (word >>> 30 === THEN_LINE_FEED) copies.push(Buffer.from('\n'))
      else if (word >>> 30 === THEN_DELIMITER) copies.push(Buffer.of(delimiter))
    }
    return copies
  }
}

const THEN_LINE_FEED = EXTENT_THEN_LINE_FEED >>> 30
const THEN_DELIMITER = EXTENT_THEN_DELIMITER >>> 30
