/**
 * Estimates of groups against exact answers, within the error that docs/group.md states; the same, to the last bit,
 * whatever computes them. Inputs are drawn with a fixed seed.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { type GroupOptions, groupByOnPool, type ResultRow } from '../dist/group.js'
import { EXACT_IN_GROUP } from '../dist/kernel/distinct-sketches.js'
import { EXACT_NUMBERS_IN_GROUP } from '../dist/kernel/quantile-sketches.js'
import { Pool } from '../dist/worker/pool.js'
import { type Draw, makeDraw } from './draw.js'
import { failureOf } from './engine-harness.js'
import { availablePrimitives } from './primitive-sets.js'

const WORKERS = 3
const PRIMITIVES = availablePrimitives().map(({ instructionSet }) => instructionSet)

const folder = mkdtempSync(join(tmpdir(), 'linemill-group-sketches-'))
const pool = new Pool(WORKERS)
afterAll(async () => {
  await pool.close()
  rmSync(folder, { recursive: true })
})

function write(name: string, content: string): string {
  writeFileSync(join(folder, name), content)
  return join(folder, name)
}

const QUANTILES = [0, 0.1, 0.5, 0.9, 1]
const AGGREGATES = [
  'approx_distinct(t) as d',
  'approx_median(x) as m',
  ...QUANTILES.map((quantile) => `approx_quantile(x, ${quantile}) as q${quantile}`),
  'count_distinct(t) as exact_d',
  'median(x) as exact_m',
  ...QUANTILES.map((quantile) => `quantile(x, ${quantile}) as exact_q${quantile}`),
]

/** How many distinct texts and numbers each group may have. */
const SIZES: Readonly<Record<string, number>> = {
  few: 3,
  quarter: EXACT_NUMBERS_IN_GROUP,
  more: EXACT_NUMBERS_IN_GROUP + 1,
  thousand: EXACT_IN_GROUP,
  over: EXACT_IN_GROUP + 1,
  many: 9000,
}

/** Numbers of both signs over some powers of two, with zeros. */
function numberOf(group: string, index: number): string {
  if (index === 0) return group === 'few' ? '-0' : '0'
  return String(((index % 3) - 1) * 1.0123 ** (index % 700) + index)
}

function fieldOf(draw: Draw, text: string): string {
  return draw(3) === 0 ? `"${text.replaceAll('"', '""')}"` : text
}

/** Every value of each group twice, in some order, some in quotes; and a group of empty fields. */
function drawCsv(draw: Draw): string {
  const records = ['empty,,\n', 'empty,"",""\n', 'many,,\n']
  for (const [group, size] of Object.entries(SIZES)) {
    for (let index = 0; index < 2 * size; index++) {
      const value = index % size
      const text = value % 50 === 7 ? `"${`a""\n,${value}`}"` : fieldOf(draw, `t${value}`)
      records.push(`${fieldOf(draw, group)},${fieldOf(draw, numberOf(group, value))},${text}\n`)
    }
  }
  for (let index = records.length - 1; index > 0; index--) {
    const other = draw(index + 1)
    ;[records[index], records[other]] = [records[other], records[index]]
  }
  return `k,x,t\n${records.join('')}`
}

/** What is exact while it is few is the exact answer, the rest is near it. */
function checkRow(row: ResultRow): void {
  const isCounted = SIZES[String(row.k)] <= EXACT_IN_GROUP
  const [found, distinct] = [Number(row.d), Number(row.exact_d)]
  // Four standard errors.
  expect(Math.abs(found - distinct), String(row.k)).toBeLessThanOrEqual(isCounted ? 0 : 0.033 * distinct)
  for (const name of ['m', ...QUANTILES.map((quantile) => `q${quantile}`)]) {
    const [estimate, exact] = [Number(row[name]), Number(row[`exact_${name}`])]
    const slack = SIZES[String(row.k)] <= EXACT_NUMBERS_IN_GROUP ? 0 : Math.abs(exact) / 250
    expect(Math.abs(estimate - exact), `${row.k} ${name}`).toBeLessThanOrEqual(slack)
  }
}

