import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ColumnType } from '../dist/batch/field.js'
import { decode, QUOTE, refuses, SEED } from './decode.js'

const NO_INTEGERS = [
  '-',
  '+',
  '--1',
  '+-1',
  '1-',
  ' 1',
  '1 ',
  ' ',
  '1.0',
  '1.',
  '.1',
  '1e3',
  '0x10',
  '1_000',
  '1,000',
  'a',
  '12345678a',
  '1234567a9',
  '/',
  ':',
  '1/',
  '1:',
  '1234567890:',
  '123456789012345678901234567890',
  '１',
  '"1"',
  'NaN',
  'null',
]

describe('integers of up to 32 bits', () => {
  const bounds: [ColumnType, number, number][] = [
    ['int8', -128, 127],
    ['int16', -32768, 32767],
    ['int32', -2147483648, 2147483647],
    ['uint8', 0, 255],
    ['uint16', 0, 65535],
    ['uint32', 0, 4294967295],
  ]

  test.each(bounds)('%s is from %d to %d', (type, min, max) => {
    for (const inside of [min, min + 1, 0, 1, 9, 10, 99, max - 1, max]) {
      expect(decode(type, String(inside))).toBe(inside)
      expect(decode(type, `"${inside}"`, QUOTE)).toBe(inside)
    }
    for (const outside of [min - 1, max + 1, min * 10 - 1, max * 10, max * 1e6, 1e14, 1e15, 1e20, -1e20]) {
      refuses(type, BigInt(outside).toString())
    }
  })

  test.each(bounds)('%s takes signs and leading zeros', (type, _min, max) => {
    expect(decode(type, '+7')).toBe(7)
    expect(decode(type, '-0')).toBe(0)
    expect(decode(type, '+0')).toBe(0)
    expect(decode(type, '-0000000000')).toBe(0)
    expect(decode(type, '007')).toBe(7)
    expect(decode(type, `${'0'.repeat(40)}${max}`)).toBe(max)
    expect(decode(type, `+000${max}`)).toBe(max)
    expect(decode(type, '')).toBeNull()
    expect(decode(type, '""', QUOTE)).toBeNull()
  })

  test.each(bounds)('%s takes nothing else', (type) => {
    for (const text of NO_INTEGERS) refuses(type, text)
  })

  test('agrees with Number on any digits', () => {
    const digits = fc.stringMatching(/^[+-]?[0-9]{1,12}$/)
    fc.assert(
      fc.property(digits, fc.constantFrom(...bounds), (text, [type, min, max]) => {
        const value = Number(text) + 0
        if (value >= min && value <= max) expect(decode(type, text)).toBe(value)
        else refuses(type, text)
      }),
      SEED,
    )
  })

  test('agrees with a pattern on any text', () => {
    const text = fc.string({ unit: fc.constantFrom(...'0123456789+-., e/:'), minLength: 1, maxLength: 12 })
    fc.assert(
      fc.property(text, (text) => {
        if (/^[+-]?\d+$/.test(text) && Math.abs(Number(text)) < 2 ** 31) {
          expect(decode('int32', text)).toBe(Number(text) + 0)
        } else refuses('int32', text)
      }),
      SEED,
    )
  })
})

describe('integers of 64 bits', () => {
  const bounds: [ColumnType, bigint, bigint][] = [
    ['int64', -(2n ** 63n), 2n ** 63n - 1n],
    ['uint64', 0n, 2n ** 64n - 1n],
  ]

  test.each(bounds)('%s is from %d to %d', (type, min, max) => {
    const powers = Array.from({ length: 20 }, (_, exponent) => 10n ** BigInt(exponent))
    const inside = [min, min + 1n, 0n, max - 1n, max, 2n ** 53n, 2n ** 53n + 1n, ...powers]
    for (const value of inside.flatMap((value) => [value, value - 1n, value + 1n, -value])) {
      if (value >= min && value <= max) expect(decode(type, String(value))).toBe(value)
      else refuses(type, String(value))
    }
  })

  test.each(bounds)('%s takes signs, leading zeros and nothing else', (type, _min, max) => {
    expect(decode(type, '+7')).toBe(7n)
    expect(decode(type, '-0')).toBe(0n)
    expect(decode(type, `+${'0'.repeat(40)}${max}`)).toBe(max)
    expect(decode(type, `"${max}"`, QUOTE)).toBe(max)
    expect(decode(type, '')).toBeNull()
    expect(decode(type, '""', QUOTE)).toBeNull()
    for (const text of [...NO_INTEGERS, '12345678901a', '1234567890123456789a', 'a2345678901234567890']) {
      refuses(type, text)
    }
  })

  test('agrees with BigInt', () => {
    const value = fc.oneof(
      fc.bigInt({ min: -(2n ** 66n), max: 2n ** 66n }),
      fc
        .integer({ min: 0, max: 70 })
        .chain((bits) => fc.bigInt({ min: -(2n ** BigInt(bits)), max: 2n ** BigInt(bits) })),
    )
    fc.assert(
      fc.property(value, fc.constantFrom(...bounds), (value, [type, min, max]) => {
        if (value >= min && value <= max) expect(decode(type, String(value))).toBe(value)
        else refuses(type, String(value))
      }),
      SEED,
    )
  })
})
