/**
 * What `stats` says of every awkward input, through every way to run it, is what the serial oracle's records come to in
 * plain JavaScript. Settings are drawn with a fixed seed.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { LinemillError } from '../dist/errors.js'
import { roundQuotient, roundRoot } from '../dist/kernel/rounding.js'
import { NUMBER_DECIMAL, NUMBER_NONE } from '../dist/number-layout.js'
import { createPool } from '../dist/pool.js'
import { explainStats, type StatsColumn, type StatsOptions, stats, statsOnPool } from '../dist/stats.js'
import { Pool } from '../dist/worker/pool.js'
import { drawFrom, hashText, makeDraw } from './draw.js'
import { BLOCK_SIZES, CSV, INPUT_CASES, type Reading } from './inputs.js'
import { numberOf } from './number-fields.js'
import { readRecords, unquote } from './oracle.js'
import { availablePrimitives } from './primitive-sets.js'

const SEED = 20141118
const WORKERS = [1, 2, 3]
const PRIMITIVES = availablePrimitives().map(({ instructionSet }) => instructionSet)
const MAX_BLOCKS = 2000

const folder = mkdtempSync(join(tmpdir(), 'linemill-stats-'))
const pool = new Pool(Math.max(...WORKERS))
afterAll(async () => {
  await pool.close()
  rmSync(folder, { recursive: true })
})

function input(name: string, content: string | Buffer): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

/** What is to be said of a column of texts, a character for each byte. */
function describeColumn(column: string, texts: readonly string[]): StatsColumn {
  const filled = texts.filter((text) => text !== '')
  const numbers = filled.map(numberOf)
  const lengths = filled.map(({ length }) => length)
  const ascending = [...filled].sort((one, other) => (one < other ? -1 : one > other ? 1 : 0))
  const decode = (text: string | undefined) =>
    text === undefined
      ? null
      : new TextDecoder('utf-8', { ignoreBOM: true }).decode(Buffer.from(text, 'latin1'))
  const kinds = new Set(numbers.map(({ kind }) => kind))
  const isText = kinds.has(NUMBER_NONE)
  const type =
    filled.length === 0 ? 'empty' : isText ? 'text' : kinds.has(NUMBER_DECIMAL) ? 'decimal' : 'integer'
  const shared = {
    column,
    records: texts.length,
    empty: texts.length - filled.length,
    distinct: new Set(filled).size,
    shortest: filled.length > 0 ? Math.min(...lengths) : null,
    longest: filled.length > 0 ? Math.max(...lengths) : null,
    isDistinctExact: true,
    areQuartilesExact: true,
  }
  if (type === 'empty' || type === 'text') {
    const nothing = { sum: null, mean: null, std: null, q1: null, median: null, q3: null }
    return { ...shared, type, min: decode(ascending.at(0)), max: decode(ascending.at(-1)), ...nothing }
  }
  return { ...shared, type, ...describeNumbers(numbers, type) }
}

const SCALE = 1074n

function scaled(value: number): bigint {
  let size = value
  let exponent = 0n
  while (!Number.isInteger(size)) {
    size *= 2
    exponent++
  }
  return BigInt(size) << (SCALE - exponent)
}

function describeNumbers(numbers: readonly ReturnType<typeof numberOf>[], type: 'integer' | 'decimal') {
  const exact = numbers
    .map(({ value, exact: integer }) => (integer === undefined ? scaled(value) : integer << SCALE))
    .sort((one, other) => (one < other ? -1 : one > other ? 1 : 0))
  const sum = exact.reduce((total, number) => total + number, 0n)
  const squares = exact.reduce((total, number) => total + number * number, 0n)
  const n = BigInt(exact.length)
  const show = (number: bigint) => {
    if (type === 'decimal') return roundQuotient(number, 1n << SCALE)
    const whole = number >> SCALE
    return whole >= -(2n ** 53n) && whole <= 2n ** 53n ? Number(whole) : whole
  }
  const doubles = numbers.map(({ value }) => value).sort((one, other) => one - other)
  const [q1, median, q3] = [0.25, 0.5, 0.75].map((quantile) => {
    const place = (doubles.length - 1) * quantile
    const share = place - Math.floor(place)
    const [low, high] = [doubles[Math.floor(place)], doubles[Math.ceil(place)]]
    return low === high ? low : low + (high - low) * share
  })
  const variance = [n * squares - sum * sum, (n * (n - 1n)) << (2n * SCALE)] as const
  return {
    min: show(exact[0]),
    max: show(exact[exact.length - 1]),
    sum: show(sum),
    mean: roundQuotient(sum, n << SCALE),
    std: n > 1n ? roundRoot(...variance) : null,
    ...{ q1, median, q3 },
  }
}

