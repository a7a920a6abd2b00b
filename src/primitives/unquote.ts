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
