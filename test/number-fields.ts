/** Columns of fields, and what each of them is as a number by the definition. */
import { Batch } from '../dist/batch/batch.js'
import { NumberColumn } from '../dist/batch/number-column.js'
import { CUT_COUNT, NO_BYTE } from '../dist/layout.js'
import {
  NUMBER_BIG,
  NUMBER_DECIMAL,
  NUMBER_EMPTY,
  NUMBER_INTEGER,
  NUMBER_NONE,
} from '../dist/number-layout.js'
import type { Primitives } from '../dist/primitives/primitives.js'

/** A table of one column whose fields lie one behind the other, parted by a byte, `before` the first of them. */
export function layFields(fields: readonly string[], before = ''): { bytes: Buffer; table: Uint32Array } {
  const bytes = Buffer.from(`${before}${fields.join(',')}`, 'latin1')
  const table = new Uint32Array(5 * fields.length)
  let at = before.length
  for (const [index, field] of fields.entries()) {
    table[3 * fields.length + index] = at
    table[4 * fields.length + index] = at + field.length
    at += field.length + 1
  }
  return { bytes, table }
}

/** A batch of one column, and the column. */
export function makeColumn(fields: readonly string[], primitives: Primitives, quote = '"'): NumberColumn {
  const { bytes, table } = layFields(fields, 'a line before it,')
  const batch = new Batch(primitives, fields.length, 1)
  batch.table.set(table)
  batch.cut[CUT_COUNT] = fields.length
  batch.lookAt({ bytes, base: 0 })
  const column = new NumberColumn(batch, primitives)
  const dialect = { quote: quote === '' ? NO_BYTE : quote.charCodeAt(0) }
  column.useInput({ format: 'csv', slots: [0], dialect } as never, 0)
  return column
}

/** What stands between the quotes of a field, if it has any. */
export function unquoteField(field: string, quote: string): string {
  if (quote === '' || !field.startsWith(quote)) return field
  let text = ''
  let at = 1
  for (; at < field.length; at++) {
    if (field[at] === quote && field[++at] !== quote) break
    text += field[at]
  }
  return text + field.slice(at)
}

export interface NumberOf {
  readonly kind: number
  readonly value: number
  /** Of integers. */
  readonly exact?: bigint
}

export function numberOf(text: string): NumberOf {
  if (text === '') return { kind: NUMBER_EMPTY, value: Number.NaN }
  const none = { kind: NUMBER_NONE, value: Number.NaN }
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) return none
  const value = Number(text) + 0
  if (!Number.isFinite(value)) return none
  if (!/^[+-]?\d+$/.test(text)) return { kind: NUMBER_DECIMAL, value }
  const exact = BigInt(text.replace('+', ''))
  const isExact = exact <= 2n ** 53n && exact >= -(2n ** 53n)
  return { kind: isExact ? NUMBER_INTEGER : NUMBER_BIG, value, exact }
}
