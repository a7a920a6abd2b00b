import {
  MATCHER_CLASS_BYTES,
  MATCHER_CLASSES,
  MATCHER_ENTRIES,
  MATCHER_OUTCOMES,
  MATCHER_START,
  MATCHER_UNKNOWN,
  MATCHER_WORDS,
  MATCHER_YES,
} from '../predicate-layout.js'

const PIECE_BYTES = 64 * 1024

/** Asks whether texts are matched by a regular expression (layout: MATCHER_). */
export class Matcher {
  readonly #start: number
  readonly #classCount: number
  readonly #classes: Uint8Array
  readonly #table: Uint16Array

  /** Of the bytes of a buffer from an offset on that is a multiple of 4. */
  constructor(buffer: ArrayBufferLike, byteOffset: number) {
    const words = new Uint32Array(buffer, byteOffset, MATCHER_WORDS)
    const classesAt = byteOffset + 4 * MATCHER_WORDS
    this.#start = words[MATCHER_START]
    this.#classCount = words[MATCHER_CLASSES]
    this.#classes = new Uint8Array(buffer, classesAt, MATCHER_CLASS_BYTES)
    this.#table = new Uint16Array(buffer, classesAt + MATCHER_CLASS_BYTES, words[MATCHER_ENTRIES])
  }

  /**
   * Whether a text is matched; what is no UTF-8 in it is read as JavaScript decodes it.
   *
   * @param prefix what a match begins with: nothing, or a text of ASCII.
   */
  matches(bytes: Buffer, start: number, end: number, prefix: Buffer): boolean {
    const first = prefix.length > 0 ? bytes.subarray(start, end).indexOf(prefix) : 0
    if (first < 0) return false
    const outcome = this.#outcomeOf(this.#step(this.#start, bytes, start + first, end))
    return (outcome === MATCHER_UNKNOWN ? this.#redecode(bytes, start + first, end) : outcome) === MATCHER_YES
  }

  /** The outcome of a text with bytes that are no UTF-8: piece by piece, since no string holds more than half a gigabyte. */
  #redecode(bytes: Buffer, start: number, end: number): number {
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
    let row = this.#start
    for (let at = start; at < end; at += PIECE_BYTES) {
      const until = Math.min(end, at + PIECE_BYTES)
      const piece = Buffer.from(decoder.decode(bytes.subarray(at, until), { stream: until < end }))
      row = this.#step(row, piece, 0, piece.length)
    }
    return this.#outcomeOf(row)
  }

  /** The row behind some bytes, or the outcome. */
  #step(from: number, bytes: Buffer, start: number, end: number): number {
    const table = this.#table
    const classes = this.#classes
    const firstRow = MATCHER_OUTCOMES * this.#classCount
    let row = from
    for (let at = start; at < end && row >= firstRow; at++) row = table[row + classes[bytes[at]]]
    return row
  }

  /** What it comes to where the text ends in a row. */
  #outcomeOf(row: number): number {
    return this.#table[row + this.#classCount - 1] / this.#classCount
  }
}