/** Columns of one name are told apart by a number. */
function namedApart(names: readonly string[]): string[] {
  const taken = new Set(names)
  return names.map((name, index) => {
    let apart = name
    for (let number = 2; names.indexOf(name) !== index && taken.has(apart); number++)
      apart = `${name}_${number}`
    taken.add(apart)
    return apart
  })
}

/** What is to be said of an input, or that it fails. */
function describeInput(bytes: Buffer, { oracle }: Reading, isRaggedSkipped: boolean): StatsColumn[] | string {
  const { names, records, openQuote } = readRecords(bytes, oracle)
  const isTable = oracle.format !== 'lines'
  const numbered = (records[0]?.fields ?? []).map((_, index) => `c${index + 1}`)
  const columns = isTable ? (oracle.hasHeader === false ? numbered : namedApart(names)) : ['line']
  const isWhole = ({ fields }: { fields: Buffer[] }) => !isTable || fields.length === columns.length
  const ragged = records.find((record) => !isWhole(record))
  if (ragged !== undefined && !isRaggedSkipped) return 'ERR_RAGGED'
  if (openQuote !== undefined) return 'ERR_UNCLOSED_QUOTE'
  const whole = records.filter(isWhole)
  const quote = oracle.format === 'csv' ? (oracle.quote ?? '"') : ''
  return columns.map((column, index) => {
    const fields = whole.map((record) => {
      const field = isTable ? record.fields[index] : bytes.subarray(record.start, record.end)
      return (quote === '' ? field : unquote(field, quote)).toString('latin1')
    })
    return describeColumn(column, fields)
  })
}

async function outcome(path: string, options: StatsOptions): Promise<readonly StatsColumn[] | string> {
  try {
    return (await statsOnPool(pool, path, options)).columns
  } catch (thrown) {
    return (thrown as LinemillError).code
  }
}

describe('every awkward input', () => {
  test.each(INPUT_CASES.map((one) => [one.name, one] as const))('%s', async (name, { bytes, readings }) => {
    const draw = makeDraw(SEED + hashText(name))
    const path = input('case', bytes)
    for (const reading of readings) {
      if (reading.oracle.format === 'ndjson') continue
      const isRaggedSkipped = draw(2) === 1
      const expected = describeInput(bytes, reading, isRaggedSkipped)
      for (let round = 0; round < 2; round++) {
        const sizes = BLOCK_SIZES.filter((size) => bytes.length / size <= MAX_BLOCKS)
        const options: StatsOptions = {
          ...(reading.options as object),
          onError: isRaggedSkipped ? 'skip' : 'fail',
          onWarning: () => undefined,
          workers: drawFrom(draw, WORKERS),
          blockBytes: drawFrom(draw, sizes),
          batchRecords: drawFrom(draw, [1, 3, 64, 4096]),
          mainThread: draw(2) === 1,
          primitives: drawFrom(draw, PRIMITIVES),
        }
        const found = await outcome(path, options)
        expect(found, `${reading.name}, ${JSON.stringify(options)}`).toEqual(expected)
      }
    }
  })
})

const NUMBERS = [
  '1',
  '-7',
  '0.1',
  '0.2',
  '1e300',
  '-1e300',
  '9007199254740993',
  '5e-324',
  '007',
  '',
  '1e-30',
  '2.50',
]

