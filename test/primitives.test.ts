import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FIELD_START, QUOTE_IN_QUOTED, QUOTED, UNQUOTED } from '../dist/layout.js'
import type { Dialect } from '../dist/primitives/primitives.js'
import { ORACLE_STATES, readRecords, walk } from './oracle.js'
import { check, compose, type Summary, summarize } from './primitive-calls.js'
import {
  ALL_DIALECTS,
  allTexts,
  anyText,
  asBytes,
  asCharacters,
  BEHIND,
  DIALECTS,
  paddedTexts,
  SEED,
} from './primitive-inputs.js'
import { availablePrimitives } from './primitive-sets.js'

const sets = availablePrimitives()
const names = sets.map((primitives) => primitives.instructionSet).join(', ')
const runs = { seed: SEED, numRuns: 300 }

/** The summary of `text[start, end)` by the definition. */
function expectedSummary(
  text: string,
  { start, end }: { start: number; end: number },
  dialect: Dialect,
): Summary {
  const startsRecord = (at: number) => at === 0 || text[at - 1] === '\n'
  const characters = asCharacters(dialect)
  const hypotheses = ORACLE_STATES.map((state) => {
    let recordStart: number | undefined
    if (state === 'field start' && startsRecord(start)) recordStart = start
    if (state === 'unquoted' && text[start - 1] === '\r' && startsRecord(start - 1)) recordStart = start - 1
    const entry = characters.quote === '' && state !== 'field start' ? 'unquoted' : state
    const { exit, ends } = walk(text.slice(start, end), entry, characters)
    let blanks = 0
    for (const at of ends.map((end) => start + end)) {
      if (recordStart !== undefined && /^\r?$/.test(text.slice(recordStart, at))) blanks++
      recordStart = at + 1
    }
    return { exit: ORACLE_STATES.indexOf(exit), ends: ends.length, blanks }
  })
  return {
    lines: text.slice(start, end).split('\n').length - 1,
    exits: hypotheses.map(({ exit }) => exit),
    ends: hypotheses.map(({ ends }) => ends),
    blanks: hypotheses.map(({ blanks }) => blanks),
  }
}

describe(`summarize (${names})`, () => {
  test('gives what the definition gives, for every short text and every range of it', () => {
    for (const text of allTexts(5)) {
      const bytes = asBytes(text + BEHIND)
      for (const dialect of [DIALECTS.csv, DIALECTS.tsv]) {
        for (let start = 0; start <= text.length; start++) {
          const range = { start, end: text.length, contentStart: 0 }
          const expected = expectedSummary(text, range, dialect)
          for (const primitives of sets) {
            const label = () => `${primitives.instructionSet} ${JSON.stringify({ text, start, dialect })}`
            check(summarize(primitives, bytes, range, dialect), expected, label)
            if (start < 3) continue
            // The window may begin two bytes before the range.
            const moved = { start: 2, end: range.end - start + 2, contentStart: 2 - start }
            check(summarize(primitives, bytes.subarray(start - 2), moved, dialect), expected, label)
          }
        }
      }
    }
  })

  test('gives what the definition gives, for padded texts behind foreign bytes', () => {
    const foreign = ['\xef\xbb\xbf', '\n\r', '\r\n\n']
    let index = 0
    for (const text of paddedTexts()) {
      const before = foreign[index++ % foreign.length]
      const bytes = asBytes(before + text + BEHIND)
      const range = { start: before.length, end: before.length + text.length, contentStart: before.length }
      const expected = expectedSummary(text, { start: 0, end: text.length }, DIALECTS.csv)
      for (const primitives of sets) {
        const actual = summarize(primitives, bytes, range, DIALECTS.csv)
        check(actual, expected, () => `${primitives.instructionSet} ${JSON.stringify(text)}`)
      }
    }
  })

  test(`composes to the whole over any split, seed ${SEED}`, () => {
    const cuts = fc.array(fc.nat(2000), { maxLength: 6 })
    fc.assert(
      fc.property(anyText, cuts, fc.constantFrom(...ALL_DIALECTS), (text, points, dialect) => {
        const bytes = asBytes(text)
        const edges = [
          0,
          ...points.map((point) => point % (text.length + 1)).sort((a, b) => a - b),
          text.length,
        ]
        const whole = expectedSummary(text, { start: 0, end: text.length }, dialect)
        for (const primitives of sets) {
          const parts = edges.slice(1).map((end, index) => {
            return summarize(primitives, bytes, { start: edges[index], end, contentStart: 0 }, dialect)
          })
          const label = () => `${primitives.instructionSet} ${edges}`
          // Only the first state can be where an input begins.
          const composed = parts.reduce(compose)
          check(composed.lines, whole.lines, label)
          for (const key of ['exits', 'ends', 'blanks'] as const)
            check(composed[key][0], whole[key][0], label)
        }
      }),
      runs,
    )
  })

  test(`counts the oracle's records, blank lines and lines, seed ${SEED}`, () => {
    const formats = ['lines', 'csv', 'tsv', 'ndjson'] as const
    fc.assert(
      fc.property(anyText, fc.constantFrom(...formats), (text, format) => {
        const { records, blanks, openQuote } = readRecords(asBytes(text), { format, hasHeader: false })
        if (openQuote !== undefined) return
        const isCut = text !== '' && !text.endsWith('\n')
        for (const primitives of sets) {
          const range = { start: 0, end: text.length, contentStart: 0 }
          const summary = summarize(primitives, asBytes(text), range, DIALECTS[format])
          expect(summary.ends[0] + (isCut ? 1 : 0)).toBe(records.length + blanks)
          if (blanks > 0) expect(summary.blanks[0]).toBe(blanks)
          expect(summary.lines).toBe(text.split('\n').length - 1)
        }
      }),
      runs,
    )
  })

  // The exit states of FIELD_START, UNQUOTED, QUOTED and QUOTE_IN_QUOTED.
  test.each([
    { where: 'first', wrap: (x: string) => `"${x}`, exits: [QUOTED, UNQUOTED, UNQUOTED, QUOTED] },
    { where: 'last', wrap: (x: string) => `${x}"`, exits: [UNQUOTED, UNQUOTED, QUOTE_IN_QUOTED, UNQUOTED] },
    {
      where: 'first and last',
      wrap: (x: string) => `"${x}"`,
      exits: [QUOTE_IN_QUOTED, UNQUOTED, UNQUOTED, QUOTE_IN_QUOTED],
    },
    {
      where: 'last, after a delimiter',
      wrap: (x: string) => `${x},"`,
      exits: [QUOTED, QUOTED, QUOTE_IN_QUOTED, QUOTED],
    },
    {
      where: 'first, a line feed last',
      wrap: (x: string) => `"${x}\n`,
      exits: [QUOTED, FIELD_START, FIELD_START, QUOTED],
    },
  ])('follows a quote at the edge of a range in each state: $where', ({ wrap, exits }) => {
    for (let count = 1; count <= 130; count++) {
      const text = wrap('x'.repeat(count))
      for (const primitives of sets) {
        const range = { start: 0, end: text.length, contentStart: 0 }
        const summary = summarize(primitives, asBytes(text + BEHIND), range, DIALECTS.csv)
        check(summary.exits, exits, () => `${primitives.instructionSet} ${text}`)
      }
    }
  })
})

