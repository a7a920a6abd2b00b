import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encodeField } from '../dist/batch/encode.js'
import { COLUMN_TYPES, type ColumnType, type FieldKind, makeFieldKind } from '../dist/batch/field.js'
import { decodeField } from '../dist/batch/value.js'
import { LinemillError } from '../dist/errors.js'
import { decode, decodeBytes, messageOf, QUOTE, refuses, SEED } from './decode.js'

test('a field may end where the window ends', () => {
  const kind = (type: ColumnType): FieldKind => makeFieldKind('x', type, QUOTE)
  const bytes = Buffer.from('"12"')
  expect(decodeField(bytes, 0, 4, kind('int32'))).toBe(12)
  expect(decodeField(bytes, 1, 3, kind('int32'))).toBe(12)
  for (const type of COLUMN_TYPES)
    expect(decodeField(bytes, 4, 4, kind(type))).toBe(type === 'string' ? '' : null)
})

describe('booleans', () => {
  test.each(['true', 'TRUE', 'True', 'tRuE', '1'])('%s is true', (text) => {
    expect(decode('boolean', text)).toBe(true)
    expect(decode('boolean', `"${text}"`, QUOTE)).toBe(true)
  })

  test.each(['false', 'FALSE', 'False', '0'])('%s is false', (text) => {
    expect(decode('boolean', text)).toBe(false)
  })

  test('empty is null, nothing else is taken', () => {
    expect(decode('boolean', '')).toBeNull()
    expect(decode('boolean', '""', QUOTE)).toBeNull()
    for (const text of [
      '2',
      '01',
      '10',
      't',
      'f',
      'yes',
      'no',
      'truee',
      'fals',
      ' true',
      'TRU%',
      'T\x12UE',
    ]) {
      refuses('boolean', text)
    }
  })
})

describe('strings', () => {
  test('any text of any length comes back', () => {
    for (let length = 0; length <= 70; length++) {
      const text = 'abcdefghijklmnopqrstuvwxyz0123456789'.repeat(2).slice(0, length)
      expect(decode('string', text)).toBe(text)
      for (let at = 0; at < length; at++) {
        const accented = `${text.slice(0, at)}é${text.slice(at + 1)}`
        expect(decode('string', accented)).toBe(accented)
      }
    }
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), (text) => {
        expect(decode('string', text)).toBe(Buffer.from(text).toString())
      }),
      SEED,
    )
  })

  test('invalid UTF-8 is replaced as TextDecoder does', () => {
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        expect(decodeBytes('string', bytes)).toBe(decoder.decode(bytes))
      }),
      SEED,
    )
    expect(decodeBytes('string', Uint8Array.of(0x61, 0xff, 0x62))).toBe('a\ufffdb')
  })

  test('NUL bytes stay', () => {
    expect(decode('string', 'a\0b')).toBe('a\0b')
  })

  test.each([
    ['""', ''],
    ['"a"', 'a'],
    ['"a,b"', 'a,b'],
    ['"a\nb"', 'a\nb'],
    ['""""', '"'],
    ['"a""b"', 'a"b'],
    ['"""a"""', '"a"'],
    ['""""""', '""'],
    ['"a"b', 'ab'],
    ['"a"b"c', 'ab"c'],
    ['"a"b"c"', 'ab"c"'],
    ['"a" "b"', 'a "b"'],
    ['""a', 'a'],
    ['"""a"b', '"ab'],
    ['"a""b"c""d', 'a"bc""d'],
    ['a"b"', 'a"b"'],
    [' "a"', ' "a"'],
    ['"é""ü"', 'é"ü'],
  ])('%s is %s', (field, text) => {
    expect(decode('string', field, QUOTE)).toBe(text)
    expect(decode('string', field)).toBe(field)
    const long = 'z'.repeat(100)
    expect(decode('string', field.replace('"', `"${long}`), QUOTE)).toBe(
      field.startsWith('"') ? long + text : field.replace('"', `"${long}`),
    )
  })

  test('a field that nothing closes ends with its bytes', () => {
    expect(decode('string', '"abc', QUOTE)).toBe('abc')
    expect(decode('string', '"', QUOTE)).toBe('')
    expect(decode('string', '"a""', QUOTE)).toBe('a"')
  })

  test('a string is its own after the next one was unquoted', () => {
    const first = decode('string', '"a""b"', QUOTE)
    decode('string', '"c""d"', QUOTE)
    expect(first).toBe('a"b')
  })
})

