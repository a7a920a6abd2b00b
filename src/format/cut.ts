import type { Batch } from '../batch/batch.js'
import { LinemillError } from '../errors.js'
import type { InputReader } from '../input/input.js'
import {
  CUT_BLANKS,
  CUT_CAPACITY,
  CUT_COUNT,
  CUT_DATA_END,
  CUT_DELIMITER,
  CUT_DONE,
  CUT_EXPECTED,
  CUT_IS_FINAL,
  CUT_NEXT,
  CUT_OPEN_QUOTE,
  CUT_OWN_END,
  CUT_QUOTE,
  CUT_SHORT,
  CUT_SKIPS_BLANK,
  CUT_STATUS,
  CUT_UNCLOSED,
  CUT_WANTED,
} from '../layout.js'
import type { Boundary } from '../plan/boundary.js'
import type { Block, InputPlan } from '../plan/plan.js'
import { MEMBERS_CAPACITY, MEMBERS_END, MEMBERS_NEXT, MEMBERS_WORDS } from '../predicate-layout.js'
import type { Primitives } from '../primitives/primitives.js'
import { writeNames } from './members.js'

/** Bytes behind a block that are asked for with it, so that most last records end in the same window. */
const READ_ON_BYTES = 64 * 1024

const CARRIAGE_RETURN = 13
const LINE_FEED = 10

/** Cuts blocks into batches of whole records. */
export class BlockCutter {
  readonly #primitives: Primitives
  readonly #batch: Batch
  readonly #maxRecordBytes: number
  readonly #members = new Uint32Array(MEMBERS_WORDS)
  #wanted: Uint32Array = new Uint32Array(0)
  /** Names of the members to cut out of ndjson, if there are any. */
  #names: Uint32Array | undefined

  constructor(primitives: Primitives, batch: Batch, maxRecordBytes: number) {
    this.#primitives = primitives
    this.#batch = batch
    this.#maxRecordBytes = maxRecordBytes
  }

  /** Say which columns the next blocks' records are cut into. */
  useColumns({ wanted, members }: Pick<InputPlan, 'wanted' | 'members'>): void {
    this.#wanted = Uint32Array.from(wanted)
    this.#names = members.length > 0 ? writeNames(members) : undefined
  }

