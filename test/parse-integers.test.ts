import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Batch } from '../dist/batch/batch.js'
import { makeFieldKind } from '../dist/batch/field.js'
import { decodeInteger } from '../dist/batch/integer.js'
import { IntegerColumn } from '../dist/batch/integer-column.js'
import { CUT_COUNT, NO_INTEGER as NO_INTEGER_BITS } from '../dist/layout.js'
import { check } from './primitive-calls.js'
import { SEED } from './primitive-inputs.js'
import { availablePrimitives } from './primitive-sets.js'

const sets = availablePrimitives()
const names = sets.map((primitives) => primitives.instructionSet).join(', ')

const NO_INTEGER = NO_INTEGER_BITS | 0
/** All that is parsed. */
const ANY = { min: -999_999_999, max: 999_999_999 }

/** What a field is by the definition. */
function integerOf(field: string, { min, max } = ANY): number {
  const value = /^-?[0-9]{1,9}$/.test(field) ? Number(field) | 0 : NO_INTEGER
  return value < min || value > max ? NO_INTEGER : value
}

/** A table of one column whose fields lie one behind the other, parted by a byte, `before` the first of them. */
function lay(fields: readonly string[], before: string): { bytes: Buffer; table: Uint32Array } {
  const bytes = Buffer.from(`${before}${fields.join(',')}`, 'latin1')
  const table = new Uint32Array(5 * fields.length)
  let at = before.length
  for (const [index, field] of fields.entries()) {
    table[3 * fields.length + index] = at
    table[4 * fields.length + index] = at + field.length
    at += field.length + 1
  }
  return { bytes, table }
}

function checkFields(fields: readonly string[], before: string, range = ANY): void {
  const { bytes, table } = lay(fields, before)
  const capacity = fields.length
  for (const primitives of sets) {
    const values = new Int32Array(capacity)
    primitives.parseIntegers(
      bytes,
      table,
      { word: 3 * capacity, capacity, from: 0, until: capacity, ...range },
      values,
    )
    for (const [index, field] of fields.entries()) {
      const what = () =>
        `${primitives.instructionSet}: ${JSON.stringify(field)} behind ${JSON.stringify(before)}`
      check(values[index], integerOf(field, range), what)
    }
  }
}

const LENGTHS = Array.from({ length: 12 }, (_, length) => length)

describe(`parseIntegers (${names})`, () => {
  test('parses every length, with and without a minus, wherever the bytes begin', () => {
    const fields = LENGTHS.flatMap((length) =>
      ['1234567890123', '9999999999999', '0000000000000'].map((all) => all.slice(0, length)),
    )
    const signed = [...fields, ...fields.map((field) => `-${field}`)]
    for (let padding = 0; padding < 24; padding++) checkFields(signed, '7'.repeat(padding))
    // Each alone, so that it is what the bytes begin and end with.
    for (const field of signed) for (const before of ['', '-', '8', '99999999']) checkFields([field], before)
  })

  test('gives none for every byte that is no digit, in every place of it', () => {
    for (const length of LENGTHS) {
      for (let place = 0; place < length; place++) {
        const fields = Array.from({ length: 256 }, (_, byte) => {
          const field = '8'.repeat(length)
          return field.slice(0, place) + String.fromCharCode(byte) + field.slice(place + 1)
        })
        checkFields(fields, '"padding",')
      }
    }
  })

  test(`parses what a table is filled with, seed ${SEED}`, () => {
    const field = fc.oneof(
      fc.integer().map(String),
      fc.nat(99_999).map(String),
      fc.string({
        unit: fc.constantFrom('0', '9', '-', '+', ' ', '/', ':', '\xff', '\0', '5'),
        maxLength: 11,
      }),
    )
    fc.assert(
      fc.property(
        fc.array(field, { minLength: 1, maxLength: 40 }),
        fc.constantFrom('', '9', '-'),
        fc.constantFrom(ANY, { min: -128, max: 127 }, { min: 0, max: 65_535 }, { min: 0, max: ANY.max }),
        checkFields,
      ),
      { seed: SEED, numRuns: 500 },
    )
  })

  test('writes only the records it is told', () => {
    const { bytes, table } = lay(['1', '2', '3', '4'], '')
    for (const primitives of sets) {
      const values = new Int32Array(4).fill(77)
      primitives.parseIntegers(bytes, table, { word: 12, capacity: 4, from: 1, until: 3, ...ANY }, values)
      expect([...values]).toEqual([77, 2, 3, 77])
    }
  })

  test('gives none for a field that lies outside of the bytes', () => {
    const { bytes, table } = lay(['1', '2'], '')
    for (const primitives of sets.filter(({ instructionSet }) => instructionSet !== 'portable')) {
      for (const [start, end] of [
        [2, 4],
        [2, 0xffffffff],
        [3, 2],
      ]) {
        table[7] = start
        table[9] = end
        const values = new Int32Array(2)
        primitives.parseIntegers(bytes, table, { word: 6, capacity: 2, from: 0, until: 2, ...ANY }, values)
        expect([...values]).toEqual([1, NO_INTEGER])
      }
    }
  })

  test('refuses what is out of range', () => {
    const { bytes, table } = lay(['1', '2'], '')
    const column = { word: 6, capacity: 2, from: 0, until: 2, ...ANY }
    for (const primitives of sets.filter(({ instructionSet }) => instructionSet !== 'portable')) {
      for (const [changed, room] of [
        [{ word: 7 }, 2],
        [{ capacity: 3 }, 2],
        [{ until: 3 }, 3],
        [{ from: 2, until: 1 }, 2],
        [{}, 1],
      ] as const) {
        const call = () =>
          primitives.parseIntegers(bytes, table, { ...column, ...changed }, new Int32Array(room))
        expect(call, JSON.stringify(changed)).toThrow(RangeError)
      }
    }
  })
})

