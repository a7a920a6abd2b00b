import { inspect } from 'node:util'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { Batch } from '../dist/batch/batch.js'
import type { ColumnType, Row, RowOf } from '../dist/batch/row.js'
import { RowCursor } from '../dist/batch/row-cursor.js'
import { defineJob } from '../dist/kernel/job.js'
import { portablePrimitives } from '../dist/primitives/portable.js'
import { CAPACITY, columnsOf, failureOf, fill, makeCursor, open, openText, slotsOf } from './row-batch.js'

const CLICKS = ['user_id', 'item_id', 'behavior_type', 'time']
const CLICK_TYPES = { user_id: 'int32', behavior_type: 'int8', time: 'string' } as const
const CLICK_LINES = '10001082,285259775,1,2014-12-08 18\n10001083,4368907,4,"2014-12-12, 12"\n,,,\n'

function openClicks() {
  return open(CLICK_TYPES, CLICKS, CLICK_LINES)
}

describe('a row of csv', () => {
  test('shows typed fields of the record at the index', () => {
    const cursor = openClicks()
    const row = cursor.row as unknown as RowOf<typeof CLICK_TYPES>
    cursor.index = 1
    expect([row.user_id, row.behavior_type, row.time]).toEqual([10001083, 4, '2014-12-12, 12'])
    cursor.index = 0
    expect([row.user_id, row.behavior_type, row.time]).toEqual([10001082, 1, '2014-12-08 18'])
    cursor.index = 2
    expect([row.user_id, row.behavior_type, row.time]).toEqual([null, null, ''])
  })

  test('decodes every type', () => {
    const types = {
      a: 'int8',
      b: 'uint32',
      c: 'int64',
      d: 'uint64',
      e: 'float32',
      f: 'float64',
      g: 'boolean',
      h: 'string',
    } as const
    const cursor = open(
      types,
      Object.keys(types),
      '-1,4294967295,-5,18446744073709551615,0.1,0.1,TRUE,"a""b"\n',
    )
    cursor.index = 0
    expect({ ...cursor.row }).toEqual({
      a: -1,
      b: 4294967295,
      c: -5n,
      d: 2n ** 64n - 1n,
      e: Math.fround(0.1),
      f: 0.1,
      g: true,
      h: 'a"b',
    })
  })

  test('missing fields of a short record are empty', () => {
    const cursor = open({ a: 'int32', b: 'int32', c: 'string' }, ['a', 'b', 'c'], '1\n2,3\n')
    cursor.index = 0
    expect({ ...cursor.row }).toEqual({ a: 1, b: null, c: '' })
    cursor.index = 1
    expect({ ...cursor.row }).toEqual({ a: 2, b: 3, c: '' })
  })

  test('follows the batch when it is filled anew', () => {
    const cursor = openClicks()
    cursor.index = 0
    expect(cursor.row.user_id).toBe(10001082)
    fill(cursor.batch, { text: '7,8,9,later\n', names: CLICKS })
    cursor.index = 0
    expect(cursor.row.user_id).toBe(7)
    expect(cursor.row.time).toBe('later')
  })

  test('follows inputs whose columns stand in another order and have another quote', () => {
    const cursor = openClicks()
    const names = ['time', 'behavior_type', 'user_id']
    const input = fill(cursor.batch, { text: "'it''s',2,3\n", names, quote: 39 })
    cursor.useInput(input, slotsOf(columnsOf(CLICK_TYPES), names), names)
    cursor.index = 0
    expect({ ...cursor.row }).toEqual({ user_id: 3, behavior_type: 2, time: "it's" })
    expect(cursor.row.get(1)).toBe("it's")
    expect(cursor.row.get(3)).toBe(3)
  })

  test('get takes names and numbers of the input', () => {
    const cursor = open({ 'first name': 'string', age: 'uint8' }, ['age', 'x', 'first name'], '7,8,Ann\n')
    cursor.index = 0
    expect(cursor.row.get('first name')).toBe('Ann')
    expect(cursor.row.get(3)).toBe('Ann')
    expect(cursor.row.get(1)).toBe(7)
  })

  test('a value that does not parse is an error without position', () => {
    const cursor = open({ user_id: 'int32', n: 'int8' }, ['user_id', 'n'], 'abc,300\n')
    cursor.index = 0
    const failure = failureOf(() => cursor.row.user_id)
    expect(failure.code).toBe('ERR_VALUE')
    expect(failure.message).toBe('column user_id: expected int32, found "abc"')
    expect(() => cursor.row.get('n')).toThrow('column n: expected int8, found "300"')
  })

  test('can be spread, listed, destructured, made JSON and shown', () => {
    const cursor = open({ a: 'int64', b: 'string' }, ['a', 'b'], '12345678901234567890,x\n9,y\n')
    cursor.index = 1
    expect(Object.entries(cursor.row)).toEqual([
      ['a', 9n],
      ['b', 'y'],
    ])
    expect(JSON.stringify(cursor.row)).toBe('{"a":"9","b":"y"}')
    expect(inspect(cursor.row)).toBe("{ a: 9n, b: 'y' }")
    expect(structuredClone(cursor.row)).toEqual({ a: 9n, b: 'y' })
    cursor.index = 0
    expect(inspect(cursor.row)).toMatch(/column a: expected int64[\s\S]*b: 'x'/)
    expect('a' in cursor.row).toBe(true)
    expect('c' in cursor.row).toBe(false)
  })

  test('cannot be written', () => {
    const { row } = openClicks()
    expect(() => Object.assign(row, { user_id: 1 })).toThrow(TypeError)
    expect(() => Object.assign(row, { other: 1 })).toThrow(TypeError)
  })

  test('columns named like members win over them', () => {
    const names = ['get', 'toJSON', 'constructor', '__proto__', 'value', 'then']
    const columns = names.map((name) => ({ name, type: 'int8' as const }))
    const batch = new Batch(portablePrimitives, CAPACITY, 8)
    const cursor = new RowCursor(batch, columns, 'csv')
    const input = fill(batch, { text: '1,2,3,4,5,6\n', names })
    cursor.useInput(input, [0, 1, 2, 3, 4, 5], names)
    cursor.index = 0
    const row = cursor.row as unknown as Record<string, unknown>
    expect(names.map((name) => row[name])).toEqual([1, 2, 3, 4, 5, 6])
    expect(Object.keys(row)).toEqual(names)
  })
})

