import type { Batch } from '../batch/batch.js'
import { ExtentList } from '../batch/extent-list.js'
import { LinemillError, toPlainError } from '../errors.js'
import { canAttach } from '../input/input.js'
import {
  EXTENT_THEN_NOTHING,
  HANDED_BASE,
  HANDED_CARRIED,
  HANDED_COUNT,
  HANDED_END,
  HANDED_FAILURE,
  HANDED_INPUT,
  HANDED_KIND,
  HANDED_LINE_NUMBER,
  HANDED_RECORD_NUMBER,
  HANDED_START,
  HANDED_TABLE,
  HANDED_WANTED,
  HANDED_WORDS,
  NO_BYTE,
} from '../layout.js'
import type { InputPlan } from '../plan/plan.js'
import type { Primitives } from '../primitives/primitives.js'
import { BlockAbandoned, type Control } from '../region/control.js'
import type { SlotWriter } from '../region/slot-writer.js'
import { RecordContext } from './context.js'
import type { Kernel } from './kernel.js'
import { nextRagged, raggedError } from './ragged.js'

export interface HandOverSettings {
  /** The run's inputs, in order. */
  readonly inputs: readonly InputPlan[]
  readonly control: Control
}

/**
 * Hands batches over to the thread that asked for them (layout: HANDED_): their tables, and their bytes where that
 * thread cannot attach them itself. A record that fails ends them, in its place, so that all before it arrive.
 */
export class HandOverKernel implements Kernel {
  readonly errors = 0
  readonly #writer: SlotWriter
  readonly #settings: HandOverSettings
  readonly #context: RecordContext
  readonly #tableBytes: Uint8Array
  readonly #header = new Uint32Array(HANDED_WORDS)
  readonly #headerBytes = new Uint8Array(this.#header.buffer)
  readonly #headerDoubles = new Float64Array(this.#header.buffer)
  readonly #extents: ExtentList
  #isCarried = false

  constructor(batch: Batch, writer: SlotWriter, primitives: Primitives, settings: HandOverSettings) {
    this.#writer = writer
    this.#extents = new ExtentList(primitives, NO_BYTE)
    this.#settings = settings
    this.#context = new RecordContext(batch, {}, false)
    this.#tableBytes = new Uint8Array(batch.table.buffer)
  }

  useInput(input: InputPlan): void {
    this.#isCarried = !canAttach(input.handle)
    this.#header[HANDED_INPUT] = this.#settings.inputs.indexOf(input)
    this.#header[HANDED_WANTED] = input.wanted.length
  }

  process(batch: Batch): void {
    if (this.#settings.control.isCancelled()) throw new BlockAbandoned()
    const ragged = nextRagged(batch, 0)
    if (ragged > 0) this.#handOver(batch, ragged)
    if (ragged === batch.recordCount) return
    this.#context.index = ragged
    const { message } = raggedError(batch, ragged)
    const details = { position: this.#context.position(), excerpt: this.#context.excerpt() }
    this.fail(new LinemillError('ERR_RAGGED', message, details))
  }

  /** Hand a failure over, behind the records before it. */
  fail(thrown: unknown): void {
    if (!(thrown instanceof LinemillError)) throw thrown
    const text = Buffer.from(JSON.stringify(toPlainError(thrown)))
    this.#header[HANDED_KIND] = HANDED_FAILURE
    this.#header[HANDED_COUNT] = text.length
    this.#writer.writeBytes(this.#headerBytes)
    this.#writer.writeBytes(text)
  }

  abandonBlock(): void {}

  /** Hand over the first `count` records of a batch. */
  #handOver(batch: Batch, count: number): void {
    const header = this.#header
    const start = batch.start(0)
    const end = batch.end(count - 1)
    header[HANDED_KIND] = this.#isCarried ? HANDED_CARRIED : HANDED_TABLE
    header[HANDED_COUNT] = count
    header[HANDED_START] = start
    header[HANDED_END] = end
    this.#headerDoubles[HANDED_BASE / 2] = batch.base
    this.#headerDoubles[HANDED_RECORD_NUMBER / 2] = batch.firstRecordNumber
    this.#headerDoubles[HANDED_LINE_NUMBER / 2] = batch.lineNumber(0)
    this.#writer.writeBytes(this.#headerBytes)
    this.#writeTable(batch, count)
    if (!this.#isCarried) return
    this.#extents.add(start, end, EXTENT_THEN_NOTHING)
    this.#writeExtents(batch.bytes)
  }

  #writeTable({ capacity }: Batch, count: number): void {
    for (let array = 0; array < 3 + 2 * this.#header[HANDED_WANTED]; array++) {
      if (array === 2) continue // field counts: none of the records is ragged
      const at = 4 * capacity * array
      if (this.#extents.isFull) this.#writeExtents(this.#tableBytes)
      this.#extents.add(at, at + 4 * count, EXTENT_THEN_NOTHING)
    }
    this.#writeExtents(this.#tableBytes)
  }

  /** Write the extents that were collected, out of `bytes`. */
  #writeExtents(bytes: Uint8Array): void {
    this.#extents.writeTo(this.#writer, { bytes })
    this.#extents.count = 0
  }
}
