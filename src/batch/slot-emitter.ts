import { LinemillError } from '../errors.js'
import {
  COPY_COUNT,
  COPY_DELIMITER,
  COPY_FIRST,
  COPY_SKIP,
  COPY_TARGET,
  COPY_TARGET_END,
  COPY_WORDS,
  EXTENT_LENGTH_MASK,
  EXTENT_THEN_DELIMITER,
  EXTENT_THEN_LINE_FEED,
  EXTENT_THEN_NOTHING,
} from '../layout.js'
import type { Primitives } from '../primitives/primitives.js'
import type { SlotWriter } from '../region/slot-writer.js'
import type { Batch } from './batch.js'
import type { Emitter, RowValue } from './emitter.js'
import { encodeField } from './value.js'

/** Extents that one native call copies. */
const EXTENT_CAPACITY = 4096
/** Characters of text that are joined before they are written: few calls, and V8's young generation holds them. */
const TEXT_CAPACITY = 16 * 1024

/** How the records of the output are written. */
export interface OutputDialect {
  readonly delimiter: string
  readonly quote: string | undefined
}

/**
 * The emitter over slots. Strings are joined and ranges of the input collected; each is written by one call for
 * many records. Only one of the two is pending at a time, so order is kept.
 *
 * With `canAbort`, what a record has emitted can be taken back until `beginRecord` is called for the next one.
 */
export class SlotEmitter implements Emitter {
  /** Index in the batch of the record at hand. */
  index = 0
  readonly #writer: SlotWriter
  readonly #batch: Batch
  readonly #primitives: Primitives
  readonly #dialect: OutputDialect
  readonly #fieldWord: (column: string | number) => number
  readonly #recordAllowed: boolean

  #text = ''
  readonly #extents = new Uint32Array(2 * EXTENT_CAPACITY)
  #extentCount = 0
  readonly #copy = new Uint32Array(COPY_WORDS)
  /** Fields of a record begun by `field` and not ended yet. */
  #openFields = 0

  readonly #canAbort: boolean
  #markedText = ''
  #markedExtents = 0
  /** What the record at hand has emitted beyond what still is pending; only with `canAbort`. */
  #staged: Buffer[] = []

  constructor(
    writer: SlotWriter,
    batch: Batch,
    primitives: Primitives,
    settings: {
      dialect: OutputDialect
      canAbort: boolean
      /** False where passing records on would lose the inputs' header without a word. */
      recordAllowed: boolean
      fieldWord: (column: string | number) => number
    },
  ) {
    this.#writer = writer
    this.#batch = batch
    this.#primitives = primitives
    this.#dialect = settings.dialect
    this.#canAbort = settings.canAbort
    this.#recordAllowed = settings.recordAllowed
    this.#fieldWord = settings.fieldWord
    this.#copy[COPY_DELIMITER] = settings.dialect.delimiter.charCodeAt(0)
  }

  text(text: string): this {
    if (typeof text !== 'string') throw notText('out.text', text)
    this.#beforeText()
    this.#text += text
    return this
  }

  line(line: string): this {
    if (typeof line !== 'string') throw notText('out.line', line)
    this.#beforeText()
    this.#text += line
    this.#text += '\n'
    return this
  }

  row(...values: readonly RowValue[]): this {
    this.#beforeText()
    const { delimiter, quote } = this.#dialect
    let row = ''
    for (let i = 0; i < values.length; i++) {
      if (i > 0) row += delimiter
      row += encodeField(values[i], delimiter, quote)
    }
    // One empty field alone would make a line without bytes, which is no record; quoted it is one.
    if (values.length === 1 && row === '' && quote !== undefined) row = quote + quote
    this.#text += row
    this.#text += '\n'
    return this
  }

