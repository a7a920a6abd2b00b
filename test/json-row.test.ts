import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { Batch } from '../dist/batch/batch.js'
import { JsonRowCursor } from '../dist/batch/json-row.js'
import type { Row, RowOf } from '../dist/batch/row.js'
import { portablePrimitives } from '../dist/primitives/portable.js'
import { CAPACITY, failureOf, fill, openText } from './row-batch.js'

describe('a row of ndjson with columns', () => {
  const types = {
    id: 'int32',
    wide: 'int64',
    share: 'float64',
    half: 'float32',
    ok: 'boolean',
    name: 'string',
    byte: 'uint8',
  } as const

  function read(json: string) {
    const cursor = openText('ndjson', `${json}\n`, types)
    cursor.index = 0
    return cursor.row as unknown as RowOf<typeof types>
  }

  test('shows its properties', () => {
    const row = read(
      '{"id":-7,"wide":"9007199254740993","share":0.1,"half":0.1,"ok":true,"name":"é","byte":255,"z":{}}',
    )
    expect({ ...row }).toEqual({
      id: -7,
      wide: 9007199254740993n,
      share: 0.1,
      half: Math.fround(0.1),
      ok: true,
      name: 'é',
      byte: 255,
    })
    expect(row.get('id')).toBe(-7)
    expect(row.value.z).toEqual({})
    expect(() => (row as never as Row).z).toThrow('unknown column "z"')
    expect(JSON.stringify(row)).toContain('"wide":"9007199254740993"')
    expect(inspect(row)).toContain('wide: 9007199254740993n')
  })

  test('missing and null are empty', () => {
    const empty = { id: null, wide: null, share: null, half: null, ok: null, name: '', byte: null }
    expect({ ...read('{}') }).toEqual(empty)
    expect({ ...read(JSON.stringify({ ...empty, name: null })) }).toEqual(empty)
  })

  test('takes whole numbers however they are written', () => {
    expect(read('{"id":1.0}').id).toBe(1)
    expect(read('{"id":-0}').id).toBe(0)
    expect(read('{"id":2147483647}').id).toBe(2147483647)
    expect(read('{"wide":9007199254740991}').wide).toBe(9007199254740991n)
    expect(read('{"wide":"-9223372036854775808"}').wide).toBe(-(2n ** 63n))
    expect(read('{"wide":"+5"}').wide).toBe(5n)
  })

  test.each([
    ['id', '1.5', 'column id: expected int32, found 1.5'],
    ['id', '"1"', 'column id: expected int32, found "1"'],
    ['id', '2147483648', 'column id: expected int32, found 2147483648'],
    ['id', '[1]', 'column id: expected int32, found an array'],
    ['byte', '-1', 'column byte: expected uint8, found -1'],
    ['byte', '256', 'column byte: expected uint8, found 256'],
    ['wide', '9007199254740992', 'write integers beyond 2^53 as strings'],
    ['wide', '1.5', 'column wide: expected int64, found 1.5'],
    ['wide', '"1.5"', 'column wide: expected int64, found "1.5"'],
    ['wide', '""', 'column wide: expected int64, found ""'],
    ['wide', '"9223372036854775808"', 'column wide: expected int64, found "9223372036854775808"'],
    ['wide', 'true', 'column wide: expected int64, found true'],
    ['share', '"1"', 'column share: expected float64, found "1"'],
    ['half', '{}', 'column half: expected float32, found an object'],
    ['ok', '1', 'column ok: expected boolean, found 1'],
    ['name', '1', 'column name: expected string, found 1'],
    ['name', 'false', 'column name: expected string, found false'],
  ] as const)('refuses %s: %s', (name, json, message) => {
    const row = read(`{"${name}":${json}}`)
    const failure = failureOf(() => row[name])
    expect(failure.code).toBe('ERR_VALUE')
    expect(failure.message).toContain(message)
  })
})

describe('a record of ndjson', () => {
  test('is parsed once, when it is read, and anew at the next index', () => {
    const cursor = openText('ndjson', '{"a":1}\n{"a":2}\nnot json\n')
    cursor.index = 2
    cursor.index = 1
    expect(cursor.row.a).toBe(2)
    expect(cursor.row.value).toBe(cursor.row.value)
    cursor.index = 0
    expect(cursor.row.a).toBe(1)
  })

  test('is parsed anew when the index is set again', () => {
    const batch = new Batch(portablePrimitives, CAPACITY, 0)
    const cursor = new JsonRowCursor(batch, [])
    for (const text of ['{"a":"first"}', '{"a":"second"}']) {
      fill(batch, { text, format: 'ndjson' })
      cursor.index = 0
      expect(cursor.row.a).toBe(JSON.parse(text).a)
    }
  })

  test.each([
    ['{"a":', /^not JSON: .*JSON/],
    ['nope', /^not JSON: .*JSON/],
    ['[1]', /^expected a JSON object, found an array$/],
    ['null', /^expected a JSON object, found null$/],
    ['5', /^expected a JSON object, found 5$/],
    ['"text"', /^expected a JSON object, found "text"$/],
  ])('%s is refused', (text, message) => {
    for (const types of [{}, { a: 'int32' } as const]) {
      const cursor = openText('ndjson', `${text}\n`, types)
      cursor.index = 0
      const failure = failureOf(() => cursor.row.a)
      expect(failure.code).toBe('ERR_VALUE')
      expect(failure.message).toMatch(message)
    }
  })

  test('without columns shows whatever it has', () => {
    const cursor = openText('ndjson', '{"a":1,"b":[2],"get":3,"__proto__":4}\n{}\n')
    const row = cursor.row as unknown as Record<string, unknown>
    cursor.index = 0
    expect([row.a, row.b, row.get, row.c]).toEqual([1, [2], 3, undefined])
    expect({ ...row }).toEqual(JSON.parse('{"a":1,"b":[2],"get":3,"__proto__":4}'))
    expect(Object.keys(row)).toEqual(['a', 'b', 'get', '__proto__'])
    expect(JSON.stringify(row)).toBe('{"a":1,"b":[2],"get":3,"__proto__":4}')
    expect(inspect(row)).toContain('b: [ 2 ]')
    expect('a' in row).toBe(true)
    expect(() => Object.assign(row, { a: 2 })).toThrow(TypeError)
    cursor.index = 1
    expect([row.a, cursor.row.get('a'), cursor.row.get('constructor')]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
    expect({ ...row }).toEqual({})
    expect(cursor.row.value).toEqual({})
  })
})
