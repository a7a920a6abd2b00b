/**
 * Groups and their aggregates against a naive oracle: records read one by one, numbers as fractions of bigints. Inputs
 * and settings are drawn with a fixed seed.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { freqOnPool } from '../dist/freq.js'
import { type GroupOptions, groupByOnPool } from '../dist/group.js'
import { Pool } from '../dist/worker/pool.js'
import { type Draw, drawFrom, makeDraw } from './draw.js'
import { failureOf } from './engine-harness.js'
import { readRecords, unquote } from './oracle.js'
import { availablePrimitives } from './primitive-sets.js'

const WORKERS = 3
const PRIMITIVES = availablePrimitives().map(({ instructionSet }) => instructionSet)

const folder = mkdtempSync(join(tmpdir(), 'linemill-group-'))
const pool = new Pool(WORKERS)
afterAll(async () => {
  await pool.close()
  rmSync(folder, { recursive: true })
})

function write(name: string, content: string | Buffer): string {
  writeFileSync(join(folder, name), content)
  return join(folder, name)
}

/** A fraction, exact. */
type Fraction = readonly [numerator: bigint, denominator: bigint]

const INTEGER = /^[+-]?\d+$/
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i

function fractionOf(text: string): Fraction {
  if (INTEGER.test(text)) return [BigInt(text.replace('+', '')), 1n]
  let value = Number(text)
  let shift = 0n
  for (; !Number.isInteger(value); value *= 2) shift++
  return [BigInt(value), 2n ** shift]
}

const add = ([a, b]: Fraction, [c, d]: Fraction): Fraction => [a * d + c * b, b * d]

/** The nearest double: of 80 digits, and one more that says whether there are others. */
function nearest([numerator, denominator]: Fraction): number {
  const size = numerator < 0n ? -numerator : numerator
  const scaled = size * 10n ** 80n
  const value = Number(`${scaled / denominator}${scaled % denominator === 0n ? 0 : 1}e-81`)
  return numerator < 0n ? -value : value
}

function root(value: bigint): bigint {
  if (value === 0n) return 0n
  let guess = 1n << BigInt((value.toString(2).length >> 1) + 1)
  for (;;) {
    const next = (guess + value / guess) >> 1n
    if (next >= guess) return guess
    guess = next
  }
}

function asResult(texts: readonly string[], exact: Fraction): number | bigint {
  if (!texts.every((text) => INTEGER.test(text))) return nearest(exact)
  const whole = exact[0] / exact[1]
  return whole >= -(2n ** 53n) && whole <= 2n ** 53n ? Number(whole) : whole
}

function variance(numbers: readonly Fraction[]): Fraction | undefined {
  const n = BigInt(numbers.length)
  if (n < 2n) return undefined
  const [sum, scale] = numbers.reduce(add, [0n, 1n])
  const [squares, other] = numbers.map(([a, b]): Fraction => [a * a, b * b]).reduce(add, [0n, 1n])
  return [n * squares * scale * scale - sum * sum * other, n * (n - 1n) * other * scale * scale]
}

function deviation(numbers: readonly Fraction[]): number | null {
  const found = variance(numbers)
  if (found === undefined) return null
  const squared = (found[0] * 10n ** 160n) / found[1]
  return nearest([root(squared) * 10n + (root(squared) ** 2n === squared ? 0n : 1n), 10n ** 81n])
}

function compareTexts(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other))
}

function quantile(texts: readonly string[], fraction: number): number | null {
  const numbers = texts.map(Number).sort((a, b) => a - b)
  const place = fraction * (numbers.length - 1)
  const [low, high] = [numbers[Math.floor(place)], numbers[Math.ceil(place)]]
  if (low === undefined) return null
  return low === high ? low : low + (high - low) * (place - Math.floor(place))
}

interface Group {
  readonly a: string
  readonly b: string
  count: number
  readonly x: string[]
  readonly t: string[]
}

