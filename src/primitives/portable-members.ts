/** The plain twin of `cutMembers`: JSON byte by byte. */
import { isUtf8 } from 'node:buffer'
import {
  MEMBER_NO_NUMBER,
  MEMBER_NO_TEXT,
  MEMBER_SHARED,
  MEMBERS_CAPACITY,
  MEMBERS_END,
  MEMBERS_NEXT,
  MEMBERS_UNDECIDED,
  NAME_WORDS,
  NAMES_COUNT,
  NAMES_WORDS,
} from '../predicate-layout.js'

/** The longest line that is looked into. */
export const MOST_LINE_BYTES = 2 ** 28

const QUOTE = 34
const BACKSLASH = 92
const COLON = 58
const COMMA = 44
const OPEN_BRACE = 123
const CLOSE_BRACE = 125
const OPEN_BRACKET = 91
const CLOSE_BRACKET = 93
const SPACE = 32
const ZERO = 48

/** Kinds of bytes; those up to digits may be part of a number or a word. */
const IS_DIGIT = 1
const IS_SPACE = 2
const IS_EDGE = 3
const KINDS = new Uint8Array(256)
for (const byte of [SPACE, 9, 13]) KINDS[byte] = IS_SPACE
for (const byte of [QUOTE, COLON, COMMA, OPEN_BRACE, CLOSE_BRACE, OPEN_BRACKET, CLOSE_BRACKET])
  KINDS[byte] = IS_EDGE
for (let digit = 0; digit < 10; digit++) KINDS[ZERO + digit] = IS_DIGIT

const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/
/** A number as JavaScript writes it. One of more digits may be, too. */
const PLAIN_NUMBER = /^-?(0|[1-9]\d*)(\.\d*[1-9])?$/
const PLAIN_DIGITS = 15
const FIRST_BEYOND_ASCII = 0x80
const WORDS: readonly string[] = ['true', 'false', 'null']

export function cutMembers(
  bytes: Uint8Array,
  names: Uint32Array,
  members: Uint32Array,
  table: Uint32Array,
): void {
  const end = members[MEMBERS_END]
  const rows = new MemberRows(names, table, members[MEMBERS_CAPACITY])
  const reader = new JsonReader(asBuffer(bytes))
  for (let record = members[MEMBERS_NEXT]; record < end; record++) rows.cut(reader, record)
  members[MEMBERS_NEXT] = end
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** What makes a line be left to others. */
export class Undecided {}

/** A value, and what it cannot be read as from its bytes (layout: MEMBER_). */
export interface Value {
  readonly start: number
  readonly end: number
  readonly doubts: number
}

class MemberRows {
  readonly #table: Uint32Array
  readonly #capacity: number
  readonly #names: readonly Buffer[]

  constructor(names: Uint32Array, table: Uint32Array, capacity: number) {
    this.#table = table
    this.#capacity = capacity
    const bytes = Buffer.from(names.buffer, names.byteOffset, names.byteLength)
    this.#names = Array.from({ length: names[NAMES_COUNT] }, (_, column) => {
      const word = NAMES_WORDS + NAME_WORDS * column
      return bytes.subarray(names[word], names[word] + names[word + 1])
    })
  }

  cut(reader: JsonReader, record: number): void {
    const start = this.#table[record]
    const end = this.#table[this.#capacity + record]
    for (let column = 0; column < this.#names.length; column++) this.#set(column, record, end, end)
    let doubts = 0
    const onMember = (name: Value, value: Value): void => {
      if (name.doubts & MEMBER_NO_NUMBER) throw new Undecided()
      const column = this.#find(reader.bytes, name)
      if (column < 0) return
      this.#set(column, record, value.start, value.end)
      const shift = 2 * Math.min(column, MEMBER_SHARED)
      // The last one of a name counts; in bits that are shared the doubts of those before stay.
      if (column < MEMBER_SHARED) doubts &= ~(3 << shift)
      doubts |= value.doubts << shift
    }
    try {
      reader.readLine(start, end, onMember)
    } catch (thrown) {
      if (!(thrown instanceof Undecided)) throw thrown
      doubts = MEMBERS_UNDECIDED
    }
    this.#table[2 * this.#capacity + record] = doubts
  }

  /** The column of a name; -1 if it is not wanted. */
  #find(bytes: Buffer, { start, end }: Value): number {
    for (let column = 0; column < this.#names.length; column++) {
      const name = this.#names[column]
      if (name.length === end - start && isSame(name, bytes, start)) return column
    }
    return -1
  }

  #set(column: number, record: number, start: number, end: number): void {
    const at = (3 + 2 * column) * this.#capacity + record
    this.#table[at] = start
    this.#table[at + this.#capacity] = end
  }
}

/** Shorter ones are compared faster here than by a call. */
function isSame(name: Buffer, bytes: Buffer, start: number): boolean {
  let at = 0
  while (at < name.length && name[at] === bytes[start + at]) at++
  return at === name.length
}

/** Reads lines of JSON; throws where one is not what is expected. */
export class JsonReader {
  readonly bytes: Buffer
  #at = 0
  #end = 0