describe('a name that is no column', () => {
  test('is refused on reading, with the nearest name', () => {
    const { row } = openClicks()
    const failure = failureOf(() => row.behaviour_type)
    expect(failure.code).toBe('ERR_USER_FUNCTION')
    expect(failure.message).toBe(
      'unknown column "behaviour_type", did you mean "behavior_type"? known columns: user_id, behavior_type, time',
    )
    expect(() => row.zzz).toThrow('unknown column "zzz"; known columns: user_id, behavior_type, time')
    expect(() => row.get('User_ID')).toThrow('did you mean "user_id"?')
    expect(() => row.get(9)).toThrow('unknown column 9; known columns')
    expect(() => row[0]).toThrow('unknown column "0"')
  })

  test('is told apart from one that is not declared', () => {
    const { row } = openClicks()
    const problem = 'is in the input, but is not declared (columns); declared: user_id, behavior_type, time'
    expect(() => row.item_id).toThrow(`column "item_id" ${problem}`)
    expect(() => row.get(2)).toThrow(`column 2 ${problem}`)
  })

  test('does not keep a row from being treated as any object', async () => {
    const { row } = openClicks()
    expect(String(row)).toBe('[object Row]')
    expect(Object.hasOwn(row, 'zzz')).toBe(false)
    expect(row instanceof Object).toBe(true)
    expect(await row).toBe(row)
    expect(Array.isArray(row)).toBe(false)
  })

  test('lists no more than twenty columns', () => {
    const names = Array.from({ length: 25 }, (_, index) => `column${index}`)
    const batch = new Batch(portablePrimitives, CAPACITY, 25)
    const cursor = makeCursor(
      batch,
      names.map((name) => ({ name, type: 'string' })),
      'csv',
    )
    expect(() => cursor.row.zzz).toThrow(/column19 and 5 more$/)
  })
})

