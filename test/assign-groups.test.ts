/** `assignGroups` of every set against a Map of texts: the same numbers, keys and hashes, whatever the key is. */
import { describe, expect, test } from 'vitest'
import { GroupTable, type Rows } from '../dist/batch/group-table.js'
import { GROUP_HASH, GROUP_WORDS, PLACE_GROUP, PLACE_HASH, PLACE_WORDS } from '../dist/group-layout.js'
import { NO_BYTE } from '../dist/layout.js'
import { makeDraw } from './draw.js'
import { availablePrimitives } from './primitive-sets.js'

const SEED = [0x9b05688c, 0x5be0cd19] as const
const QUOTE = 34
const SETS = availablePrimitives()

/** Lay fields out as the table of a batch does: `fields[record][column]`; nothing may be read behind the last. */
function layOut(fields: readonly (readonly string[])[], columnCount: number): Rows {
  const bytes = Buffer.from(fields.map((record) => record.join(',')).join('\n'), 'latin1')
  const capacity = fields.length
  const table = new Uint32Array((3 + 2 * columnCount) * capacity)
  let at = 0
  for (const [index, record] of fields.entries()) {
    for (const [column, field] of record.entries()) {
      table[(3 + 2 * column) * capacity + index] = at
      table[(4 + 2 * column) * capacity + index] = at + field.length
      at += field.length + 1
    }
  }
  return { bytes, table, capacity }
}

function columnsOf(columnCount: number, capacity: number, quote: number) {
  return Array.from({ length: columnCount }, (_, column) => ({ word: (3 + 2 * column) * capacity, quote }))
}

function unquoted(field: string, quote: number): string {
  if (quote === NO_BYTE || !field.startsWith('"')) return field
  let text = ''
  let at = 1
  for (; at < field.length; at++) {
    if (field[at] === '"' && field[++at] !== '"') break
    text += field[at]
  }
  return text + field.slice(at)
}

/** Number the keys as they appear. */
function numberNaively(fields: readonly (readonly string[])[], quote: number) {
  const numbers = new Map<string, number>()
  const ids = fields.map((record) => {
    const key = JSON.stringify(record.map((field) => unquoted(field, quote)))
    if (!numbers.has(key)) numbers.set(key, numbers.size)
    return numbers.get(key)
  })
  return { ids, keys: [...numbers.keys()].map((key) => JSON.parse(key) as string[]) }
}

function compareAll(
  fields: readonly (readonly string[])[],
  columnCount: number,
  quote: number,
  { step = fields.length } = {},
): void {
  const rows = layOut(fields, columnCount)
  const expected = numberNaively(fields, quote)
  const hashes: Uint32Array[] = []
  for (const primitives of SETS) {
    const table = new GroupTable(primitives, SEED)
    table.useColumns(columnsOf(columnCount, rows.capacity, quote))
    const ids = new Uint32Array(rows.capacity).fill(0xaaaaaaaa)
    for (let from = 0; from < fields.length; from += step) {
      table.assign(rows, from, Math.min(fields.length, from + step), ids)
    }
    expect([...ids], primitives.instructionSet).toEqual(expected.ids)
    const keys = expected.keys.map((_, group) =>
      table.fieldsOf(group, columnCount).map((field) => field.toString('latin1')),
    )
    expect(keys, primitives.instructionSet).toEqual(expected.keys)
    expected.keys.forEach((_, group) => {
      expect(expected.ids.indexOf(group)).toBe(table.rowOf(group))
    })
    hashes.push(table.keys().groups.filter((_, index) => index % GROUP_WORDS === GROUP_HASH))
  }
  for (const other of hashes) expect(other).toEqual(hashes[0])
}

const ALPHABETS = ['ab', '01234567890', 'a\0', '"a,\n', '\xff\x00\x80']