describe('a column of integers', () => {
  /** Fields of all kinds, and how often one record in so many is read. */
  const field = fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: -40_000, max: 70_000 }).map(String) },
    { weight: 2, arbitrary: fc.integer().map(String) },
    fc.constantFrom(
      '',
      '"12"',
      '""',
      '-0',
      '+5',
      '007',
      '0000000000012',
      'x',
      '1.5',
      '-',
      '-2147483648',
      '4294967295',
    ),
  )
  const types = ['int8', 'int16', 'int32', 'uint8', 'uint16', 'uint32'] as const

  function outcome(read: () => unknown): unknown {
    try {
      return read()
    } catch (error) {
      return (error as Error).message
    }
  }

  test(`gives what each field decodes to, however many are read, seed ${SEED}`, () => {
    const column = fc.record({
      fields: fc.array(field, { minLength: 1, maxLength: 120 }),
      strides: fc.array(fc.constantFrom(1, 1, 1, 2, 5, 30), { minLength: 1, maxLength: 8 }),
      type: fc.constantFrom(...types),
      quote: fc.constantFrom('"', '1', '-').map((quote) => quote.charCodeAt(0)),
    })
    fc.assert(
      fc.property(column, fc.nat(sets.length - 1), ({ fields, strides, type, quote }, which) => {
        const { bytes, table } = lay(fields, '"x",')
        const capacity = fields.length
        const batch = new Batch(sets[which], capacity, 1)
        batch.table.set(table)
        batch.cut[CUT_COUNT] = capacity
        const kind = makeFieldKind('n', type, quote)
        const state = { kind, word: 3 * capacity }
        const integers = new IntegerColumn(batch, state)
        // Filled twice, so that nothing of the first filling is taken for the second's.
        for (const filling of [bytes, Buffer.from(bytes.map((byte) => (byte === 0x37 ? 0x38 : byte)))]) {
          batch.lookAt({ bytes: filling, base: 0 })
          batch.begin({ recordNumber: 1, lineNumber: 1, offset: 0 })
          for (let index = 0, step = 0; index < capacity; index += strides[step++ % strides.length]) {
            const [start, end] = [table[3 * capacity + index], table[4 * capacity + index]]
            const expected = outcome(() => decodeInteger(filling, start, end, kind))
            expect(outcome(() => integers.read(index))).toBe(expected)
          }
        }
      }),
      { seed: SEED, numRuns: 400 },
    )
  })
})
