import { LinemillError, type Position } from '../errors.js'
import { NO_BYTE } from '../layout.js'

/** What a column's fields are decoded to. */
export type ColumnType =
  | 'string'
  | 'boolean'
  | 'int8'
  | 'int16'
  | 'int32'
  | 'uint8'
  | 'uint16'
  | 'uint32'
  | 'int64' // a bigint
  | 'uint64' // a bigint
  | 'float32'
  | 'float64'

export const COLUMN_TYPES: readonly ColumnType[] = [
  'string',
  'boolean',
  'int8',
  'int16',
  'int32',
  'uint8',
  'uint16',
  'uint32',
  'int64',
  'uint64',
  'float32',
  'float64',
]

/** How the fields of one column are decoded. */
export interface FieldKind {
  readonly name: string
  readonly type: ColumnType
  /** The byte that wraps fields, or `NO_BYTE`. */
  readonly quote: number
  /** Least and greatest value of an integer type of up to 32 bits; 0 for other types. */
  readonly min: number
  readonly max: number
  /** Tells where the record at hand is, for errors; absent where whoever calls the user's function adds it. */
  readonly locate: (() => Position) | undefined
}

/** How a column's fields are found and decoded in the input at hand. */
export interface ColumnState {
  /** Changes with the input: its quote may differ. */
  kind: FieldKind
  /** Where in the batch's table the starts of the column's fields begin. */
  word: number
}

/** Describe the fields of a column. */
export function makeFieldKind(
  name: string,
  type: ColumnType,
  quote: number = NO_BYTE,
  locate?: () => Position,
): FieldKind {
  const bits = type === 'int64' || type === 'uint64' ? 0 : Number(/^u?int(\d+)$/.exec(type)?.[1] ?? 0)
  const isSigned = type.startsWith('int')
  return {
    name,
    type,
    quote,
    min: isSigned && bits > 0 ? -(2 ** (bits - 1)) : 0,
    max: bits === 0 ? 0 : 2 ** (isSigned ? bits - 1 : bits) - 1,
    locate,
  }
}

const EXCERPT_BYTES = 40

/** Make the error about a field that does not parse; the caller adds the position if the kind cannot tell it. */
export function valueError(bytes: Buffer, start: number, end: number, kind: FieldKind): LinemillError {
  const text = bytes.toString('utf8', start, Math.min(end, start + EXCERPT_BYTES))
  const found = JSON.stringify(end - start > EXCERPT_BYTES ? `${text}…` : text)
  return new LinemillError('ERR_VALUE', `column ${kind.name}: expected ${kind.type}, found ${found}`, {
    position: kind.locate?.(),
  })
}