const AGGREGATES = [
  ...['count', 'count(t)', 'count_distinct(t) as d', 'count_distinct(x)', 'sum(x)', 'mean(x)', 'min(x)'],
  ...['max(x)', 'var(x)', 'std(x)', 'median(x)', 'quantile(x, 0.9) as "p 90"', 'first(t)', 'last(t)'],
  ...['lexmin(t)', 'lexmax(t)', 'first(x)'],
]

function rowOf({ a, b, count, x, t }: Group) {
  const numbers = x.map(fractionOf)
  const sum = numbers.reduce(add, [0n, 1n])
  const order = [...numbers].sort(([a, b], [c, d]) => (a * d < c * b ? -1 : a * d > c * b ? 1 : 0))
  const sorted = [...t].sort(compareTexts)
  const squares = variance(numbers)
  return {
    a,
    b,
    count,
    'count(t)': t.length,
    d: new Set(t).size,
    'count_distinct(x)': new Set(x).size,
    'sum(x)': x.length === 0 ? null : asResult(x, sum),
    'mean(x)': x.length === 0 ? null : nearest([sum[0], sum[1] * BigInt(x.length)]),
    'min(x)': x.length === 0 ? null : asResult(x, order[0]),
    'max(x)': x.length === 0 ? null : asResult(x, order.at(-1) as Fraction),
    'var(x)': squares === undefined ? null : nearest(squares),
    'std(x)': deviation(numbers),
    'median(x)': quantile(x, 0.5),
    'p 90': quantile(x, 0.9),
    'first(t)': t[0] ?? null,
    'last(t)': t.at(-1) ?? null,
    'lexmin(t)': sorted[0] ?? null,
    'lexmax(t)': sorted.at(-1) ?? null,
    'first(x)': x[0] ?? null,
  }
}

/** The rows of all groups, in the order in which they appear. */
function groupNaively(contents: readonly string[]) {
  const groups = new Map<string, Group>()
  let errors = 0
  for (const content of contents) {
    for (const { fields } of readRecords(Buffer.from(content), { format: 'csv' }).records) {
      const [a, b, x, t] = fields.map((field) => unquote(field, '"').toString())
      if (fields.length !== 4 || (x !== '' && !(NUMBER.test(x) && Number.isFinite(Number(x))))) {
        errors++
        continue
      }
      const key = JSON.stringify([a, b])
      const group = groups.get(key) ?? { a, b, count: 0, x: [], t: [] }
      groups.set(key, group)
      group.count++
      if (x !== '') group.x.push(x)
      if (t !== '') group.t.push(t)
    }
  }
  return { rows: [...groups.values()].map(rowOf), errors }
}

