/**
 * Samples of every awkward input are those that the hash, written down once more in bigints, gives for the records of a
 * naive reading, whatever the settings; and the hash has the values that it had.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { RecordHash } from '../dist/kernel/record-hash.js'
import { createPool } from '../dist/pool.js'
import { explainSample, type SampleOptions, sample, sampleOnPool } from '../dist/sample.js'
import { type Draw, drawFrom, hashText, makeDraw } from './draw.js'
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

const SEED = 20260403
const MASK = 2n ** 64n - 1n

/** Output `index + 1` of SplitMix64. */
function hashOf(seed: number, index: number): bigint {
  let z = (BigInt(seed) + (BigInt(index) + 1n) * 0x9e3779b97f4a7c15n) & MASK
  z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & MASK
  z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & MASK
  return z ^ (z >> 31n)
}

describe('the hash', () => {
  test('is that of published values', () => {
    const values = [6457827717110365317n, 3203168211198807973n, 9817491932198370423n, 4593380528125082431n]
    expect(values.map((_, index) => hashOf(1234567, index))).toEqual(values)
  })

  test('is the same in halves of 32 bits', () => {
    const edges = [0, 1, 7, 2 ** 32 - 2, 2 ** 32 - 1, 2 ** 32, 2 ** 40 + 12_345, 2 ** 53 - 9]
    const draw = makeDraw(SEED)
    const random = Array.from({ length: 300 }, () => draw(2 ** 21) * 2 ** 32 + draw(2 ** 32))
    for (const seed of [0, 1, 1234567, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1, ...random.slice(0, 20)]) {
      const hash = new RecordHash(seed)
      for (const index of [...edges, ...random]) {
        hash.begin(index)
        for (let next = index; next < index + 4; next++) {
          hash.next()
          expect((BigInt(hash.high) << 32n) | BigInt(hash.low), `${seed} ${next}`).toBe(hashOf(seed, next))
        }
      }
    }
  })

  test('keeps what a seed means: a sample that was drawn once is drawn again', async () => {
    const path = pathOf('thousand.txt')
    writeFileSync(path, Array.from({ length: 1000 }, (_, index) => `${index}\n`).join(''))
    const drawn = async (options: SampleOptions) =>
      String((await sample(path, { workers: 1, ...options })).output)
        .split('\n')
        .slice(0, -1)
        .map(Number)
    expect(await drawn({ records: 8 })).toEqual(KNOWN_OF_SEED_1)
    expect(await drawn({ records: 8, seed: 42 })).toEqual(KNOWN_OF_SEED_42)
    expect(await drawn({ fraction: 0.005, seed: 42 })).toEqual(KNOWN_FRACTION)
  })
})

const KNOWN_OF_SEED_1 = [98, 160, 265, 389, 481, 565, 725, 911]
const KNOWN_OF_SEED_42 = [171, 215, 315, 564, 642, 718, 808, 920]
const KNOWN_FRACTION = [171, 215, 718, 808, 920]

/** The numbers of the records that pass. */
function chosen(count: number, { seed, records, fraction }: Choice): Set<number> {
  const indexes = Array.from({ length: count }, (_, index) => index)
  if (fraction !== undefined) {
    return new Set(
      indexes.filter((index) => fraction === 1 || Number(hashOf(seed, index) >> 11n) / 2 ** 53 < fraction),
    )
  }
  const byHash = indexes.sort((one, other) => (hashOf(seed, one) < hashOf(seed, other) ? -1 : 1))
  return new Set(byHash.slice(0, records))
}

interface Choice {
  readonly seed: number
  readonly records?: number
  readonly fraction?: number
}

function drawChoice(draw: Draw, recordCount: number): Choice {
  const seed = drawFrom(draw, [0, 1, 7, 2 ** 53 - 1, draw(2 ** 31)])
  return draw(3) === 0
    ? { seed, fraction: drawFrom(draw, [0, 0.125, 0.5, 0.75, 1]) }
    : { seed, records: drawFrom(draw, [0, 1, 2, draw(recordCount + 1), recordCount, recordCount + 1]) }
}

