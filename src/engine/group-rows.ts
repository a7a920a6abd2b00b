import { encodeField, type OutputDialect } from '../batch/encode.js'
import { ExtentList, RANGE_EXTENTS } from '../batch/extent-list.js'
import type { AggregateValue } from '../kernel/aggregate.js'
import type { CombinedGroups } from '../kernel/combined-groups.js'
import {
  EXTENT_LENGTH_MASK,
  EXTENT_OF_INTEGER,
  EXTENT_THEN_DELIMITER,
  EXTENT_THEN_LINE_FEED,
  NO_BYTE,
} from '../layout.js'
import type { Primitives } from '../primitives/primitives.js'
import { asBuffer } from './table.js'

/** Bytes that are written in one piece, but for rows that are longer. */
const PIECE_BYTES = 256 * 1024
/** The most bytes of a whole number and what follows it. */
const INTEGER_BYTES = 12
/** The most extents of a text: a length has 28 bits, one of V8's strings 29. */
const TEXT_EXTENTS = 3
const LINE_FEED = 10
const CARRIAGE_RETURN = 13

/** What rows are made of. */
export interface GroupColumns {
  readonly keyCount: number
  readonly aggregateCount: number
}

/** Whether rows of so many columns, and of more than one, can be encoded here. */
export function areEncodable({ keyCount, aggregateCount }: GroupColumns): boolean {
  return keyCount > 0 && aggregateCount > 0 && keyCount + aggregateCount <= 64
}

/**
 * Encodes groups as rows of csv or tsv, as `encodeRow` does: keys that need no quotes are copied, and small whole
 * numbers written, by one native call for some thousand; all else goes through strings.
 */
export class GroupRows {
  readonly #groups: CombinedGroups
  readonly #columns: GroupColumns
  readonly #dialect: OutputDialect
  readonly #delimiter: number
  /** NO_BYTE where nothing is quoted. */
  readonly #quote: number
  readonly #extents: ExtentList
  readonly #ranges: Uint32Array
  /** Characters of strings that extents stand for, each a byte. */
  #text = ''
  /** The most bytes that the extents come to. */
  #byteLength = 0
  #target = Buffer.allocUnsafeSlow(PIECE_BYTES)

  constructor(groups: CombinedGroups, columns: GroupColumns, dialect: OutputDialect, primitives: Primitives) {
    this.#groups = groups
    this.#columns = columns
    this.#dialect = dialect
    this.#delimiter = dialect.delimiter.charCodeAt(0)
    this.#quote = dialect.quote?.charCodeAt(0) ?? NO_BYTE
    this.#extents = new ExtentList(primitives, this.#delimiter)
    this.#ranges = new Uint32Array(2 * columns.keyCount)
  }

  /**
   * Encode a row for each group. A piece is valid until the next one is asked for.
   *
   * @throws LinemillError ERR_VALUE if a key would need quotes and there is no quote character.
   */
  *encode(groups: Iterable<number>): Generator<Buffer> {
    const { keyCount, aggregateCount } = this.#columns
    const mostExtents = RANGE_EXTENTS * keyCount + TEXT_EXTENTS * aggregateCount
    for (const group of groups) {
      this.#addKeys(group)
      for (let aggregate = 0; aggregate < aggregateCount; aggregate++) {
        const then = aggregate === aggregateCount - 1 ? EXTENT_THEN_LINE_FEED : EXTENT_THEN_DELIMITER
        this.#addValue(this.#groups.valueOf(group, aggregate), then)
      }
      if (this.#byteLength >= PIECE_BYTES || !this.#extents.hasRoomFor(mostExtents)) yield this.#write()
    }
    if (this.#extents.count > 0) yield this.#write()
  }

  #addKeys(group: number): void {
    const ranges = this.#ranges
    const bytes = this.#groups.keyRanges(group, ranges)
    for (let at = 0; at < ranges.length; at += 2) {
      const start = ranges[at]
      const end = ranges[at + 1]
      if (this.#isPlain(bytes, start, end)) {
        this.#extents.add(start, end, EXTENT_THEN_DELIMITER)
        this.#byteLength += end - start + 1
      } else {
        this.#addText(bytes.toString('latin1', start, end), EXTENT_THEN_DELIMITER)
      }
    }
  }

  /** Whether nothing in a key has a meaning in the output. */
  #isPlain(bytes: Buffer, start: number, end: number): boolean {
    const delimiter = this.#delimiter
    const quote = this.#quote
    for (let at = start; at < end; at++) {
      const byte = bytes[at]
      if (byte === delimiter || byte === quote || byte === LINE_FEED || byte === CARRIAGE_RETURN) return false
    }
    return true
  }

  #addValue(value: AggregateValue, then: number): void {
    if (typeof value === 'number' && Object.is(value, value | 0)) {
      this.#extents.put(this.#extents.count++, value, EXTENT_OF_INTEGER | then)
      this.#byteLength += INTEGER_BYTES
    } else {
      this.#addText(value instanceof Uint8Array ? asBuffer(value).toString('latin1') : value, then)
    }
  }

  #addText(value: string | number | bigint | null, then: number): void {
    const { delimiter, quote } = this.#dialect
    const text = encodeField(value, delimiter, quote)
    const extents = this.#extents
    let start = this.#text.length
    let left = text.length
    for (; left > EXTENT_LENGTH_MASK; left -= EXTENT_LENGTH_MASK, start += EXTENT_LENGTH_MASK) {
      extents.addText(start, EXTENT_LENGTH_MASK, extents.count)
    }
    extents.addText(start, left, extents.count)
    extents.endLatest(then)
    this.#text += text
    this.#byteLength += text.length + 1
  }

  /** Write what waits. */
  #write(): Buffer {
    if (this.#target.length < this.#byteLength) this.#target = Buffer.allocUnsafeSlow(this.#byteLength)
    const writer = { target: this.#target, position: 0, limit: this.#target.length, nextSlot: noRoom }
    this.#extents.writeTo(writer, { bytes: this.#groups.keyBytes, text: Buffer.from(this.#text, 'latin1') })
    this.#extents.count = 0
    this.#text = ''
    this.#byteLength = 0
    return this.#target.subarray(0, writer.position)
  }
}

function noRoom(): never {
  throw new Error('rows take more bytes than were counted')
}
