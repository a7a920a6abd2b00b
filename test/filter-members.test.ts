/** Members of ndjson that are compared natively mean what they mean to the function that parses each record. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { count } from '../dist/count.js'
import type { LinemillError } from '../dist/errors.js'
import { explainFilter, type FilterOptions, filterOnPool } from '../dist/filter.js'
import { Pool } from '../dist/worker/pool.js'
import { drawFrom, makeDraw } from './draw.js'
import { anyLine, goodLine } from './json-lines.js'
import { availablePrimitives } from './primitive-sets.js'

const SEED = 20260105
const WORKERS = 3
const PRIMITIVES = availablePrimitives().map(({ instructionSet }) => instructionSet)

const folder = mkdtempSync(join(tmpdir(), 'linemill-members-'))
const pool = new Pool(WORKERS)
afterAll(async () => {
  await pool.close()
  rmSync(folder, { recursive: true })
})

function write(name: string, content: string): string {
  writeFileSync(join(folder, name), Buffer.from(content, 'latin1'))
  return join(folder, name)
}

const member = fc.constantFrom('a', 'status', 'né', "col('')", "col('a b')", `col('${'x'.repeat(70)}')`)
const number = fc.constantFrom(
  '0',
  '-0',
  '4',
  '500',
  '0.1',
  '0.5',
  '1e400',
  '9007199254740992',
  '123456789',
  '-12.25',
)
const text = fc
  .constantFrom(
    '',
    'a',
    '500',
    '4',
    '0.5',
    '-0',
    '0',
    'é',
    '🙂',
    '\ufffd',
    'true',
    '{"a":1}',
    '[1,2]',
    'x'.repeat(70),
    '1e+400',
    'Infinity',
  )
  .map((value) => JSON.stringify(value))
const word = fc.constantFrom('true', 'false', 'null')
const operator = fc.constantFrom('===', '!==', '==', '!=', '<', '<=', '>', '>=')

/** What can be asked natively. */
const condition = fc.oneof(
  fc.tuple(member, operator, fc.oneof(number, text, word)).map((parts) => parts.join(' ')),
  fc.tuple(fc.oneof(number, text, word), operator, member).map((parts) => parts.join(' ')),
  fc
    .tuple(member, fc.constantFrom('startsWith', 'endsWith', 'includes'), text)
    .map(([a, b, c]) => `${a}.${b}(${c})`),
  fc
    .tuple(fc.array(fc.oneof(number, text), { minLength: 1, maxLength: 3 }), member)
    .map(([all, a]) => `[${all}].includes(${a})`),
  fc
    .tuple(fc.array(text, { minLength: 1, maxLength: 3 }), member)
    .map(([all, a]) => `[${all}].includes(${a})`),
  fc
    .tuple(fc.constantFrom('/^a/', '/0$/', '/5/', '/^é$/'), member)
    .map(([pattern, a]) => `${pattern}.test(${a})`),
  member,
  fc.constantFrom('line.includes("a")', 'line.startsWith("{")', '[].includes(line)'),
)

const expression = fc.letrec<{ all: string }>((tie) => ({
  all: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'condition' },
    condition,
    fc.tuple(tie('all'), tie('all')).map(([one, other]) => `(${one} && ${other})`),
    fc.tuple(tie('all'), tie('all')).map(([one, other]) => `(${one} || ${other})`),
    tie('all').map((one) => `!(${one})`),
  ),
})).all

/** Conditions that are functions in any format, behind the others. */
const rest = fc.constantFrom(
  '',
  '',
  '',
  ' && status % 2 < 1',
  ' && true',
  ' && a == null',
  ' && [4, "a"].includes(a)',
)

async function outcome(source: string, path: string, options: FilterOptions) {
  try {
    const onWarning = () => undefined
    const { output, passed, errors } = await filterOnPool(pool, source, path, { ...options, onWarning })
    return { output: output?.toString('latin1'), passed, errors }
  } catch (thrown) {
    const { code, message, position } = thrown as LinemillError
    return { code, message, position }
  }
}

