/** Members that are cut out of lines of JSON are what JSON.parse makes of them, by every set of primitives. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { writeNames } from '../dist/format/members.js'
import { tableWords } from '../dist/layout.js'
import {
  MEMBER_NO_NUMBER,
  MEMBER_NO_TEXT,
  MEMBER_SHARED,
  MEMBERS_CAPACITY,
  MEMBERS_END,
  MEMBERS_NEXT,
  MEMBERS_UNDECIDED,
  MEMBERS_WORDS,
} from '../dist/predicate-layout.js'
import type { Primitives } from '../dist/primitives/primitives.js'
import { anyLine, MEMBER_NAMES, NUMBER_SPELLINGS, TEXT_SPELLINGS } from './json-lines.js'
import { asBytes, BEHIND, SEED } from './primitive-inputs.js'
import { availablePrimitives } from './primitive-sets.js'

const sets = availablePrimitives()
const names = sets.map(({ instructionSet }) => instructionSet).join(', ')

/** A member as it stands in the table. */
interface Cut {
  readonly text: string
  readonly doubts: number
}

/** Cut lines; undefined in the place of one that is not decided. */
function cut(
  primitives: Primitives,
  lines: readonly string[],
  wanted: readonly string[],
  { before = '', behind = BEHIND } = {},
): (Cut[] | undefined)[] {
  const capacity = lines.length + 1
  const table = new Uint32Array(tableWords(capacity, wanted.length)).fill(7)
  let at = before.length
  for (const [index, line] of lines.entries()) {
    table[index] = at
    table[capacity + index] = at + line.length
    at += line.length + 1
  }
  const bytes = asBytes(before + lines.join('\n') + behind)
  const members = new Uint32Array(MEMBERS_WORDS)
  members[MEMBERS_END] = lines.length
  members[MEMBERS_CAPACITY] = capacity
  primitives.cutMembers(bytes, writeNames(wanted), members, table)
  expect(members[MEMBERS_NEXT]).toBe(lines.length)
  return lines.map((_, index) => {
    const doubts = table[2 * capacity + index]
    if (doubts === MEMBERS_UNDECIDED) return undefined
    return wanted.map((_, column) => {
      const word = (3 + 2 * column) * capacity + index
      return {
        text: bytes.toString('latin1', table[word], table[word + capacity]),
        doubts: (doubts >>> (2 * Math.min(column, MEMBER_SHARED))) & 3,
      }
    })
  })
}

