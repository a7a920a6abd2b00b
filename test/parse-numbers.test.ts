import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { NO_BYTE } from '../dist/layout.js'
import { NUMBER_BIG, NUMBER_INTEGER } from '../dist/number-layout.js'
import { layFields, makeColumn, numberOf, unquoteField } from './number-fields.js'
import { check } from './primitive-calls.js'
import { SEED } from './primitive-inputs.js'
import { availablePrimitives } from './primitive-sets.js'

const sets = availablePrimitives()
const names = sets.map((primitives) => primitives.instructionSet).join(', ')

function checkFields(fields: readonly string[], before = '', quote = '"'): void {
  const { bytes, table } = layFields(fields, before)
  const capacity = fields.length
  const quoteByte = quote === '' ? NO_BYTE : quote.charCodeAt(0)
  for (const primitives of sets) {
    const values = new Float64Array(capacity).fill(77)
    const kinds = new Uint8Array(capacity).fill(77)
    const column = { word: 3 * capacity, capacity, quote: quoteByte, from: 0, until: capacity }
    primitives.parseNumbers(bytes, table, column, values, kinds)
    for (const [index, field] of fields.entries()) {
      const what = () =>
        `${primitives.instructionSet}: ${JSON.stringify(field)} behind ${JSON.stringify(before)}`
      const { kind, value } = numberOf(unquoteField(field, quote))
      check(kinds[index], kind, what)
      if (!Object.is(values[index], value)) check(values[index], value, what)
    }
  }
}

const LENGTHS = Array.from({ length: 22 }, (_, length) => length)

/** What is at the edges of the kinds, and of the ways in which they are told. */
const EDGES = [
  ...[
    '',
    '-',
    '+',
    '.',
    '-.',
    '+.',
    'e5',
    '.e5',
    '1e',
    '1e+',
    '--1',
    '+-1',
    '1 ',
    ' 1',
    '0x10',
    '1_0',
    '1,5',
  ],
  ...[
    '0',
    '-0',
    '+0',
    '-0.0',
    '0.0',
    '007',
    '-007',
    '0000000000000000000000000000012',
    '.5',
    '5.',
    '-.5',
    '-5.',
    '+5',
  ],
  ...['1.2.3', '1..2', '..', '1.2345678.', '12345678.9.1', '-12.3', '99.9', '0.1', '1e3', '1E-3', '-1.5e+10'],
  ...['9007199254740991', '9007199254740992', '9007199254740993', '-9007199254740992', '-9007199254740993'],
  ...[
    '9007199254740994',
    '99999999999999999999',
    '18446744073709551616',
    '00009007199254740993',
    '1234567890123456',
  ],
  ...[
    '123456789.1234567',
    '9999999999999.999',
    '999999999999999.9',
    '0.000000000000001',
    '9007199254740.993',
  ],
  ...[
    '1e308',
    '1.8e308',
    '-1.8e308',
    '1e400',
    '-1e400',
    '1e-400',
    '4.9e-324',
    '2e-324',
    '1e22',
    '1e23',
    '1e-23',
  ],
  ...[
    'nan',
    'NaN',
    'inf',
    '-Infinity',
    'infinity',
    '+inf',
    'text',
    'x',
    '2014-12-06',
    '12:30',
    'null',
    'true',
  ],
  ...[
    '9'.repeat(309),
    `-1${'0'.repeat(308)}`,
    `${'9'.repeat(20)}.${'9'.repeat(20)}`,
    `0.${'0'.repeat(400)}1`,
  ],
]