async function compare(draw: Draw, bytes: Buffer, reading: Reading): Promise<Outcome> {
  const { inputs, paths } = drawInputs(draw, bytes, reading)
  const limit = drawFrom(draw, [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, 0, 5, 20])
  const { records, unclosed } = recordsOf(inputs, limit)
  const choice = drawChoice(draw, records.length)
  const options = {
    ...reading.options,
    ...drawOptions(draw, paths.length * bytes.length),
    limit,
  }
  const real = await outcomeOf(sampleOnPool(poolOf(options.workers), paths, { ...options, ...choice }))
  const passing = chosen(records.length, choice)
  const passed = records.filter((_, index) => passing.has(index)).map(({ text }) => `${text}\n`)
  const wanted =
    unclosed === undefined
      ? { output: headerOf(inputs) + passed.join('') }
      : { failure: failureOf(unclosed.code, unclosed) }
  expect(real, JSON.stringify({ reading: reading.name, choice, files: paths.length, options })).toEqual(
    wanted,
  )
  return wanted
}

describe('every awkward input', () => {
  test.each(INPUT_CASES.filter(({ bytes }) => bytes.length < 100_000))(
    '$name',
    async ({ name, bytes, readings }) => {
      const draw = makeDraw(SEED + hashText(name))
      for (const reading of readings) await compare(draw, bytes, reading)
    },
  )
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
  expect(some).toBeGreaterThan(60)
})

describe('a sample', () => {
  const COUNT = 50_000

  test('of many records is exact, uniform, and the same for any workers and blocks', async () => {
    const path = pathOf('many.csv')
    writeFileSync(path, `id\n${Array.from({ length: COUNT }, (_, index) => `${index}\n`).join('')}`)
    const wanted = [...chosen(COUNT, { seed: 3, records: 7000 })].sort((one, other) => one - other)
    for (const [workers, blockBytes] of [
      [1, 2 ** 20],
      [2, 5000],
      [3, 777],
    ]) {
      const { output, passed } = await sampleOnPool(poolOf(workers), path, {
        records: 7000,
        seed: 3,
        workers,
        blockBytes,
      })
      const ids = String(output).split('\n').slice(1, -1).map(Number)
      expect([passed, ids]).toEqual([7000, wanted])
    }
    // Tenths of the file hold about a tenth of the sample each: 700, by a deviation of 25.
    for (let tenth = 0; tenth < 10; tenth++) {
      const inside = wanted.filter((id) => Math.floor(id / (COUNT / 10)) === tenth).length
      expect(Math.abs(inside - 700)).toBeLessThan(125)
    }
    const part = await sampleOnPool(poolOf(2), path, { fraction: 0.1, workers: 2 })
    expect(Math.abs(part.passed - COUNT / 10)).toBeLessThan(350)
  })

  test('is a verb of pools, writes files, and is explained', async () => {
    const path = pathOf('v.csv')
    writeFileSync(path, 'a\n1\n2\n3\n')
    const pool = createPool({ workers: 1 })
    const output = pathOf('v-out.csv')
    const report = await pool.sample(path, { records: 3, output })
    await pool.close()
    expect([readFileSync(output, 'utf8'), report.passed, report.outputBytes]).toEqual(['a\n1\n2\n3\n', 3, 8])
    const { kind, sample: plan } = await explainSample(path, { fraction: 0.5, seed: 9 })
    expect([kind, plan]).toEqual(['sample', { seed: 9, fraction: 0.5 }])
  })

  test.each<[object, string]>([
    [{}, 'sample wants either `records`'],
    [{ records: 1, fraction: 0.5 }, 'sample wants either `records`'],
    [{ records: -1 }, 'records must be a whole number from 0'],
    [{ fraction: 1.5 }, 'fraction must be a number from 0 to 1, found 1.5'],
    [{ fraction: Number.NaN }, 'fraction must be a number from 0 to 1'],
    [{ records: 1, seed: 0.5 }, 'seed must be a whole number'],
    [{ records: 1, sead: 1 }, 'did you mean seed?'],
    [{ records: 1, onError: 'skip' }, 'sample has no option "onError"'],
  ])('with %j is refused', async (options, message) => {
    writeFileSync(pathOf('r.csv'), 'a\n1\n')
    await expect(sample(pathOf('r.csv'), options)).rejects.toThrow(message)
  })
})
