import { Batch } from '../batch/batch.js'
import { asLinemillError, type LinemillError, toPlainError } from '../errors.js'
import { BlockCutter } from '../format/cut.js'
import type { InputReader } from '../input/input.js'
import { inputFault, openReader } from '../input/open.js'
import type { Kernel } from '../kernel/kernel.js'
import { QUOTED } from '../layout.js'
import { type Boundary, BoundaryFinder } from '../plan/boundary.js'
import { type Block, blockAt, type InputPlan, type Plan } from '../plan/plan.js'
import type { Primitives } from '../primitives/primitives.js'
import { BlockAbandoned, type Control } from '../region/control.js'
import type { SlotWriter } from '../region/slot-writer.js'
import type { WorkerFigures } from '../report.js'
import type { FromWorker } from './messages.js'

/** Inputs whose windows a worker keeps; blocks come in order, so few are in use at a time. */
const READERS_KEPT = 4

/** Records of the batch that is used where records are only looked through. */
const COUNTING_RECORDS = 1024

/** Bytes behind a block that are read with it (see format/cut.ts). */
const READ_ON_BYTES = 64 * 1024

export interface BlockLoopParts {
  readonly plan: Plan
  readonly control: Control
  readonly primitives: Primitives
  readonly maxRecordBytes: number
  readonly limit: number
  readonly post: (message: FromWorker) => void
}

/** What is done with each block beyond summarising it; absent where records are only counted. */
export interface BlockWork {
  readonly kernel: Kernel
  readonly batch: Batch
  readonly writers: readonly SlotWriter[]
}

/** One worker's way through a run: claim a block, find its boundary, process it, publish; until none is left. */
export class BlockLoop {
  readonly #parts: BlockLoopParts
  readonly #finder: BoundaryFinder
  readonly #readers = new Map<number, InputReader>()
  #work: BlockWork | undefined
  #cutter: BlockCutter | undefined
  #input: InputPlan | undefined
  #inputIndex = 0
  #blocks = 0
  #records = 0

