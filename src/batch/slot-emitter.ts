import type { Primitives } from '../primitives/primitives.js'
import type { SlotWriter } from '../region/slot-writer.js'
import type { Batch } from './batch.js'
import { type Emitter, misuse, notText, type RowValue } from './emitter.js'
import { encodeField, encodeRow, isEmptyField, type OutputDialect } from './encode.js'
import { PendingOutput } from './pending-output.js'
import { RecordCopier } from './record-copier.js'

/**
 * The emitter over slots. What is emitted is collected, and written by few calls for many records.
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

  readonly #pending: PendingOutput
  readonly #copier: RecordCopier
  /** Fields of a record begun by `field` and not ended yet. */
  #openFields = 0
  /** Whether the first of them is a value without bytes. */
  #beginsEmpty = false

  /** First of the batch's records that are to be copied and are not in the list of extents yet; -1 if none is. */
  #heldFrom = -1

  readonly #canAbort: boolean
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
    this.#pending = new PendingOutput(writer, batch, primitives, settings.dialect)
    this.#copier = new RecordCopier(primitives)
  }

  text(text: string): this {
    if (typeof text !== 'string') throw notText('out.text', text)
    this.#beforeText()
    this.#pending.addString(text)
    return this
  }

  line(line: string): this {
    if (typeof line !== 'string') throw notText('out.line', line)
    this.#beforeText()
    this.#pending.addString(line)
    this.#pending.addString('\n')
    return this
  }

  row(...values: readonly RowValue[]): this {
    this.#checkClosed()
    this.releaseLines(this.index)
    if (!this.#pending.addRow(values)) this.#addLongRow(values)
    return this
  }

  field(column: string | number): this {
    const { table, capacity } = this.#batch
    const at = this.#fieldWord(column) + this.index
    this.#beginField()
    if (!this.#pending.addRange(table[at], table[at + capacity])) {
      this.flush()
      this.#pending.addRange(table[at], table[at + capacity])
    }
    return this
  }

  value(value: RowValue): this {
    const before = this.#beginsEmpty
    this.#beginField()
    try {
      if (!this.#pending.addValue(value)) this.#addLongValue(value)
    } catch (thrown) {
      this.#giveUpField(before)
      throw thrown
    }
    this.#beginsEmpty = this.#openFields === 1 && isEmptyField(value)
    return this
  }

  end(): this {
    if (this.#openFields === 0)
      throw misuse('out.end() ends a record, but no out.field() or out.value() has begun one')
    if (this.#beginsEmpty && this.#openFields === 1) this.#pending.quote()
    this.#pending.endLine()
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
    this.#addLines(index, index + 1)
    return this
  }

  /** Copy records `[from, until)` of the batch as they stand, each with a line end; they cannot be taken back. */
  inputLines(from: number, until: number): void {
    this.#addLines(from, until)
    this.beginRecord(until)
  }

  /** Copy records of the batch that are listed, each with a line end; they cannot be taken back. */
  inputRecords(records: Uint32Array): void {
    this.endBatch()
    this.#copier.copy(this.#batch, records, this.#writer)
  }

  #addLines(from: number, until: number): void {
    let next = from
    while (next < until) {
      next = this.#pending.addLines(next, until)
      if (next < until) this.flush()
    }
  }

  /**
   * Emit the record at hand as it stands, and a line end; `line` is its text. Where nothing speaks against it the record
   * is held: neighbours become one extent. All else that is emitted comes behind them, so that while records are held no
   * text is pending and no field is open.
   */
  keepLine(line: string): void {
    if (this.#heldFrom >= 0) return
    if (this.#pending.endsInStrings) this.line(line)
    else if (this.#canAbort || this.#openFields > 0) this.inputLine(this.index)
    else this.#heldFrom = this.index
  }

  /** Add the held records before `until` to what is pending. */
  releaseLines(until: number): void {
    if (this.#heldFrom < 0) return
    const from = this.#heldFrom
    this.#heldFrom = -1
    this.#addLines(from, until)
  }

  /** Begin the next record: what was emitted before can be taken back no more. */
  beginRecord(index: number): void {
    this.index = index
    if (!this.#canAbort) return
    this.#releaseStaged()
    this.#pending.fix()
  }

  /** Take back what was emitted since `beginRecord`; only with `canAbort`. */
  abortRecord(): void {
    this.#staged = []
    this.#pending.takeBack()
    this.#openFields = 0
  }

  /** Check that the record at hand left nothing open. */
  endRecord(): void {
    if (this.#openFields !== 0)
      throw misuse('a record begun by out.field() or out.value() was not ended by out.end()')
  }

  /** Write all that is pending; the batch may be filled anew then. */
  endBatch(): void {
    this.beginRecord(this.index)
    this.flush()
  }

  /** Forget what is pending: the block is abandoned. */
  reset(): void {
    this.#staged = []
    this.#heldFrom = -1
    this.#openFields = 0
    this.#pending.clear()
  }

  /** Move what is pending on, to the slots or, behind the mark of a record that may be taken back, to the side. */
  flush(): void {
    if (!this.#canAbort) this.#pending.write()
    else {
      if (this.#staged.length === 0) this.#pending.writeFixed()
      this.#staged.push(...this.#pending.copyUnfixed())
    }
    this.#pending.clear()
  }

  /** Begin the next field of a record. */
  #beginField(): void {
    if (this.#openFields > 0) this.#pending.delimit()
    else this.releaseLines(this.index)
    this.#beginsEmpty = false
    this.#openFields++
  }

  /** Let a field whose value cannot be written not have begun: a job may catch that, and go on. */
  #giveUpField(beginsEmpty: boolean): void {
    this.#openFields--
    this.#beginsEmpty = beginsEmpty
    if (this.#openFields > 0) this.#pending.undelimit()
  }

  #addLongRow(values: readonly RowValue[]): void {
    this.flush()
    if (this.#pending.addRow(values)) return
    const { delimiter, quote } = this.#dialect
    this.#pending.addString(`${encodeRow(values, delimiter, quote)}\n`)
  }

  #addLongValue(value: RowValue): void {
    const { delimiter, quote } = this.#dialect
    // HAZARD: first, since it throws where the value cannot be written, and what is flushed cannot be taken back.
    const encoded = encodeField(value, delimiter, quote)
    this.flush()
    if (this.#pending.addValue(value)) return
    this.#writeBytes(Buffer.from(encoded))
    this.#pending.addRange(0, 0) // something to be followed by what follows the value
  }

  #beforeText(): void {
    this.#checkClosed()
    this.releaseLines(this.index)
    if (this.#pending.isLong) this.flush()
  }

  #checkClosed(): void {
    if (this.#openFields > 0) {
      throw misuse('out.end() is missing before other output than out.field() and out.value()')
    }
  }

  #writeBytes(bytes: Uint8Array): void {
    if (this.#canAbort) this.#staged.push(Buffer.from(bytes))
    else this.#writer.writeBytes(bytes)
  }

  #releaseStaged(): void {
    if (this.#staged.length === 0) return
    for (const bytes of this.#staged) this.#writer.writeBytes(bytes)
    this.#staged = []
  }
}
