/** Characters as the bytes that UTF-8 writes for them. */
import type { CodeRange, CodeSet, SetFlags } from './code-set.js'
import { LeftToJavaScript } from './regexp.js'

/** Bytes that follow each other, each out of a range, first and last. */
export type ByteRanges = readonly CodeRange[]

const FIRST_SURROGATE = 0xd800
const LAST_SURROGATE = 0xdfff

/** The last code points that one, two and three bytes write. */
const LAST_OF_LENGTH = [0x7f, 0x7ff, 0xffff]

/**
 * The two bytes at the beginning and at the end of a character of four, which are two code units in UTF-16. Which unit
 * they are cannot be told from two bytes, but that they are one.
 */
const HIGH_SURROGATES: readonly ByteRanges[] = [
  [byte(0xf0), [0x90, 0xbf]],
  [
    [0xf1, 0xf3],
    [0x80, 0xbf],
  ],
  [byte(0xf4), [0x80, 0x8f]],
]
const LOW_SURROGATES: readonly ByteRanges[] = [
  [
    [0x80, 0xbf],
    [0x80, 0xbf],
  ],
]

/**
 * All sequences of bytes that stand for a character of a set. Without the flag u a character is a code unit, so that one
 * of four bytes is two of them.
 *
 * @throws LeftToJavaScript where a set has some surrogates and not others.
 */
export function byteRangesOf(set: CodeSet, { isUnicode }: SetFlags): readonly ByteRanges[] {
  const sequences = set.flatMap((range) => withoutSurrogates(range).flatMap((part) => encodeRange(part)))
  return isUnicode ? sequences : [...sequences, ...surrogatesOf(set)]
}

/** The bytes of a character. */
export function bytesOf(codePoint: number): ByteRanges {
  return [...Buffer.from(String.fromCodePoint(codePoint))].map(byte)
}

function byte(value: number): CodeRange {
  return [value, value]
}

function surrogatesOf(set: CodeSet): readonly ByteRanges[] {
  const met = set.filter(([first, last]) => first <= LAST_SURROGATE && last >= FIRST_SURROGATE)
  if (met.length === 0) return []
  if (met[0][0] <= FIRST_SURROGATE && met[0][1] >= LAST_SURROGATE)
    return [...HIGH_SURROGATES, ...LOW_SURROGATES]
  throw new LeftToJavaScript('half of a surrogate pair')
}

function withoutSurrogates([first, last]: CodeRange): CodeRange[] {
  const parts: CodeRange[] = [
    [first, Math.min(last, FIRST_SURROGATE - 1)],
    [Math.max(first, LAST_SURROGATE + 1), last],
  ]
  return parts.filter(([from, to]) => from <= to)
}

/**
 * Split a range so that each part is a product of ranges of bytes, and encode those (as Russ Cox describes it in
 * https://swtch.com/~rsc/regexp/regexp3.html and RE2 does it).
 */
function encodeRange([first, last]: CodeRange): readonly ByteRanges[] {
  for (const greatest of LAST_OF_LENGTH) {
    if (first <= greatest && greatest < last) return splitAt(first, greatest, last)
  }
  if (last <= LAST_OF_LENGTH[0]) return [[[first, last]]]
  for (let bits = 6; bits <= 18; bits += 6) {
    const rest = 2 ** bits - 1
    if (first >> bits === last >> bits) continue
    if ((first & rest) !== 0) return splitAt(first, first | rest, last)
    if ((last & rest) !== rest) return splitAt(first, (last & ~rest) - 1, last)
  }
  const to = bytesOf(last)
  return [bytesOf(first).map(([from], index) => [from, to[index][1]])]
}

function splitAt(first: number, middle: number, last: number): readonly ByteRanges[] {
  return [...encodeRange([first, middle]), ...encodeRange([middle + 1, last])]
}
