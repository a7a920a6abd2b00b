/**
 * The plain twin of every native primitive: the fallback where the addon cannot be loaded, and what the native
 * ones are compared with. Bytes from `end` (or DATA_END) on are never looked at, since they may not be loaded.
 */
import {
  CUT_BLANKS,
  CUT_CAPACITY,
  CUT_COUNT,
  CUT_DATA_END,
  CUT_DELIMITER,
  CUT_DONE,
  CUT_EXPECTED,
  CUT_FULL,
  CUT_IS_FINAL,
  CUT_NEXT,
  CUT_OPEN_QUOTE,
  CUT_OWN_END,
  CUT_QUOTE,
  CUT_RAGGED,
  CUT_SHORT,
  CUT_SKIPS_BLANK,
  CUT_STATUS,
  CUT_UNCLOSED,
  CUT_WANTED,
  FIELD_START,
  NO_BYTE,
  NO_INDEX,
  QUOTE_IN_QUOTED,
  QUOTED,
  STATE_COUNT,
  SUMMARY_BLANKS,
  SUMMARY_ENDS,
  SUMMARY_EXITS,
  SUMMARY_LINES,
  SUMMARY_WORDS,
  UNQUOTED,
} from '../layout.js'
import { copyExtents, copyRecords } from './portable-copy.js'
import { copyFields } from './portable-fields.js'
import { assignGroups, countGroups, movePlaces } from './portable-group.js'
import { cutMembers } from './portable-members.js'
import { parseNumbers } from './portable-numbers.js'
import { parseIntegers } from './portable-parse.js'
import { selectRecords } from './portable-select.js'
import { addNumbers } from './portable-sums.js'
import { surveyFields } from './portable-survey.js'
import type { Dialect, Primitives } from './primitives.js'

type SummaryRange = Parameters<Primitives['summarize']>[1]
type SearchRange = Parameters<Primitives['findRecordStart']>[1]

const LINE_FEED = 10
const CARRIAGE_RETURN = 13

/** What a byte is to the automaton: the column of `NEXT_STATE`. */
const OTHER = 0
const IS_QUOTE = 1
const IS_DELIMITER = 2
const IS_LINE_FEED = 3

/** The automaton's transitions: `NEXT_STATE[state][kind of byte]`, kinds in the order above. */
const NEXT_STATE = [
  [UNQUOTED, QUOTED, FIELD_START, FIELD_START], // FIELD_START
  [UNQUOTED, UNQUOTED, FIELD_START, FIELD_START], // UNQUOTED
  [QUOTED, QUOTE_IN_QUOTED, QUOTED, QUOTED], // QUOTED
  [UNQUOTED, QUOTED, FIELD_START, FIELD_START], // QUOTE_IN_QUOTED
]

/** The exits word of a block without bytes: each entry state is its own exit state. */
const SAME_STATES = 0b11_10_01_00
/** The same where nothing quotes: the quoted states can't occur, and are taken for UNQUOTED. */
const NO_QUOTED_STATES = 0b01_01_01_00

/** The automaton run from all four entry states at once: `nextExits[exits * 4 + kind of byte]`. Made when it is needed. */
let nextExits: Uint8Array | undefined

function buildNextExits(): Uint8Array {
  const table = new Uint8Array(256 * 4)
  for (let index = 0; index < table.length; index++) {
    const exits = index >> 2
    for (let entry = 0; entry < STATE_COUNT; entry++) {
      table[index] |= NEXT_STATE[(exits >> (2 * entry)) & 3][index & 3] << (2 * entry)
    }
  }
  return table
}

/** Scratch: the kind of each byte in the dialect of the current call. */
const kindOfByte = new Uint8Array(NO_BYTE + 1)

function setKinds(dialect: Dialect): void {
  kindOfByte.fill(OTHER)
  kindOfByte[dialect.quote] = IS_QUOTE
  kindOfByte[dialect.delimiter] = IS_DELIMITER
  kindOfByte[LINE_FEED] = IS_LINE_FEED
}

/** Scratch of `summarize`: where the current record began, by entry state; NaN if not in this block. */
const recordStart = new Float64Array(STATE_COUNT)

