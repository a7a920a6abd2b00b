/** Every set of primitives copies the fields that the portable one copies, and stops where it stops. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  FIELDS_CAPACITY,
  FIELDS_DELIMITER,
  FIELDS_END,
  FIELDS_INPUT_DELIMITER,
  FIELDS_INPUT_QUOTE,
  FIELDS_NEXT,
  FIELDS_QUOTE,
  FIELDS_REFUSED,
  FIELDS_RUNS,
  FIELDS_TARGET,
  FIELDS_TARGET_END,
  FIELDS_WORDS,
  RUN_WORDS,
} from '../dist/fields-layout.js'
import { NO_BYTE, NO_INDEX, tableWords } from '../dist/layout.js'
import { portablePrimitives } from '../dist/primitives/portable.js'
import type { Primitives } from '../dist/primitives/primitives.js'
import { check } from './primitive-calls.js'
import { SEED } from './primitive-inputs.js'
import { availablePrimitives } from './primitive-sets.js'

const sets = availablePrimitives()
const GUARD_BYTE = 0xee
const COMMA = 44
const SEMICOLON = 59
const TAB = 9
const QUOTE = 34

interface Case {
  /** Records of fields, as they stand. */
  readonly records: readonly (readonly string[])[]
  readonly runs: readonly (readonly [first: number, last: number])[]
  /** NO_BYTE where nothing parts fields, so that line feeds may stand in them. */
  readonly inputDelimiter?: number
  readonly inputQuote: number
  readonly delimiter: number
  readonly quote: number
  readonly room: number
  /** Bytes behind the last record. */
  readonly behind: number
}

function layOut({ records, runs, inputDelimiter = COMMA, inputQuote, delimiter, quote, behind }: Case) {
  const columns = records[0].length
  const capacity = records.length + 1
  const table = new Uint32Array(tableWords(capacity, columns))
  let text = 'ab'
  for (const [row, fields] of records.entries()) {
    for (const [column, field] of fields.entries()) {
      table[(3 + 2 * column) * capacity + row] = text.length
      text += field
      table[(4 + 2 * column) * capacity + row] = text.length
      text += column < columns - 1 ? ',' : '\n'
    }
  }
  const words = new Uint32Array(FIELDS_WORDS + RUN_WORDS * runs.length)
  words[FIELDS_END] = records.length
  words[FIELDS_CAPACITY] = capacity
  words[FIELDS_DELIMITER] = delimiter
  words[FIELDS_QUOTE] = quote
  words[FIELDS_INPUT_DELIMITER] = inputDelimiter
  words[FIELDS_INPUT_QUOTE] = inputQuote
  words[FIELDS_RUNS] = runs.length
  words.set(
    runs.flat().map((column) => (3 + 2 * column) * capacity),
    FIELDS_WORDS,
  )
  return { bytes: Buffer.from(text + 'z'.repeat(behind), 'latin1'), table, words }
}

/** Where a call stopped, why, and what it copied. */
type Step = readonly [next: number, refused: number, copied: string]

/** Copy all records into rooms of a size; where one does not fit, the room grows by a byte. */
function copyAll(primitives: Primitives, one: Case) {
  const { bytes, table, words } = layOut(one)
  const steps: Step[] = []
  let room = one.room
  const offset = room % 5
  while (words[FIELDS_NEXT] < words[FIELDS_END]) {
    const target = Buffer.alloc(offset + room + 70, GUARD_BYTE)
    words[FIELDS_TARGET] = offset
    words[FIELDS_TARGET_END] = offset + room
    const before = words[FIELDS_NEXT]
    primitives.copyFields(bytes, table, words, target)
    const copied = target.toString('latin1', offset, words[FIELDS_TARGET])
    steps.push([words[FIELDS_NEXT], words[FIELDS_REFUSED], copied])
    const guards = Buffer.concat([target.subarray(0, offset), target.subarray(offset + room)])
    if (!guards.every((byte) => byte === GUARD_BYTE)) throw new Error('bytes outside of the room are written')
    if (words[FIELDS_REFUSED] !== NO_INDEX) words[FIELDS_NEXT]++
    else if (words[FIELDS_NEXT] === before) room++
  }
  return steps
}

function compareSets(one: Case): Step[] {
  const expected = copyAll(portablePrimitives, one)
  for (const primitives of sets) {
    check(copyAll(primitives, one), expected, () => `${primitives.instructionSet} ${JSON.stringify(one)}`)
  }
  return expected
}

const plain = { inputQuote: QUOTE, delimiter: COMMA, quote: QUOTE, behind: 0, room: 1000 }