describe('estimates of groups', () => {
  test('are near the exact answers, the same whatever computes them', { timeout: 120_000 }, async () => {
    const path = write('drawn.csv', drawCsv(makeDraw(2203)))
    let first: readonly ResultRow[] | undefined
    for (const primitives of PRIMITIVES) {
      for (const workers of [1, 2, WORKERS]) {
        for (const blockBytes of [97, 4096, 2 ** 20]) {
          if (blockBytes === 97 && workers === 1) continue
          const options: GroupOptions = {
            ...{ primitives, workers, blockBytes, mainThread: workers === 2 },
            strategy: primitives === 'portable' ? 'pread' : 'mapped',
            aggregates: AGGREGATES,
          }
          const { rows } = await groupByOnPool(pool, 'k', path, options)
          first ??= rows
          expect(rows, JSON.stringify(options)).toEqual(first)
        }
      }
    }
    const names = [...Object.keys(SIZES), 'empty'].sort()
    expect(first?.map(({ k }) => k).sort()).toEqual(names)
    for (const row of first ?? []) if (row.k !== 'empty') checkRow(row)
    expect(first?.find(({ k }) => k === 'empty')).toMatchObject({ d: 0, m: null, 'q0.9': null })
  })

  test('do not depend on the order of records, small blocks or a seed', async () => {
    const lines = drawCsv(makeDraw(5)).split(/(?<=\n)(?=\w|"\w)/)
    const there = write('there.csv', lines.join(''))
    const back = write('back.csv', [lines[0], ...lines.slice(1).reverse()].join(''))
    const options: GroupOptions = { aggregates: AGGREGATES.slice(0, 7), sort: 'k', blockBytes: 1000 }
    const { rows } = await groupByOnPool(pool, 'k', there, options)
    expect((await groupByOnPool(pool, 'k', back, options)).rows).toEqual(rows)
  })

  test('of thousands of groups of a few records each, some with nothing', async () => {
    const count = 30_000
    const records = Array.from({ length: 3 * count }, (_, index) => {
      const group = index % count
      return group % 10 === 9 ? `${group},\n` : `${group},${group + Math.floor(index / count) ** 2}\n`
    })
    const path = write('small.csv', `k,x\n${records.join('')}`)
    const aggregates = 'approx_distinct(x),approx_median(x)'
    const { rows } = await groupByOnPool(pool, 'k', path, { aggregates, blockBytes: 10_000, workers: 2 })
    expect(rows).toEqual(
      Array.from({ length: count }, (_, group) => ({
        k: String(group),
        'approx_distinct(x)': group % 10 === 9 ? 0 : 3,
        'approx_median(x)': group % 10 === 9 ? null : group + 1,
      })),
    )
  })

  test('fail at a field that is no number, or pass over its record', async () => {
    const path = write('junk.csv', 'k,x\na,1\nb,2\na,"x"\na,3\nnew,nan\n')
    const median = { aggregates: 'approx_median(x),approx_distinct(x)' }
    for (const primitives of PRIMITIVES) {
      const { code, message, position } = await failureOf(
        groupByOnPool(pool, 'k', path, { ...median, primitives }),
      )
      expect([code, message]).toEqual(['ERR_VALUE', 'column x: expected a number, found "x"'])
      expect(position).toMatchObject({ recordNumber: 3, lineNumber: 4 })
      const skipping = { ...median, primitives, onError: 'skip', onWarning: () => undefined } as const
      const { rows, errors } = await groupByOnPool(pool, 'k', path, skipping)
      expect(errors).toBe(2)
      expect(rows).toEqual([
        { k: 'a', 'approx_median(x)': 2, 'approx_distinct(x)': 2 },
        { k: 'b', 'approx_median(x)': 2, 'approx_distinct(x)': 1 },
      ])
      const texts = await groupByOnPool(pool, 'k', path, { aggregates: 'approx_distinct(x)', primitives })
      expect(texts.rows?.map((row) => row['approx_distinct(x)'])).toEqual([3, 1, 1])
    }
  })

  test.each([
    ['approx_median', 'approx_median needs a column: approx_median(price)'],
    ['approx_median(x, 0.5)', 'approx_median takes a column alone'],
    ['approx_quantile(x)', 'as in approx_quantile(price, 0.9), found nothing'],
    ['approx_distinct(x, 2)', 'approx_distinct takes a column alone'],
    ['approx_distinkt(x)', 'did you mean approx_distinct?'],
  ])('written as %s are refused', async (aggregates, expected) => {
    const path = write('refused.csv', 'k,x\na,1\n')
    const { code, message } = await failureOf(groupByOnPool(pool, 'k', path, { aggregates }))
    expect([code, message]).toEqual(['ERR_USAGE', expect.stringContaining(expected)])
  })
})