describe('numbers of groups', () => {
  test('no record, and one', () => {
    compareAll([], 1, NO_BYTE, { step: 1 })
    compareAll([['']], 1, QUOTE)
    compareAll([['"']], 1, QUOTE)
    compareAll([['a', '']], 2, QUOTE)
  })

  test('every length of key, and each differing in its first, middle or last byte alone', () => {
    for (let length = 0; length < 70; length++) {
      const key = 'abcdefgh'.repeat(9).slice(0, length)
      const change = (at: number) => (at < length ? `${key.slice(0, at)}X${key.slice(at + 1)}` : key)
      const others = [0, 7, 8, length >> 1, length - 9, length - 8, length - 1]
        .filter((at) => at >= 0)
        .map(change)
      compareAll(
        [key, ...others, key, `${key}\0`, `\0${key}`, key].map((field) => [field]),
        1,
        NO_BYTE,
      )
    }
  })

  test('the quoted and the plain field are one key; doubled quotes count once', () => {
    const fields = ['4', '"4"', '"4', '""', '', '"a""b"', 'a"b', '"a"b', 'ab', '"a,\n"', '"""', '"', '""""']
    compareAll(
      fields.map((field) => [field]),
      1,
      QUOTE,
    )
    compareAll(
      fields.map((field) => [field]),
      1,
      NO_BYTE,
    )
    compareAll(
      fields.flatMap((field) => fields.map((other) => [field, other])),
      2,
      QUOTE,
    )
  })

  test('keys of several fields are told apart wherever the fields meet', () => {
    const fields = [
      '',
      'a',
      'aa',
      'a\x01',
      '\x01a',
      '\x00',
      'x'.repeat(254),
      'x'.repeat(255),
      'x'.repeat(256),
    ]
    compareAll(
      fields.flatMap((one) => fields.flatMap((two) => fields.map((three) => [one, two, three]))),
      3,
      NO_BYTE,
    )
  })

  test('keys that are longer than what native code copies', () => {
    const long = ['x'.repeat(4095), 'x'.repeat(4097), 'x'.repeat(9000), 'y'.repeat(100_000)]
    const quoted = long.flatMap((text) => [`"${text}"`, `"${text}"""`, text])
    const fields = [...quoted, 'a', ...quoted, '"a"']
    compareAll(
      fields.map((field) => [field]),
      1,
      QUOTE,
    )
    compareAll(
      fields.map((field) => [field, 'b', field.slice(0, 4200)]),
      3,
      QUOTE,
    )
    compareAll(
      fields.map((field) => [field]),
      1,
      QUOTE,
      { step: 1 },
    )
  })

  test.each([1, 2, 3])('drawn keys of %d fields', (columnCount) => {
    const draw = makeDraw(17 + columnCount)
    for (let round = 0; round < 40; round++) {
      const alphabet = ALPHABETS[draw(ALPHABETS.length)]
      const most = [1, 4, 12, 40][draw(4)]
      const text = () =>
        Array.from({ length: draw(most + 1) }, () => alphabet[draw(alphabet.length)]).join('')
      const fields = Array.from({ length: 1 + draw(400) }, () => Array.from({ length: columnCount }, text))
      compareAll(fields, columnCount, draw(2) ? QUOTE : NO_BYTE, { step: 1 + draw(fields.length) })
    }
  })

  test('a table that grows: 200,000 keys in a row, seen twice', () => {
    for (const primitives of SETS) {
      const keys = Array.from({ length: 200_000 }, (_, index) => [String(index)])
      const rows = layOut(keys, 1)
      const table = new GroupTable(primitives, SEED)
      table.useColumns(columnsOf(1, rows.capacity, QUOTE))
      const ids = new Uint32Array(keys.length)
      for (let pass = 0; pass < 2; pass++) {
        table.assign(rows, 0, keys.length, ids.fill(0))
        expect(ids.every((id, index) => id === index)).toBe(true)
      }
      expect(table.count).toBe(keys.length)
    }
  })

  test('groups of another table keep their order, and get the numbers they have here', () => {
    const [primitives] = SETS
    const make = (keys: string[][]) => {
      const rows = layOut(keys, 2)
      const table = new GroupTable(primitives, SEED)
      table.useColumns(columnsOf(2, rows.capacity, QUOTE))
      table.assign(rows, 0, keys.length, new Uint32Array(keys.length))
      return table
    }
    const one = make([
      ['a', 'b'],
      ['', ''],
      ['"a"', 'c'],
    ])
    const other = make([
      ['a', 'c'],
      ['x', 'y'],
      ['"a"', '"b"'],
    ])
    expect([...one.absorb(other.keys())]).toEqual([2, 3, 0])
    expect(one.count).toBe(4)
    expect(one.fieldsOf(3, 2).map(String)).toEqual(['x', 'y'])
  })

  test('which a table without groups goes on with', () => {
    for (const primitives of SETS) {
      const make = (count: number, from: number): GroupTable => {
        const table = new GroupTable(primitives, SEED)
        const fields = Array.from({ length: count }, (_, index) => [String(from + index)])
        const rows = layOut(fields, 1)
        table.useColumns(columnsOf(1, rows.capacity, NO_BYTE))
        table.assign(rows, 0, count, new Uint32Array(rows.capacity))
        return table
      }
      const whole = new GroupTable(primitives, SEED)
      expect(whole.absorb(make(20_000, 0).keys())).toEqual(
        Uint32Array.from({ length: 20_000 }, (_, id) => id),
      )
      // Half of them are there; the table has to grow for the others.
      const expected = Uint32Array.from({ length: 40_000 }, (_, index) => 10_000 + index)
      expect(whole.absorb(make(40_000, 10_000).keys())).toEqual(expected)
      expect(whole.count).toBe(50_000)
      const keys = Array.from({ length: 50_000 }, (_, group) => String(whole.fieldsOf(group, 1)[0]))
      expect(keys).toEqual(Array.from(keys, (_, group) => String(group)))
    }
  })
})