function setRecordStarts(bytes: Uint8Array, { start, contentStart }: SummaryRange): void {
  const startsRecord = (at: number) => at === contentStart || bytes[at - 1] === LINE_FEED
  recordStart.fill(Number.NaN)
  if (startsRecord(start)) recordStart[FIELD_START] = start
  // A terminator of two bytes may be cut in half: the CR before the block is then the record so far.
  const followsReturn = start > contentStart && bytes[start - 1] === CARRIAGE_RETURN
  if (followsReturn && startsRecord(start - 1)) recordStart[UNQUOTED] = start - 1
}

function summarize(bytes: Uint8Array, range: SummaryRange, dialect: Dialect, summary: Uint32Array): void {
  nextExits ??= buildNextExits()
  const next = nextExits
  const { start, end } = range
  setKinds(dialect)
  setRecordStarts(bytes, range)
  summary.fill(0, 0, SUMMARY_WORDS)
  let exits = dialect.quote === NO_BYTE ? NO_QUOTED_STATES : SAME_STATES
  let kindBefore = IS_LINE_FEED
  for (let at = start; at < end; at++) {
    const kind = kindOfByte[bytes[at]]
    // One plain byte settles all four states, the plain bytes behind it change nothing.
    if (kind === OTHER && kindBefore === OTHER) continue
    kindBefore = kind
    if (kind === IS_LINE_FEED) countLineFeed(bytes, at, exits, summary)
    exits = next[exits * 4 + kind]
  }
  summary[SUMMARY_EXITS] = exits
}

/** Count the line feed at `at` in `summary`, for each entry state in whose history it ends a record. */
function countLineFeed(bytes: Uint8Array, at: number, exits: number, summary: Uint32Array): void {
  const firstByte = at > 0 && bytes[at - 1] === CARRIAGE_RETURN ? at - 1 : at
  summary[SUMMARY_LINES]++
  for (let entry = 0; entry < STATE_COUNT; entry++) {
    if (((exits >> (2 * entry)) & 3) === QUOTED) continue
    summary[SUMMARY_ENDS + entry]++
    if (recordStart[entry] === at || recordStart[entry] === firstByte) summary[SUMMARY_BLANKS + entry]++
    recordStart[entry] = at + 1
  }
}

function findRecordStart(bytes: Uint8Array, range: SearchRange, dialect: Dialect): number {
  let state = dialect.quote === NO_BYTE ? UNQUOTED : range.state
  setKinds(dialect)
  for (let at = range.from; at < range.limit; at++) {
    const kind = kindOfByte[bytes[at]]
    if (kind === IS_LINE_FEED && state !== QUOTED) return at + 1
    state = NEXT_STATE[state][kind]
  }
  return range.limit
}

function cutRecords(bytes: Uint8Array, cut: Uint32Array, wanted: Uint32Array, table: Uint32Array): void {
  const ownEnd = cut[CUT_IS_FINAL] === 1 ? Math.min(cut[CUT_OWN_END], cut[CUT_DATA_END]) : cut[CUT_OWN_END]
  cut[CUT_COUNT] = 0
  cut[CUT_BLANKS] = 0
  cut[CUT_RAGGED] = NO_INDEX
  let status = CUT_DONE
  while (status === CUT_DONE && cut[CUT_NEXT] < ownEnd) {
    const blankBytes = cut[CUT_SKIPS_BLANK] === 1 ? blankLineBytes(bytes, cut) : 0
    if (blankBytes > 0) {
      cut[CUT_BLANKS]++
      cut[CUT_NEXT] += blankBytes
    } else if (cut[CUT_COUNT] === cut[CUT_CAPACITY]) {
      status = CUT_FULL
    } else {
      status = cutRecord(bytes, cut, wanted, table)
    }
  }
  cut[CUT_STATUS] = status
}

/** Return the bytes of the line at NEXT if it is a bare terminator, else 0. */
function blankLineBytes(bytes: Uint8Array, cut: Uint32Array): number {
  const start = cut[CUT_NEXT]
  const end = cut[CUT_DATA_END]
  if (start < end && bytes[start] === LINE_FEED) return 1
  if (start + 1 < end && bytes[start] === CARRIAGE_RETURN && bytes[start + 1] === LINE_FEED) return 2
  return 0
}

