/**
 * The matrix: every awkward input, through every way to run it, gives the bytes, the numbers and the failure that
 * the serial oracle gives. Settings are drawn with a fixed seed; a test at the end sees to it that every two
 * values of different settings have met.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { countOnPool } from '../dist/count.js'
import type { LinemillError } from '../dist/errors.js'
import type { RunOptions } from '../dist/options.js'
import { runOnPool } from '../dist/run.js'
import { Pool } from '../dist/worker/pool.js'
import { type Draw, drawFrom, hashText, makeDraw } from './draw.js'
import * as oracle from './expectations.js'
import { ALL_READINGS, awkwardBytes, BLOCK_SIZES, INPUT_CASES, LINES, type Reading } from './inputs.js'
import { availablePrimitives } from './primitive-sets.js'

const SEED = 20141118
const JOBS = fileURLToPath(new URL('./jobs/matrix.mjs', import.meta.url))
const WORKERS = [1, 2, 3, 7]
const PRIMITIVES = availablePrimitives().map(({ instructionSet }) => instructionSet)
const STRATEGIES = PRIMITIVES.length > 1 ? (['mapped', 'pread'] as const) : (['pread'] as const)
/** Blocks of one run, so that the table ends; more than the ring of block records holds. */
const MAX_BLOCKS = 9100

const folder = mkdtempSync(join(tmpdir(), 'linemill-matrix-'))
const pools = new Map(WORKERS.map((workers) => [workers, new Pool(workers)]))
const rejectFile = join(folder, 'rejects')
const emptyFile = join(folder, 'empty')

beforeAll(() => writeFileSync(emptyFile, ''))
afterAll(async () => {
  for (const pool of pools.values()) await pool.close()
  rmSync(folder, { recursive: true })
})

/** The settings that must not change what comes out. */
interface Configuration {
  readonly workers: number
  readonly blockBytes: number
  readonly primitives: (typeof PRIMITIVES)[number]
  readonly strategy: (typeof STRATEGIES)[number]
  readonly gather: 'end' | 'eager'
  /** 0: the default. */
  readonly slotBytes: number
  /** `few`: a slot for each worker and output, and one more. */
  readonly region: 'one slot' | 'few' | 'default'
  readonly batchRecords: number
}

const DIMENSIONS = {
  workers: WORKERS,
  blockBytes: BLOCK_SIZES,
  primitives: PRIMITIVES,
  strategy: STRATEGIES,
  gather: ['end', 'eager'],
  slotBytes: [0, 1, 2, 7, 64, 1024, 65536],
  region: ['one slot', 'few', 'default'],
  batchRecords: [1, 2, 5, 4096],
} as const

/** What is meant by the meaning's settings, most often nothing. */
const MEANINGS = {
  onError: ['fail', 'skip', 'reject'],
  every: [0, 0, 0, 1, 2, 3, 7],
  from: [0, 0, 0, 1, 2, 5],
  limit: [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, 0, 1, 2, 5, 6, 20],
} as const

/** Slots that one run may have to fill: each of them is handed over on its own. */
const MAX_SLOTS = 4000

function drawConfiguration(
  draw: Draw,
  workers: number,
  blockBytes: number,
  byteLength: number,
): Configuration {
  const slotBytes = drawFrom(draw, DIMENSIONS.slotBytes)
  return {
    workers,
    blockBytes,
    primitives: drawFrom(draw, DIMENSIONS.primitives),
    strategy: drawFrom(draw, DIMENSIONS.strategy),
    gather: drawFrom(draw, DIMENSIONS.gather),
    slotBytes: slotBytes > 0 && byteLength / slotBytes > MAX_SLOTS ? 0 : slotBytes,
    region: drawFrom(draw, DIMENSIONS.region),
    batchRecords: drawFrom(draw, DIMENSIONS.batchRecords),
  }
}

function jobsOf(reading: Reading): readonly oracle.JobName[] {
  const { format } = reading.oracle
  if (format === 'ndjson') return oracle.TEXT_JOBS
  return format === 'lines' ? [...oracle.LINE_JOBS, ...oracle.TABLE_JOBS] : oracle.TABLE_JOBS
}

function drawMeaning(draw: Draw, job: oracle.JobName): oracle.Meaning {
  const isBatch = job === 'shownBatch'
  return {
    job,
    onError: isBatch ? 'fail' : drawFrom(draw, MEANINGS.onError),
    every: isBatch ? 0 : drawFrom(draw, MEANINGS.every),
    from: isBatch ? 0 : drawFrom(draw, MEANINGS.from),
    limit: drawFrom(draw, MEANINGS.limit),
  }
}