describe('the hash', () => {
  /** How many of the places that hashes fall on are taken, of as many places as keys: 1 - 1/e, if they are even. */
  test.each([
    ['numbers in a row', (index: number) => String(index)],
    ['numbers in a row, with leading zeros', (index: number) => String(index).padStart(12, '0')],
    ['multiples of 4096', (index: number) => String(4096 * index)],
    ['binary numbers', (index: number) => String.fromCharCode(index & 255, (index >> 8) & 255, index >> 16)],
    ['names', (index: number) => `station ${index} of the north`],
  ])('spreads %s', (_, make) => {
    const count = 2 ** 16
    const rows = layOut(
      Array.from({ length: count }, (_, index) => [make(index)]),
      1,
    )
    const table = new GroupTable(SETS[0], SEED)
    table.useColumns(columnsOf(1, count, NO_BYTE))
    table.assign(rows, 0, count, new Uint32Array(count))
    expect(table.count).toBe(count)
    const { groups } = table.keys()
    for (const shift of [0, 8, 16]) {
      const taken = new Set(
        Array.from({ length: count }, (_, group) => (groups[4 * group] >>> shift) & (count - 1)),
      )
      expect(taken.size / count).toBeGreaterThan(0.62)
      expect(taken.size / count).toBeLessThan(0.645)
      if (shift === 0)
        expect(new Set(Array.from({ length: count }, (_, group) => groups[4 * group])).size).toBeGreaterThan(
          count - 10,
        )
    }
  })
})

describe.each(SETS)('tables of $instructionSet', (primitives) => {
  test('larger ones hold all that smaller ones did, each key where it is found', () => {
    const draw = makeDraw(7)
    for (const [count, larger] of [
      [0, 1],
      [16, 32],
      [64, 256],
    ]) {
      const from = new Uint32Array(PLACE_WORDS * count)
      const taken = new Map<number, string>()
      for (let at = 0; at < from.length; at += PLACE_WORDS) {
        if (draw(3) === 0) continue
        for (let word = 0; word < PLACE_WORDS; word++) from[at + word] = draw(2 ** 32)
        // Hashes whose places are the same, the last ones among them: some go on at the beginning.
        from[at + PLACE_HASH] = draw(2) === 0 ? 0xffff_ffff : draw(2 ** 32)
        from[at + PLACE_GROUP] = at + 1
        taken.set(at + 1, from.subarray(at, at + PLACE_WORDS).join())
      }
      const to = new Uint32Array(PLACE_WORDS * larger)
      primitives.movePlaces(from, to)
      const placeAt = (place: number) => to.subarray(PLACE_WORDS * place, PLACE_WORDS * (place + 1))
      const found = new Map<number, string>()
      for (let place = 0; place < larger; place++) {
        const words = placeAt(place)
        if (words[PLACE_GROUP] === 0) continue
        found.set(words[PLACE_GROUP], words.join())
        for (let at = words[PLACE_HASH] % larger; at !== place; at = (at + 1) % larger) {
          expect(placeAt(at)[PLACE_GROUP], `a search for place ${place} passes ${at}`).not.toBe(0)
        }
      }
      expect(found).toEqual(taken)
    }
  })

  test('counts the records of each group', () => {
    const draw = makeDraw(8)
    const groups = Uint32Array.from({ length: 3000 }, () => draw(70))
    const counts = Float64Array.from({ length: 70 }, (_, group) => 2 ** 40 + group)
    const expected = counts.slice()
    for (const group of groups.subarray(5, 2990)) expected[group]++
    primitives.countGroups(groups, 5, 1000, counts)
    primitives.countGroups(groups, 1000, 1000, counts)
    primitives.countGroups(groups, 1000, 2990, counts)
    expect(counts).toEqual(expected)
  })
})
