import { constants } from 'node:buffer'
import { unquote, unquoted } from '../primitives/unquote.js'
import { type FieldKind, valueError } from './field.js'
import { decodeShortAscii, SHORT_BYTES } from './short-ascii.js'

declare global {
  // In every Node, but not in all versions of its types. They skip what `toString` does about its arguments.
  interface Buffer {
    latin1Slice(start: number, end: number): string
    utf8Slice(start: number, end: number): string
  }
}

/** Decode a field to a string: UTF-8, invalid bytes replaced. */
export function decodeString(bytes: Buffer, start: number, end: number, kind: FieldKind): string {
  if (start < end && bytes[start] === kind.quote) {
    unquote(bytes, start, end, kind.quote)
    ;({ bytes, start, end } = unquoted)
  }
  if (end - start > constants.MAX_STRING_LENGTH) throw valueError(bytes, start, end, kind)
  return decodeText(bytes, start, end)
}

/** Decode bytes to a string that keeps nothing else alive: UTF-8, invalid bytes replaced. */
export function decodeText(bytes: Buffer, start: number, end: number): string {
  const length = end - start
  if (length <= 0) return ''
  return (length <= SHORT_BYTES && decodeShortAscii(bytes, start, length)) || bytes.utf8Slice(start, end)
}

const EXCERPT_BYTES = 200

/** Decode a record for a message, shortened; no more than the first 200 bytes of it are looked at. */
export function decodeExcerpt(bytes: Buffer, start: number, byteLength: number): string {
  if (byteLength <= EXCERPT_BYTES) return decodeText(bytes, start, start + byteLength)
  return `${decodeText(bytes, start, start + EXCERPT_BYTES)}… (${byteLength} bytes)`
}
