import { unquote, unquoted } from '../primitives/unquote.js'
import { type FieldKind, valueError } from './field.js'
import { decodeFloat } from './float.js'
import { decodeBigint, decodeInteger } from './integer.js'
import { decodeString } from './text.js'

/** A decoded field. */
export type FieldValue = string | number | bigint | boolean | null

/**
 * Decode a field as its column's type. An empty field is null, or '' in a string column.
 *
 * @throws LinemillError ERR_VALUE if the field does not parse.
 */
export function decodeField(bytes: Buffer, start: number, end: number, kind: FieldKind): FieldValue {
  switch (kind.type) {
    case 'string':
      return decodeString(bytes, start, end, kind)
    case 'boolean':
      return decodeBoolean(bytes, start, end, kind)
    case 'int64':
    case 'uint64':
      return decodeBigint(bytes, start, end, kind)
    case 'float32':
    case 'float64':
      return decodeFloat(bytes, start, end, kind)
    default:
      return decodeInteger(bytes, start, end, kind)
  }
}

/** Decode a boolean field: true, false (in any case), 1 or 0; null if it is empty. */
export function decodeBoolean(bytes: Buffer, start: number, end: number, kind: FieldKind): boolean | null {
  if (start < end && bytes[start] === kind.quote) {
    unquote(bytes, start, end, kind.quote)
    ;({ bytes, start, end } = unquoted)
  }
  if (start === end) return null
  if (end - start === 1 && bytes[start] === 0x31) return true
  if (end - start === 1 && bytes[start] === 0x30) return false
  if (isWord(bytes, start, end, 'true')) return true
  if (isWord(bytes, start, end, 'false')) return false
  throw valueError(bytes, start, end, kind)
}

/** Whether a field is a word of lower-case letters, in any case. */
function isWord(bytes: Buffer, start: number, end: number, word: string): boolean {
  if (end - start !== word.length) return false
  for (let at = start; at < end; at++) if ((bytes[at] | 0x20) !== word.charCodeAt(at - start)) return false
  return true
}
