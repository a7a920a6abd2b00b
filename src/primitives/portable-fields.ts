/** The plain twin of `copyFields` (layout: FIELDS_): one field after the other. */
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
import { unquote, unquoted } from './unquote.js'

const LINE_FEED = 10
const CARRIAGE_RETURN = 13

/** In place of the end of what is written. */
const NO_ROOM = -1
const REFUSED = -2

export function copyFields(
  bytes: Uint8Array,
  table: Uint32Array,
  fields: Uint32Array,
  target: Uint8Array,
): void {
  const writer = new RecordWriter(asBuffer(bytes), table, fields, asBuffer(target))
  const end = fields[FIELDS_END]
  fields[FIELDS_REFUSED] = NO_INDEX
  while (fields[FIELDS_NEXT] < end) {
    const to = writer.write(fields[FIELDS_NEXT], fields[FIELDS_TARGET])
    if (to === REFUSED) fields[FIELDS_REFUSED] = writer.run
    if (to < 0) return
    fields[FIELDS_TARGET] = to
    fields[FIELDS_NEXT]++
  }
}

/** Writes records of a batch; what does not fit is written as far as it goes, and not counted. */
class RecordWriter {
  /** The run at hand. */
  run = 0
  readonly #bytes: Buffer
  readonly #table: Uint32Array
  readonly #fields: Uint32Array
  readonly #target: Buffer
  readonly #end: number
  readonly #delimiter: number
  readonly #quote: number
  readonly #inputQuote: number
  readonly #hasOtherDelimiter: boolean
  /** Nothing parts fields in the input: they may hold line feeds. */
  readonly #areBare: boolean
  readonly #isAlone: boolean

  constructor(bytes: Buffer, table: Uint32Array, fields: Uint32Array, target: Buffer) {
    this.#bytes = bytes
    this.#table = table
    this.#fields = fields
    this.#target = target
    this.#end = fields[FIELDS_TARGET_END]
    this.#delimiter = fields[FIELDS_DELIMITER]
    this.#quote = fields[FIELDS_QUOTE]
    this.#inputQuote = fields[FIELDS_INPUT_QUOTE]
    this.#hasOtherDelimiter = this.#delimiter !== fields[FIELDS_INPUT_DELIMITER]
    this.#areBare = fields[FIELDS_INPUT_DELIMITER] === NO_BYTE
    this.#isAlone = fields[FIELDS_RUNS] === 1 && fields[FIELDS_WORDS] === fields[FIELDS_WORDS + 1]
  }

  /** Write a record at `at`; its end, or NO_ROOM or REFUSED. */
  write(record: number, at: number): number {
    const runs = this.#fields[FIELDS_RUNS]
    let to = at
    for (this.run = 0; this.run < runs; this.run++) {
      const words = FIELDS_WORDS + RUN_WORDS * this.run
      const first = this.#table[this.#fields[words + RUN_FIRST] + record]
      const lastWord = this.#fields[words + RUN_LAST] + record
      const last = this.#table[lastWord]
      to = this.#copy(this.#bytes, first, last, to)
      if (to >= 0) to = this.#writeField(last, this.#table[lastWord + this.#fields[FIELDS_CAPACITY]], to)
      if (to < 0) return to
      if (to === this.#end) return NO_ROOM
      this.#target[to++] = this.run === runs - 1 ? LINE_FEED : this.#delimiter
    }
    return to
  }

  #writeField(start: number, end: number, to: number): number {
    if (this.#isRight(start, end)) return this.#copy(this.#bytes, start, end, to)
    unquoted.bytes = this.#bytes
    unquoted.start = start
    unquoted.end = end
    if (this.#beginsQuoted(start, end)) unquote(this.#bytes, start, end, this.#inputQuote)
    const { bytes, start: from, end: until } = unquoted
    if (!this.#needsQuotes(bytes, from, until)) return this.#copy(bytes, from, until, to)
    return this.#quote === NO_BYTE ? REFUSED : this.#writeQuoted(bytes, from, until, to)
  }

  #beginsQuoted(start: number, end: number): boolean {
    return this.#inputQuote !== NO_BYTE && start < end && this.#bytes[start] === this.#inputQuote
  }

  /** Whether a field's bytes, as they stand, mean in the target what they mean in the input. */
  #isRight(start: number, end: number): boolean {
    if (this.#losesItsEnd(this.#bytes, start, end) || this.#isUnseen(start, end)) return false
    if (this.#areBare && this.#has(LINE_FEED, start, end)) return false
    const isQuoted = this.#beginsQuoted(start, end)
    if (this.#quote !== this.#inputQuote && (isQuoted || this.#has(this.#quote, start, end))) return false
    if (!this.#hasOtherDelimiter || !this.#has(this.#delimiter, start, end)) return true
    return isQuoted && !this.#hasBehindQuotes(start, end)
  }

  /** Whether a carriage return before the line feed would be taken for a part of the record's end. */
  #losesItsEnd(bytes: Buffer, start: number, end: number): boolean {
    return this.run === this.#fields[FIELDS_RUNS] - 1 && start < end && bytes[end - 1] === CARRIAGE_RETURN
  }

  /** Whether it would be a line without bytes, which is a record only to a reader who knows that there is one column. */
  #isUnseen(start: number, end: number): boolean {
    return this.#isAlone && start === end && this.#quote !== NO_BYTE
  }

  #has(byte: number, start: number, end: number): boolean {
    for (let at = start; at < end; at++) if (this.#bytes[at] === byte) return true
    return false
  }

  /** Whether the delimiter stands behind the quote that closes the one which a field begins with. */
  #hasBehindQuotes(start: number, end: number): boolean {
    for (let at = start + 1; at < end; at++) {
      if (this.#bytes[at] !== this.#quote) continue
      if (this.#bytes[at + 1] !== this.#quote || at + 1 === end)
        return this.#has(this.#delimiter, at + 1, end)
      at++
    }
    return false
  }

  #needsQuotes(bytes: Buffer, start: number, end: number): boolean {
    if (this.#losesItsEnd(bytes, start, end) || this.#isUnseen(start, end)) return true
    for (let at = start; at < end; at++) {
      const byte = bytes[at]
      if (byte === this.#delimiter || byte === this.#quote || byte === LINE_FEED) return true
    }
    return false
  }

  #writeQuoted(bytes: Buffer, start: number, end: number, to: number): number {
    if (to === this.#end) return NO_ROOM
    this.#target[to++] = this.#quote
    for (let at = start; at < end; at++) {
      if (this.#end - to < 2) return NO_ROOM
      if (bytes[at] === this.#quote) this.#target[to++] = this.#quote
      this.#target[to++] = bytes[at]
    }
    if (to === this.#end) return NO_ROOM
    this.#target[to++] = this.#quote
    return to
  }

  #copy(bytes: Buffer, start: number, end: number, to: number): number {
    if (end - start > this.#end - to) return NO_ROOM
    bytes.copy(this.#target, to, start, end)
    return to + (end - start)
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
