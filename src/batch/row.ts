import type { FormatName } from '../options.js'
import type { Batch } from './batch.js'
import type { Column, Cursor } from './cursor.js'
import { JsonRowCursor } from './json-row.js'
import { RowCursor } from './row-cursor.js'

export type { Column, Cursor, Row, RowMembers, RowOf, ValueOf } from './cursor.js'
export { COLUMN_TYPES, type ColumnType } from './field.js'
export { JsonRowCursor, RowCursor }

/** Make the cursor of a format. Without columns, the rows of ndjson show whatever properties records have. */
export function makeCursor(batch: Batch, columns: readonly Column[], format: FormatName): Cursor {
  return format === 'ndjson' ? new JsonRowCursor(batch, columns) : new RowCursor(batch, columns, format)
}
