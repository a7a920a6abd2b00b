/**
 * Expressions through every way to run them let those records pass that plain JavaScript over the fields' bytes lets
 * pass. Expressions, inputs and settings are drawn with a fixed seed.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import type { LinemillError } from '../dist/errors.js'
import { type FilterOptions, filterOnPool } from '../dist/filter.js'
import { createPool } from '../dist/pool.js'
import { Pool } from '../dist/worker/pool.js'
import { drawFrom, makeDraw } from './draw.js'
import { readRecords, unquote } from './oracle.js'
import { availablePrimitives } from './primitive-sets.js'

const SEED = 20141212
const WORKERS = 3
const PRIMITIVES = availablePrimitives().map(({ instructionSet }) => instructionSet)

const folder = mkdtempSync(join(tmpdir(), 'linemill-filter-'))
const pool = new Pool(WORKERS)
afterAll(async () => {
  await pool.close()
  rmSync(folder, { recursive: true })
})

/** A record as bytes, one character for each, so that comparing texts compares bytes. */
interface Row {
  readonly a: string
  readonly b: string
  readonly line: string
}

/** An expression, and what it says of a record. */
interface Case {
  readonly source: string
  readonly holds: (row: Row) => boolean
}

const asBytes = (text: string): string => Buffer.from(text).toString('latin1')

/** A number as a column is read that is compared with one. */
function numberOf(text: string): number {
  if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) return Number(text)
  const word = /^([+-]?)(inf|infinity|nan)$/i.exec(text)
  return word === null || /nan/i.test(word[2]) ? Number.NaN : Number(`${word[1]}Infinity`)
}

const NUMBERS = [
  '0',
  '4',
  '-3',
  '9.5',
  '1e3',
  '0.1',
  '123456789012',
  '1.7976931348623157e308',
  '5e-324',
  '1_000',
]
const TEXTS = ['', 'a', 'ab', 'b', 'é', '語', '🙂', '\uffee', '4', '"', 'x'.repeat(70)]
const COLUMNS = ['a', 'b', 'line'] as const

const OPERATORS: Readonly<Record<string, (one: number | string, other: number | string) => boolean>> = {
  '===': (one, other) => one === other,
  '!==': (one, other) => one !== other,
  '==': (one, other) => one === other,
  '!=': (one, other) => one !== other,
  '<': (one, other) => one < other,
  '<=': (one, other) => one <= other,
  '>': (one, other) => one > other,
  '>=': (one, other) => one >= other,
}
const operator = fc.constantFrom(...Object.keys(OPERATORS))
const column = fc.constantFrom(...COLUMNS)

const numberCase = fc
  .tuple(column, operator, fc.constantFrom(...NUMBERS), fc.constantFrom('as it is', 'turned', 'decoded'))
  .map(([name, sign, literal, form]): Case => {
    const value = Number(literal.replace('_', ''))
    if (form === 'turned') {
      const holds = (row: Row) => OPERATORS[sign](value, numberOf(row[name]))
      return { source: `${literal} ${sign} ${name}`, holds }
    }
    const holds = (row: Row) => OPERATORS[sign](numberOf(row[name]), value)
    return { source: `${form === 'decoded' ? `Number(${name})` : name} ${sign} ${literal}`, holds }
  })

const textCase = fc
  .tuple(column, operator, fc.constantFrom(...TEXTS), fc.boolean())
  .map(([name, sign, text, isDecoded]): Case => {
    const holds = (row: Row) => OPERATORS[sign](row[name], asBytes(text))
    return { source: `${isDecoded ? `String(${name})` : name} ${sign} ${JSON.stringify(text)}`, holds }
  })

const methodCase = fc
  .tuple(
    fc.constantFrom(...COLUMNS),
    fc.constantFrom('startsWith', 'endsWith', 'includes'),
    fc.constantFrom(...TEXTS),
    fc.constantFrom('', '.concat("")'),
  )
  .map(([name, method, text, decoding]): Case => {
    const holds = (row: Row) => row[name][method as 'includes'](asBytes(text))
    return { source: `${name}${decoding}.${method}(${JSON.stringify(text)})`, holds }
  })

const memberCase = fc
  .tuple(
    column,
    fc.array(fc.constantFrom(...NUMBERS), { maxLength: 5 }),
    fc.array(fc.constantFrom(...TEXTS), { maxLength: 5 }),
  )
  .map(([name, numbers, texts]): Case => {
    const values = numbers.map((literal) => Number(literal.replace('_', '')))
    const holds = (row: Row) => values.includes(numberOf(row[name])) || texts.map(asBytes).includes(row[name])
    return {
      source: `[${[...numbers, ...texts.map((text) => JSON.stringify(text))].join(', ')}].includes(${name})`,
      holds,
    }
  })