describe('fieldWord', () => {
  test('is where the starts of a column begin in the table', () => {
    const cursor = openClicks()
    expect(cursor.fieldWord('user_id')).toBe(3 * CAPACITY)
    expect(cursor.fieldWord('time')).toBe((3 + 2 * 3) * CAPACITY)
    expect(cursor.fieldWord(4)).toBe(cursor.fieldWord('time'))
    const { table, bytes } = cursor.batch
    const word = cursor.fieldWord('time') + 1
    expect(bytes.toString('utf8', table[word], table[word + CAPACITY])).toBe('"2014-12-12, 12"')
  })

  test('refuses other columns', () => {
    const cursor = openClicks()
    expect(failureOf(() => cursor.fieldWord('tiem')).code).toBe('ERR_USER_FUNCTION')
    expect(() => cursor.fieldWord('tiem')).toThrow('did you mean "time"?')
    expect(() => cursor.fieldWord('item_id')).toThrow('is not declared (columns)')
    expect(() => cursor.fieldWord(0)).toThrow('unknown column 0')
  })

  test('is the line itself in lines, and nothing in ndjson', () => {
    expect(openText('lines', 'a\n').fieldWord('line')).toBe(0)
    expect(() => openText('ndjson', '{}\n').fieldWord('a')).toThrow(
      'records of ndjson have no fields to copy',
    )
  })
})

describe('a row of lines', () => {
  test('has the line', () => {
    const cursor = openText('lines', 'one, "two"\r\n"three\n')
    cursor.index = 0
    expect([cursor.row.line, cursor.row.get('line'), cursor.row.get(1)]).toEqual(Array(3).fill('one, "two"'))
    cursor.index = 1
    expect(cursor.row.line).toBe('"three')
    expect(() => cursor.row.text).toThrow('unknown column "text"; known columns: line')
  })

  test('has no other column', () => {
    const failure = failureOf(() => openText('lines', 'a\n', { line: 'string', user_id: 'int32' }))
    expect(failure.code).toBe('ERR_USAGE')
    expect(failure.message).toContain('lines have one column, line, found a column "user_id"')
  })

  test('may have a type', () => {
    const cursor = openText('lines', '5\n', { line: 'int32' })
    cursor.index = 0
    expect(cursor.row.line).toBe(5)
  })
})

describe('types', () => {
  test('follow the declared columns', () => {
    type Clicks = RowOf<{ user_id: 'int32'; id: 'uint64'; ok: 'boolean'; share: 'float32'; time: 'string' }>
    expectTypeOf<Clicks['user_id']>().toEqualTypeOf<number | null>()
    expectTypeOf<Clicks['id']>().toEqualTypeOf<bigint | null>()
    expectTypeOf<Clicks['ok']>().toEqualTypeOf<boolean | null>()
    expectTypeOf<Clicks['share']>().toEqualTypeOf<number | null>()
    expectTypeOf<Clicks['time']>().toEqualTypeOf<string>()
    expectTypeOf<Clicks>().not.toHaveProperty('other')
    const read = (row: Clicks) => [row.get('id'), row.get('time'), row.get(1)] as const
    expectTypeOf(read).returns.toEqualTypeOf<
      readonly [bigint | null, string, string | number | bigint | boolean | null]
    >()
  })

  test('are strings where none are declared', () => {
    expectTypeOf<RowOf<Readonly<Record<string, ColumnType>>>>().toEqualTypeOf<Row>()
    expectTypeOf<Row['anything']>().toEqualTypeOf<string>()
    expectTypeOf<Row['toJSON']>().toBeFunction()
  })

  test('a column takes the place of a member', () => {
    expectTypeOf<RowOf<{ get: 'int8' }>['get']>().toEqualTypeOf<number | null>()
    expectTypeOf<RowOf<{ a: 'int8' }>['get']>().toBeFunction()
  })

  test('reach the functions of a job', () => {
    defineJob({
      columns: { user_id: 'int32', time: 'string' },
      record(row) {
        expectTypeOf(row.user_id).toEqualTypeOf<number | null>()
        expectTypeOf(row.time).toEqualTypeOf<string>()
        // @ts-expect-error: not declared
        row.other
      },
    })
    defineJob({
      init: () => new Map<string, number>(),
      columns: { n: 'int64' },
      record(row, state) {
        expectTypeOf(row.n).toEqualTypeOf<bigint | null>()
        expectTypeOf(state).toEqualTypeOf<Map<string, number>>()
      },
      combine: (a) => a,
    })
    defineJob({
      record(row) {
        expectTypeOf(row.anything).toEqualTypeOf<string>()
      },
    })
  })
})