const KEYS = [
  '',
  'a',
  'A',
  'aa',
  'é',
  '語'.repeat(30),
  'x'.repeat(100),
  'a\nb',
  'a"b',
  '4',
  '"',
  '9007199254740993',
]
const NUMBERS = [
  '',
  '0',
  '1',
  '-1',
  '0.1',
  '0.2',
  '-0.3',
  '1e3',
  '2.5',
  '3.5',
  '100',
  '12.3',
  '-45.6',
  '1e-9',
]
const ODD = ['x', '1x', 'nan', 'inf', '1e999', '--1', '1,5']
const BIG = ['9007199254740993', '-123456789012345678901234567890', '9007199254740992', '1']
const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`

function drawField(draw: Draw, texts: readonly string[]): string {
  const text = drawFrom(draw, texts)
  return /["\n,]/.test(text) || draw(5) === 0 ? quoted(text) : text
}

function drawCsv(draw: Draw, recordCount: number): string {
  const numbers = drawFrom(draw, [NUMBERS, NUMBERS, [...NUMBERS, ...ODD], BIG, ['12.3', '']])
  const keys = KEYS.slice(0, 1 + draw(KEYS.length))
  const end = drawFrom(draw, ['\n', '\r\n'])
  const records = Array.from({ length: recordCount }, () => {
    const fields = [keys, keys, numbers, KEYS].map((texts) => drawField(draw, texts))
    return (draw(30) === 0 ? fields.slice(1) : fields).join(',')
  })
  return `a,b,x,t${end}${records.map((record) => record + end).join('')}`
}

function drawOptions(draw: Draw, primitives: NonNullable<GroupOptions['primitives']>): GroupOptions {
  return {
    primitives,
    workers: 1 + draw(WORKERS),
    blockBytes: drawFrom(draw, [1, 7, 64, 2 ** 20]),
    batchRecords: drawFrom(draw, [1, 3, 4096]),
    strategy: primitives === 'portable' ? 'pread' : drawFrom(draw, ['mapped', 'pread']),
    mainThread: draw(2) === 0,
    memoryBytes: 4096,
  }
}

describe('groups of any csv', () => {
  test('are those of the oracle, whatever computes them', { timeout: 120_000 }, async () => {
    const draw = makeDraw(1107)
    for (let round = 0; round < 60; round++) {
      const contents = Array.from({ length: 1 + draw(2) }, () => drawCsv(draw, drawFrom(draw, [0, 1, 5, 60])))
      const paths = contents.map((content, index) => write(`any-${index}.csv`, content))
      const expected = groupNaively(contents)
      for (const primitives of PRIMITIVES) {
        const options: GroupOptions = {
          ...drawOptions(draw, primitives),
          aggregates: AGGREGATES,
          onError: 'skip',
          onWarning: () => undefined,
        }
        const { rows, errors, groupCount } = await groupByOnPool(pool, 'a,b', paths, options)
        expect({ rows, errors, groupCount }, JSON.stringify({ contents, options })).toEqual({
          ...expected,
          groupCount: expected.rows.length,
        })
      }
    }
  })

  test('fail with the position of the lowest record that fails', async () => {
    const draw = makeDraw(31)
    const lines = Array.from({ length: 500 }, (_, index) => `k${index % 7},"a\n${index}",${index},t`)
    lines[250] = 'new,b,junk,t'
    lines[400] = 'new,b'
    const path = write('failing.csv', `a,b,x,t\n${lines.join('\n')}\n`)
    for (const primitives of PRIMITIVES) {
      const options = { ...drawOptions(draw, primitives), aggregates: 'sum(x)' }
      const { code, message, position } = await failureOf(groupByOnPool(pool, 'a', path, options))
      expect([code, message]).toEqual(['ERR_VALUE', 'column x: expected a number, found "junk"'])
      expect(position).toMatchObject({ recordNumber: 251, lineNumber: 502 })
      const skipping = { ...options, onError: 'skip', onWarning: () => undefined } as const
      const { rows, errors } = await groupByOnPool(pool, 'a', path, skipping)
      expect([rows?.length, errors]).toEqual([7, 2])
      const capped = await failureOf(groupByOnPool(pool, 'a', path, { ...skipping, maxErrors: 1 }))
      expect(capped.message).toContain('more than 1 records failed')
    }
  })
})

describe('keys', () => {
  test('of 10,000 names of up to 100 bytes, and of 200,000 numbers', async () => {
    const names = Array.from({ length: 10_000 }, (_, index) => `${'é語x'.repeat(index % 17)}${index}`)
    const byName = write(
      'names.csv',
      `k,x\n${[...names, ...names].map((name, index) => `${name},${index}\n`).join('')}`,
    )
    const found = await groupByOnPool(pool, 'k', byName, { aggregates: 'count,sum(x)', blockBytes: 4096 })
    expect(found.rows).toEqual(names.map((k, index) => ({ k, count: 2, 'sum(x)': 2 * index + 10_000 })))
    const numbers = Array.from({ length: 200_000 }, (_, index) => String(7 * index))
    const byNumber = write('numbers.csv', `k\n${numbers.join('\n')}\n`)
    const { rows, groupCount } = await groupByOnPool(pool, 'k', byNumber, { blockBytes: 65_536 })
    expect(groupCount).toBe(numbers.length)
    expect(rows?.every(({ k, count }, index) => k === numbers[index] && count === 1)).toBe(true)
  })

  test('are bytes: what is no UTF-8 is kept in csv', async () => {
    const path = write('bytes.csv', Buffer.from('k\n\xff\n\xc3\n\xff\n', 'latin1'))
    const output = join(folder, 'bytes-out.csv')
    await groupByOnPool(pool, 'k', path, { output })
    expect(readFileSync(output, 'latin1')).toBe('k,count\n\xff,2\n\xc3,1\n')
  })

  test('are lines where the format is lines', async () => {
    const path = write('words.txt', 'b\na\n\nb\r\n')
    const { rows } = await freqOnPool(pool, 'line', path)
    expect(rows).toEqual([
      { value: 'b', count: 2 },
      { value: 'a', count: 1 },
      { value: '', count: 1 },
    ])
  })

  test('of inputs whose columns stand in another order, or that are empty', async () => {
    const paths = [
      write('e.csv', ''),
      write('h.csv', 'k,x\n'),
      write('1.csv', 'k,x\na,1\n'),
      write('2.csv', 'x,k\n2,a\n'),
    ]
    const options = { aggregates: 'sum(x)' }
    expect((await groupByOnPool(pool, 'k', paths, options)).rows).toEqual([{ k: 'a', 'sum(x)': 3 }])
    expect((await groupByOnPool(pool, 'k', paths[0], options)).rows).toEqual([])
    expect((await groupByOnPool(pool, 'k', paths.slice(0, 2), options)).rows).toEqual([])
  })
})

describe('the result', () => {
  const path = () => write('s.csv', 'k,x\n10,1\n9,\n,5\n9,3\n100,2\n')
  const sorted = async (options: GroupOptions) =>
    (await groupByOnPool(pool, 'k', path(), { aggregates: 'count,sum(x) as s', ...options })).rows?.map(
      ({ k }) => k,
    )

  test('is in order of appearance, or sorted by any of its columns; what is empty comes last', async () => {
    expect(await sorted({})).toEqual(['10', '9', '', '100'])
    expect(await sorted({ sort: 'k' })).toEqual(['9', '10', '100', ''])
    expect(await sorted({ sort: '-k' })).toEqual(['100', '10', '9', ''])
    expect(await sorted({ sort: ['-count', 's'] })).toEqual(['9', '10', '100', ''])
    expect(await sorted({ sort: '-count,-s', top: 2 })).toEqual(['9', ''])
    expect(await sorted({ top: 0 })).toEqual(await sorted({}))
  })

  test('is sorted by bytes where one key is no number, and by integers beyond doubles exactly', async () => {
    const texts = write('t.csv', 'k\n10\n9\nx\nＡ\n🙂\n')
    const { rows } = await groupByOnPool(pool, 'k', texts, { sort: 'k' })
    expect(rows?.map(({ k }) => k)).toEqual(['10', '9', 'x', 'Ａ', '🙂'])
    const big = write('b.csv', 'k\n9007199254740995\n9007199254740993\n9007199254740994\n-9007199254740993\n')
    const found = await groupByOnPool(pool, 'k', big, { sort: 'k' })
    expect(found.rows?.map(({ k }) => String(k).slice(-3))).toEqual(['993', '993', '994', '995'])
  })

  test('is sorted by what integers and other numbers are, however large', async () => {
    const keys = ['9007199254740993', '9007199254740992.0', '9007199254740992', '-1e300', '9007199254740994']
    const { rows } = await groupByOnPool(pool, 'k', write('m.csv', `k\n${keys.join('\n')}\n`), { sort: 'k' })
    expect(rows?.map(({ k }) => k)).toEqual([keys[3], keys[1], keys[2], keys[0], keys[4]])
  })

  test('has medians between numbers whose difference is beyond all doubles', async () => {
    const aggregates = 'median(v) as m,quantile(v,0.25) as q'
    const { rows } = await groupByOnPool(pool, 'k', write('w.csv', 'k,v\na,-1e308\na,1e308\n'), {
      aggregates,
    })
    expect(rows).toEqual([{ k: 'a', m: 0, q: -5e307 }])
  })

  test('names columns as they are called also where no input has a record', async () => {
    const output = join(folder, 'named.csv')
    await groupByOnPool(pool, '"a,b"', write('e.csv', ''), { aggregates: 'sum("price, net")', output })
    expect(readFileSync(output, 'utf8')).toBe('"a,b","sum(price, net)"\n')
  })

  test('is written as csv, tsv or ndjson', async () => {
    const output = join(folder, 'out.ndjson')
    await groupByOnPool(pool, 'k', path(), { aggregates: 'sum(x)', output, top: 2 })
    expect(readFileSync(output, 'utf8')).toBe('{"k":"10","sum(x)":1}\n{"k":"9","sum(x)":3}\n')
    await groupByOnPool(pool, 'k', path(), { aggregates: 'sum(x)', output, outputFormat: 'tsv' })
    expect(readFileSync(output, 'utf8')).toBe('k\tsum(x)\n10\t1\n9\t3\n\t5\n100\t2\n')
  })

  test.each([
    ['k', { aggregates: 'sum' }, 'sum needs a column: sum(price)'],
    ['k', { aggregates: 'sum()' }, 'sum needs a column: sum(price)'],
    ['k', { aggregates: 'summ(x)' }, 'unknown aggregate summ: did you mean sum?'],
    ['k', { aggregates: 'quantile(x, 1.5)' }, 'from 0 to 1'],
    ['k', { aggregates: 'median(x, 2)' }, 'median takes a column alone'],
    ['k', { aggregates: 'count,' }, 'expected aggregates such as'],
    ['k', { aggregates: 'sum(y)' }, 'unknown column "y"'],
    ['k', { aggregates: 'count, count' }, 'two columns of the result would be named "count"'],
    ['k,k', {}, 'two columns of the result would be named "k"'],
    ['z', {}, 'unknown column "z"'],
    ['k', { sort: 'cuont' }, 'did you mean "count"?'],
    ['k', { outputFormat: 'xml' }, 'outputFormat must be one of'],
    ['k', { onError: 'reject' }, '`onError` must be fail or skip'],
    ['!k', { format: 'ndjson' }, 'columns of ndjson are named one by one'],
  ])('of %s with %o is refused', async (columns, options, message) => {
    const { code, message: found } = await failureOf(
      groupByOnPool(pool, columns, path(), options as GroupOptions),
    )
    expect([code, found]).toEqual(['ERR_USAGE', expect.stringContaining(message)])
  })
})

describe('frequent values', () => {
  test('come first, then by value; 10 of them, or as many as are asked for', async () => {
    const values = Array.from({ length: 30 }, (_, index) =>
      Array.from({ length: 1 + (index % 5) }, () => index),
    ).flat()
    const path = write('f.csv', `v\n${values.join('\n')}\n`)
    const all = Array.from({ length: 30 }, (_, index) => ({ value: String(index), count: 1 + (index % 5) }))
    all.sort((one, other) => other.count - one.count || Number(one.value) - Number(other.value))
    const found = await freqOnPool(pool, 1, path, { blockBytes: 16 })
    expect([found.rows, found.valueCount]).toEqual([all.slice(0, 10), 30])
    expect((await freqOnPool(pool, 'v', path, { top: 0 })).rows).toEqual(all)
    const several = await failureOf(freqOnPool(pool, 'v,v', path))
    expect(several.message).toBe('freq takes one column: `group` takes several')
  })
})