  constructor(parts: BlockLoopParts) {
    this.#parts = parts
    this.#finder = new BoundaryFinder(parts.plan, parts.control, parts.primitives, (index) =>
      this.#readerOf(index),
    )
  }

  /** Let blocks be processed, not only summarised. */
  setWork(work: BlockWork): void {
    this.#work = work
    this.#cutter = new BlockCutter(this.#parts.primitives, work.batch, this.#parts.maxRecordBytes)
  }

  /** Process blocks until none is left; failures are posted. */
  run(): WorkerFigures {
    const { control } = this.#parts
    for (let index = control.claim(); index >= 0; index = control.claim()) this.runBlock(index)
    this.close()
    return this.figures
  }

  /** Process one claimed block. */
  runBlock(index: number): void {
    const { worker } = this.#parts.control
    worker?.beginBlock(index)
    const block = blockAt(this.#parts.plan, index, this.#inputIndex)
    this.#inputIndex = block.inputIndex
    this.#runBlock(block)
    worker?.endBlock()
  }

  /** Say that a block failed: it and those behind it are needed no more. */
  fail(blockIndex: number, error: LinemillError): void {
    this.#parts.post({ type: 'blockFailed', blockIndex, error: toPlainError(error) })
    this.#parts.control.stopAfter(blockIndex - 1)
  }

  get figures(): WorkerFigures {
    // A thread that has not waited has -0, which nobody is to see.
    const waitSeconds = this.#parts.control.waitSeconds + 0
    return { blocks: this.#blocks, records: this.#records, waitSeconds }
  }

  close(): void {
    for (const writer of this.#work?.writers ?? []) writer.close()
    for (const reader of this.#readers.values()) reader.close()
    this.#readers.clear()
  }

  /** Throw if bytes that were read may be wrong. */
  readonly verify = (): void => {
    const fault = this.#fault()
    if (fault !== undefined) throw fault
  }

  /** The error about bytes that may be wrong. It comes before any other, which may be of these bytes' making. */
  #fault(): LinemillError | undefined {
    for (const [inputIndex, reader] of this.#readers) {
      if (reader.isFaulted()) return inputFault(this.#parts.plan.inputs[inputIndex].name)
    }
    return undefined
  }

  #runBlock(block: Block): void {
    const { control } = this.#parts
    try {
      const kernel = this.#work?.kernel
      const { errors = 0, passed = 0 } = kernel ?? {}
      const records = this.#processBlock(block)
      this.verify()
      for (const writer of this.#work?.writers ?? []) writer.publish()
      control.finish(block.index, {
        records,
        errors: (kernel?.errors ?? 0) - errors,
        passed: (kernel?.passed ?? 0) - passed,
      })
      this.#blocks++
      this.#records += records
    } catch (thrown) {
      for (const writer of this.#work?.writers ?? []) writer.discard()
      this.#work?.kernel.abandonBlock()
      if (thrown instanceof BlockAbandoned) return
      this.fail(block.index, this.#fault() ?? asLinemillError(thrown, 'ERR_WORKER', 'internal error: '))
    }
  }

  /** Number of records processed. */
  #processBlock(block: Block): number {
    const reader = this.#readerOf(block.inputIndex)
    const { contentStart, byteLength } = block.input
    const readOnBytes = this.#work === undefined ? 0 : READ_ON_BYTES
    reader.window(Math.max(contentStart, block.start - 2), Math.min(byteLength, block.end + readOnBytes))
    const { before, after } = this.#finder.resolve(block)
    if (after.runRecords >= this.#parts.limit) this.#parts.control.stopAfter(block.index)
    // The records that start in a block are followed by as many at most as end before its end.
    if (this.#work === undefined || after.runRecords < (this.#work.kernel.firstRecord ?? 0)) {
      const isUnclosed = block.end === byteLength && after.state === QUOTED
      if (isUnclosed && after.runRecords <= this.#parts.limit) this.#failUnclosed(block, reader)
      return 0
    }
    return this.#process(block, before, reader, this.#work)
  }

  #process(block: Block, before: Boundary, reader: InputReader, work: BlockWork): number {
    for (const writer of work.writers) writer.beginBlock(block.index)
    if (block.input !== this.#input) {
      this.#input = block.input
      this.#cutter?.useColumns(block.input)
      work.kernel.useInput(block.input)
    }
    let records = 0
    const onBatch = (batch: Batch): void => {
      records += batch.recordCount
      work.kernel.process(batch)
    }
    const lastRecordNumber = before.records + (this.#parts.limit - before.runRecords)
    try {
      this.#cutter?.cut(block, before, reader, onBatch, lastRecordNumber)
    } catch (thrown) {
      work.kernel.fail(thrown)
    }
    return records
  }

  /** Where records are only counted nobody has met the open quote: find the record, and fail as its owner would. */
  #failUnclosed(last: Block, reader: InputReader): void {
    const { primitives, maxRecordBytes } = this.#parts
    const batch = new Batch(primitives, COUNTING_RECORDS, 0)
    const cutter = new BlockCutter(primitives, batch, maxRecordBytes)
    for (const { block, before } of this.#finder.lastRecordOwners(last)) {
      cutter.cut(block, before, reader, () => undefined)
    }
  }

  #readerOf(inputIndex: number): InputReader {
    const known = this.#readers.get(inputIndex)
    if (known !== undefined) return known
    if (this.#readers.size >= READERS_KEPT) {
      const [oldest, other] = this.#readers.keys() // that of the block at hand is kept, to be verified
      const leaving = oldest === this.#inputIndex ? other : oldest
      this.#readers.get(leaving)?.close()
      this.#readers.delete(leaving)
    }
    const reader = openReader(this.#parts.plan.inputs[inputIndex].handle)
    this.#readers.set(inputIndex, reader)
    return reader
  }
}
