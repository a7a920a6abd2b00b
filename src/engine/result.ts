import type { RowValue } from '../batch/emitter.js'
import type { OutputDialect } from '../batch/encode.js'
import { encodeRow } from '../batch/encode.js'

/**
 * Write what a reduction's `finish` returned as text: an array's items a line each, arrays in it as rows, strings as
 * they are, other values as JSON; a Map like an array of its entries. Nothing for undefined.
 */
export function formatResult(result: unknown, dialect: OutputDialect): string {
  if (result === undefined) return ''
  const items =
    result instanceof Map || result instanceof Set || Array.isArray(result) ? [...result] : [result]
  return items.map((item) => `${formatItem(item, dialect)}\n`).join('')
}

function formatItem(item: unknown, dialect: OutputDialect): string {
  if (typeof item === 'string') return item
  if (Array.isArray(item)) return formatRow(item.map(asRowValue), dialect)
  return formatJson(item)
}

/** Write one row: values quoted where they must be. */
export function formatRow(values: readonly RowValue[], { delimiter, quote }: OutputDialect): string {
  return encodeRow(values, delimiter, quote)
}

function asRowValue(value: unknown): RowValue {
  return typeof value === 'object' && value !== null ? formatJson(value) : (value as RowValue)
}

/** JSON with bigints as whole numbers and Maps as objects. */
function formatJson(value: unknown): string {
  if (typeof value === 'bigint') return String(value)
  return JSON.stringify(value, (_key, item) => {
    if (typeof item === 'bigint') return Number.isSafeInteger(Number(item)) ? Number(item) : String(item)
    return item instanceof Map ? Object.fromEntries(item) : item
  })
}
