/** Ways to call the primitives from tests: named parameters in, plain records out. */
import { isDeepStrictEqual } from 'node:util'
import { expect } from 'vitest'
import {
  CUT_BLANKS,
  CUT_CAPACITY,
  CUT_COUNT,
  CUT_DATA_END,
  CUT_DELIMITER,
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
  CUT_WORDS,
  NO_INDEX,
  STATE_COUNT,
  SUMMARY_BLANKS,
  SUMMARY_ENDS,
  SUMMARY_EXITS,
  SUMMARY_LINES,
  SUMMARY_WORDS,
  tableWords,
} from '../dist/layout.js'
import type { Dialect, Primitives } from '../dist/primitives/primitives.js'

export interface Summary {
  readonly lines: number
  readonly exits: number[]
  readonly ends: number[]
  readonly blanks: number[]
}

export function summarize(
  primitives: Primitives,
  bytes: Uint8Array,
  range: { start: number; end: number; contentStart: number },
  dialect: Dialect,
): Summary {
  const words = new Uint32Array(SUMMARY_WORDS).fill(0xaaaaaaaa)
  primitives.summarize(bytes, range, dialect, words)
  const entries = Array.from({ length: STATE_COUNT }, (_, entry) => entry)
  return {
    lines: words[SUMMARY_LINES],
    exits: entries.map((entry) => (words[SUMMARY_EXITS] >>> (2 * entry)) & 3),
    ends: entries.map((entry) => words[SUMMARY_ENDS + entry]),
    blanks: entries.map((entry) => words[SUMMARY_BLANKS + entry]),
  }
}

/** The summary of two neighbouring blocks as one. */
export function compose(first: Summary, second: Summary): Summary {
  return {
    lines: first.lines + second.lines,
    exits: first.exits.map((middle) => second.exits[middle]),
    ends: first.ends.map((count, entry) => count + second.ends[first.exits[entry]]),
    blanks: first.blanks.map((count, entry) => count + second.blanks[first.exits[entry]]),
  }
}

export interface CutParameters {
  readonly next: number
  readonly ownEnd: number
  readonly dataEnd: number
  readonly isFinal: boolean
  readonly dialect: Dialect
  readonly capacity: number
  readonly wanted: readonly number[]
  readonly expected?: number
}

export interface CutRecord {
  readonly start: number
  readonly end: number
  /** With wanted columns: how many fields it has, and the wanted ones' ranges. */
  readonly fieldCount?: number
  readonly fields?: [start: number, end: number][]
}

export interface CutResult {
  readonly records: CutRecord[]
  readonly next: number
  readonly status: number
  readonly blanks: number
  readonly ragged: number | undefined
  readonly openQuote: number | undefined
}

/** Call `cutRecords` once. */
export function cutOnce(primitives: Primitives, bytes: Uint8Array, parameters: CutParameters): CutResult {
  const { wanted, capacity } = parameters
  const cut = new Uint32Array(CUT_WORDS).fill(0xaaaaaaaa)
  cut[CUT_NEXT] = parameters.next
  cut[CUT_OWN_END] = parameters.ownEnd
  cut[CUT_DATA_END] = parameters.dataEnd
  cut[CUT_IS_FINAL] = parameters.isFinal ? 1 : 0
  cut[CUT_DELIMITER] = parameters.dialect.delimiter
  cut[CUT_QUOTE] = parameters.dialect.quote
  cut[CUT_SKIPS_BLANK] = parameters.dialect.skipsBlank ? 1 : 0
  cut[CUT_CAPACITY] = capacity
  cut[CUT_WANTED] = wanted.length
  cut[CUT_EXPECTED] = parameters.expected ?? 0
  const table = new Uint32Array(tableWords(capacity, wanted.length)).fill(0xaaaaaaaa)
  primitives.cutRecords(bytes, cut, Uint32Array.from(wanted), table)
  const records = Array.from({ length: cut[CUT_COUNT] }, (_, row) => {
    const record = { start: table[row], end: table[capacity + row] }
    if (wanted.length === 0) return record
    const fields = wanted.map((_, k): [number, number] => [
      table[(3 + 2 * k) * capacity + row],
      table[(4 + 2 * k) * capacity + row],
    ])
    return { ...record, fieldCount: table[2 * capacity + row], fields }
  })
  return {
    records,
    next: cut[CUT_NEXT],
    status: cut[CUT_STATUS],
    blanks: cut[CUT_BLANKS],
    ragged: cut[CUT_RAGGED] === NO_INDEX ? undefined : cut[CUT_RAGGED],
    openQuote: cut[CUT_STATUS] === CUT_UNCLOSED ? cut[CUT_OPEN_QUOTE] : undefined,
  }
}

/** Cut a whole input block by block, each with only its own bytes to see at first. */
export function cutBlocks(
  primitives: Primitives,
  bytes: Uint8Array,
  { blockBytes, ...fixed }: Pick<CutParameters, 'dialect' | 'capacity' | 'wanted'> & { blockBytes: number },
): { records: CutRecord[]; blanks: number; openQuote: number | undefined } {
  const records: CutRecord[] = []
  let blanks = 0
  let next = 0
  let dataEnd = 0
  for (let ownEnd = blockBytes; next < bytes.length; ownEnd += blockBytes) {
    dataEnd = Math.max(dataEnd, Math.min(ownEnd, bytes.length))
    for (let status = CUT_FULL; status === CUT_FULL || status === CUT_SHORT; ) {
      const isFinal = dataEnd === bytes.length
      const result = cutOnce(primitives, bytes, { next, ownEnd, dataEnd, isFinal, ...fixed })
      records.push(...result.records)
      blanks += result.blanks
      next = result.next
      status = result.status
      if (status === CUT_FULL && result.records.length === 0) throw new Error('CUT_FULL without a record')
      if (status === CUT_SHORT && isFinal) throw new Error('CUT_SHORT at the end of the input')
      if (status === CUT_UNCLOSED) return { records, blanks, openQuote: result.openQuote }
      if (status === CUT_SHORT) dataEnd = Math.min(dataEnd + blockBytes, bytes.length)
    }
  }
  return { records, blanks, openQuote: undefined }
}

/** Compare deeply; the long way through `expect` is taken only to show a difference. */
export function check(actual: unknown, expected: unknown, label: () => string): void {
  if (!isDeepStrictEqual(actual, expected)) expect(actual, label()).toStrictEqual(expected)
}
