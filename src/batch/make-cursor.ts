import type { Position } from '../errors.js'
import type { FormatName } from '../options.js'
import type { Batch } from './batch.js'
import type { Column, Cursor } from './cursor.js'

/**
 * Make the cursor of a format; loads only the modules that it needs.
 *
 * @param locate tells where the record at hand is, for errors; absent where their catcher knows.
 */
export async function makeCursor(
  batch: Batch,
  columns: readonly Column[],
  format: FormatName,
  locate?: () => Position,
): Promise<Cursor> {
  if (format === 'ndjson') {
    const { JsonRowCursor } = await import('./json-row.js')
    return new JsonRowCursor(batch, columns, locate)
  }
  const { RowCursor } = await import('./row-cursor.js')
  return new RowCursor(batch, columns, format, locate)
}
