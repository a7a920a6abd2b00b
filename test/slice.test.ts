/**
 * `slice`, `head` and `tail` of every awkward input, through every way to find their records, pass those on that a naive
 * reading finds at their numbers. Settings are drawn with a fixed seed.
 */
import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createPool } from '../dist/pool.js'
import {
  explainSlice,
  explainTail,
  headOnPool,
  type SliceOptions,
  slice,
  sliceOnPool,
  tailOnPool,
} from '../dist/slice.js'
import { type Draw, drawFrom, hashText, makeDraw } from './draw.js'
import type { ReadInput } from './expectations.js'
import { ALL_READINGS, awkwardBytes, INPUT_CASES, type Reading } from './inputs.js'
import {
  drawInputs,
  drawOptions,
  failureOf,
  headerOf,
  type Outcome,
  outcomeOf,
  pathOf,
  poolOf,
  recordsOf,
  useTrials,
} from './record-trials.js'

useTrials()

const SEED = 20260402

interface Range {
  readonly start: number
  readonly end: number | undefined
}

/** The records of a range; an unclosed quote fails where the range is not over before it. */
function expectedOutcome(inputs: readonly ReadInput[], { start, end }: Range): Outcome {
  const isKnown = start >= 0 && (end === undefined || end >= 0)
  const limit = end === undefined || !isKnown ? undefined : end <= start ? 0 : end
  const { records, unclosed } = recordsOf(inputs, limit)
  if (unclosed !== undefined) return { failure: failureOf(unclosed.code, unclosed) }
  const passed = records.slice(start, end).map(({ text }) => `${text}\n`)
  return { output: headerOf(inputs) + passed.join('') }
}

function drawNumber(draw: Draw, recordCount: number): number {
  const near = draw(recordCount + 3)
  return drawFrom(draw, [0, 1, near, -near - 1, -1, recordCount, -recordCount, 2 * recordCount + 1])
}

async function compare(draw: Draw, bytes: Buffer, reading: Reading): Promise<Outcome> {
  const { inputs, paths } = drawInputs(draw, bytes, reading)
  const recordCount = inputs.reduce((sum, { records }) => sum + records.length, 0)
  const options = {
    ...reading.options,
    ...drawOptions(draw, paths.length * bytes.length),
  }
  const pool = poolOf(options.workers)
  const start = drawNumber(draw, recordCount)
  const end = draw(3) === 0 ? undefined : drawNumber(draw, recordCount)
  const records = draw(recordCount + 2)
  const [range, work] = drawFrom(draw, [
    [
      { start, end },
      () => sliceOnPool(pool, paths, { ...options, start, ...(end !== undefined && { end }) }),
    ],
    [
      { start, end },
      () => sliceOnPool(pool, paths, { ...options, start, ...(end !== undefined && { end }) }),
    ],
    [{ start: 0, end: records }, () => headOnPool(pool, paths, { ...options, records })],
    [
      records === 0 ? { start: 0, end: 0 } : { start: -records, end: undefined },
      () => tailOnPool(pool, paths, { ...options, records }),
    ],
  ] as const)
  const real = await outcomeOf(work())
  const wanted = expectedOutcome(inputs, range)
  expect(real, JSON.stringify({ reading: reading.name, range, files: paths.length, options })).toEqual(wanted)
  return wanted
}

describe('every awkward input', () => {
  test.each(INPUT_CASES)('$name', async ({ name, bytes, readings }) => {
    const draw = makeDraw(SEED + hashText(name))
    for (const reading of readings) {
      for (let trial = 0; trial < 2; trial++) await compare(draw, bytes, reading)
    }
  })
})

test('random bytes through random settings', { timeout: 120_000 }, async () => {
  let some = 0
  const property = fc.asyncProperty(
    awkwardBytes,
    fc.constantFrom(...ALL_READINGS),
    fc.nat(),
    async (bytes, reading, seed) => {
      const { output = '' } = await compare(makeDraw(seed), bytes, reading)
      if (output.length > 20) some++
    },
  )
  await fc.assert(property, { seed: SEED, numRuns: 300 })
  expect(some).toBeGreaterThan(50)
})

describe('a file of many blocks', () => {
  const COUNT = 20_000
  const quoted = (index: number) => `${index},"a\n${'b,""'.repeat(index % 5)}"\n`

  test('is read to its end by tail, and only at its beginning by head', async () => {
    const path = pathOf('many.csv')
    const file = openSync(path, 'w')
    writeSync(file, 'id,text\n')
    for (let index = 0; index < COUNT; index++) writeSync(file, quoted(index))
    closeSync(file)
    const settings = { workers: 2, blockBytes: 1000 }
    const last = await poolTail(path, settings)
    expect(String(last.output)).toBe(`id,text\n${[COUNT - 3, COUNT - 2, COUNT - 1].map(quoted).join('')}`)
    // All records are counted, those of few blocks are cut.
    expect([last.passed, last.blocks < 5, last.records < 100]).toEqual([3, true, true])
    const middle = await slice(path, { ...settings, start: 10_000, end: 10_002 })
    expect(String(middle.output)).toBe(`id,text\n${quoted(10_000)}${quoted(10_001)}`)
    expect(middle.records).toBeLessThan(200)
    const first = await slice(path, { ...settings, end: 2 })
    expect(String(first.output)).toBe(`id,text\n${quoted(0)}${quoted(1)}`)
    // Blocks that were claimed meanwhile may be looked at; nearly all are not.
    expect(first.workerFigures.reduce((sum, { blocks }) => sum + blocks, 0)).toBeLessThan(100)
    const all = await slice(path, { ...settings, start: -COUNT - 5, end: -1 })
    expect(all.passed).toBe(COUNT - 1)
  })

  async function poolTail(path: string, settings: SliceOptions) {
    const pool = createPool({ workers: 2 })
    try {
      return await pool.tail(path, { ...settings, records: 3 })
    } finally {
      await pool.close()
    }
  }
})

test('headers that differ, numbers that are none and unknown options are refused', async () => {
  writeFileSync(pathOf('a.csv'), 'a\n1\n')
  writeFileSync(pathOf('b.csv'), 'b\n1\n')
  const refused = (inputs: string[], options: object) => slice(inputs.map(pathOf), options as SliceOptions)
  await expect(refused(['a.csv', 'b.csv'], {})).rejects.toThrow('differs from that of')
  await expect(refused(['a.csv'], { start: 1.5 })).rejects.toThrow('start must be a whole number')
  await expect(refused(['a.csv'], { end: '3' })).rejects.toThrow('end must be a whole number')
  await expect(refused(['a.csv'], { limit: 3 })).rejects.toThrow('slice has no option "limit"')
  await expect(refused(['a.csv'], { strt: 3 })).rejects.toThrow('did you mean start?')
})

test('it is explained', async () => {
  writeFileSync(pathOf('e.csv'), 'a\n1\n')
  const known = await explainSlice(pathOf('e.csv'), { start: 2, end: 5 })
  expect([known.kind, known.slice]).toEqual(['slice', { start: 2, end: 5, countsFirst: false }])
  const { slice: plan } = await explainTail(pathOf('e.csv'))
  expect(plan).toEqual({ start: -10, end: Number.POSITIVE_INFINITY, countsFirst: true })
})