describe('errors', () => {
  test('name the column, the type and what was found', () => {
    const bytes = Buffer.from('abc')
    const kind = makeFieldKind('user_id', 'int32')
    expect(messageOf(() => decodeField(bytes, 0, 3, kind))).toBe(
      'column user_id: expected int32, found "abc"',
    )
  })

  test('show what stands in quotes, shortened', () => {
    expect(messageOf(() => decode('int32', '"a""b"', QUOTE))).toMatch(/found "a\\"b"$/)
    expect(messageOf(() => decode('int32', '"""1"""', QUOTE))).toMatch(/found "\\"1\\""$/)
    const found = messageOf(() => decode('float64', 'x'.repeat(1000)))
    expect(found).toMatch(/found "x{40}…"$/)
  })
})

describe('encodeField', () => {
  test.each([
    [null, ''],
    [undefined, ''],
    ['', ''],
    ['plain', 'plain'],
    ['a,b', '"a,b"'],
    ['a"b', '"a""b"'],
    ['a\nb', '"a\nb"'],
    ['a\rb', '"a\rb"'],
    ['a;b', 'a;b'],
    [' a ', ' a '],
    ['a longer text, with a comma', '"a longer text, with a comma"'],
    ['a longer text with "quotes"', '"a longer text with ""quotes"""'],
    ['a longer text with a line\nfeed', '"a longer text with a line\nfeed"'],
    ['a longer text with a\rreturn', '"a longer text with a\rreturn"'],
    ['a longer text with nothing of it', 'a longer text with nothing of it'],
    [0, '0'],
    [-0, '-0'],
    [1.5, '1.5'],
    [1e21, '1e+21'],
    [Number.NaN, 'NaN'],
    [Infinity, 'Infinity'],
    [-Infinity, '-Infinity'],
    [123n, '123'],
    [true, 'true'],
    [false, 'false'],
  ])('%s is %s', (value, field) => {
    expect(encodeField(value, ',', '"')).toBe(field)
  })

  test('what needs quotes is refused where there are none', () => {
    for (const text of ['a\tb', 'a\nb', 'a\rb', 'a text that is longer\tthan a few characters']) {
      expect(messageOf(() => encodeField(text, '\t', undefined))).toContain(
        JSON.stringify(text.slice(0, 40)).slice(0, -1),
      )
    }
    expect(encodeField('a"b', '\t', undefined)).toBe('a"b')
    expect(encodeField('a text with "quotes" in it', '\t', undefined)).toBe('a text with "quotes" in it')
  })

  test('what is no value is refused', () => {
    for (const value of [{}, [1], new Date(0), () => 1, Symbol('s'), Object.create(null)]) {
      expect(() => encodeField(value as never, ',', '"')).toThrow(
        /must be a string, number, bigint, boolean or null/,
      )
    }
  })

  test('numbers are quoted where a delimiter or quote stands in them', () => {
    expect(encodeField(1.5, '.', '"')).toBe('"1.5"')
    expect(encodeField(-1, '-', '"')).toBe('"-1"')
    expect(encodeField(true, 'e', '"')).toBe('"true"')
    expect(encodeField(11n, ',', '1')).toBe('111111')
    expect(encodeField(7, '/', '"')).toBe('7')
    expect(() => encodeField(1.5, '.', undefined)).toThrow(LinemillError)
  })

  test('any text is decoded to itself, whatever the delimiter and quote', () => {
    const character = fc.constantFrom(...',;"\'$a1 \t')
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...',;"\'$a1 \t\r\né'), maxLength: 20 }),
        fc.uniqueArray(character, { minLength: 2, maxLength: 2 }),
        (text, [delimiter, quote]) => {
          const field = encodeField(text, delimiter, quote)
          expect(decode('string', field, quote.charCodeAt(0))).toBe(text)
          if (field === text) expect(field).not.toContain(delimiter)
        },
      ),
      SEED,
    )
  })

  test('any number is decoded to itself, whatever the quote', () => {
    const numbers = fc.oneof(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), fc.nat(99))
    fc.assert(
      fc.property(numbers, fc.constantFrom(...'"-+.0123456789e'), (value, quote) => {
        const field = encodeField(value, ',', quote)
        const byte = quote.charCodeAt(0)
        expect(decode('int32', field, byte)).toBe(value)
        expect(decode('int64', field, byte)).toBe(BigInt(value))
        expect(decode('float64', field, byte)).toBe(value)
      }),
      SEED,
    )
  })
})
