import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encodeField } from '../dist/batch/encode.js'
import { decode, QUOTE, refuses, SEED } from './decode.js'

describe('floats', () => {
  const texts = [
    ...[
      '0',
      '-0',
      '+0',
      '1',
      '-1',
      '007',
      '0.5',
      '.5',
      '5.',
      '-.5',
      '12.34',
      '0.1',
      '0.2',
      '0.3',
      '123456789',
    ],
    ...['1234567890', '123456789.123456', '1234567890.12345', '999999999999999', '9007199254740993'],
    ...['0.000001', '0.0000000000000000000000000000001', '1e22', '1e23', '1E+5', '1e-7', '1.5e-05', '-1e-22'],
    ...[
      '1e308',
      '1.7976931348623157e308',
      '1.7976931348623159e308',
      '1e400',
      '-1e400',
      '5e-324',
      '2e-324',
      '1e-400',
    ],
    ...[
      '2.2250738585072011e-308',
      '2.2250738585072014e-308',
      '0.000000000000000000000000000000e400',
      '0e-99999999999',
    ],
    ...[
      '1e99999999999999999999',
      '1e-99999999999999999999',
      `${'1'.repeat(400)}`,
      `0.${'0'.repeat(400)}1e401`,
    ],
    ...[
      '8.5e15',
      '123456789012345e22',
      '123456789012345e-22',
      '9007199254740992.5',
      '0.1e1',
      '00000000000000000001.5',
    ],
    ...[
      '179769313486231580793e289',
      '6929495644600919.5',
      '3.518437208883201171875e13',
      '-123456789.123456789',
    ],
  ]

  test.each(texts)('%s is what Number makes of it', (text) => {
    expect(decode('float64', text)).toBe(Number(text))
    expect(decode('float64', `"${text}"`, QUOTE)).toBe(Number(text))
    expect(decode('float32', text)).toBe(Math.fround(Number(text)))
  })

  test.each(['inf', 'Inf', 'INF', '+inf', 'infinity', 'Infinity', 'INFINITY'])('%s is infinite', (text) => {
    expect(decode('float64', text)).toBe(Infinity)
    expect(decode('float64', `-${text.replace('+', '')}`)).toBe(-Infinity)
    expect(decode('float32', text)).toBe(Infinity)
  })

  test.each(['nan', 'NaN', 'NAN', '-nan', '+NaN'])('%s is not a number', (text) => {
    expect(decode('float64', text)).toBeNaN()
    expect(decode('float32', text)).toBeNaN()
  })

  test('an empty field is null', () => {
    expect(decode('float64', '')).toBeNull()
    expect(decode('float32', '""', QUOTE)).toBeNull()
  })

  test('nothing else is taken', () => {
    const wrong = [
      '-',
      '+',
      '.',
      '-.',
      'e5',
      '.e5',
      '1e',
      '1e+',
      '1e-',
      '1e5.0',
      '1.2.3',
      '1..2',
      '1-2',
      '1e5e5',
    ]
    const more = [
      ' 1',
      '1 ',
      '1,5',
      '0x10',
      '1_0',
      '1f',
      '1d5',
      'in',
      'infi',
      'nanx',
      '--1',
      '+-1',
      'true',
      '１',
      'İnf',
    ]
    for (const text of [
      ...wrong,
      ...more,
      '123456789a',
      '1.5a',
      '1234567890123456789x',
      '"1"',
      '-infinityx',
    ]) {
      refuses('float64', text)
      refuses('float32', text)
    }
  })

  test('any double comes back bit by bit', () => {
    fc.assert(
      fc.property(fc.double(), (value) => {
        expect(decode('float64', encodeField(value, ',', '"'))).toBe(value)
        expect(decode('float64', value.toExponential())).toBe(Number(value.toExponential()))
      }),
      { ...SEED, numRuns: 10_000 },
    )
  })

  test('agrees with Number on any digits, point and exponent', () => {
    const decimal = fc.stringMatching(
      /^[+-]?([0-9]{1,20}(\.[0-9]{0,20})?|\.[0-9]{1,12})([eE][+-]?[0-9]{1,3})?$/,
    )
    fc.assert(
      fc.property(decimal, (text) => {
        expect(decode('float64', text)).toBe(Number(text))
      }),
      { ...SEED, numRuns: 10_000 },
    )
  })

  test('agrees with Number on short decimals', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 31 - 1), fc.nat(2 ** 31 - 1), fc.nat(17), (whole, fraction, length) => {
        const text = `${whole}.${String(fraction).padStart(9, '0')}`.slice(0, 1 + length)
        expect(decode('float64', text)).toBe(Number(text))
      }),
      { ...SEED, numRuns: 10_000 },
    )
  })
})