describe(`copyFields (${sets.map(({ instructionSet }) => instructionSet).join(', ')})`, () => {
  test('copies every length, at the end of the bytes and before it, whatever the room', () => {
    for (let length = 0; length <= 140; length++) {
      const records = [['x'.repeat(length), 'y', 'z'.repeat(length)]]
      for (const behind of [0, 1, 64, 200]) {
        for (const runs of [
          [[2, 2]],
          [[0, 1]],
          [
            [2, 2],
            [0, 0],
          ],
          [
            [0, 2],
            [1, 1],
          ],
        ] as const) {
          for (const delimiter of [COMMA, SEMICOLON]) {
            const isJoined = runs.some(([first, last]) => first !== last)
            if (isJoined && delimiter !== COMMA) continue
            for (const room of [0, length, length + 1, length + 32, length + 33, 2 * length + 80]) {
              compareSets({ ...plain, records, runs, delimiter, room, behind })
            }
          }
        }
      }
    }
  })

  test('finds line feeds wherever they stand, where nothing parts fields in the input', () => {
    for (let length = 1; length <= 130; length++) {
      for (const at of new Set([0, length >> 1, length - 1])) {
        const field = `${'x'.repeat(at)}\n${'x'.repeat(length - at - 1)}`
        const bare = { ...plain, inputDelimiter: NO_BYTE, inputQuote: NO_BYTE, behind: length }
        const one: Case = {
          ...bare,
          records: [['a', field]],
          runs: [
            [1, 1],
            [0, 0],
          ],
        }
        expect(compareSets(one)).toEqual([[1, NO_INDEX, `"${field}",a\n`]])
        expect(compareSets({ ...one, delimiter: TAB, quote: NO_BYTE })).toEqual([[0, 0, '']])
      }
    }
  })

  test('finds what needs quotes wherever it stands', () => {
    for (let length = 1; length <= 130; length++) {
      for (const special of [';', '"', '\r', ',']) {
        for (const at of new Set([0, length >> 1, length - 1])) {
          const field = 'x'.repeat(at) + special + 'x'.repeat(length - at - 1)
          for (const inputQuote of [QUOTE, NO_BYTE]) {
            for (const quote of [QUOTE, NO_BYTE]) {
              const runs = [
                [0, 0],
                [1, 1],
              ] as const
              compareSets({
                ...plain,
                records: [['a', field]],
                runs,
                inputQuote,
                delimiter: SEMICOLON,
                quote,
                behind: length,
              })
            }
          }
        }
      }
    }
  })

  const field = fc.oneof(
    fc.constantFrom(
      '',
      'a',
      '"',
      '""',
      '"a;b"',
      '"a""b"',
      '"a"b;',
      'a"b',
      'a;b',
      'a\r',
      '"a\n"',
      '"a\t"\r',
      ';',
      '"\r"',
    ),
    fc.nat(100).map((length) => 'x'.repeat(length)),
    fc.nat(40).map((length) => `"${'x'.repeat(length)};""${'y'.repeat(length)}"`),
  )
  const anyCase = fc
    .record({
      records: fc.array(fc.tuple(field, field, field), { minLength: 1, maxLength: 8 }),
      columns: fc.array(fc.nat(2), { minLength: 1, maxLength: 4 }),
      inputQuote: fc.constantFrom(QUOTE, NO_BYTE),
      delimiter: fc.constantFrom(COMMA, SEMICOLON, TAB, 120),
      quote: fc.constantFrom(QUOTE, NO_BYTE, 39),
      room: fc.oneof(fc.nat(40), fc.constant(1000)),
      behind: fc.nat(80),
    })
    .map(
      ({ columns, ...rest }): Case => ({ ...rest, runs: columns.map((column) => [column, column] as const) }),
    )

  test(`does the same as the portable one, seed ${SEED}`, () => {
    let refused = 0
    const property = fc.property(anyCase, (one) => {
      if (compareSets(one).some(([, run]) => run !== NO_INDEX)) refused++
    })
    fc.assert(property, { seed: SEED, numRuns: 3000 })
    expect(refused).toBeGreaterThan(10)
  })

  test('reads and writes nothing outside of what it is given', () => {
    const one: Case = { ...plain, records: [['a', 'b']], runs: [[0, 1]] }
    const broken: readonly ((words: Uint32Array, table: Uint32Array) => void)[] = [
      (words) => (words[FIELDS_END] = 3),
      (words) => (words[FIELDS_NEXT] = 2),
      (words) => (words[FIELDS_RUNS] = 2),
      (words) => (words[FIELDS_RUNS] = 0),
      (words) => (words[FIELDS_WORDS + 1] = 11),
      (words) => (words[FIELDS_TARGET_END] = 11),
      (_, table) => (table[10] = 1000),
      (_, table) => (table[6] = 1000),
    ]
    for (const primitives of sets.filter(({ instructionSet }) => instructionSet !== 'portable')) {
      for (const [index, breakIt] of broken.entries()) {
        const { bytes, table, words } = layOut(one)
        words[FIELDS_TARGET_END] = 10
        breakIt(words, table)
        const call = () => primitives.copyFields(bytes, table, words, new Uint8Array(10))
        expect(call, `${primitives.instructionSet} ${index}`).toThrow('out of range')
      }
    }
  })
})
