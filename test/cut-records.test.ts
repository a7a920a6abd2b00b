import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CUT_DONE, CUT_FULL, CUT_SHORT, CUT_UNCLOSED, FIELD_START } from '../dist/layout.js'
import type { Dialect, Primitives } from '../dist/primitives/primitives.js'
import { cutInput, isBlank, type RawRecord } from './oracle.js'
import {
  type CutParameters,
  type CutRecord,
  type CutResult,
  check,
  cutBlocks,
  cutOnce,
  summarize,
} from './primitive-calls.js'
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

function wantedFields(raw: RawRecord, input: Buffer, wanted: readonly number[]): CutRecord {
  const { start, end, fields } = raw
  if (wanted.length === 0) return { start, end }
  const ranges = wanted.map((column): [number, number] => {
    if (column >= fields.length) return [end, end]
    const fieldStart = fields[column].byteOffset - input.byteOffset
    return [fieldStart, fieldStart + fields[column].length]
  })
  return { start, end, fieldCount: fields.length, fields: ranges }
}

/** What one call of `cutRecords` from the start of `text` gives, by the definition. */
function expectedCut(text: string, parameters: Omit<CutParameters, 'next'>): CutResult {
  const { ownEnd, dataEnd, isFinal, dialect, capacity, wanted, expected = 0 } = parameters
  const { delimiter, quote } = asCharacters(dialect)
  const input = asBytes(text.slice(0, dataEnd))
  const { all, openQuote } = cutInput(input, delimiter, quote)
  const complete = all.filter((record) => isFinal || record.isTerminated)
  const records: CutRecord[] = []
  const result = (status: number, next: number) => {
    const ragged = records.findIndex(({ fieldCount }) => expected > 0 && fieldCount !== expected)
    return {
      ...{ records, next, status, blanks },
      ragged: wanted.length === 0 || ragged < 0 ? undefined : ragged,
      openQuote: status === CUT_UNCLOSED ? openQuote : undefined,
    }
  }
  let blanks = 0
  let next = 0
  for (const raw of complete) {
    if (raw.start >= ownEnd) return result(CUT_DONE, next)
    const isSkipped = dialect.skipsBlank && isBlank(raw)
    if (!isSkipped && records.length === capacity) return result(CUT_FULL, next)
    if (isSkipped) blanks++
    else records.push(wantedFields(raw, input, wanted))
    next = raw.isTerminated ? text.indexOf('\n', raw.end) + 1 : raw.end
  }
  if (next >= ownEnd || (isFinal && next === dataEnd)) return result(CUT_DONE, next)
  if (records.length === capacity) return result(CUT_FULL, next)
  return result(isFinal ? CUT_UNCLOSED : CUT_SHORT, next)
}

/** What a whole input gives. */
function expectedWhole(text: string, dialect: Dialect, wanted: readonly number[]) {
  const size = text.length + 1
  const whole = { ownEnd: size, dataEnd: text.length, isFinal: true, capacity: size }
  return expectedCut(text, { ...whole, dialect, wanted })
}

/** The same result of a window that begins elsewhere. */
function moved(result: CutResult, by: number): CutResult {
  const records = result.records.map(({ start, end, fields, ...record }) => ({
    ...{ start: start + by, end: end + by, ...record },
    fields: fields!.map(([fieldStart, fieldEnd]): [number, number] => [fieldStart + by, fieldEnd + by]),
  }))
  const openQuote = result.openQuote === undefined ? undefined : result.openQuote + by
  return { ...result, records, next: result.next + by, openQuote }
}

/**
 * Cut block by block, each block finding its own first record from its entry state, as workers do: no block
 * knows where the one before it stopped.
 */
function cutByPlan(primitives: Primitives, text: string, dialect: Dialect, blockBytes: number): CutRecord[] {
  const bytes = asBytes(text)
  const records: CutRecord[] = []
  let state = FIELD_START
  for (let start = 0; start < bytes.length; start += blockBytes) {
    const ownEnd = Math.min(start + blockBytes, bytes.length)
    const startsRecord = start === 0 || (state === FIELD_START && text[start - 1] === '\n')
    const range = { from: start, limit: ownEnd, state }
    const next = startsRecord ? start : primitives.findRecordStart(bytes, range, dialect)
    const whole = { next, ownEnd, dataEnd: bytes.length, isFinal: true, capacity: blockBytes }
    records.push(...cutOnce(primitives, bytes, { ...whole, dialect, wanted: [1] }).records)
    state = summarize(primitives, bytes, { start, end: ownEnd, contentStart: 0 }, dialect).exits[state]
  }
  return records
}

