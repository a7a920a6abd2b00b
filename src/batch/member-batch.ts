import { isUtf8 } from 'node:buffer'
import { MEMBER_NO_NUMBER, MEMBER_SHARED, MEMBERS_UNDECIDED } from '../predicate-layout.js'
import { readMembers } from '../primitives/json-members.js'
import type { Primitives } from '../primitives/primitives.js'
import type { Batch } from './batch.js'
import { SelectedBatch } from './selected-batch.js'

const QUOTE = 34
const BACKSLASH = 92

/** In a record's doubts: a member is a text with escapes, for each of them, or the record is undecided. */
const ESCAPED = 0xaaaaaaaa

const FIRST_BYTES = 64 * 1024
/** A copy of more, as of a very long record, is not kept. */
const MOST_KEPT_BYTES = 16 * 1024 * 1024

/**
 * Records of ndjson whose members can be read as fields (layout: MEMBER_): texts are without escapes; what is neither
 * a text nor null stands as it is written.
 */
export class MemberBatch extends SelectedBatch {
  readonly #origin: Batch
  /** The records' bytes, and behind them texts without escapes, where there are such. */
  #copy = Buffer.alloc(0)

  constructor(origin: Batch, primitives: Primitives) {
    super(origin, primitives)
    this.#origin = origin
  }

  override clear(): void {
    super.clear()
    if (this.#copy.length > MOST_KEPT_BYTES) this.#copy = Buffer.alloc(0)
  }

  /** Bring all that stands in the table. */
  fillAll(): void {
    const { table, capacity } = this
    this.fill(Array.from({ length: table.length / capacity }, (_, column) => column * capacity))
  }

  override start(index: number): number {
    return this.table[index]
  }

  override end(index: number): number {
    return this.table[this.capacity + index]
  }

  /** Find the members of records that native code left undecided, which are objects of JSON. */
  decide(): void {
    const { table, capacity, recordCount } = this
    let names: readonly Buffer[] | undefined
    for (let record = 0; record < recordCount; record++) {
      if (table[2 * capacity + record] < MEMBERS_UNDECIDED) continue
      names ??= this.input.members.map((name) => Buffer.from(name))
      this.#findMembers(record, names)
    }
  }

  #findMembers(record: number, names: readonly Buffer[]): void {
    const { table, capacity, bytes } = this
    let doubts = 0
    readMembers(bytes, this.start(record), this.end(record), (name, value) => {
      const written =
        name.doubts & MEMBER_NO_NUMBER
          ? unescapedText(bytes, name.start, name.end)
          : bytes.subarray(name.start, name.end)
      const slot = names.findIndex((wanted) => wanted.equals(written))
      if (slot < 0) return
      this.#place(slot, record, value.start, value.end)
      doubts |= value.doubts << (2 * Math.min(slot, MEMBER_SHARED))
    })
    table[2 * capacity + record] = doubts
  }

  /** Whether a record has a member, null or not. */
  isThere(slot: number, record: number): boolean {
    return this.table[(3 + 2 * slot) * this.capacity + record] < this.end(record)
  }

  /** Whether a record's member is a text: not missing, null, a number and so on. */
  isText(slot: number, record: number): boolean {
    return this.bytes[this.table[(3 + 2 * slot) * this.capacity + record] - 1] === QUOTE
  }

  /** Put texts in the place of those with escapes. */
  unescape(): void {
    const { table, capacity, recordCount } = this
    const doubts = table.subarray(2 * capacity, 2 * capacity + recordCount)
    if (!doubts.some((word) => (word & ESCAPED) !== 0)) return
    let end = this.#copyRecords()
    for (let record = 0; record < recordCount; record++) {
      if ((doubts[record] & ESCAPED) !== 0) end = this.#unescapeMembers(record, end)
    }
    this.bytes = this.#copy
  }

  /** Copy all bytes from the first record to the last, to have room behind them; gives where they end. */
  #copyRecords(): number {
    const { table, capacity, recordCount, bytes } = this
    const first = this.start(0)
    const length = this.end(recordCount - 1) - first
    if (this.#copy.length < length) this.#copy = Buffer.allocUnsafeSlow(length + FIRST_BYTES)
    bytes.copy(this.#copy, 0, first, first + length)
    this.base += first
    for (let word = 0; word < table.length; word += capacity) {
      if (word === 2 * capacity) continue
      for (let record = 0; record < recordCount; record++) table[word + record] -= first
    }
    return length
  }

  /** Put a record's texts behind `end` of the copy; gives where they end. */
  #unescapeMembers(record: number, end: number): number {
    const { table, capacity } = this
    const doubts = table[2 * capacity + record]
    for (let slot = 0; slot < this.input.members.length; slot++) {
      if (((doubts >>> (2 * Math.min(slot, MEMBER_SHARED))) & MEMBER_NO_NUMBER) === 0) continue
      const word = (3 + 2 * slot) * capacity + record
      const text = this.#unescapedAt(table[word], table[word + capacity])
      if (text === undefined) continue
      end = this.#append(text, end)
      this.#place(slot, record, end - text.length, end)
    }
    return end
  }

  /** Put a text, and a quote before it, behind `end` of the copy; gives where it ends. */
  #append(text: Buffer, end: number): number {
    const needed = end + 1 + text.length
    if (needed > this.#copy.length) {
      const longer = Buffer.allocUnsafeSlow(needed + Math.max(FIRST_BYTES, needed >> 2))
      this.#copy.copy(longer, 0, 0, end)
      this.#copy = longer
    }
    this.#copy[end] = QUOTE
    text.copy(this.#copy, end + 1)
    return needed
  }

  /** Bits that are shared tell of other members too. */
  #unescapedAt(start: number, end: number): Buffer | undefined {
    const copy = this.#copy
    if (start === end || copy[start - 1] !== QUOTE) return undefined
    const at = copy.indexOf(BACKSLASH, start)
    return at >= 0 && at < end ? unescapedText(copy, start, end) : undefined
  }

  #place(slot: number, record: number, start: number, end: number): void {
    const word = (3 + 2 * slot) * this.capacity + record
    this.table[word] = start
    this.table[word + this.capacity] = end
  }

  override lineNumberAt(offset: number): number {
    return super.lineNumberAt(this.base + offset - this.#origin.base)
  }
}

/** Escapes side by side, two of which may be the halves of one character. */
const ESCAPES = /((?:\\(?:u[0-9a-fA-F]{4}|["\\/bfnrt]))+)/

/** What stands between the quotes of a text of JSON, bytes that are no UTF-8 too; half a surrogate pair becomes U+FFFD. */
function unescapedText(bytes: Buffer, start: number, end: number): Buffer {
  return (
    (isUtf8(bytes.subarray(start, end)) && parsedText(bytes, start, end)) || unescapedParts(bytes, start, end)
  )
}

/** Undefined where that is no text any more: whoever writes to a mapped file may change it meanwhile. */
function parsedText(bytes: Buffer, start: number, end: number): Buffer | undefined {
  try {
    return Buffer.from(JSON.parse(bytes.utf8Slice(start - 1, end + 1)))
  } catch {
    return undefined
  }
}

/** Unescape what JSON.parse would lose bytes of; a long text takes many times its memory. */
function unescapedParts(bytes: Buffer, start: number, end: number): Buffer {
  const parts = bytes.latin1Slice(start, end).split(ESCAPES)
  const asBytes = (part: string, index: number): Buffer =>
    index % 2 === 1 ? Buffer.from(JSON.parse(`"${part}"`)) : Buffer.from(part, 'latin1')
  return Buffer.concat(parts.map(asBytes))
}