  field(column: string | number): this {
    const { table, capacity } = this.#batch
    const at = this.#fieldWord(column) + this.index
    if (this.#text !== '') this.flush()
    if (this.#openFields > 0) this.#endExtent(EXTENT_THEN_DELIMITER)
    if (this.#extentCount === EXTENT_CAPACITY) this.flush()
    this.#addExtent(table[at], table[at + capacity], EXTENT_THEN_NOTHING)
    this.#openFields++
    return this
  }

  end(): this {
    if (this.#openFields === 0) throw misuse('out.end() ends a record, but no out.field() has begun one')
    this.#endExtent(EXTENT_THEN_LINE_FEED)
    this.#openFields = 0
    return this
  }

  record(): this {
    if (!this.#recordAllowed) {
      throw misuse(
        "out.record() passes records of an input with a header on: give the job output: 'input' to pass the header on too, or output: [] to leave it out",
      )
    }
    return this.inputLine(this.index)
  }

  at(index: number): this {
    this.#checkClosed()
    this.index = index
    return this
  }

  bytes(bytes: Uint8Array): this {
    if (!(bytes instanceof Uint8Array)) throw notText('out.bytes', bytes)
    this.#checkClosed()
    this.flush()
    this.#writeBytes(bytes)
    return this
  }

  /** Copy a record of the batch as it stands, and a line end. */
  inputLine(index: number): this {
    this.#checkClosed()
    if (this.#text !== '') this.flush()
    const { table, capacity } = this.#batch
    const start = table[index]
    const end = table[capacity + index]
    if (this.#growsLatest(start, end)) return this
    if (this.#extentCount === EXTENT_CAPACITY) this.flush()
    this.#addExtent(start, end, EXTENT_THEN_LINE_FEED)
    return this
  }

  /** Whether text is pending, so that a line had better be added as text too. */
  get hasText(): boolean {
    return this.#text !== ''
  }

  /** Begin the next record: what was emitted before can be taken back no more. */
  beginRecord(index: number): void {
    this.index = index
    if (!this.#canAbort) return
    this.#releaseStaged()
    this.#markedText = this.#text
    this.#markedExtents = this.#extentCount
  }

  /** Take back what was emitted since `beginRecord`; only with `canAbort`. */
  abortRecord(): void {
    this.#staged = []
    this.#text = this.#markedText
    this.#extentCount = this.#markedExtents
    this.#openFields = 0
  }

  /** Check that the record at hand left nothing open. */
  endRecord(): void {
    if (this.#openFields !== 0) throw misuse('a record begun by out.field() was not ended by out.end()')
  }

  /** Write all that is pending; the batch may be filled anew then. */
  endBatch(): void {
    this.beginRecord(this.index)
    this.flush()
    this.#markedText = ''
    this.#markedExtents = 0
  }

  /** Forget what is pending: the block is abandoned. */
  reset(): void {
    this.#staged = []
    this.#text = ''
    this.#extentCount = 0
    this.#openFields = 0
    this.#markedText = ''
    this.#markedExtents = 0
  }

  /** Move what is pending on, to the slots or, behind the mark of a record that may be taken back, to the side. */
  flush(): void {
    if (!this.#canAbort) {
      this.#writeText(this.#text)
      this.#writeExtents(0, this.#extentCount)
    } else {
      if (this.#staged.length === 0) {
        this.#writeText(this.#markedText)
        this.#writeExtents(0, this.#markedExtents)
      }
      this.#stage(this.#text.slice(this.#markedText.length), this.#markedExtents)
    }
    this.#text = ''
    this.#extentCount = 0
    this.#markedText = ''
    this.#markedExtents = 0
  }

  #beforeText(): void {
    this.#checkClosed()
    if (this.#extentCount > 0 || this.#text.length > TEXT_CAPACITY) this.flush()
  }

  #checkClosed(): void {
    if (this.#openFields > 0) throw misuse('out.end() is missing before other output than out.field()')
  }

  #addExtent(start: number, end: number, then: number): void {
    let from = start
    while (end - from > EXTENT_LENGTH_MASK) {
      this.#extents[2 * this.#extentCount] = from
      this.#extents[2 * this.#extentCount + 1] = EXTENT_LENGTH_MASK
      this.#extentCount++
      from += EXTENT_LENGTH_MASK
      if (this.#extentCount === EXTENT_CAPACITY) this.flush()
    }
    this.#extents[2 * this.#extentCount] = from
    this.#extents[2 * this.#extentCount + 1] = (end - from) | then
    this.#extentCount++
  }

  #endExtent(then: number): void {
    this.#extents[2 * this.#extentCount - 1] |= then
  }

  /** Let the latest extent grow over a line that follows it in the input with one line feed between. */
  #growsLatest(start: number, end: number): boolean {
    if (this.#extentCount === 0 || this.#extentCount === this.#markedExtents) return false
    const at = 2 * this.#extentCount - 2
    const length = this.#extents[at + 1] & EXTENT_LENGTH_MASK
    const from = this.#extents[at]
    if (this.#extents[at + 1] >>> 30 !== EXTENT_THEN_LINE_FEED >>> 30) return false
    if (from + length + 1 !== start || end - from > EXTENT_LENGTH_MASK) return false
    this.#extents[at + 1] = (end - from) | EXTENT_THEN_LINE_FEED
    return true
  }

  #writeText(text: string): void {
    if (text !== '') this.#writer.writeText(text)
  }

  #writeExtents(first: number, count: number): void {
    if (first === count) return
    const { bytes } = this.#batch
    const writer = this.#writer
    const copy = this.#copy
    copy[COPY_FIRST] = first
    copy[COPY_COUNT] = count
    copy[COPY_SKIP] = 0
    for (;;) {
      copy[COPY_TARGET] = writer.position
      copy[COPY_TARGET_END] = writer.limit
      this.#primitives.copyExtents(bytes, this.#extents, copy, writer.target)
      writer.position = copy[COPY_TARGET]
      if (copy[COPY_FIRST] === count) return
      writer.nextSlot()
    }
  }

  #writeBytes(bytes: Uint8Array): void {
    if (this.#canAbort) this.#staged.push(Buffer.from(bytes))
    else this.#writer.writeBytes(bytes)
  }

  #stage(text: string, firstExtent: number): void {
    this.#staged.push(Buffer.from(text))
    const { bytes } = this.#batch
    for (let i = firstExtent; i < this.#extentCount; i++) {
      const start = this.#extents[2 * i]
      const word = this.#extents[2 * i + 1]
      const then = word & ~EXTENT_LENGTH_MASK
      this.#staged.push(Buffer.from(bytes.subarray(start, start + (word & EXTENT_LENGTH_MASK))))
      if (then >>> 30 === EXTENT_THEN_LINE_FEED >>> 30) this.#staged.push(Buffer.from('\n'))
      else if (then !== 0) this.#staged.push(Buffer.from(this.#dialect.delimiter))
    }
  }

  #releaseStaged(): void {
    if (this.#staged.length === 0) return
    for (const bytes of this.#staged) this.#writer.writeBytes(bytes)
    this.#staged = []
  }
}

function misuse(message: string): LinemillError {
  return new LinemillError('ERR_USER_FUNCTION', message)
}

function notText(what: string, found: unknown): LinemillError {
  const kind = found === null ? 'null' : typeof found
  return misuse(`${what}() expects ${what === 'out.bytes' ? 'a Uint8Array' : 'a string'}, found ${kind}`)
}
