/**
 * Rows of groups as they are written, which are copies of keys and numbers that native code writes, against rows that
 * are made of the values one by one. Inputs are drawn with a fixed seed.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { type GroupOptions, groupByOnPool } from '../dist/group.js'
import { Pool } from '../dist/worker/pool.js'
import { type Draw, drawFrom, makeDraw } from './draw.js'
import { failureOf } from './engine-harness.js'
import { SEED } from './primitive-inputs.js'
import { availablePrimitives } from './primitive-sets.js'

const SETS = availablePrimitives().map(({ instructionSet }) => instructionSet)

const folder = mkdtempSync(join(tmpdir(), 'linemill-group-rows-'))
const pool = new Pool(2)
afterAll(async () => {
  await pool.close()
  rmSync(folder, { recursive: true })
})

function write(name: string, content: string | Buffer): string {
  writeFileSync(join(folder, name), content)
  return join(folder, name)
}

const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`

/** A field as csv has it. */
function asField(value: unknown): string {
  const text = value === null ? '' : Object.is(value, -0) ? '-0' : String(value)
  return /["\n\r,]/.test(text) ? quoted(text) : text
}

const PIECES = ['a', 'B', '7', ' ', 'é', '語', ',', '"', '\n', '\r', '\t', 'x'.repeat(40)]
const NUMBERS = ['', '0', '1', '-1', '2147483647', '-2147483648', '2147483648', '0.5', '-9007199254740993']

function drawText(draw: Draw): string {
  return Array.from({ length: draw(5) }, () => drawFrom(draw, PIECES)).join('')
}

/** Records of three columns: two keys, many of them the only ones of their kind, and a number. */
function drawContent(draw: Draw, count: number): string {
  const lines = Array.from({ length: count }, (_, index) => {
    const key = draw(3) === 0 ? drawText(draw) : `${drawText(draw)}${index}`
    return [quoted(key), quoted(drawText(draw)), drawFrom(draw, NUMBERS)].join(',')
  })
  return `a,b,x\n${lines.join('\n')}\n`
}

async function groupTo(
  output: string,
  columns: string,
  input: string,
  options: GroupOptions,
): Promise<string> {
  const path = join(folder, output)
  await groupByOnPool(pool, columns, input, { ...options, output: path })
  return readFileSync(path, 'latin1')
}

/** The rows that a result is written as, made of its values. */
async function rowsOf(columns: string, input: string, options: GroupOptions): Promise<string[]> {
  const { rows = [] } = await groupByOnPool(pool, columns, input, options)
  const header = Object.keys(rows[0])
  const lines = [header, ...rows.map((row) => header.map((name) => row[name]))]
  return lines.map((line) => Buffer.from(`${line.map(asField).join(',')}\n`).toString('latin1'))
}

describe('rows of groups', () => {
  const aggregates = 'count,sum(x),min(x) as least,mean(x),first(b) as text'

  test.each(['a', 'b,a', 'a,b,x'])(`by %s are those of their values, seed ${SEED}`, async (columns) => {
    const input = write('drawn.csv', drawContent(makeDraw(SEED), 9000))
    for (const primitives of SETS) {
      const options = { aggregates, primitives, blockBytes: 64 * 1024 }
      const expected = await rowsOf(columns, input, options)
      expect(expected.length).toBeGreaterThan(columns === 'b,a' ? 6000 : 1000)
      const found = await groupTo('out.csv', columns, input, options)
      expect(found === expected.join(''), primitives).toBe(true)
      const top = { ...options, sort: '-count,least', top: 7 }
      const expectedTop = await rowsOf(columns, input, top)
      expect(expectedTop.length).toBe(8)
      expect(await groupTo('top.csv', columns, input, top)).toBe(expectedTop.join(''))
    }
  })

  test('keep keys that are no UTF-8, and keys longer than a piece', async () => {
    const long = 'y'.repeat(600_000)
    const input = write('bytes.csv', Buffer.from(`a\n\xff\xfe\n${long}\n"\xe9,"\n\xff\xfe\n`, 'latin1'))
    for (const primitives of SETS) {
      const found = await groupTo('bytes-out.csv', 'a', input, { primitives })
      expect(found === `a,count\n\xff\xfe,2\n${long},1\n"\xe9,",1\n`, primitives).toBe(true)
    }
  })

  test('are refused where a key needs quotes that tsv does not have', async () => {
    const input = write('tab.csv', 'a\nx\n"y\tz"\n')
    const options = { output: join(folder, 'tab.tsv'), outputFormat: 'tsv' } as const
    const error = await failureOf(groupByOnPool(pool, 'a', input, options))
    expect(error.code).toBe('ERR_VALUE')
    expect(error.message).toContain('"y\\tz"')
    expect(await groupTo('comma.tsv', 'a', write('comma.csv', 'a\n"x,y"\n""""\n'), {})).toBe(
      'a\tcount\nx,y\t1\n"\t1\n',
    )
  })
})