function regionOptions({ region, slotBytes, workers }: Configuration, outputs: number): RunOptions {
  const bytes = slotBytes === 0 ? 128 * 1024 : slotBytes
  const slots = region === 'one slot' ? 1 : (workers + 1) * outputs
  return {
    ...(slotBytes !== 0 && { slotBytes }),
    // A region of many tiny slots would take longer to make than the run.
    memoryBytes: region === 'default' ? Math.max(4096, 64 * bytes) : slots * bytes,
  }
}

function optionsOf(configuration: Configuration, reading: Reading, meaning: oracle.Meaning): RunOptions {
  const { region: _region, slotBytes: _slotBytes, ...plain } = configuration
  const { onError, every, from, limit } = meaning
  return {
    ...reading.options,
    ...plain,
    ...regionOptions(configuration, onError === 'reject' ? 2 : 1),
    onError,
    ...(onError === 'reject' && { reject: rejectFile }),
    limit,
    exportName: meaning.job,
    args: { ...(every > 0 && { every: String(every) }), ...(from > 0 && { from: String(from) }) },
  }
}

/** Every two values of different dimensions that have met. */
const met = new Set<string>()

function note(configuration: Configuration, meaning: oracle.Meaning, reading: Reading): void {
  const { job, onError } = meaning
  const values = Object.entries({ ...configuration, job, onError, reading: reading.name })
  for (const [one, [name, value]] of values.entries()) {
    for (const [other, otherValue] of values.slice(one + 1))
      met.add(`${name} ${value}, ${other} ${otherValue}`)
  }
}

interface Trial {
  readonly paths: readonly string[]
  readonly inputs: readonly oracle.ReadInput[]
  readonly reading: Reading
  readonly configuration: Configuration
  readonly meaning: oracle.Meaning
}

/** What came of a run, or should have, in a form that a failed comparison shows well. */
interface Outcome {
  readonly failure?: Omit<oracle.Failure, 'isFirst'> | undefined
  readonly output?: string
  readonly rejects?: string
  readonly figures?: readonly number[]
}

function isLineJob(job: string): boolean {
  return job === 'sameLine' || job === 'changedLine'
}

function expectedOutcome({ inputs, reading, meaning }: Trial): Outcome {
  const { output, rejects, records, errors, blankLines, failure } = oracle.expect(inputs, reading, meaning)
  if (failure === undefined) {
    const isCut = meaning.limit < Number.MAX_SAFE_INTEGER // lines behind the limit may be seen, or not
    return {
      output: output.toString('latin1'),
      rejects: meaning.onError === 'reject' ? rejects.toString('latin1') : '',
      figures: [records, errors, isCut ? 0 : blankLines],
    }
  }
  const { code, lineNumber, recordNumber, inputOffset, quoteAt } = failure
  return {
    failure: {
      code,
      lineNumber,
      recordNumber: isLineJob(meaning.job) ? undefined : recordNumber,
      inputOffset,
      ...(quoteAt !== undefined && { quoteAt }),
    },
  }
}

function failureOutcome(thrown: unknown): Outcome {
  const { code, position, message } = thrown as LinemillError
  if (position === undefined) throw new Error(`an error without position: ${message}`, { cause: thrown })
  const quoteAt = code === 'ERR_UNCLOSED_QUOTE' ? Number(/at byte (\d+)/.exec(message)?.[1]) : undefined
  const { lineNumber, recordNumber, inputOffset } = position
  return {
    failure: { code, lineNumber, recordNumber, inputOffset, ...(quoteAt !== undefined && { quoteAt }) },
  }
}

async function realOutcome({ paths, reading, configuration, meaning }: Trial): Promise<Outcome> {
  const pool = pools.get(configuration.workers) as Pool
  const options = optionsOf(configuration, reading, meaning)
  try {
    const { output, records, errors, blankLines } = await runOnPool(pool, JOBS, paths, options)
    const isCut = meaning.limit < Number.MAX_SAFE_INTEGER
    return {
      output: output?.toString('latin1') ?? '',
      rejects: meaning.onError === 'reject' ? readFileSync(rejectFile, 'latin1') : '',
      figures: [records, errors, isCut ? 0 : blankLines],
    }
  } catch (thrown) {
    return failureOutcome(thrown)
  }
}

async function compare(trial: Trial): Promise<void> {
  const { configuration, meaning, reading } = trial
  note(configuration, meaning, reading)
  const real = await realOutcome(trial)
  const expected = expectedOutcome(trial)
  if (JSON.stringify(real) === JSON.stringify(expected)) return
  expect(
    real,
    JSON.stringify({ reading: reading.name, inputs: trial.paths.length, meaning, configuration }),
  ).toEqual(expected)
  throw new Error(`${JSON.stringify(real)} is not ${JSON.stringify(expected)}`)
}