  constructor(bytes: Buffer) {
    this.bytes = bytes
  }

  /** Read a line that is one object, and tell its members. */
  readLine(start: number, end: number, onMember: (name: Value, value: Value) => void): void {
    if (end - start > MOST_LINE_BYTES) throw new Undecided()
    this.#at = start
    this.#end = end
    this.#expect(OPEN_BRACE)
    if (!this.#take(CLOSE_BRACE)) {
      do {
        const name = this.#readText()
        this.#expect(COLON)
        onMember(name, this.#readValue())
      } while (this.#take(COMMA))
      this.#expect(CLOSE_BRACE)
    }
    this.#skipSpace()
    if (this.#at < end) throw new Undecided()
  }

  /** The next byte that is no space; -1 behind the last one. */
  #peek(): number {
    this.#skipSpace()
    return this.#at < this.#end ? this.bytes[this.#at] : -1
  }

  #skipSpace(): void {
    while (this.#at < this.#end && KINDS[this.bytes[this.#at]] === IS_SPACE) this.#at++
  }

  #take(byte: number): boolean {
    if (this.#peek() !== byte) return false
    this.#at++
    return true
  }

  #expect(byte: number): void {
    if (!this.#take(byte)) throw new Undecided()
  }

  #readValue(): Value {
    const first = this.#peek()
    if (first === QUOTE) return this.#readText()
    if (first !== OPEN_BRACE && first !== OPEN_BRACKET) return this.#readScalar()
    const start = this.#at
    this.#readNested()
    return { start, end: this.#at, doubts: MEMBER_NO_TEXT }
  }

  #readNested(): void {
    const closing: number[] = []
    do {
      const first = this.#peek()
      if (first === OPEN_BRACE || first === OPEN_BRACKET) {
        this.#at++
        closing.push(first === OPEN_BRACE ? CLOSE_BRACE : CLOSE_BRACKET)
        if (this.#peek() !== closing.at(-1)) {
          this.#readName(closing)
          continue
        }
      } else if (first === QUOTE) this.#readText()
      else this.#readScalar()
      while (closing.length > 0 && this.#take(closing.at(-1) as number)) closing.pop()
      if (closing.length > 0) {
        this.#expect(COMMA)
        this.#readName(closing)
      }
    } while (closing.length > 0)
  }

  /** Read the name before an element of the innermost one, if that is an object. */
  #readName(closing: readonly number[]): void {
    if (closing.at(-1) !== CLOSE_BRACE) return
    this.#readText()
    this.#expect(COLON)
  }

  #readScalar(): Value {
    const start = this.#at
    const first = this.bytes[start]
    while (this.#at < this.#end && KINDS[this.bytes[this.#at]] === IS_DIGIT) this.#at++
    const digits = this.#at - start
    while (this.#at < this.#end && KINDS[this.bytes[this.#at]] <= IS_DIGIT) this.#at++
    const end = this.#at
    // Most are digits alone.
    const isWhole = digits === end - start && digits > 0 && digits <= PLAIN_DIGITS
    if (isWhole && (first !== ZERO || digits === 1)) return { start, end, doubts: 0 }
    const text = this.bytes.latin1Slice(start, end)
    if (WORDS.includes(text)) return { start, end: text === 'null' ? start : end, doubts: 0 }
    if (!NUMBER.test(text)) throw new Undecided()
    return { start, end, doubts: isPlain(text) ? 0 : MEMBER_NO_TEXT }
  }

  /** What is between the quotes of a text. */
  #readText(): Value {
    this.#expect(QUOTE)
    const start = this.#at
    let hasEscapes = false
    let all = 0
    while (this.#at < this.#end) {
      const byte = this.bytes[this.#at]
      if (byte === QUOTE) break
      if (byte < SPACE) throw new Undecided()
      all |= byte
      if (byte === BACKSLASH) {
        hasEscapes = true
        this.#skipEscape()
      } else this.#at++
    }
    const end = this.#at
    if (end === this.#end) throw new Undecided()
    this.#at++
    if (hasEscapes) return { start, end, doubts: MEMBER_NO_TEXT | MEMBER_NO_NUMBER }
    if (all < FIRST_BEYOND_ASCII) return { start, end, doubts: 0 }
    return { start, end, doubts: isUtf8(this.bytes.subarray(start, end)) ? 0 : MEMBER_NO_TEXT }
  }

  #skipEscape(): void {
    const text = this.bytes.latin1Slice(this.#at, Math.min(this.#at + 6, this.#end))
    const found = /^\\(["\\/bfnrt]|u[0-9a-fA-F]{4})/.exec(text)
    if (found === null) throw new Undecided()
    this.#at += found[0].length
  }
}

/** Whether a number of JSON is known to be written as JavaScript writes it. */
function isPlain(text: string): boolean {
  const digits = text.replace(/[-.]/g, '').length
  return PLAIN_NUMBER.test(text) && digits <= PLAIN_DIGITS && text !== '-0' && !/^-?0\.0{6}/.test(text)
}