describe(`findRecordStart (${names})`, () => {
  function checkEach(text: string, ranges: { from: number; limit: number }[]): void {
    const bytes = asBytes(text + BEHIND)
    for (const dialect of [DIALECTS.csv, DIALECTS.tsv]) {
      for (const { from, limit } of ranges) {
        for (let state = 0; state < ORACLE_STATES.length; state++) {
          const entry = dialect === DIALECTS.csv ? ORACLE_STATES[state] : 'unquoted'
          const { ends } = walk(text.slice(from, limit), entry, asCharacters(dialect))
          const expected = ends.length > 0 ? from + ends[0] + 1 : limit
          for (const primitives of sets) {
            const actual = primitives.findRecordStart(bytes, { from, limit, state }, dialect)
            const label = () =>
              `${primitives.instructionSet} ${JSON.stringify({ text, from, limit, state, dialect })}`
            check(actual, expected, label)
          }
        }
      }
    }
  }

  test('finds the first record end in every range of every short text, in each state', () => {
    for (const text of allTexts(4)) {
      const ranges = []
      for (let from = 0; from <= text.length; from++) {
        for (let limit = from; limit <= text.length; limit++) ranges.push({ from, limit })
      }
      checkEach(text, ranges)
    }
  })

  test('finds it in padded texts', () => {
    for (const text of paddedTexts()) checkEach(text, [{ from: 0, limit: text.length }])
  })
})

describe(`isAscii (${names})`, () => {
  test('sees a high byte at every position of every length, and none outside', () => {
    for (let length = 0; length <= 200; length++) {
      const start = length % 7
      const bytes = new Uint8Array(start + length + 64).fill(0xff)
      bytes.fill(0x7f, start, start + length)
      for (const primitives of sets) {
        check(
          primitives.isAscii(bytes, start, start + length),
          true,
          () => `${primitives.instructionSet} ${length}`,
        )
        for (let at = start; at < start + length; at++) {
          bytes[at] = at % 2 === 0 ? 0x80 : 0xff
          const actual = primitives.isAscii(bytes, start, start + length)
          check(actual, false, () => `${primitives.instructionSet} ${length}, high byte at ${at - start}`)
          bytes[at] = 0x7f
        }
      }
    }
  })
})

describe(`countLineFeeds (${names})`, () => {
  test('counts every range of a mixed text', () => {
    const bytes = Uint8Array.from({ length: 330 }, (_, at) => [10, 10, 120, 138, 11, 10, 13][(at * at) % 7])
    for (let start = 0; start <= 70; start++) {
      for (let end = start; end <= bytes.length; end++) {
        const expected = bytes.slice(start, end).filter((byte) => byte === 10).length
        for (const primitives of sets) {
          const actual = primitives.countLineFeeds(bytes, start, end)
          check(actual, expected, () => `${primitives.instructionSet} [${start}, ${end})`)
        }
      }
    }
  })

  test('does not overflow where every byte is one', () => {
    const bytes = new Uint8Array(100_003).fill(10)
    for (const primitives of sets) expect(primitives.countLineFeeds(bytes, 1, bytes.length)).toBe(100_002)
  })
})