describe('columns of numbers', () => {
  test('are the same on every set of primitives, any workers and block size', async () => {
    const draw = makeDraw(SEED)
    const rows = Array.from({ length: 1500 }, (_, row) =>
      [
        row % 7,
        drawFrom(draw, NUMBERS),
        `"${drawFrom(draw, NUMBERS)}"`,
        (draw(1000) - 500) / 10,
        row === 1499 ? 'x' : row,
        draw(2 ** 32) * 2 ** (draw(80) - 40),
        `${draw(2) ? '-' : ''}${'9'.repeat(1 + draw(20))}${row}`,
        '',
      ].join(','),
    )
    const bytes = Buffer.from(`${['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].join(',')}\n${rows.join('\n')}\n`)
    const path = input('numbers.csv', bytes)
    const expected = describeInput(bytes, CSV, false) as StatsColumn[]
    expect(expected.map(({ type }) => type)).toEqual([
      ...['integer', 'decimal', 'decimal', 'decimal', 'text', 'decimal', 'integer', 'empty'],
    ])
    // More distinct numbers than are counted one by one.
    for (const { distinct, column } of expected) expect(distinct > 1024).toBe('efg'.includes(column))
    let first: readonly StatsColumn[] | undefined
    for (const primitives of PRIMITIVES) {
      for (const workers of WORKERS) {
        for (const blockBytes of [100, 5000, 2 ** 20]) {
          const { columns } = await statsOnPool(pool, path, { primitives, workers, blockBytes })
          first ??= columns
          expect(columns).toEqual(first)
        }
      }
    }
    for (const [index, found] of (first ?? []).entries()) {
      const wanted = expected[index]
      const areQuartilesExact = !'fg'.includes(found.column)
      const { q1, median, q3 } = found
      expect(found).toEqual(areQuartilesExact ? wanted : { ...wanted, q1, median, q3, areQuartilesExact })
      if (areQuartilesExact) continue
      for (const [value, exact] of [
        [q1, wanted.q1],
        [median, wanted.median],
        [q3, wanted.q3],
      ] as [number, number][]) {
        expect(Math.abs(value - exact)).toBeLessThanOrEqual(Math.abs(exact) / 256)
      }
    }
  })

  test('are told by all their fields, the last one too', async () => {
    const path = input('last.csv', `a,b,c\n${'1,1,1\n'.repeat(30_000)}1,1.5,x\n`)
    const { columns } = await statsOnPool(pool, path, { workers: 3, blockBytes: 4096 })
    expect(columns.map(({ type, sum }) => [type, sum])).toEqual([
      ['integer', 30_001],
      ['decimal', 30_001.5],
      ['text', null],
    ])
  })
})