async function compareCount({ paths, inputs, reading, configuration }: Trial, lines: boolean): Promise<void> {
  const pool = pools.get(configuration.workers) as Pool
  const { workers, blockBytes, primitives, strategy } = configuration
  const options = { ...reading.options, workers, blockBytes, primitives, strategy, lines }
  const real = await countOnPool(pool, paths, options).then(
    ({ count, perInput, blankLines }) => ({
      counts: [count, blankLines, ...perInput.map(({ count }) => count)],
    }),
    failureOutcome,
  )
  const { failure } = oracle.expect(inputs, reading, COUNTED)
  const blankLines = lines ? 0 : inputs.reduce((sum, input) => sum + input.blankLines, 0)
  const perInput = inputs.map(({ bytes, records }) => (lines ? oracle.countLines(bytes) : records.length))
  const counts = [perInput.reduce((sum, count) => sum + count, 0), blankLines, ...perInput]
  const { code, lineNumber, recordNumber, inputOffset, quoteAt } = failure ?? {}
  const failed = { failure: { code, lineNumber, recordNumber, inputOffset, quoteAt } }
  expect(real, JSON.stringify({ reading: reading.name, lines, configuration })).toEqual(
    failure === undefined || lines ? { counts } : failed,
  )
}

/** Counting looks at no field, so that a wrong number of them is nothing. */
const COUNTED: oracle.Meaning = {
  job: 'sameLine',
  onError: 'skip',
  every: 0,
  from: 0,
  limit: Number.MAX_SAFE_INTEGER,
}

function blockSizesFor(byteLength: number): number[] {
  return BLOCK_SIZES.filter((blockBytes) => byteLength / blockBytes <= MAX_BLOCKS)
}

/** Long inputs take longer for each run, so they get fewer; every block size and number of workers has its turn. */
function runsOf(byteLength: number): { workers: number; blockBytes: number }[] {
  const pairs = blockSizesFor(byteLength).flatMap((blockBytes) =>
    WORKERS.map((workers) => ({ workers, blockBytes })),
  )
  const step = byteLength < 64 ? 1 : byteLength < 4096 ? 2 : 3
  return pairs.filter((_, index) => index % step === Math.floor(index / WORKERS.length) % step)
}

describe('every awkward input', () => {
  test.each(INPUT_CASES)('$name', async ({ name, bytes, readings }) => {
    const path = join(folder, 'input')
    writeFileSync(path, bytes)
    const draw = makeDraw(SEED + hashText(name))
    for (const reading of readings) {
      const input = oracle.readInput(bytes, reading)
      const lines = oracle.readInput(bytes, LINES)
      const empty = oracle.readInput(Buffer.alloc(0), reading)
      const jobs = jobsOf(reading)
      for (const [index, { workers, blockBytes }] of runsOf(bytes.length).entries()) {
        const configuration = drawConfiguration(draw, workers, blockBytes, bytes.length)
        const meaning = drawMeaning(draw, jobs[(index + draw(2)) % jobs.length])
        const trial = { paths: [path], inputs: [input], reading, configuration, meaning }
        await compare(trial)
        if (index % 4 === 0) await compareCount(trial, false)
        if (index % 8 === 1) await compareCount({ ...trial, inputs: [lines] }, true)
        if (index % 5 !== 0) continue
        const meaningOfThree = drawMeaning(draw, drawFrom(draw, jobs))
        const three = { paths: [path, emptyFile, path], inputs: [input, empty, input] }
        await compare({ ...trial, ...three, meaning: meaningOfThree })
      }
    }
  })
})

test('random bytes through random settings', { timeout: 120_000 }, async () => {
  const path = join(folder, 'random')
  const property = fc.asyncProperty(
    awkwardBytes,
    fc.constantFrom(...ALL_READINGS),
    fc.nat(),
    async (bytes, reading, seed) => {
      writeFileSync(path, bytes)
      const draw = makeDraw(seed)
      const input = oracle.readInput(bytes, reading)
      for (let trial = 0; trial < 3; trial++) {
        const blockBytes = drawFrom(draw, [...BLOCK_SIZES, 1 + draw(100)])
        const configuration = drawConfiguration(draw, drawFrom(draw, WORKERS), blockBytes, bytes.length)
        const meaning = drawMeaning(draw, drawFrom(draw, jobsOf(reading)))
        await compare({ paths: [path], inputs: [input], reading, configuration, meaning })
      }
    },
  )
  await fc.assert(property, { seed: SEED, numRuns: 1500 })
})

test('every two values of different settings have met', () => {
  const dimensions: Record<string, readonly unknown[]> = {
    ...DIMENSIONS,
    onError: MEANINGS.onError,
    reading: ALL_READINGS.map(({ name }) => name),
  }
  const names = Object.keys(dimensions)
  const missed = names.flatMap((one, index) =>
    names
      .slice(index + 1)
      .flatMap((other) =>
        dimensions[one].flatMap((value) =>
          dimensions[other]
            .map((otherValue) => `${one} ${value}, ${other} ${otherValue}`)
            .filter((pair) => !met.has(pair)),
        ),
      ),
  )
  expect(missed).toEqual([])
})
