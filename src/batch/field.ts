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

/** What `unquote` found: a range of bytes. One for the thread; read it before the next call. */
export const unquoted: { bytes: Buffer; start: number; end: number } = {
  bytes: Buffer.alloc(0),
  start: 0,
  end: 0,
}

let scratch: Buffer = Buffer.alloc(0)

/**
 * Take the quotes off a field that begins with one, into `unquoted`: what stands between them, doubled quotes
 * reduced, then any text behind the closing quote as it is. Bytes are copied only where they are not one range.
 */
export function unquote(bytes: Buffer, start: number, end: number, quote: number): void {
  const closing = findQuote(bytes, start + 1, end, quote)
  unquoted.bytes = bytes
  unquoted.start = start + 1
  unquoted.end = closing
  if (closing >= end - 1) return
  unquoted.end = copyUnquoted(bytes, start + 1, end, quote)
  unquoted.start = 0
  unquoted.bytes = scratch
}

/** Up to here a loop finds a byte sooner than a call out of JavaScript. */
const LOOPED_BYTES = 40

/** Find the next quote before `end`; `end` if there is none. */
function findQuote(bytes: Buffer, start: number, end: number, quote: number): number {
  const middle = end - start > LOOPED_BYTES ? start + LOOPED_BYTES : end
  for (let at = start; at < middle; at++) if (bytes[at] === quote) return at
  if (middle === end) return end
  const found = bytes.indexOf(quote, middle)
  return found < 0 || found > end ? end : found
}

/** Copy the content of a quoted field to `scratch`, return its length. */
function copyUnquoted(bytes: Buffer, start: number, end: number, quote: number): number {
  if (scratch.length < end - start) scratch = Buffer.allocUnsafeSlow(2 * (end - start))
  let to = 0
  let at = start
  for (; at < end; at++) {
    // A quote that is not doubled closes; what follows is text.
    if (bytes[at] === quote && (++at === end || bytes[at] !== quote)) break
    scratch[to++] = bytes[at]
  }
  while (at < end) scratch[to++] = bytes[at++]
  return to
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
