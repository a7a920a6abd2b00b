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
const MOST_LINE_BYTES = 2 ** 28

const QUOTE = 34
const BACKSLASH = 92
const COLON = 58
const COMMA = 44
const OPEN_BRACE = 123
const CLOSE_BRACE = 125
const OPEN_BRACKET = 91
const CLOSE_BRACKET = 93
const SPACE = 32

const SPACES: readonly number[] = [SPACE, 9, 13]
const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/
/** A number as JavaScript writes it. One of more digits may be, too. */
const PLAIN_NUMBER = /^-?(0|[1-9]\d*)(\.\d*[1-9])?$/
const PLAIN_DIGITS = 15
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
class Undecided extends Error {}

/** A value, and what it cannot be read as from its bytes (layout: MEMBER_). */
interface Value {
  readonly start: number
  readonly end: number
  readonly doubts: number
}

class MemberRows {
  readonly #table: Uint32Array
  readonly #capacity: number
  /** Columns by their names, one character for each byte. */
  readonly #columns = new Map<string, number>()

  constructor(names: Uint32Array, table: Uint32Array, capacity: number) {
    this.#table = table
    this.#capacity = capacity
    const bytes = Buffer.from(names.buffer, names.byteOffset, names.byteLength)
    for (let column = 0; column < names[NAMES_COUNT]; column++) {
      const word = NAMES_WORDS + NAME_WORDS * column
      const name = bytes.latin1Slice(names[word], names[word] + names[word + 1])
      if (!this.#columns.has(name)) this.#columns.set(name, column)
    }
  }

  cut(reader: JsonReader, record: number): void {
    const start = this.#table[record]
    const end = this.#table[this.#capacity + record]
    for (const column of this.#columns.values()) this.#set(column, record, end, end)
    let doubts = 0
    const onMember = (name: string, value: Value): void => {
      const column = this.#columns.get(name)
      if (column === undefined) return
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

  #set(column: number, record: number, start: number, end: number): void {
    const at = (3 + 2 * column) * this.#capacity + record
    this.#table[at] = start
    this.#table[at + this.#capacity] = end
  }
}

/** Reads lines of JSON; throws where one is not what is expected. */
class JsonReader {
  readonly #bytes: Buffer
  #at = 0
  #end = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  /** Read a line that is one object, and tell its members. */
  readLine(start: number, end: number, onMember: (name: string, value: Value) => void): void {
    if (end - start > MOST_LINE_BYTES) throw new Undecided()
    this.#at = start
    this.#end = end
    this.#expect(OPEN_BRACE)
    if (!this.#take(CLOSE_BRACE)) {
      do {
        const name = this.#readText()
        if (name.doubts & MEMBER_NO_NUMBER) throw new Undecided()
        this.#expect(COLON)
        onMember(this.#bytes.latin1Slice(name.start, name.end), this.#readValue())
      } while (this.#take(COMMA))
      this.#expect(CLOSE_BRACE)
    }
    this.#skipSpace()
    if (this.#at < end) throw new Undecided()
  }

  /** The next byte that is no space; -1 behind the last one. */
  #peek(): number {
    this.#skipSpace()
    return this.#at < this.#end ? this.#bytes[this.#at] : -1
  }

  #skipSpace(): void {
    while (this.#at < this.#end && SPACES.includes(this.#bytes[this.#at])) this.#at++
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
    while (this.#at < this.#end && !isEdge(this.#bytes[this.#at])) this.#at++
    const end = this.#at
    const text = this.#bytes.latin1Slice(start, end)
    if (WORDS.includes(text)) return { start, end: text === 'null' ? start : end, doubts: 0 }
    if (!NUMBER.test(text)) throw new Undecided()
    return { start, end, doubts: isPlain(text) ? 0 : MEMBER_NO_TEXT }
  }

  /** What is between the quotes of a text. */
  #readText(): Value {
    this.#expect(QUOTE)
    const start = this.#at
    let hasEscapes = false
    while (this.#at < this.#end && this.#bytes[this.#at] !== QUOTE) {
      if (this.#bytes[this.#at] < SPACE) throw new Undecided()
      if (this.#bytes[this.#at] === BACKSLASH) {
        hasEscapes = true
        this.#skipEscape()
      } else this.#at++
    }
    const end = this.#at
    this.#expect(QUOTE)
    if (hasEscapes) return { start, end, doubts: MEMBER_NO_TEXT | MEMBER_NO_NUMBER }
    return { start, end, doubts: isUtf8(this.#bytes.subarray(start, end)) ? 0 : MEMBER_NO_TEXT }
  }

  #skipEscape(): void {
    const text = this.#bytes.latin1Slice(this.#at, Math.min(this.#at + 6, this.#end))
    const found = /^\\(["\\/bfnrt]|u[0-9a-fA-F]{4})/.exec(text)
    if (found === null) throw new Undecided()
    this.#at += found[0].length
  }
}

/** Whether a byte ends a number or a word: space, quotes, and what JSON is built of. */
function isEdge(byte: number): boolean {
  return SPACES.includes(byte) || EDGES.includes(byte)
}

const EDGES: readonly number[] = [
  ...[QUOTE, COLON, COMMA],
  ...[OPEN_BRACE, CLOSE_BRACE, OPEN_BRACKET, CLOSE_BRACKET],
]

/** Whether a number of JSON is known to be written as JavaScript writes it. */
function isPlain(text: string): boolean {
  const digits = text.replace(/[-.]/g, '').length
  return PLAIN_NUMBER.test(text) && digits <= PLAIN_DIGITS && text !== '-0' && !/^-?0\.0{6}/.test(text)
}
