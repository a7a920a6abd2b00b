/**
 * A verb with `where` makes of an input what it makes of the records alone for which the expression holds, and tells
 * positions of the whole input. Inputs and settings are drawn with a fixed seed.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { explainFreq, freqOnPool } from '../dist/freq.js'
import { explainGroupBy, groupByOnPool } from '../dist/group.js'
import { explainSelect, type SelectOptions, selectOnPool } from '../dist/select.js'
import { explainStats, statsOnPool } from '../dist/stats.js'
import { type Draw, drawFrom, makeDraw } from './draw.js'
import { failureOf } from './engine-harness.js'
import { PRIMITIVES, pathOf, poolOf, useTrials, WORKERS } from './record-trials.js'

useTrials()

const SEED = 20261130
const HEADER = 'id,text,x,rest\n'

/** A record, as it stands in a file, and what it holds; not even fields, where it is ragged. */
interface Drawn {
  readonly line: string
  readonly id: number
  readonly text: string
  readonly x: string
  readonly isRagged: boolean
}

function drawRecord(draw: Draw, id: number, isSound: boolean): Drawn {
  const text = drawFrom(draw, ['', 'a', 'b', 'a\nb', 'é', 'x"y', 'ab', 'tab\there'])
  const x = drawFrom(draw, isSound ? ['1', '2', '4', '10', '-7'] : ['1', '2', '4', '10', '-7', '', 'odd'])
  const written = /["\n]/.test(text) || draw(4) === 0 ? `"${text.replaceAll('"', '""')}"` : text
  const isRagged = !isSound && draw(40) === 0
  return { id, text, x, isRagged, line: `${id},${written},${x}${isRagged ? '' : `,r${id % 3}`}\n` }
}

/** Expressions that run natively, as functions, and one after the other; what they say of a record, if they do not throw. */
const CONDITIONS: Record<string, (record: Drawn) => boolean | 'throws'> = {
  'x === 4': ({ x }) => x === '4',
  "text !== '' && x > 1": ({ text, x }) => text !== '' && Number(x) > 1,
  "text.startsWith('a')": ({ text }) => text.startsWith('a'),
  'id % 3 === 0': ({ id }) => id % 3 === 0,
  'x >= 2 && text.length < 2': ({ text, x }) => Number(x) >= 2 && text.length < 2,
  'JSON.parse(x) < 4': ({ x }) => (x === '' || x === 'odd' ? 'throws' : Number(x) < 4),
  "text === 'a' && JSON.parse(x) > 0": ({ text, x }) => {
    if (text !== 'a') return false
    return x === '' || x === 'odd' ? 'throws' : Number(x) > 0
  },
  'id < 0': () => false,
  'id >= 0': () => true,
}

function drawSettings(draw: Draw) {
  const primitives = drawFrom(draw, PRIMITIVES)
  return {
    primitives,
    workers: drawFrom(draw, WORKERS),
    blockBytes: drawFrom(draw, [1, 7, 64, 1000, 2 ** 20]),
    batchRecords: drawFrom(draw, [1, 3, 16, 4096]),
    mainThread: draw(2) === 0,
    onWarning: () => undefined,
  }
}

/** Draw a file; the second one holds only what is let pass, and the third with it what is skipped on the way. */
function drawFiles(draw: Draw, holds: (typeof CONDITIONS)[string], isSound: boolean) {
  const records = Array.from({ length: drawFrom(draw, [0, 1, 9, 120]) }, (_, id) =>
    drawRecord(draw, id, isSound),
  )
  const passing = records.filter((record) => !record.isRagged && holds(record) === true)
  const failing = records.filter((record) => record.isRagged || holds(record) === 'throws')
  const [all, some] = ['all.csv', 'some.csv'].map(pathOf)
  writeFileSync(all, HEADER + records.map(({ line }) => line).join(''))
  writeFileSync(some, HEADER + passing.map(({ line }) => line).join(''))
  return { all, some, records, passing, failing }
}

/** What is the verb's own of a report. */
function ownOf<R extends object>(report: R, ...names: (keyof R)[]): unknown {
  return names.map((name) => (report[name] instanceof Buffer ? String(report[name]) : report[name]))
}

describe('where', () => {
  test('lets a verb see what passes alone, whatever the settings', { timeout: 120_000 }, async () => {
    const draw = makeDraw(SEED)
    for (const [where, holds] of Object.entries(CONDITIONS)) {
      for (let trial = 0; trial < 12; trial++) {
        const { all, some, passing, failing, records } = drawFiles(draw, holds, trial % 2 === 0)
        const options = { ...drawSettings(draw), onError: 'skip' as const }
        const pool = poolOf(options.workers)
        const aggregates = 'count,sum(x),first(text),last(text),count_distinct(rest),median(x)'
        const label = JSON.stringify({ where, options, records })

        const restricted = await groupByOnPool(pool, 'text,rest', all, { ...options, aggregates, where })
        const plain = await groupByOnPool(pool, 'text,rest', some, { ...options, aggregates })
        expect(restricted.rows, label).toEqual(plain.rows)
        expect(restricted.passed, label).toBe(passing.length)
        expect(restricted.errors, label).toBe(failing.length + plain.errors)
        expect(restricted.records, label).toBe(records.length)
        expect(plain.passed, label).toBeUndefined()

        const values = await freqOnPool(pool, 'x', all, { ...options, where })
        expect(values.rows, label).toEqual((await freqOnPool(pool, 'x', some, options)).rows)

        const columns = await statsOnPool(pool, all, { ...options, where })
        const expected = await statsOnPool(pool, some, options)
        expect(ownOf(columns, 'columns'), label).toEqual(ownOf(expected, 'columns'))

        const copy = { ...options, outputDelimiter: drawFrom(draw, [undefined, ';', '\t']) } as SelectOptions
        const copied = await selectOnPool(pool, 'rest,text,id', all, { ...copy, where })
        const wanted = await selectOnPool(pool, 'rest,text,id', some, copy)
        expect(ownOf(copied, 'output'), label).toEqual(ownOf(wanted, 'output'))
        expect(copied.errors, label).toBe(failing.length + wanted.errors)
      }
    }
  })

  test('rejects in input order what fails before the verb sees it, and in it', {
    timeout: 60_000,
  }, async () => {
    const draw = makeDraw(SEED + 1)
    const where = "text === 'a\\nb' || JSON.parse(x) > 1"
    for (let trial = 0; trial < 40; trial++) {
      const records = Array.from({ length: 80 }, (_, id) => drawRecord(draw, id, false))
      const path = pathOf('reject.csv')
      writeFileSync(path, HEADER + records.map(({ line }) => line).join(''))
      const [output, reject] = ['copied.tsv', 'rejects.csv'].map(pathOf)
      const options = { ...drawSettings(draw), output, reject, onError: 'reject' as const, where }
      const report = await selectOnPool(poolOf(options.workers), 'id,text', path, options)
      const isUnparsed = ({ text, x }: Drawn) => text !== 'a\nb' && (x === '' || x === 'odd')
      const holds = ({ text, x }: Drawn) => text === 'a\nb' || Number(x) > 1
      // A tsv has no quotes for a line end or a tab.
      const isRefused = (record: Drawn) => holds(record) && /[\n\t]/.test(record.text)
      const fails = (record: Drawn) => record.isRagged || isUnparsed(record) || isRefused(record)
      const label = JSON.stringify({ options, records })
      const rejects = records.filter(fails)
      expect(readFileSync(reject, 'utf8'), label).toBe(HEADER + rejects.map(({ line }) => line).join(''))
      const copied = records.filter((record) => holds(record) && !fails(record))
      const wanted = copied.map(({ id, text }) => `${id}\t${text}\n`)
      expect(readFileSync(output, 'utf8'), label).toBe(`id\ttext\n${wanted.join('')}`)
      expect(report.errors, label).toBe(rejects.length)
    }
  })

  test('fails with the position of the lowest record that fails, wherever it does', async () => {
    const draw = makeDraw(SEED + 2)
    const lines = Array.from({ length: 300 }, (_, id) => `${id},"t\n${id % 5}",${id},r`)
    lines[120] = '120,"u\n",junk,r'
    lines[200] = '200,"t\n1",oops,r'
    lines[250] = '250,"t\n1"'
    const path = pathOf('failing.csv')
    writeFileSync(path, `${HEADER}${lines.join('\n')}\n`)
    for (let trial = 0; trial < 20; trial++) {
      const options = { ...drawSettings(draw), aggregates: 'sum(x)' }
      const fail = async (where: string) => {
        const { code, message, position } = await failureOf(
          groupByOnPool(poolOf(options.workers), 'text', path, { ...options, where }),
        )
        return { code, message, ...position }
      }
      // The first one that is no number does not pass.
      expect(await fail("text.startsWith('t')")).toMatchObject({
        code: 'ERR_VALUE',
        message: 'column x: expected a number, found "oops"',
        recordNumber: 201,
        lineNumber: 402,
      })
      expect(await fail("text.startsWith('u')")).toMatchObject({ code: 'ERR_VALUE', recordNumber: 121 })
      expect(await fail('x < 100')).toMatchObject({ code: 'ERR_RAGGED', recordNumber: 251, lineNumber: 502 })
      const thrown = await fail('JSON.parse(x) < 100')
      expect(thrown).toMatchObject({ code: 'ERR_USER_FUNCTION', recordNumber: 121, lineNumber: 242 })
      expect(thrown.message).toMatch(/^the expression threw SyntaxError/)
    }
  })

  test('tells of the first record that was passed over, by the condition or behind it', async () => {
    const path = pathOf('first.csv')
    const records = ['1,a,1,r', '2,a,odd,r', '3,a', '4,a,1,r']
    writeFileSync(path, `${HEADER}${records.join('\n')}\n`)
    const firstOf = async (where: string) => {
      const warnings: string[] = []
      const onWarning = (warning: string) => warnings.push(warning)
      const options = { onError: 'skip' as const, onWarning, batchRecords: 2, aggregates: 'sum(x)', where }
      await groupByOnPool(poolOf(1), 'text', path, options)
      return warnings.join().replace(/.*, line/, 'line')
    }
    expect(await firstOf('id > 0')).toBe('line 3: column x: expected a number, found "odd"')
    expect(await firstOf("x !== 'odd'")).toBe('line 4: expected 4 fields, found 2')
  })

  test('ends where the run is aborted', async () => {
    const path = pathOf('slow.csv')
    writeFileSync(path, `${HEADER}${'1,a,1,r\n'.repeat(20_000)}`)
    // Some milliseconds a record: longer in all than a test may take.
    const slow = "JSON.stringify(text.padEnd(2000000, 'ab')).length > 3"
    const controller = new AbortController()
    setTimeout(() => controller.abort(), 300)
    const { code } = await failureOf(
      groupByOnPool(poolOf(1), 'text', path, { where: slow, signal: controller.signal }),
    )
    expect(code).toBe('ERR_CANCELLED')
  })

  test('of several inputs, whose columns stand in another order, and of lines', async () => {
    const paths = ['one.csv', 'none.csv', 'other.csv'].map(pathOf)
    writeFileSync(paths[0], 'a,b\n1,x\n2,y\n')
    writeFileSync(paths[1], '')
    writeFileSync(paths[2], 'b,a\nx,3\ny,4\nx,1\n')
    const pool = poolOf(2)
    const { rows } = await groupByOnPool(pool, 'b', paths, { where: 'a < 3', aggregates: 'sum(a)' })
    expect(rows).toEqual([
      { b: 'x', 'sum(a)': 2 },
      { b: 'y', 'sum(a)': 2 },
    ])
    expect((await groupByOnPool(pool, 'b', paths[1], { where: 'a < 3' })).rows).toEqual([])
    // The order of appearance is that in all inputs, whichever thread sees them.
    writeFileSync(paths[0], `a,b\n${'9,-\n'.repeat(50)}1,late\n`)
    writeFileSync(paths[2], 'a,b\n1,later\n1,late\n')
    for (let workers = 1; workers <= 3; workers++) {
      const ordered = await groupByOnPool(poolOf(workers), 'b', paths, {
        where: 'a < 3',
        blockBytes: 16,
        workers,
      })
      expect(ordered.rows?.map(({ b }) => b)).toEqual(['late', 'later'])
    }
    const words = pathOf('words.txt')
    writeFileSync(words, 'apple\nbean\napple\navocado\n')
    const { rows: found } = await freqOnPool(pool, 'line', words, { where: "line.startsWith('a')" })
    expect(found).toEqual([
      { value: 'apple', count: 2 },
      { value: 'avocado', count: 1 },
    ])
  })

  test('is checked, and explained, by every verb that has it', async () => {
    const path = pathOf('t.csv')
    writeFileSync(path, 'a,b\n1,x\n')
    const pool = poolOf(1)
    const verbs = [
      (where: string) => groupByOnPool(pool, 'b', path, { where }),
      (where: string) => freqOnPool(pool, 'b', path, { where }),
      (where: string) => statsOnPool(pool, path, { where }),
      (where: string) => selectOnPool(pool, 'b', path, { where }),
    ]
    for (const verb of verbs) {
      expect((await failureOf(verb(4 as never))).message).toBe(
        'where must be an expression as a string, found number',
      )
      expect((await failureOf(verb('nothing > 1'))).message).toContain('unknown column nothing')
    }
    // A user's function is not for the main thread; what is native is.
    const workersOf = async (where: string) => [
      (await explainGroupBy('b', path, { where, mainThread: true })).workers,
      (await explainSelect('b', path, { where, mainThread: true })).workers,
    ]
    expect([await workersOf('a > 1'), await workersOf('b.length > 2')]).toEqual([
      [0, 0],
      [1, 1],
    ])
    const where = 'a > 1 && b.length > 2'
    const explained = [
      await explainGroupBy('b', path, { where }),
      await explainFreq('b', path, { where }),
      await explainStats(path, { where }),
      await explainSelect('b', path, { where }),
    ]
    for (const { expression, workers } of explained) {
      expect(expression).toMatchObject({ native: 'a > 1', function: 'b.length > 2', isInverted: false })
      expect(workers).toBe(1)
    }
  })
})