describe(`parseNumbers (${names})`, () => {
  test('tells every kind, at its edges, quoted or not, wherever the bytes begin', () => {
    for (const before of [
      '',
      '9',
      '-',
      '.',
      '12345678',
      '1234567.',
      '1234567890123456',
      '------------------',
    ]) {
      checkFields(EDGES, before)
      checkFields(EDGES, before, '')
      for (const edge of EDGES) checkFields([edge], before)
    }
    const quoted = EDGES.map((edge) => `"${edge}"`)
    checkFields([
      ...quoted,
      ...quoted.map((field) => `${field}5`),
      ...EDGES.map((edge) => `"1""${edge}`),
      '"',
      '""',
      '"""',
    ])
    checkFields(EDGES, '', '1')
    checkFields(EDGES, '', '-')
    checkFields([`"${'1'.repeat(5000)}""`, `"${'0'.repeat(5000)}12"`, `"${'""'.repeat(4000)}"`, '5'])
  })

  test('parses every length, with every sign and a point in every place', () => {
    for (const length of LENGTHS) {
      const digits = ['1234567890123456789012', '9999999999999999999999', '0000000000000000000000']
      const fields = digits.flatMap((all) => {
        const text = all.slice(0, length)
        const places = Array.from({ length: length + 1 }, (_, place) => place)
        return [text, ...places.map((place) => `${text.slice(0, place)}.${text.slice(place)}`)]
      })
      for (const sign of ['', '-', '+'])
        checkFields(
          fields.map((field) => sign + field),
          '"padding it,',
        )
    }
  })

  test('gives none for every byte that is no digit, in every place of it', () => {
    for (const length of LENGTHS.slice(1, 19)) {
      for (let place = 0; place < length; place++) {
        const fields = Array.from({ length: 256 }, (_, byte) => {
          const field = '8'.repeat(length)
          return field.slice(0, place) + String.fromCharCode(byte) + field.slice(place + 1)
        })
        checkFields(fields, '"padding",,,,,,,,')
      }
    }
  })

  test(`parses what a table is filled with, seed ${SEED}`, () => {
    const field = fc.oneof(
      fc.integer().map(String),
      fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }).map(String),
      fc.bigInt({ min: 2n ** 53n - 9n, max: 2n ** 53n + 9n }).map(String),
      fc.double({ noNaN: true }).map(String),
      fc.tuple(fc.integer(), fc.nat(9999)).map(([whole, part]) => `${whole}.${part}`),
      fc.string({ unit: fc.constantFrom(...'0159-+.eE "/:\xff\0'), maxLength: 20 }),
    )
    fc.assert(
      fc.property(
        fc.array(field, { minLength: 1, maxLength: 40 }),
        fc.constantFrom('', '9', '-', '"0123456789012345'),
        fc.constantFrom('"', '', '1'),
        checkFields,
      ),
      { seed: SEED, numRuns: 1000 },
    )
  })

  test('writes only the records it is told', () => {
    const { bytes, table } = layFields(['1', '2', 'x', '4'])
    for (const primitives of sets) {
      const values = new Float64Array(4).fill(77)
      const kinds = new Uint8Array(4).fill(77)
      const column = { word: 12, capacity: 4, quote: 34, from: 1, until: 3 }
      primitives.parseNumbers(bytes, table, column, values, kinds)
      expect([...values]).toEqual([77, 2, Number.NaN, 77])
      expect([...kinds]).toEqual([77, 1, 4, 77])
    }
  })

  test('refuses what is out of range', () => {
    const { bytes, table } = layFields(['1', '2'])
    const column = { word: 6, capacity: 2, quote: 34, from: 0, until: 2 }
    const natives = sets.filter(({ instructionSet }) => instructionSet !== 'portable')
    for (const primitives of natives) {
      for (const [changed, valueRoom, kindRoom] of [
        [{ word: 7 }, 2, 2],
        [{ capacity: 3 }, 2, 2],
        [{ until: 3 }, 3, 3],
        [{ from: 2, until: 1 }, 2, 2],
        [{}, 1, 2],
        [{}, 2, 1],
      ] as const) {
        const [values, kinds] = [new Float64Array(valueRoom), new Uint8Array(kindRoom)]
        const call = () => primitives.parseNumbers(bytes, table, { ...column, ...changed }, values, kinds)
        expect(call, JSON.stringify(changed)).toThrow(RangeError)
      }
      for (const [start, end] of [
        [2, 4],
        [2, 0xffffffff],
        [3, 2],
      ]) {
        const wrong = table.slice()
        wrong[7] = start
        wrong[9] = end
        const call = () =>
          primitives.parseNumbers(bytes, wrong, column, new Float64Array(2), new Uint8Array(2))
        expect(call).toThrow(RangeError)
      }
    }
  })
})

test('a column of numbers gives integers exactly', () => {
  const fields = [
    '12',
    '-9007199254740993',
    '"+18446744073709551617"',
    `"${'9'.repeat(300)}"`,
    '0012',
    '""',
    'x',
  ]
  for (const primitives of sets) {
    const column = makeColumn(fields, primitives)
    column.read(0, fields.length)
    for (const [index, field] of fields.entries()) {
      const { kind, exact } = numberOf(unquoteField(field, '"'))
      expect(column.kinds[index]).toBe(kind)
      if (kind === NUMBER_INTEGER || kind === NUMBER_BIG) expect(column.bigint(index)).toBe(exact)
    }
  }
})