describe('stats', () => {
  test('reads several inputs, by the names of their columns, and only those asked for', async () => {
    const paths = [input('one.csv', 'a,b,c\n1,x,3\n'), input('other.csv', 'c,a,b\n5,2,\n')]
    const { columns, records } = await stats(paths, { columns: ['c', 1], workers: 2 })
    expect(records).toBe(2)
    expect(columns.map(({ column, sum, empty }) => [column, sum, empty])).toEqual([
      ['c', 8, 0],
      ['a', 3, 0],
    ])
    const listed = await stats(paths, { columns: '2-,!b,c' })
    expect(listed.columns.map(({ column }) => column)).toEqual(['c'])
    await expect(stats(paths, { columns: 'd' })).rejects.toThrow(/unknown column "d"/)
  })

  test('takes only so many records, whatever the blocks', async () => {
    const path = input('limit.csv', `a\n${Array.from({ length: 1000 }, (_, row) => `${row}\n`).join('')}`)
    for (const limit of [0, 1, 10, 999, 5000]) {
      const { columns } = await statsOnPool(pool, path, { limit, workers: 3, blockBytes: 16 })
      const count = Math.min(limit, 1000)
      expect(columns[0]).toMatchObject({ records: count, sum: count > 0 ? (count * (count - 1)) / 2 : null })
    }
  })

  test('writes a table: csv, tsv or ndjson, bytes as they are', async () => {
    const path = input(
      'table.csv',
      Buffer.from('a,"b""c",d\n1,\xff,18446744073709551617\n2.5,\xfe,\n', 'latin1'),
    )
    const output = join(folder, 'out.csv')
    await statsOnPool(pool, path, { output })
    const header =
      'column,type,records,empty,distinct,min,max,sum,mean,std,q1,median,q3,shortest,longest,estimated\n'
    const big = '18446744073709551617'
    expect(readFileSync(output, 'latin1')).toBe(
      `${header}a,decimal,2,0,2,1,2.5,3.5,1.75,1.0606601717798212,1.375,1.75,2.125,1,3,\n` +
        '"b""c",text,2,0,2,\xfe,\xff,,,,,,,1,1,\n' +
        `d,integer,2,1,1,${big},${big},${big},18446744073709552000,,${'18446744073709552000,'.repeat(3)}20,20,\n`,
    )
    await statsOnPool(pool, path, { output, outputFormat: 'ndjson', columns: 'd' })
    expect(JSON.parse(readFileSync(output, 'utf8'))).toMatchObject({
      column: 'd',
      std: null,
      estimated: null,
    })
    expect(readFileSync(output, 'utf8')).toContain(`"sum":${big},`)
    await statsOnPool(pool, path, { output, outputFormat: 'tsv', columns: [1] })
    expect(readFileSync(output, 'utf8').split('\n')[1]).toMatch(/^a\tdecimal\t2\t/)
  })

  test('says which numbers are estimates', async () => {
    const rows = Array.from({ length: 20_000 }, (_, row) => `${row},${row % 100},${row % 2000}\n`)
    const output = join(folder, 'estimates.csv')
    const path = input('many.csv', `a,b,c\n${rows.join('')}`)
    const { columns } = await statsOnPool(pool, path, { output })
    const shown = readFileSync(output, 'utf8').trimEnd().split('\n')
    expect(shown.slice(1).map((line) => line.split(',').at(-1))).toEqual([
      'distinct quartiles',
      '',
      'quartiles',
    ])
    expect(columns.map(({ isDistinctExact }) => isDistinctExact)).toEqual([false, true, true])
    expect(Math.abs(columns[0].distinct / 20_000 - 1)).toBeLessThan(0.04)
  })

  test('is told where a record is ragged, and refuses what it cannot do', async () => {
    const ragged = input('ragged.csv', 'a,b\n1,2\n3\n')
    await expect(statsOnPool(pool, ragged)).rejects.toMatchObject({
      code: 'ERR_RAGGED',
      position: { lineNumber: 3, recordNumber: 2, inputOffset: 8 },
    })
    const skipped = await statsOnPool(pool, ragged, { onError: 'skip', onWarning: () => undefined })
    expect([skipped.errors, skipped.columns[0].records]).toEqual([1, 1])
    const refused = async (options: object, message: RegExp, path = ragged) => {
      await expect(stats(path, options)).rejects.toMatchObject({
        code: 'ERR_USAGE',
        message: expect.stringMatching(message),
      })
    }
    await refused({ onError: 'reject' }, /no records, so none can be rejected/)
    await refused({ outputFormat: 'lines' }, /outputFormat must be one of csv, tsv, ndjson/)
    await refused({ colums: 'a' }, /did you mean columns/)
    await refused({ reject: 'x' }, /reject/)
    await refused({}, /stats of ndjson wants `columns`/, input('in.ndjson', '{"a":1}\n'))
  })

  test('runs on a warm pool, and explains itself', async () => {
    await using warm = createPool({ workers: 2 })
    const path = input('warm.csv', 'a\n1\n2\n')
    for (let call = 0; call < 3; call++) {
      expect((await warm.stats(path)).columns[0].sum).toBe(3)
    }
    const { kind, columns, isReduction } = await explainStats(path)
    expect([kind, columns, isReduction]).toEqual(['stats', ['a'], true])
  })
})
