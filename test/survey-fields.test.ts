import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { NO_BYTE, NO_INDEX } from '../dist/layout.js'
import type { Primitives } from '../dist/primitives/primitives.js'
import {
  SURVEY_CAPACITY,
  SURVEY_FILLED,
  SURVEY_FROM,
  SURVEY_GREATEST,
  SURVEY_LEAST,
  SURVEY_LONGEST,
  SURVEY_QUOTE,
  SURVEY_SHORTEST,
  SURVEY_UNTIL,
  SURVEY_WORD,
  SURVEY_WORDS,
} from '../dist/survey-layout.js'
import { layFields, unquoteField } from './number-fields.js'
import { check } from './primitive-calls.js'
import { SEED } from './primitive-inputs.js'
import { availablePrimitives } from './primitive-sets.js'

const sets = availablePrimitives()
const names = sets.map((primitives) => primitives.instructionSet).join(', ')

function survey(primitives: Primitives, fields: readonly string[], before = '', quote = '"') {
  const { bytes, table } = layFields(fields, before)
  const capacity = fields.length
  const words = new Uint32Array(SURVEY_WORDS)
  words[SURVEY_UNTIL] = capacity
  words[SURVEY_WORD] = 3 * capacity
  words[SURVEY_CAPACITY] = capacity
  words[SURVEY_QUOTE] = quote === '' ? NO_BYTE : quote.charCodeAt(0)
  const hashes = new Uint32Array(2 * capacity)
  primitives.surveyFields(bytes, table, words, hashes)
  const filled = words[SURVEY_FILLED]
  return {
    filled,
    shortest: words[SURVEY_SHORTEST],
    longest: words[SURVEY_LONGEST],
    least: words[SURVEY_LEAST],
    greatest: words[SURVEY_GREATEST],
    hashes: Array.from({ length: filled }, (_, at) => `${hashes[2 * at]} ${hashes[2 * at + 1]}`),
  }
}

function checkFields(fields: readonly string[], before = '', quote = '"'): void {
  const texts = fields.map((field) => unquoteField(field, quote))
  const filled = texts.filter((text) => text !== '')
  const ascending = [...filled].sort((one, other) => (one < other ? -1 : one > other ? 1 : 0))
  const lengths = filled.map(({ length }) => length)
  const recordOf = (text: string | undefined) => (text === undefined ? NO_INDEX : texts.indexOf(text))
  const expected = {
    filled: filled.length,
    shortest: Math.min(NO_INDEX, ...lengths),
    longest: Math.max(0, ...lengths),
    least: recordOf(ascending.at(0)),
    greatest: recordOf(ascending.at(-1)),
  }
  const hashOf = new Map<string, string>()
  for (const primitives of sets) {
    const { hashes, ...found } = survey(primitives, fields, before, quote)
    check(found, expected, () => `${primitives.instructionSet}: ${JSON.stringify(fields)}`)
    for (const [at, text] of filled.entries()) {
      // One hash for a text, however it is written, and another for any other.
      const known = hashOf.get(text) ?? hashes[at]
      hashOf.set(text, known)
      check(hashes[at], known, () => `${primitives.instructionSet}: ${JSON.stringify(text)}`)
    }
  }
  expect(new Set(hashOf.values()).size).toBe(hashOf.size)
  expect(hashOf).not.toContain('0 0')
}

const EDGES = [
  ...[
    '',
    '""',
    '"',
    '"""',
    '""""',
    '"a',
    '"a"',
    '"a"b',
    '"a""b"',
    '"a""',
    'a"b',
    'a',
    'a\0',
    'a\0\0',
    '\0',
    '\0\0',
  ],
  ...[
    'abcdefgh',
    'abcdefghi',
    'abcdefgi',
    '"abcdefgh"',
    '"abc""efgh"',
    'abc"efgh',
    '\xff',
    '\xff\xff',
    '\x7f',
    '~',
  ],
  ...[
    '"abcdefgh""i"',
    'abcdefgh"i',
    'abcdefgh"h',
    '"abcdefgh""h"',
    '1',
    '12',
    '123',
    '1234',
    '12345',
    '"12345"',
  ],
]

