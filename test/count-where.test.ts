/** `count` with `where` counts what `filter` lets pass, of each input. */
import { writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { type CountOptions, count, countOnPool, explainCount } from '../dist/count.js'
import { filterOnPool } from '../dist/filter.js'
import { drawFrom, makeDraw } from './draw.js'
import { BLOCK_SIZES } from './inputs.js'
import { PRIMITIVES, pathOf, poolOf, useTrials, WORKERS } from './record-trials.js'

useTrials()

const SEED = 20260404

function table(rows: number, first: number): string {
  const line = (index: number) => `${index},"a\n${index % 7}",${index % 3 === 0 ? '' : index % 5}\n`
  return `id,text,kind\n${Array.from({ length: rows }, (_, index) => line(first + index)).join('')}`
}

describe('count with where', () => {
  test('is what filter lets pass, in sum and of each input, whatever the settings', async () => {
    const draw = makeDraw(SEED)
    const paths = ['one.csv', 'none.csv', 'other.csv'].map(pathOf)
    writeFileSync(paths[0], table(400, 0))
    writeFileSync(paths[1], '')
    writeFileSync(paths[2], `\ufeff${table(150, 1000).replaceAll('\n', '\r\n').slice(0, -2)}`)
    const holds: Record<string, (id: number) => boolean> = {
      'kind === 4': (id) => id % 3 !== 0 && id % 5 === 4,
      "kind === ''": (id) => id % 3 === 0,
      'id % 10 === 3 && kind < 4': (id) => id % 10 === 3 && id % 3 !== 0,
      "text.endsWith('6')": (id) => id % 7 === 6,
      'id < 0': () => false,
    }
    for (const [where, isCounted] of Object.entries(holds)) {
      for (let trial = 0; trial < 6; trial++) {
        const options = {
          workers: drawFrom(draw, WORKERS),
          blockBytes: drawFrom(draw, BLOCK_SIZES.slice(3)),
          primitives: drawFrom(draw, PRIMITIVES),
          mainThread: draw(2) === 0,
          limit: drawFrom(draw, [0, 1, 399, 401, Number.MAX_SAFE_INTEGER]),
        }
        const ids = [
          Array.from({ length: 400 }, (_, id) => id),
          [],
          Array.from({ length: 150 }, (_, id) => 1000 + id),
        ]
        let left = options.limit
        const wanted = ids.map((all) => {
          const looked = all.slice(0, left)
          left -= looked.length
          return looked.filter(isCounted).length
        })
        const pool = draw(2) === 0 ? undefined : poolOf(options.workers)
        const report = await countOnPool(pool, paths, { ...options, where })
        const label = JSON.stringify({ where, options })
        expect(
          report.perInput.map((input) => input.count),
          label,
        ).toEqual(wanted)
        expect(report.count, label).toBe(wanted.reduce((sum, one) => sum + one, 0))
        expect(report.records, label).toBe(Math.min(options.limit, 550))
        const filtered = await filterOnPool(poolOf(options.workers), where, paths, {
          ...options,
          count: true,
        })
        expect(filtered.passed, label).toBe(report.count)
      }
    }
  })

  test('fails where filter fails, with the position of the record', async () => {
    writeFileSync(pathOf('ragged.csv'), 'a,b\n1,2\n3\n')
    const { code, position } = await count(pathOf('ragged.csv'), { where: 'a === 1' }).then(
      () => expect.fail('it did not fail'),
      (thrown) => thrown,
    )
    expect([code, position.lineNumber]).toEqual(['ERR_RAGGED', 3])
    expect((await count(pathOf('ragged.csv'))).count).toBe(2)
  })

  test('counts lines that hold a text, where the inputs are said to be lines', async () => {
    writeFileSync(pathOf('lines.csv'), 'a,b\n1,"x\ny"\n')
    expect((await count(pathOf('lines.csv'), { where: "line.includes('y')", format: 'lines' })).count).toBe(1)
  })

  test.each<[CountOptions, string]>([
    [{ where: 'a === 1', lines: true }, '`lines` counts lines and `where` records'],
    [{ where: 4 as never }, 'where must be an expression as a string, found number'],
    [{ where: 'b ===' }, 'the expression does not parse'],
    [{ where: 'x === 1' }, 'unknown column x'],
  ])('%j is refused', async (options, message) => {
    writeFileSync(pathOf('a.csv'), 'a,b\n1,2\n')
    await expect(count(pathOf('a.csv'), options)).rejects.toThrow(message)
  })

  test('is explained as the filter that it is', async () => {
    writeFileSync(pathOf('a.csv'), 'a,b\n1,2\n')
    const { kind, isReduction, columns, expression } = await explainCount(pathOf('a.csv'), {
      where: 'b === 2',
    })
    expect([kind, isReduction, columns, expression?.native]).toEqual(['filter', true, ['b'], 'b === 2'])
  })
})