describe(`cutRecords (${names})`, () => {
  test('cuts every short text with every OWN_END, DATA_END and CAPACITY', () => {
    const ways = [
      { dialect: DIALECTS.csv, wanted: [0, 2], expected: 2 },
      { dialect: { ...DIALECTS.csv, skipsBlank: false }, wanted: [], expected: 2 },
      { dialect: DIALECTS.lines, wanted: [], expected: 0 },
    ]
    for (const text of allTexts(4)) {
      const bytes = asBytes(text + BEHIND)
      for (let dataEnd = 0; dataEnd <= text.length; dataEnd++) {
        for (let ownEnd = 0; ownEnd <= text.length + 1; ownEnd++) {
          for (const isFinal of [false, true]) {
            for (const capacity of [1, 2, 8]) {
              for (const way of ways) {
                const parameters = { ownEnd, dataEnd, isFinal, capacity, ...way }
                const expected = expectedCut(text, parameters)
                for (const primitives of sets) {
                  const actual = cutOnce(primitives, bytes, { next: 0, ...parameters })
                  check(
                    actual,
                    expected,
                    () => `${primitives.instructionSet} ${JSON.stringify({ text, parameters })}`,
                  )
                }
              }
            }
          }
        }
      }
    }
  })

  test('cuts padded texts whole, behind a foreign byte', () => {
    let skipsBlank = false
    for (const text of paddedTexts()) {
      skipsBlank = !skipsBlank
      const bytes = asBytes(`\r${text}${BEHIND}`)
      const size = text.length + 1
      const parameters = { next: 1, ownEnd: size + 1, dataEnd: size, isFinal: true, capacity: size }
      const way = { dialect: { ...DIALECTS.csv, skipsBlank }, wanted: [0, 1, 3] }
      const expected = expectedWhole(text, way.dialect, way.wanted)
      for (const primitives of sets) {
        const actual = cutOnce(primitives, bytes, { ...parameters, ...way })
        check(moved(actual, -1), expected, () => `${primitives.instructionSet} ${JSON.stringify(text)}`)
      }
    }
  })

  test('cuts records of very many fields among short ones', () => {
    const wide = (count: number) => `${'a,'.repeat(count)}"q,\n"\n`
    for (const count of [4000, 4030, 4094, 4095, 4096, 4097, 4160, 4224, 9000]) {
      for (const text of [
        wide(count),
        `1,2\n\n${wide(count)}\r\n${wide(2 * count)}3,4`,
        'a,'.repeat(count),
      ]) {
        const wanted = [0, 1, count - 1, count, count + 1, 2 * count]
        const { records, blanks, openQuote } = expectedWhole(text, DIALECTS.csv, wanted)
        for (const primitives of sets) {
          for (const [blockBytes, capacity] of [
            [text.length, 1],
            [text.length, 2000],
            [5000, 3],
          ]) {
            const actual = cutBlocks(primitives, asBytes(text), {
              dialect: DIALECTS.csv,
              wanted,
              blockBytes,
              capacity,
            })
            check(actual, { records, blanks, openQuote }, () => `${primitives.instructionSet} ${count}`)
          }
        }
      }
    }
  })

  test('cuts more short records than a list of any length holds', () => {
    for (const line of ['\n', 'a\n', ',\r\n', '"\n"\n', ',"",\n']) {
      const text = line.repeat(300)
      for (const dialect of ALL_DIALECTS) {
        for (const wanted of [[], [0], [1, 2]]) {
          const { records, blanks, openQuote } = expectedWhole(text, dialect, wanted)
          for (const primitives of sets) {
            for (const capacity of [63, 128, 129, 5000]) {
              const blockBytes = 500
              const actual = cutBlocks(primitives, asBytes(text), { dialect, wanted, blockBytes, capacity })
              check(
                actual,
                { records, blanks, openQuote },
                () => `${primitives.instructionSet} ${capacity} ${line}`,
              )
            }
          }
        }
      }
    }
  })

  test(`cuts the same records through any blocks and batches, seed ${SEED}`, () => {
    const wantedColumns = fc.subarray([0, 1, 2, 3, 5, 40])
    fc.assert(
      fc.property(
        ...([
          anyText,
          fc.constantFrom(...ALL_DIALECTS),
          wantedColumns,
          fc.integer({ min: 1, max: 200 }),
          fc.constantFrom(1, 2, 3, 1000),
        ] as const),
        (text, dialect, wanted, blockBytes, capacity) => {
          const { records, blanks, openQuote } = expectedWhole(text, dialect, wanted)
          for (const primitives of sets) {
            const actual = cutBlocks(primitives, asBytes(text), { dialect, wanted, blockBytes, capacity })
            check(actual, { records, blanks, openQuote }, () => primitives.instructionSet)
          }
        },
      ),
      runs,
    )
  })

  test(`gives each record to exactly one block, seed ${SEED}`, () => {
    fc.assert(
      fc.property(
        anyText,
        fc.constantFrom(...ALL_DIALECTS),
        fc.integer({ min: 1, max: 200 }),
        (text, dialect, blockBytes) => {
          const { records } = expectedWhole(text, dialect, [1])
          for (const primitives of sets) {
            check(cutByPlan(primitives, text, dialect, blockBytes), records, () => primitives.instructionSet)
          }
        },
      ),
      runs,
    )
  })

  test('names the first ragged record of the call, and only where fields are looked at', () => {
    const text = 'a,b\n"c\n,",d\ne\nf,g,h\n'
    const whole = { next: 0, ownEnd: text.length, dataEnd: text.length, isFinal: true, capacity: 9 }
    const ragged = (primitives: Primitives, wanted: number[], expected: number) =>
      cutOnce(primitives, asBytes(text), { ...whole, dialect: DIALECTS.csv, wanted, expected }).ragged
    for (const primitives of sets) {
      expect(ragged(primitives, [0], 2)).toBe(2)
      expect(ragged(primitives, [7], 3)).toBe(0)
      expect(ragged(primitives, [0], 0)).toBe(undefined)
      expect(ragged(primitives, [], 2)).toBe(undefined)
    }
  })

  test('finds the open quote of a long record', () => {
    for (let count = 0; count <= 130; count++) {
      const before = `k,"v"\n${'x'.repeat(count)}"",`
      const text = `${before}"${'y,""\n'.repeat(count)}`
      const whole = { next: 0, ownEnd: text.length, dataEnd: text.length, isFinal: true, capacity: 2 }
      for (const primitives of sets) {
        const actual = cutOnce(primitives, asBytes(text), { ...whole, dialect: DIALECTS.csv, wanted: [] })
        check([actual.status, actual.openQuote, actual.next], [CUT_UNCLOSED, before.length, 6], () => text)
      }
    }
  })
})