const truthCase = column.map((name): Case => ({ source: name, holds: (row) => row[name] !== '' }))

const anyCase = fc.letrec<{ one: Case; all: Case }>((tie) => ({
  one: fc.oneof(numberCase, textCase, methodCase, memberCase, truthCase),
  all: fc.oneof(
    { maxDepth: 4, depthIdentifier: 'case' },
    tie('one'),
    fc.tuple(tie('all'), tie('all')).map(([one, other]) => ({
      source: `(${one.source} && ${other.source})`,
      holds: (row: Row) => one.holds(row) && other.holds(row),
    })),
    fc.tuple(tie('all'), tie('all')).map(([one, other]) => ({
      source: `(${one.source} || ${other.source})`,
      holds: (row: Row) => one.holds(row) || other.holds(row),
    })),
    tie('all').map(({ source, holds }) => ({ source: `!(${source})`, holds: (row: Row) => !holds(row) })),
  ),
})).all

const ODD_NUMBERS = [
  ...[
    '4.0',
    '04',
    '+4',
    '4.',
    '.5',
    '-0',
    '1e3',
    '1E+03',
    '4 ',
    ' 4',
    '4x',
    '0x4',
    '-',
    '.',
    'e3',
    '1e',
    '--4',
  ],
  ...['inf', '-Infinity', 'NaN', 'nano', '0.1000000000000000055511151231257827', '123456789012.000', '9.5e0'],
  ...['1.7976931348623157e308', '1e309', '5e-324', '4.9406564584124654e-324', '17976931348623157e292'],
]

const value = fc.oneof(
  fc.constantFrom(...NUMBERS),
  fc.constantFrom(...TEXTS),
  fc.constantFrom(...ODD_NUMBERS),
)

const asQuoted = (text: string): string => `"${text.replaceAll('"', '""')}"`

