/** How far bytes are through a character of UTF-8 (Unicode, table 3-7): between two, or how many must follow. */

import type { CodeRange } from './code-set.js'

export const UTF8_BEGIN = 0
export const UTF8_INVALID = -1

/** What the next byte must be, and where it leads. */
interface Step {
  readonly first: number
  readonly last: number
  readonly after: number
}

const ONE_MORE = 1
const TWO_MORE = 2
const THREE_MORE = 3

const STEPS: readonly (readonly Step[])[] = [
  [
    { first: 0x00, last: 0x7f, after: UTF8_BEGIN },
    { first: 0xc2, last: 0xdf, after: ONE_MORE },
    { first: 0xe0, last: 0xe0, after: 4 },
    { first: 0xe1, last: 0xec, after: TWO_MORE },
    { first: 0xed, last: 0xed, after: 5 },
    { first: 0xee, last: 0xef, after: TWO_MORE },
    { first: 0xf0, last: 0xf0, after: 6 },
    { first: 0xf1, last: 0xf3, after: THREE_MORE },
    { first: 0xf4, last: 0xf4, after: 7 },
  ],
  [{ first: 0x80, last: 0xbf, after: UTF8_BEGIN }],
  [{ first: 0x80, last: 0xbf, after: ONE_MORE }],
  [{ first: 0x80, last: 0xbf, after: TWO_MORE }],
  // Shorter characters written longer, surrogates, and what lies behind the last character are none.
  [{ first: 0xa0, last: 0xbf, after: ONE_MORE }],
  [{ first: 0x80, last: 0x9f, after: ONE_MORE }],
  [{ first: 0x90, last: 0xbf, after: TWO_MORE }],
  [{ first: 0x80, last: 0x8f, after: TWO_MORE }],
]

export const UTF8_STATES = STEPS.length

/** The ranges of bytes that lead on from one state or another. */
export const UTF8_RANGES: readonly CodeRange[] = STEPS.flat().map(({ first, last }) => [first, last])

/** The state behind a byte; UTF8_INVALID where it cannot stand there. */
export function utf8After(state: number, byte: number): number {
  return STEPS[state].find(({ first, last }) => first <= byte && byte <= last)?.after ?? UTF8_INVALID
}
