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
    const outcome = this.#outcomeOf(bytes, start + first, end)
    if (outcome !== MATCHER_UNKNOWN) return outcome === MATCHER_YES
    const decoded = Buffer.from(bytes.toString('utf8', start + first, end))
    return this.#outcomeOf(decoded, 0, decoded.length) === MATCHER_YES
  }

  #outcomeOf(bytes: Buffer, start: number, end: number): number {
    const table = this.#table
    const classes = this.#classes
    const firstRow = MATCHER_OUTCOMES * this.#classCount
    let row = this.#start
    for (let at = start; at < end && row >= firstRow; at++) row = table[row + classes[bytes[at]]]
    return table[row + this.#classCount - 1] / this.#classCount
  }
}