/** A field as it may be written: quoted, or quoted and closed too early. */
const field = fc.tuple(value, fc.nat(9)).map(([text, way]) => {
  if (way > 6 || /[,"\r\n]/.test(text)) return asQuoted(text)
  return way === 0 ? `"${text}"tail` : text
})

const csv = fc
  .tuple(
    fc.array(
      fc.oneof({ weight: 30, arbitrary: fc.tuple(field, field) }, { weight: 1, arbitrary: fc.tuple(field) }),
      { maxLength: 30, size: 'max' },
    ),
    fc.constantFrom('\n', '\r\n'),
  )
  .map(([rows, end]) => `a,b${end}${rows.map((row) => row.join(',') + end).join('')}`)

/** What passes, as plain JavaScript has it; ragged records fail. */
function expected(content: Buffer, { holds }: Case, isInverted: boolean) {
  const passed: string[] = []
  let errors = 0
  for (const { fields, start, end } of readRecords(content, { format: 'csv' }).records) {
    const [a, b] = fields.map((bytes) => unquote(bytes, '"').toString('latin1'))
    const line = content.toString('latin1', start, end)
    if (fields.length !== 2) errors++
    else if (holds({ a, b, line }) !== isInverted) passed.push(line)
  }
  const output = ['a,b', ...passed].map((line) => `${line}\n`).join('')
  return { output, passed: passed.length, errors }
}

describe('any expression over any csv', () => {
  test('passes the same records however it runs', { timeout: 120_000 }, async () => {
    const path = join(folder, 'any.csv')
    const property = fc.asyncProperty(csv, anyCase, fc.nat(), async (text, one, seed) => {
      const content = Buffer.from(text)
      writeFileSync(path, content)
      const draw = makeDraw(seed)
      const isInverted = draw(4) === 0
      const whole = expected(content, one, isInverted)
      for (const [index, primitives] of [...PRIMITIVES, ...PRIMITIVES.slice(0, 2)].entries()) {
        const source = index < PRIMITIVES.length ? one.source : `(${one.source}) ? true : false`
        const options: FilterOptions = {
          primitives,
          invert: isInverted,
          onError: 'skip',
          workers: 1 + draw(WORKERS),
          blockBytes: drawFrom(draw, [1, 7, 64, 2 ** 20]),
          batchRecords: drawFrom(draw, [1, 3, 4096]),
          gather: drawFrom(draw, ['end', 'eager']),
          strategy: primitives === 'portable' ? 'pread' : drawFrom(draw, ['mapped', 'pread']),
          slotBytes: drawFrom(draw, [1, 7, 1024]),
          memoryBytes: 4096,
        }
        const { output, passed, errors } = await filterOnPool(pool, source, path, options)
        const found = { output: output?.toString('latin1'), passed, errors }
        expect(found, JSON.stringify({ source, text, options })).toEqual(whole)
      }
    })
    await fc.assert(property, { seed: SEED, numRuns: 150 })
  })

  test('each comparison of each field with each value is that of JavaScript', async () => {
    const values = [...new Set([...NUMBERS, ...TEXTS, ...ODD_NUMBERS])]
    const content = Buffer.from(`a,b\n${values.map((text) => `${asQuoted(text)},\n`).join('')}`)
    const path = join(folder, 'each.csv')
    writeFileSync(path, content)
    const { records } = readRecords(content, { format: 'csv' })
    const fields = records.map((record) => unquote(record.fields[0], '"').toString('latin1'))
    const cases = Object.entries(OPERATORS).flatMap(([sign, holds]) => [
      ...NUMBERS.map((literal) => ({
        source: `a ${sign} ${literal}`,
        passed: fields.filter((text) => holds(numberOf(text), Number(literal.replace('_', '')))),
      })),
      ...TEXTS.map((text) => ({
        source: `a ${sign} ${JSON.stringify(text)}`,
        passed: fields.filter((found) => holds(found, asBytes(text))),
      })),
    ])
    for (const { source, passed } of cases) {
      for (const primitives of PRIMITIVES.slice(0, 2)) {
        const { output } = await filterOnPool(pool, source, path, { primitives, memoryBytes: 4096 })
        const found = readRecords(output as Buffer, { format: 'csv' }).records.map((record) =>
          unquote(record.fields[0], '"').toString('latin1'),
        )
        expect([source, found]).toEqual([source, passed])
      }
    }
  })

  test('bytes that are no UTF-8 are compared as they are', async () => {
    const content = Buffer.from('a,b\n1,\xff\n2,\xc3\n3,\xc3\xa9\n', 'latin1')
    const path = join(folder, 'bytes.csv')
    writeFileSync(path, content)
    for (const source of ["b === 'é'", "b === 'é' ? true : false"]) {
      const { output } = await filterOnPool(pool, source, path)
      expect(output?.toString('latin1')).toBe('a,b\n3,\xc3\xa9\n')
    }
    expect((await filterOnPool(pool, "b === '\ufffd'", path)).passed).toBe(0)
  })

  test('numbers are rounded as JavaScript rounds them, whatever their length', async () => {
    const draw = makeDraw(SEED)
    const digits = (most: number) => Array.from({ length: 1 + draw(most) }, () => String(draw(10))).join('')
    const texts = Array.from({ length: 3000 }, () => {
      const sign = drawFrom(draw, ['', '-', '+'])
      const exponent = draw(3) === 0 ? `e${draw(80) - 40}` : ''
      return `${sign}${digits(22)}${draw(2) === 0 ? `.${digits(20)}` : ''}${exponent}`
    })
    const path = join(folder, 'numbers.csv')
    writeFileSync(path, `a,b\n${texts.map((text) => `${text},\n`).join('')}`)
    for (let time = 0; time < 60; time++) {
      const pick = Number(drawFrom(draw, texts))
      const literal = draw(2) === 0 ? `${pick}` : `${pick * (1 + 2 ** -52)}`
      if (/^-?\d{16,}$/.test(literal)) continue
      for (const sign of ['===', '<', '>=']) {
        const count = texts.filter((text) => OPERATORS[sign](Number(text), Number(literal))).length
        for (const primitives of PRIMITIVES.slice(0, 2)) {
          const { passed } = await filterOnPool(pool, `a ${sign} ${literal}`, path, {
            primitives,
            count: true,
            memoryBytes: 4096,
          })
          expect([literal, sign, passed]).toEqual([literal, sign, count])
        }
      }
    }
  })

  test('a field of many bytes with doubled quotes in it is read whole', async () => {
    const long = '""'.repeat(5000)
    const path = join(folder, 'long.csv')
    writeFileSync(path, `a,b\n1,"${long}x"\n2,"${long}y"\n`)
    for (const primitives of PRIMITIVES) {
      const { output } = await filterOnPool(pool, `b.endsWith('"x')`, path, { primitives })
      expect(output?.length).toBe(4 + 2 + 2 + 10_001 + 1)
    }
  })
})

const RECORDS = Array.from({ length: 500 }, (_, index) => `${index},${index % 7},x${index % 3}`)

function write(name: string, content: string): string {
  writeFileSync(join(folder, name), content)
  return join(folder, name)
}

const NUMBERED = `id,n,s\n${RECORDS.join('\n')}\n`

describe('a run', () => {
  test('keeps the header, counts what passes, and reports it', async () => {
    const path = write('n.csv', NUMBERED)
    const report = await filterOnPool(pool, 'n === 3 && s !== "x0"', [path, path], { blockBytes: 100 })
    const passed = RECORDS.filter((_, index) => index % 7 === 3 && index % 3 !== 0)
    expect(String(report.output)).toBe(['id,n,s', ...passed, ...passed, ''].join('\n'))
    expect([report.passed, report.records]).toEqual([2 * passed.length, 1000])
    const counted = await filterOnPool(pool, 'n === 3', path, { count: true, limit: 10, blockBytes: 7 })
    expect([counted.passed, counted.output, counted.records]).toEqual([1, undefined, 10])
    const none = await filterOnPool(pool, 'n > 7', path)
    expect(String(none.output)).toBe('id,n,s\n')
  })

  test('has the header of one input, and columns by name where inputs order them differently', async () => {
    const paths = [write('n.csv', NUMBERED), write('m.csv', 'n,id\n3,1\n4,2\n')]
    await expect(filterOnPool(pool, 'n === 3', paths)).rejects.toThrow('differs from that of')
    const { passed } = await filterOnPool(pool, 'n === 3', paths, { count: true })
    expect(passed).toBe(72)
    await expect(filterOnPool(pool, "s === 'x1'", paths, { count: true })).rejects.toThrow(
      'has no column "s"',
    )
  })

  test('reads columns by number, and by names of one’s own', async () => {
    const path = write('bare.csv', '1,a\n2,b\n')
    const bare = await filterOnPool(pool, "c2 === 'b' && col(1) === 2", path, { header: false })
    expect(String(bare.output)).toBe('2,b\n')
    const named = await filterOnPool(pool, 'x >= 2', path, { header: false, names: ['x', 'y'] })
    expect(String(named.output)).toBe('2,b\n')
  })

  test('reads tsv, lines and ndjson', async () => {
    const tsv = write('t.tsv', 'a\tb\n1\t"x"\n')
    expect((await filterOnPool(pool, `b === '"x"'`, tsv)).passed).toBe(1)
    const lines = write('l.txt', '5\r\n\nabc\n17')
    expect(String((await filterOnPool(pool, 'line > 4', lines)).output)).toBe('5\n17\n')
    expect(String((await filterOnPool(pool, "line === '' || /B/i.test(line)", lines)).output)).toBe('\nabc\n')
    const objects = [
      { status: 500, user: { id: 3 }, ok: true, tags: ['a'], name: 'bob' },
      { status: '500', ok: false, name: null },
      { status: 404.5, 'a b': 1 },
    ]
    const ndjson = write('o.ndjson', objects.map((object) => `${JSON.stringify(object)}\n`).join(''))
    const cases: Record<string, number[]> = {
      'status === 500': [0, 1],
      'status !== 500': [2],
      "status === '500'": [0, 1],
      'status > 404': [0, 1, 2],
      'ok === true': [0],
      "name === ''": [1, 2],
      "name < 'c'": [0, 1, 2],
      'user?.id === 3': [0],
      'tags.includes("a")': [0],
      "col('a b') === 1": [2],
      'line.includes("500")': [0, 1],
      'status === 500n': [0, 1],
      ok: [0, 1], // the text false is a text
      'ok === undefined': [2],
    }
    for (const [source, indexes] of Object.entries(cases)) {
      for (const invert of [false, true]) {
        const { output } = await filterOnPool(pool, source, ndjson, { invert, batchRecords: 1 })
        const passing = objects.filter((_, index) => indexes.includes(index) !== invert)
        const text = passing.map((object) => `${JSON.stringify(object)}\n`).join('')
        expect([source, String(output)]).toEqual([source, text])
      }
    }
    const broken = write('b.ndjson', '{"a":1}\n{"a":\n{"a":1}\n')
    await expect(filterOnPool(pool, 'a === 1', broken)).rejects.toMatchObject({ position: { lineNumber: 2 } })
    const { passed, errors } = await filterOnPool(pool, 'a === 1', broken, { onError: 'skip' })
    expect([passed, errors]).toEqual([2, 1])
  })

  test('takes whole numbers of any size as bigints', async () => {
    const path = write('big.csv', 'a,b\n9007199254740993,\n9007199254740992,\n5.0,\n,\nx,\n+5,\n')
    const passed = async (source: string) => (await filterOnPool(pool, source, path)).passed
    expect(await passed('a === 9007199254740993n')).toBe(1)
    expect(await passed('a > 9007199254740992n')).toBe(1)
    expect(await passed('a === 5n')).toBe(2)
    expect(await passed('a !== 5n')).toBe(4)
    expect(await passed('a === 9007199254740992')).toBe(2) // as doubles they are one
  })

  test('works on an input without records, or without anything', async () => {
    for (const content of ['', 'a,b\n', 'a,b', '\n\n']) {
      const path = write('e.csv', content)
      const { passed } = await filterOnPool(pool, 'a === 4 && /x|y/.test(b)', path)
      expect(passed).toBe(0)
    }
  })
})

describe('a record that fails', () => {
  const path = () => write('f.csv', 'a,b\n1,2\nx,3\n4\n5,6\ny,7\n8,9\n')

  test('is told with its position; the lowest first', async () => {
    const failure = (source: string, options = {}) =>
      filterOnPool(pool, source, path(), { blockBytes: 3, ...options }).then(
        () => undefined,
        ({ code, message, position }: LinemillError) => ({ code, message, ...position }),
      )
    expect(await failure('a > 0')).toMatchObject({
      code: 'ERR_RAGGED',
      message: 'expected 2 fields, found 1',
      lineNumber: 4,
      recordNumber: 3,
      inputOffset: 12,
    })
    expect(await failure('BigInt(a) > 0n')).toMatchObject({
      code: 'ERR_USER_FUNCTION',
      message: 'the expression threw SyntaxError: Cannot convert x to a BigInt',
      lineNumber: 3,
      recordNumber: 2,
    })
    expect(await failure('b !== "3" && BigInt(a) > 0n')).toMatchObject({ lineNumber: 4 })
    expect(await failure('a > 0', { onError: 'skip', maxErrors: 0 })).toMatchObject({ code: 'ERR_VALUE' })
  })

  test.each([false, true])('is passed over, or rejected; inverted: %s', async (invert) => {
    const reject = join(folder, 'rejects.csv')
    for (const batchRecords of [1, 4096]) {
      const options = { onError: 'reject', reject, invert, batchRecords } as const
      const { output, errors, passed } = await filterOnPool(pool, 'BigInt(a) > 4n', path(), options)
      expect(String(output)).toBe(invert ? 'a,b\n1,2\n' : 'a,b\n5,6\n8,9\n')
      expect([errors, passed]).toEqual([3, invert ? 1 : 2])
      expect(readFileSync(reject, 'utf8')).toBe('a,b\nx,3\n4\ny,7\n')
      const counted = await filterOnPool(pool, 'a > 4', path(), { ...options, count: true })
      expect([counted.errors, counted.passed]).toEqual([1, invert ? 3 : 2])
      expect(readFileSync(reject, 'utf8')).toBe('a,b\n4\n')
    }
  })

  test('leaves what passed before it where text and records of one batch are many', async () => {
    const rows = Array.from(
      { length: 30_000 },
      (_, index) => `${index % 10 === 3 ? 'x' : index},${'y'.repeat(index % 50)}`,
    )
    const many = write('many.csv', `a,b\n${rows.join('\n')}\n`)
    const { output, errors } = await filterOnPool(pool, 'BigInt(a) % 2n === 0n', many, { onError: 'skip' })
    const passing = rows.filter((_, index) => index % 10 !== 3 && index % 2 === 0)
    expect(String(output)).toBe(['a,b', ...passing, ''].join('\n'))
    expect(errors).toBe(3000)
  })
})

test('a warm pool filters, and refuses what is wrong before it works', async () => {
  const path = write('n.csv', NUMBERED)
  await using warm = createPool({ workers: 2 })
  const { passed } = await warm.filter('n === 3', path, { count: true })
  expect(passed).toBe(71)
  await expect(warm.filter('nn === 3', path)).rejects.toThrow('unknown column nn, did you mean n?')
  await expect(warm.filter('n === 3', path, { count: true, output: 'x' })).rejects.toThrow(
    'writes no records',
  )
  await expect(warm.filter(3 as never, path)).rejects.toThrow('expected an expression as a string')
})
