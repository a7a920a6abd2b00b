import { CUT_COUNT } from '../layout.js'
import type { InputPlan, Plan } from '../plan/plan.js'
import type { Primitives } from '../primitives/primitives.js'
import { Batch, measureBatch, UNKNOWN } from './batch.js'
import type { Column, Cursor, RowOf } from './cursor.js'
import type { ColumnType } from './field.js'
import { makeCursor } from './make-cursor.js'

/**
 * A few thousand consecutive records of one input, as `batches` gives them. There is one for the whole iteration:
 * it and all it hands out are valid until the next step; keep values, not rows, arrays or bytes.
 *
 * Offsets are whole numbers of bytes. Those of records and fields are relative to `bytes[0]`; `inputOffset` is
 * absolute. An index is that of a record in the batch, from 0 to `recordCount - 1`.
 */
export interface RowBatch<
  C extends Readonly<Record<string, ColumnType>> = Readonly<Record<string, ColumnType>>,
> extends Iterable<RowOf<C>> {
  /** The input's name as it was given. */
  readonly inputName: string
  /** Records in the batch, at least 1. */
  readonly recordCount: number
  /** Number of the first record in its input, 1-based; the header and skipped blank lines are not counted. */
  readonly firstRecordNumber: number
  /** Line on which the first record starts, 1-based, counting every line of the input. */
  readonly firstLineNumber: number
  /** The input around the records, never to be written. It may reach beyond them on both sides. */
  readonly bytes: Buffer
  /** Offset of a record's first byte. */
  start(index: number): number
  /** Offset behind a record's last byte, its terminator excluded. */
  end(index: number): number
  /**
   * Starts and ends of a column's fields in all records, as they stand, quotes included. A field is named by its
   * column's name or 1-based number.
   *
   * @throws LinemillError ERR_USER_FUNCTION if the column is not among those that are read, or the format is ndjson.
   */
  fields(column: string | number): { readonly start: Uint32Array; readonly end: Uint32Array }
  /** Byte offset of a record in its input. */
  inputOffset(index: number): number
  /** Number of a record in its input, 1-based. */
  recordNumber(index: number): number
  /** The line on which a record starts, 1-based. Rising indexes cost one pass over the bytes together. */
  lineNumber(index: number): number
  /**
   * Move the row to a record, and give it. There is one row: reading a column decodes it, and throws ERR_VALUE, with
   * the position, if it does not parse.
   *
   * @throws RangeError if there is no such record.
   */
  row(index: number): RowOf<C>
  /** Move the row over all records in order. */
  [Symbol.iterator](): Iterator<RowOf<C>>
}

/** What a handed batch is filled with beside its table. */
export interface Filling {
  readonly input: InputPlan
  readonly recordCount: number
  readonly firstRecordNumber: number
  readonly firstLineNumber: number
  readonly bytes: Buffer
  /** Absolute offset of `bytes[0]`. */
  readonly base: number
}

/** The batch that an iteration fills with what workers hand over. */
export class HandedBatch extends Batch implements RowBatch {
  firstLineNumber = UNKNOWN
  /** Throws if the bytes may be wrong; asked before one of them is said to be. */
  verify: () => void = () => undefined
  #cursor!: Cursor
  #shownInput: InputPlan | undefined

  static async make(
    primitives: Primitives,
    plan: Plan,
    records: number,
    columns: readonly Column[],
  ): Promise<HandedBatch> {
    const { capacity, wantedCount } = measureBatch(plan, records)
    const batch = new HandedBatch(primitives, capacity, wantedCount)
    const { format } = plan.inputs[0]
    const cursor = await makeCursor(batch, columns, format, () => {
      batch.verify()
      return batch.position(cursor.index)
    })
    batch.#cursor = cursor
    batch.fieldWord = (column) => cursor.fieldWord(column)
    return batch
  }

  /** Show what is in the table now. */
  fill(filling: Filling): void {
    const { input, recordCount, firstRecordNumber, firstLineNumber } = filling
    if (input !== this.#shownInput) this.#cursor.useInput(input, input.slots, input.names)
    this.#shownInput = input
    this.input = input
    this.cut[CUT_COUNT] = recordCount
    this.firstLineNumber = firstLineNumber
    this.lookAt(filling)
    this.begin({ recordNumber: firstRecordNumber, lineNumber: firstLineNumber, offset: this.start(0) })
  }

  /** Show nothing any more. */
  clear(): void {
    this.cut[CUT_COUNT] = 0
    this.lookAt({ bytes: Buffer.alloc(0), base: 0 })
  }

  get inputName(): string {
    return this.input.name
  }

  row(index: number): RowOf<Readonly<Record<string, ColumnType>>> {
    if (!(index >= 0 && index < this.recordCount)) {
      throw new RangeError(`record ${index} is not among the ${this.recordCount} of the batch`)
    }
    this.#cursor.index = index
    return this.#cursor.row
  }

  *[Symbol.iterator](): Iterator<RowOf<Readonly<Record<string, ColumnType>>>> {
    const cursor = this.#cursor
    for (let index = 0; index < this.recordCount; index++) {
      cursor.index = index
      yield cursor.row
    }
  }
}