function parse(line: string): Record<string, unknown> | undefined {
  try {
    const value = JSON.parse(asBytes(line).toString())
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** What an expression takes a value for that is compared with a text. */
function textOf(value: unknown): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

function checkLine(line: string, found: Cut[] | undefined, wanted: readonly string[], what: string): void {
  const object = parse(line)
  // Names may be left to others that are written with escapes.
  if (object !== undefined && line.includes('\\') && found === undefined) return
  expect(found === undefined, what).toBe(object === undefined)
  if (object === undefined || found === undefined) return
  for (const [column, name] of wanted.entries()) {
    const value = Object.hasOwn(object, name) ? object[name] : undefined
    const { text, doubts } = found[column]
    expect(text === '', `${what}: ${name}`).toBe(textOf(value) === '')
    if (!(doubts & MEMBER_NO_TEXT)) expect(asBytes(text).toString(), `${what}: ${name}`).toBe(textOf(value))
    if (typeof value === 'number') {
      if (column < MEMBER_SHARED) expect(doubts & MEMBER_NO_NUMBER).toBe(0)
      expect(Number(text), `${what}: ${name}`).toBe(value)
    }
  }
}

function checkLines(lines: readonly string[], wanted: readonly string[], around = {}): void {
  const [portable, ...others] = sets.map((primitives) => cut(primitives, lines, wanted, around))
  for (const [index, line] of lines.entries()) {
    const what = JSON.stringify(line)
    checkLine(line, portable[index], wanted, what)
    for (const [set, found] of others.entries()) {
      expect(found[index], `${sets[set + 1].instructionSet}: ${what}`).toEqual(portable[index])
    }
  }
}

describe(`cutMembers (${names})`, () => {
  test(`any lines, seed ${SEED}`, { timeout: 60_000 }, () => {
    const property = fc.property(
      fc.array(anyLine, { maxLength: 12 }),
      fc.constantFrom('', '{', '"x', '\\', ' '.repeat(63)),
      fc.constantFrom('', BEHIND, '"}'.repeat(64)),
      fc.shuffledSubarray([...MEMBER_NAMES]),
      (lines, before, behind, wanted) => checkLines(lines, wanted, { before, behind }),
    )
    fc.assert(property, { seed: SEED, numRuns: 4000 })
  })

  test('every value, wherever words begin and end', () => {
    const values = [
      ...NUMBER_SPELLINGS,
      ...TEXT_SPELLINGS.map((text) => `"${text}"`),
      'true',
      'false',
      'null',
      '[]',
      '{}',
    ]
    for (let padding = 0; padding < 70; padding++) {
      const lines = values.map((value) => `{"p":"${'x'.repeat(padding)}","a":${value}}`)
      checkLines([...lines, ...lines.map((line) => line.slice(0, -1))], ['a'])
    }
  })

  test('every byte in every place', () => {
    const line = '{"a" :[-1.5e+3,{"b":"\\u00e9"},null], "status":500.25 }'
    const lines: string[] = []
    for (let place = 0; place < line.length; place++) {
      for (let byte = 0; byte < 256; byte++) {
        if (byte !== 10) lines.push(line.slice(0, place) + String.fromCharCode(byte) + line.slice(place + 1))
      }
    }
    checkLines(lines, ['status', 'a'])
  })

  test('values are as deep, and lines have as many parts, as they like', () => {
    const deep = [1, 62, 63, 64, 65, 66, 300].flatMap((depth) =>
      ['[]', '{"x":}'].flatMap(([open, ...rest]) => {
        const isArray = open === '['
        const value = isArray
          ? '['.repeat(depth) + ']'.repeat(depth)
          : `${'{"x":'.repeat(depth)}1${'}'.repeat(depth)}`
        return [
          `{"a":${value},"status":1}`,
          `{"a":${value}${rest.at(-1)},"status":1}`,
          `{"a":${value.slice(1)}}`,
        ]
      }),
    )
    const long = [8180, 8190, 8200, 50_000].map((count) => `{"status":1,"a":[${'1,'.repeat(count / 2)}1]}`)
    checkLines([...deep, ...long, ...long.map((line) => line.slice(0, -1))], ['a', 'status'])
  })

  test('many names, some of which share their doubts', () => {
    const wanted = Array.from({ length: 20 }, (_, index) => `m${index}`)
    const line = `{${wanted.map((name, index) => `"${name}":${index % 3 === 0 ? '"\\n"' : index}`).join(',')}}`
    checkLines(
      [line, line.replaceAll('"\\n"', '1e3'), '{"m3":"\\n","m3":3}', '{"m16":"\\n","m16":3}'],
      wanted,
    )
    const [found] = cut(sets[0], ['{"m16":"\\n","m19":3}'], wanted)
    expect(found?.map(({ doubts }) => doubts)).toEqual([...Array(14).fill(0), ...Array(6).fill(3)])
  })

  test.each([
    ['0', 0],
    ['500', 0],
    ['-12.25', 0],
    ['0.000001', 0],
    ['123456789012345', 0],
    ['"500"', 0],
    ['"é"', 0],
    ['true', 0],
    ['null', 0],
    ['-0', MEMBER_NO_TEXT],
    ['500.0', MEMBER_NO_TEXT],
    ['5e2', MEMBER_NO_TEXT],
    ['0.0000001', MEMBER_NO_TEXT],
    ['1234567890123456', MEMBER_NO_TEXT],
    ['[]', MEMBER_NO_TEXT],
    ['{"a":1}', MEMBER_NO_TEXT],
    ['"\\n"', MEMBER_NO_TEXT | MEMBER_NO_NUMBER],
  ])('%s leaves doubts %i', (value, doubts) => {
    for (const primitives of sets) {
      const [found] = cut(primitives, [`{"b":"\\n","a":${Buffer.from(value).toString('latin1')}}`], ['a'])
      expect(found?.[0].doubts).toBe(doubts)
    }
  })

  test('the last one of a name counts', () => {
    for (const primitives of sets) {
      expect(cut(primitives, ['{"a":"\\n","a":[1],"a":4}', '{"a":4,"a":null}'], ['a'])).toEqual([
        [{ text: '4', doubts: 0 }],
        [{ text: '', doubts: 0 }],
      ])
    }
  })

  test('refuses what is out of range', () => {
    const bytes = asBytes('{"a":1}')
    const wanted = writeNames(['a'])
    for (const primitives of sets.filter(({ instructionSet }) => instructionSet !== 'portable')) {
      const call = (table: readonly number[], members: readonly number[], listed = wanted) =>
        primitives.cutMembers(bytes, listed, Uint32Array.from(members), Uint32Array.from(table))
      call([0, 7, 0, 0, 0], [0, 1, 1])
      expect(() => call([0, 8, 0, 0, 0], [0, 1, 1])).toThrow(RangeError)
      expect(() => call([3, 2, 0, 0, 0], [0, 1, 1])).toThrow(RangeError)
      expect(() => call([0, 7, 0, 0], [0, 1, 1])).toThrow(RangeError)
      expect(() => call([0, 7, 0, 0, 0], [0, 2, 1])).toThrow(RangeError)
      expect(() => call([0, 7, 0, 0, 0], [1, 0, 1])).toThrow(RangeError)
      expect(() => call([0, 7, 0, 0, 0], [0, 1])).toThrow(RangeError)
      expect(() => call([0, 7, 0, 0, 0], [0, 1, 1], Uint32Array.of(2, 0, 0))).toThrow(RangeError)
      expect(() => call([0, 7, 0, 0, 0], [0, 1, 1], Uint32Array.of(1, 8, 5))).toThrow(RangeError)
    }
  })
})