describe('any expression over any lines of JSON', () => {
  test('passes, and fails at, the same records however it runs', { timeout: 240_000 }, async () => {
    const lines = fc.array(fc.oneof({ weight: 9, arbitrary: goodLine }, { weight: 1, arbitrary: anyLine }), {
      maxLength: 14,
      size: 'max',
    })
    const property = fc.asyncProperty(
      lines,
      fc.tuple(expression, rest).map((parts) => parts.join('')),
      fc.constantFrom('\n', '\r\n', '\n\n'),
      fc.constantFrom('', '\xef\xbb\xbf'),
      fc.nat(),
      async (all, source, end, mark, seed) => {
        const draw = makeDraw(seed)
        const path = write('any.ndjson', mark + all.join(end) + (draw(2) === 0 ? end : ''))
        const onError = drawFrom<'skip' | 'fail'>(draw, ['skip', 'fail'])
        const invert = draw(4) === 0
        const whole = await outcome(`(${source}) ? true : false`, path, {
          onError,
          invert,
          memoryBytes: 4096,
        })
        for (const primitives of PRIMITIVES) {
          const options: FilterOptions = {
            primitives,
            invert,
            onError,
            workers: 1 + draw(WORKERS),
            blockBytes: drawFrom(draw, [1, 7, 64, 2 ** 20]),
            batchRecords: drawFrom(draw, [1, 3, 4096]),
            strategy: primitives === 'portable' ? 'pread' : drawFrom(draw, ['mapped', 'pread']),
            slotBytes: drawFrom(draw, [1, 7, 1024]),
            memoryBytes: 4096,
          }
          expect(await outcome(source, path, options), JSON.stringify({ source, all, options })).toEqual(
            whole,
          )
        }
      },
    )
    await fc.assert(property, { seed: SEED, numRuns: 250 })
  })

  test('a record that is never asked for its members may be anything', async () => {
    const path = write('odd.ndjson', 'no JSON\n{"status":500,"x":1}\n{"status":500}\n')
    for (const primitives of PRIMITIVES) {
      const options = { primitives, memoryBytes: 4096 }
      const { output } = await filterOnPool(pool, 'line.includes("x") && status === 500', path, options)
      expect(String(output)).toBe('{"status":500,"x":1}\n')
      await expect(filterOnPool(pool, 'status === 500', path, options)).rejects.toMatchObject({
        code: 'ERR_VALUE',
        message: expect.stringContaining('not JSON'),
        position: { lineNumber: 1, recordNumber: 1 },
      })
    }
  })
})

test('numbers are looked for as numbers, and texts as texts', async () => {
  const path = write(
    'mixed.ndjson',
    '{"a":4.0}\n{"a":"4.0"}\n{"a":"x"}\n{"a":"\\u0078"}\n{"a":["x"]}\n{"a":null}\n{}\n',
  )
  for (const source of ['[4, "x"].includes(a)', '[4, "x"].includes(a) ? true : false']) {
    const { output } = await filterOnPool(pool, source, path)
    expect(String(output)).toBe('{"a":4.0}\n{"a":"4.0"}\n{"a":"x"}\n{"a":"\\u0078"}\n')
    expect((await count(path, { where: source, workers: 2 })).count).toBe(4)
  }
})

describe('what runs natively', () => {
  const NO_COMPARISON = 'it is not the comparison of a column with what is written out'
  test.each([
    ['status === 500 && user.startsWith("a")', undefined],
    ['status', undefined],
    ['[500, 503].includes(status)', undefined],
    ['user.id === 5', `user.id === 5: ${NO_COMPARISON}`],
    ['ok === true || null !== none', undefined],
    ['ok == true', `ok == true: ${NO_COMPARISON}`],
    ['undefined === ok', `undefined === ok: ${NO_COMPARISON}`],
    ['[4, "a"].includes(a)', undefined],
    ['[].includes(a)', `[].includes(a): ${NO_COMPARISON}`],
    ['[4, null].includes(a)', `[4, null].includes(a): ${NO_COMPARISON}`],
    ['col("\ufffd") === 4', `col("\ufffd") === 4: ${NO_COMPARISON}`],
    ['col("\\ud800") === 4', `col("\\ud800") === 4: ${NO_COMPARISON}`],
  ])('%s', async (source, reason) => {
    const path = write('any.ndjson', '{}\n')
    const { expression: plan } = await explainFilter(source, path)
    expect([plan?.native, plan?.function, plan?.reason]).toEqual(
      reason === undefined ? [source, undefined, undefined] : [undefined, source, reason],
    )
  })
})

test('whole numbers beyond 2^53 are compared by their digits, as texts and as bigints', async () => {
  const path = write(
    'big.ndjson',
    [
      '{"id":9007199254740993}',
      '{"id":9007199254740992}',
      '{"id":"9007199254740993"}',
      '{"id":-9007199254740993}',
      '{"i\\u0064":9007199254740993,"id":0,"i\\u0064":9007199254740993}',
      '{"id":123456789012345678901234567890}',
      '{"id":1e30}',
      '{"id":5.0}',
    ].join('\n'),
  )
  const counts: Record<string, number> = {
    'id === 9007199254740993n': 3,
    'id === 9007199254740992n': 1,
    'id !== 9007199254740993n': 5,
    "id === '9007199254740993'": 3,
    "id.startsWith('90071992547409')": 4,
    'id === -9007199254740993n': 1,
    'id >= 123456789012345678901234567890n': 2,
    'id > 123456789012345678901234567890n': 1,
    '[9007199254740993n, 5n].includes(id)': 4,
    "[9007199254740993n, 'x', 5].includes(id)": 4,
    'id === 5n': 1,
  }
  for (const [source, passing] of Object.entries(counts)) {
    for (const primitives of PRIMITIVES) {
      const { passed } = await filterOnPool(pool, source, path, { primitives, count: true })
      expect([source, primitives, passed]).toEqual([source, primitives, passing])
    }
  }
})