  /**
   * Fill the batch with a block's records, again and again, and hand it to `onBatch` each time.
   *
   * @param lastRecordNumber no record behind it is looked at.
   * @throws LinemillError ERR_UNCLOSED_QUOTE, ERR_RECORD_TOO_LARGE with the position of the record; the records
   * before it are handed out first.
   */
  cut(
    block: Block,
    before: Boundary,
    reader: InputReader,
    onBatch: (batch: Batch) => void,
    lastRecordNumber = Number.POSITIVE_INFINITY,
  ): void {
    const batch = this.#batch
    const { byteLength } = block.input
    let end = Math.min(byteLength, block.end + READ_ON_BYTES)
    const from = Math.max(block.input.contentStart, block.start - 2)
    batch.input = block.input
    batch.earlierRecords = before.runRecords - before.records
    batch.lookAt(reader.window(from, end))
    let next = this.#firstOwned(block, before)
    if (next >= block.end) return
    let recordNumber = this.#firstRecordNumber(block, before, next)
    let lineNumber =
      before.lines +
      1 +
      this.#primitives.countLineFeeds(batch.bytes, block.start - batch.base, next - batch.base)
    while (recordNumber <= lastRecordNumber) {
      this.#fill(next, block, end)
      const tooLarge = this.#findTooLarge()
      const wanted = lastRecordNumber - recordNumber + 1
      const isLast = batch.recordCount >= wanted
      if (isLast) batch.cut[CUT_COUNT] = wanted
      const status = batch.cut[CUT_STATUS]
      const cutEnd = batch.cut[CUT_NEXT]
      batch.begin({ recordNumber, lineNumber, offset: next - batch.base })
      if (this.#names !== undefined) this.#cutMembers(this.#names)
      if (batch.recordCount > 0) onBatch(batch)
      if (isLast) return
      if (tooLarge >= 0) throw this.#tooLarge(batch.start(tooLarge), recordNumber + tooLarge)
      if (status === CUT_DONE) return
      recordNumber += batch.recordCount
      lineNumber = batch.lineNumberAt(cutEnd)
      next = batch.base + cutEnd
      if (status === CUT_UNCLOSED) {
        // Where the window ends before the input does, a record that is too long is not known to be unclosed.
        if (byteLength - next > this.#maxRecordBytes) throw this.#tooLarge(cutEnd, recordNumber)
        throw this.#unclosed(batch, recordNumber, lineNumber, next)
      }
      if (status === CUT_SHORT) {
        if (end - next >= this.#maxRecordBytes + 2) throw this.#tooLarge(cutEnd, recordNumber)
        end = Math.min(
          byteLength,
          next + Math.min(this.#maxRecordBytes + 2, 2 * Math.max(READ_ON_BYTES, end - next)),
        )
        batch.lookAt(reader.window(next, end))
      }
    }
  }

  /** Absolute offset of the first record that starts in the block, or the block's end if none does. */
  #firstOwned(block: Block, before: Boundary): number {
    const { bytes, base } = this.#batch
    const start = block.start - base
    if (block.start === block.input.contentStart || (before.state === 0 && bytes[start - 1] === LINE_FEED)) {
      return block.start
    }
    const range = { from: start, limit: block.end - base, state: before.state }
    return base + this.#primitives.findRecordStart(bytes, range, block.input.dialect)
  }

  /** A record that began before the block ends in it (or is blank, and none); the next one is the first owned. */
  #firstRecordNumber(block: Block, before: Boundary, first: number): number {
    if (first === block.start) return before.records + 1
    const { bytes, base } = this.#batch
    const { contentStart, dialect } = block.input
    const start = block.start - base
    const isBlank =
      dialect.skipsBlank &&
      first === block.start + 1 &&
      bytes[start - 1] === CARRIAGE_RETURN &&
      (block.start - 1 === contentStart || bytes[start - 2] === LINE_FEED) &&
      before.state === 1
    return before.records + (isBlank ? 1 : 2)
  }

  #fill(next: number, block: Block, end: number): void {
    const { cut, base, bytes, table, capacity } = this.#batch
    const { dialect, byteLength, expectedFields } = block.input
    cut[CUT_NEXT] = next - base
    cut[CUT_OWN_END] = block.end - base
    cut[CUT_DATA_END] = end - base
    cut[CUT_IS_FINAL] = end === byteLength ? 1 : 0
    cut[CUT_DELIMITER] = dialect.delimiter
    cut[CUT_QUOTE] = dialect.quote
    cut[CUT_SKIPS_BLANK] = dialect.skipsBlank ? 1 : 0
    cut[CUT_CAPACITY] = capacity
    cut[CUT_WANTED] = this.#wanted.length
    cut[CUT_EXPECTED] = expectedFields
    cut[CUT_BLANKS] = 0
    this.#primitives.cutRecords(bytes, cut, this.#wanted, table)
  }

  #cutMembers(names: Uint32Array): void {
    const { bytes, table, capacity, recordCount } = this.#batch
    this.#members[MEMBERS_NEXT] = 0
    this.#members[MEMBERS_END] = recordCount
    this.#members[MEMBERS_CAPACITY] = capacity
    this.#primitives.cutMembers(bytes, names, this.#members, table)
  }

  /** Index of the first record that is too large, -1 if none is; the batch then ends before it. */
  #findTooLarge(): number {
    const { cut, table, capacity, recordCount } = this.#batch
    if (recordCount === 0 || cut[CUT_NEXT] - table[0] <= this.#maxRecordBytes) return -1
    for (let index = 0; index < recordCount; index++) {
      if (table[capacity + index] - table[index] > this.#maxRecordBytes) {
        cut[CUT_COUNT] = index
        return index
      }
    }
    return -1
  }

  /** `start` is relative to the window. */
  #tooLarge(start: number, recordNumber: number): LinemillError {
    const batch = this.#batch
    const message = `a record is longer than ${this.#maxRecordBytes} bytes, the most that \`maxRecordBytes\` allows: check \`format\` and \`quote\``
    return new LinemillError('ERR_RECORD_TOO_LARGE', message, {
      position: {
        inputName: batch.input.name,
        lineNumber: batch.lineNumberAt(start),
        recordNumber,
        inputOffset: batch.base + start,
      },
    })
  }

  #unclosed(batch: Batch, recordNumber: number, lineNumber: number, next: number): LinemillError {
    const quoteAt = batch.base + batch.cut[CUT_OPEN_QUOTE]
    const quoteLine = batch.lineNumberAt(batch.cut[CUT_OPEN_QUOTE])
    return new LinemillError(
      'ERR_UNCLOSED_QUOTE',
      `the quote at byte ${quoteAt} (line ${quoteLine}) is never closed`,
      { position: { inputName: batch.input.name, lineNumber, recordNumber, inputOffset: next } },
    )
  }
}