describe(`surveyFields (${names})`, () => {
  test('tells lengths, the first and the last, and hashes, of fields of every form', () => {
    checkFields(EDGES)
    checkFields([...EDGES].reverse(), 'before')
    checkFields(EDGES, '', '')
    checkFields(EDGES, '', 'a')
    for (const one of EDGES) {
      checkFields([one])
      for (const other of EDGES) checkFields([one, other, one])
    }
    checkFields(['', '', ''])
    checkFields([])
  })

  test('tells it of fields of every length, to the last byte, quoted or not', () => {
    for (let length = 1; length < 40; length++) {
      const text = 'abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz'.slice(0, length)
      const fields = Array.from({ length }, (_, at) => `${text.slice(0, at)}!${text.slice(at + 1)}`)
      checkFields([text, ...fields])
      checkFields([text, ...fields.map((field) => `"${field}"`), `"${text}"`])
      checkFields([text])
    }
    checkFields([`"${'x""'.repeat(5000)}"`, `${'x"'.repeat(5000)}`, `"${'x""'.repeat(5000)}y"`])
  })

  test(`tells it of what a table is filled with, seed ${SEED}`, () => {
    const field = fc.string({ unit: fc.constantFrom(...'ab"\xff\0'), maxLength: 12 })
    fc.assert(
      fc.property(
        fc.array(field, { maxLength: 30 }),
        fc.constantFrom('', '"', 'before'),
        fc.constantFrom('"', '', 'a'),
        checkFields,
      ),
      { seed: SEED, numRuns: 1000 },
    )
  })

  test('spreads hashes over all bits', () => {
    const fields = Array.from({ length: 65_536 }, (_, number) => String(number))
    const { hashes } = survey(sets[sets.length - 1], fields)
    expect(new Set(hashes).size).toBe(fields.length)
    const words = hashes.map((hash) => hash.split(' ').map(Number))
    for (const word of [0, 1]) {
      for (let bit = 0; bit < 32; bit++) {
        const ones = words.filter((pair) => (pair[word] >>> bit) & 1).length
        // Six standard deviations.
        expect(Math.abs(ones - fields.length / 2)).toBeLessThan(6 * 128)
      }
    }
  })

  test('looks only at the records it is told, and refuses what is out of range', () => {
    const { bytes, table } = layFields(['a', 'bbb', 'cc', 'd'])
    const usual = [1, 3, 12, 4, 34, 0, 0, 0, 0, 0]
    for (const primitives of sets) {
      const words = Uint32Array.from(usual)
      primitives.surveyFields(bytes, table, words, new Uint32Array(8))
      expect([...words].slice(SURVEY_FILLED)).toEqual([2, 2, 3, 1, 2])
      if (primitives.instructionSet === 'portable') continue
      const call = (change: Record<number, number>, hashWords = 4, surveyWords = SURVEY_WORDS) => {
        const changed = Object.assign(Uint32Array.from(usual), change).subarray(0, surveyWords)
        return () => primitives.surveyFields(bytes, table, changed, new Uint32Array(hashWords))
      }
      expect(call({})).not.toThrow()
      for (const change of [
        { [SURVEY_FROM]: 4 },
        { [SURVEY_UNTIL]: 5 },
        { [SURVEY_WORD]: 13 },
        { [SURVEY_CAPACITY]: 5 },
      ]) {
        expect(call(change), JSON.stringify(change)).toThrow(RangeError)
      }
      expect(call({}, 3)).toThrow(RangeError)
      expect(call({}, 4, SURVEY_WORDS - 1)).toThrow(RangeError)
      const wrong = table.slice()
      wrong[17] = bytes.length + 1
      expect(() =>
        primitives.surveyFields(bytes, wrong, Uint32Array.from(usual), new Uint32Array(8)),
      ).toThrow(RangeError)
    }
  })
})