/** Cut the record at NEXT and step over it; an incomplete one leaves NEXT and COUNT as they are. */
function cutRecord(bytes: Uint8Array, cut: Uint32Array, wanted: Uint32Array, table: Uint32Array): number {
  const start = cut[CUT_NEXT]
  const dataEnd = cut[CUT_DATA_END]
  const isFinal = cut[CUT_IS_FINAL] === 1
  const wantedCount = cut[CUT_WANTED]
  const quote = cut[CUT_QUOTE]
  // Without quoting, delimiters decide nothing about where a record ends.
  const delimiter = wantedCount === 0 && quote === NO_BYTE ? NO_BYTE : cut[CUT_DELIMITER]
  const capacity = cut[CUT_CAPACITY]
  const row = cut[CUT_COUNT]
  let fieldCount = 0
  let wantedIndex = 0
  for (let fieldStart = start; ; ) {
    let end = quote === NO_BYTE ? fieldStart : closingQuoteEnd(bytes, fieldStart, dataEnd, quote)
    if (end < 0) {
      cut[CUT_OPEN_QUOTE] = fieldStart
      return isFinal ? CUT_UNCLOSED : CUT_SHORT
    }
    while (end < dataEnd && bytes[end] !== delimiter && bytes[end] !== LINE_FEED) end++
    if (end === dataEnd && !isFinal) return CUT_SHORT
    const isLast = end === dataEnd || bytes[end] === LINE_FEED
    const hasReturn = isLast && end < dataEnd && end > start && bytes[end - 1] === CARRIAGE_RETURN
    const fieldEnd = hasReturn ? end - 1 : end
    if (wantedIndex < wantedCount && wanted[wantedIndex] === fieldCount) {
      table[(3 + 2 * wantedIndex) * capacity + row] = fieldStart
      table[(4 + 2 * wantedIndex) * capacity + row] = fieldEnd
      wantedIndex++
    }
    fieldCount++
    fieldStart = end + 1
    if (!isLast) continue
    table[row] = start
    table[capacity + row] = fieldEnd
    if (wantedCount > 0) finishFields(cut, table, fieldCount, wantedIndex)
    cut[CUT_NEXT] = Math.min(fieldStart, dataEnd)
    cut[CUT_COUNT]++
    return CUT_DONE
  }
}

/** Return the end of the quoted part that a field begins with, its start if none, -1 if nothing closes it. */
function closingQuoteEnd(bytes: Uint8Array, start: number, end: number, quote: number): number {
  if (start >= end || bytes[start] !== quote) return start
  let at = start
  do {
    at++
    while (at < end && bytes[at] !== quote) at++
    if (at >= end) return -1
    at++
  } while (at < end && bytes[at] === quote)
  return at
}

/** Complete the current row: its field count, and empty ranges for the wanted fields it has not. */
function finishFields(cut: Uint32Array, table: Uint32Array, fieldCount: number, foundCount: number): void {
  const capacity = cut[CUT_CAPACITY]
  const row = cut[CUT_COUNT]
  table[2 * capacity + row] = fieldCount
  for (let missing = foundCount; missing < cut[CUT_WANTED]; missing++) {
    table[(3 + 2 * missing) * capacity + row] = table[capacity + row]
    table[(4 + 2 * missing) * capacity + row] = table[capacity + row]
  }
  const isRagged = cut[CUT_EXPECTED] !== 0 && cut[CUT_EXPECTED] !== fieldCount
  if (isRagged && cut[CUT_RAGGED] === NO_INDEX) cut[CUT_RAGGED] = row
}

function isAscii(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (bytes[at] > 0x7f) return false
  return true
}

function countLineFeeds(bytes: Uint8Array, start: number, end: number): number {
  let count = 0
  for (let at = start; at < end; at++) if (bytes[at] === LINE_FEED) count++
  return count
}

/** The portable set. Not reentrant within a thread, which has no way to call it twice at a time. */
export const portablePrimitives: Primitives = {
  instructionSet: 'portable',
  summarize,
  findRecordStart,
  cutRecords,
  copyExtents,
  copyRecords,
  parseIntegers,
  parseNumbers,
  addNumbers,
  surveyFields,
  isAscii,
  countLineFeeds,
  selectRecords,
  cutMembers,
  assignGroups,
  countGroups,
  movePlaces,
  copyFields,
}
