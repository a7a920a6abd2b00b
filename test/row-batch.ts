/** Batches made by hand and cursors over them, for the tests of rows. */
import { expect } from 'vitest'
import { Batch } from '../dist/batch/batch.js'
import { JsonRowCursor } from '../dist/batch/json-row.js'
import type { Column, ColumnType, Cursor } from '../dist/batch/row.js'
import { RowCursor } from '../dist/batch/row-cursor.js'
import { LinemillError } from '../dist/errors.js'
import * as layout from '../dist/layout.js'
import type { FormatName } from '../dist/options.js'
import type { InputPlan } from '../dist/plan/plan.js'
import { portablePrimitives } from '../dist/primitives/portable.js'

export const CAPACITY = 8
const COMMA = 44
const QUOTE = 34

interface Sheet {
  readonly text: string
  readonly names?: readonly string[]
  readonly format?: FormatName
  readonly quote?: number
}

/** Cut text into a batch, all columns wanted. */
export function fill(batch: Batch, sheet: Sheet): InputPlan {
  const { text, names = [], format = 'csv', quote = QUOTE } = sheet
  // Bytes before the records, so that offsets are no indexes by chance.
  const bytes = Buffer.from(`"pad"\n${text}`)
  const hasFields = format === 'csv' || format === 'tsv'
  batch.lookAt({ bytes, base: 1000 })
  batch.begin({ recordNumber: 1, lineNumber: 2, offset: 6 })
  batch.cut[layout.CUT_NEXT] = 6
  batch.cut[layout.CUT_OWN_END] = bytes.length
  batch.cut[layout.CUT_DATA_END] = bytes.length
  batch.cut[layout.CUT_IS_FINAL] = 1
  batch.cut[layout.CUT_DELIMITER] = hasFields ? COMMA : layout.NO_BYTE
  batch.cut[layout.CUT_QUOTE] = hasFields ? quote : layout.NO_BYTE
  batch.cut[layout.CUT_CAPACITY] = CAPACITY
  batch.cut[layout.CUT_WANTED] = names.length
  portablePrimitives.cutRecords(bytes, batch.cut, Uint32Array.from(names.keys()), batch.table)
  return { names, format, dialect: { delimiter: COMMA, quote, skipsBlank: true } } as unknown as InputPlan
}

export function columnsOf(types: Record<string, ColumnType>): Column[] {
  return Object.entries(types).map(([name, type]) => ({ name, type }))
}

/** Make a cursor over text of csv that has the columns `names`. */
export function open(
  types: Record<string, ColumnType>,
  names: readonly string[],
  text: string,
): Cursor & { batch: Batch } {
  const batch = new Batch(portablePrimitives, CAPACITY, 8)
  const columns = columnsOf(types)
  const cursor = makeCursor(batch, columns, 'csv')
  const input = fill(batch, { text, names })
  cursor.useInput(input, slotsOf(columns, names), names)
  return Object.assign(cursor, { batch })
}

export function slotsOf(columns: readonly Column[], names: readonly string[]): number[] {
  return columns.map(({ name }) => names.indexOf(name))
}

/** Make a cursor over text without fields. */
export function openText(format: FormatName, text: string, types: Record<string, ColumnType> = {}): Cursor {
  const batch = new Batch(portablePrimitives, CAPACITY, 0)
  const cursor = makeCursor(batch, columnsOf(types), format)
  cursor.useInput(fill(batch, { text, format }), [], [])
  return cursor
}

/** Return the error that `run` throws. */
export function failureOf(run: () => unknown): LinemillError {
  try {
    run()
  } catch (error) {
    expect(error).toBeInstanceOf(LinemillError)
    return error as LinemillError
  }
  throw new Error('nothing was thrown')
}

/** Make the cursor of a format, as a run does. */
export function makeCursor(batch: Batch, columns: readonly Column[], format: FormatName): Cursor {
  return format === 'ndjson' ? new JsonRowCursor(batch, columns) : new RowCursor(batch, columns, format)
}
