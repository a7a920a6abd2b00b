import { EXTENT_THEN_DELIMITER, EXTENT_THEN_LINE_FEED, EXTENT_THEN_NOTHING } from '../layout.js'
import type { Primitives } from '../primitives/primitives.js'
import type { SlotWriter } from '../region/slot-writer.js'
import type { Batch } from './batch.js'
import { type Emitter, misuse, notText, type RowValue } from './emitter.js'
import { encodeRow } from './encode.js'
import { ExtentList } from './extent-list.js'

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
  readonly #dialect: OutputDialect
  readonly #fieldWord: (column: string | number) => number
  readonly #recordAllowed: boolean

  #text = ''
  readonly #extents: ExtentList
  /** Fields of a record begun by `field` and not ended yet. */
  #openFields = 0

  /** First of the batch's records that are to be copied and are not in the list of extents yet; -1 if none is. */
  #heldFrom = -1

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
    this.#dialect = settings.dialect
    this.#canAbort = settings.canAbort
    this.#recordAllowed = settings.recordAllowed
    this.#fieldWord = settings.fieldWord
    this.#extents = new ExtentList(primitives, settings.dialect.delimiter.charCodeAt(0))
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
    this.#text += encodeRow(values, delimiter, quote)
    this.#text += '\n'
    return this
  }

  field(column: string | number): this {
    const { table, capacity } = this.#batch
    const at = this.#fieldWord(column) + this.index
    if (this.#text !== '') this.flush()
    if (this.#openFields > 0) this.#extents.endLatest(EXTENT_THEN_DELIMITER)
    if (this.#extents.isFull) this.flush()
    this.#extents.add(table[at], table[at + capacity], EXTENT_THEN_NOTHING)
    this.#openFields++
    return this
  }

  end(): this {
    if (this.#openFields === 0) throw misuse('out.end() ends a record, but no out.field() has begun one')
    this.#extents.endLatest(EXTENT_THEN_LINE_FEED)
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
    const { recordCount } = this.#batch
    if (!Number.isInteger(index) || index < 0 || index >= recordCount) {
      throw misuse(`out.at() expects the index of one of the batch's ${recordCount} records, found ${index}`)
    }
    this.index = index
    return this
  }

  bytes(bytes: Uint8Array): this {
    if (!(bytes instanceof Uint8Array)) throw notText('out.bytes', bytes)
    this.#checkClosed()
    this.releaseLines(this.index)
    this.flush()
    this.#writeBytes(bytes)
    return this
  }

  /** Copy a record of the batch as it stands, and a line end. */
  inputLine(index: number): this {
    this.#checkClosed()
    this.releaseLines(index)
    if (this.#text !== '') this.flush()
    this.#addLines(index, index + 1)
    return this
  }

  #addLines(from: number, until: number): void {
    let next = from
    while (next < until) {
      if (this.#extents.isFull) this.flush()
      next = this.#extents.addLines(this.#batch, next, until, this.#markedExtents)
    }
  }

  /**
   * Copy the record at hand as it stands, and a line end, later: neighbours that are held one after the other become
   * one extent. Whatever else is emitted comes behind them.
   */
  holdLine(): void {
    if (this.#canAbort || this.#openFields > 0) this.inputLine(this.index)
    else if (this.#heldFrom < 0) this.#heldFrom = this.index
  }

  /** Add the held records before `until` to what is pending. */
  releaseLines(until: number): void {
    if (this.#heldFrom < 0) return
    const from = this.#heldFrom
    this.#heldFrom = -1
    this.#addLines(from, until)
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
    this.#markedExtents = this.#extents.count
  }

  /** Take back what was emitted since `beginRecord`; only with `canAbort`. */
  abortRecord(): void {
    this.#staged = []
    this.#text = this.#markedText
    this.#extents.count = this.#markedExtents
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
    this.#heldFrom = -1
    this.#extents.count = 0
    this.#openFields = 0
    this.#markedText = ''
    this.#markedExtents = 0
  }

  /** Move what is pending on, to the slots or, behind the mark of a record that may be taken back, to the side. */
  flush(): void {
    if (!this.#canAbort) {
      this.#writeText(this.#text)
      this.#extents.writeTo(this.#writer, this.#batch.bytes, 0, this.#extents.count)
    } else {
      if (this.#staged.length === 0) {
        this.#writeText(this.#markedText)
        this.#extents.writeTo(this.#writer, this.#batch.bytes, 0, this.#markedExtents)
      }
      this.#stage(this.#text.slice(this.#markedText.length), this.#markedExtents)
    }
    this.#text = ''
    this.#extents.count = 0
    this.#markedText = ''
    this.#markedExtents = 0
  }

  #beforeText(): void {
    this.#checkClosed()
    this.releaseLines(this.index)
    if (this.#extents.count > 0 || this.#text.length > TEXT_CAPACITY) this.flush()
  }

  #checkClosed(): void {
    if (this.#openFields > 0) throw misuse('out.end() is missing before other output than out.field()')
  }

  #writeText(text: string): void {
    if (text !== '') this.#writer.writeText(text)
  }

  #writeBytes(bytes: Uint8Array): void {
    if (this.#canAbort) this.#staged.push(Buffer.from(bytes))
    else this.#writer.writeBytes(bytes)
  }

  #stage(text: string, firstExtent: number): void {
    this.#staged.push(Buffer.from(text))
    this.#staged.push(...this.#extents.copy(firstExtent, this.#batch.bytes))
  }

  #releaseStaged(): void {
    if (this.#staged.length === 0) return
    for (const bytes of this.#staged) this.#writer.writeBytes(bytes)
    this.#staged = []
  }
}
