/**
 * Every awkward input, split in every way, gives the files that a naive reading of the whole input gives. Settings
 * are drawn with a fixed seed.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import type { LinemillError } from '../dist/errors.js'
import { isPartName, partNamer } from '../dist/output/part-names.js'
import { type SplitOptions, splitOnPool } from '../dist/split.js'
import { Pool } from '../dist/worker/pool.js'
import { type Draw, drawFrom, hashText, makeDraw } from './draw.js'
import * as oracle from './expectations.js'
import { ALL_READINGS, awkwardBytes, BLOCK_SIZES, INPUT_CASES, type Reading } from './inputs.js'
import { availablePrimitives } from './primitive-sets.js'

const SEED = 20260114
const WORKERS = [1, 2, 3, 7]
const PRIMITIVES = availablePrimitives().map(({ instructionSet }) => instructionSet)
const NO_LIMIT = Number.MAX_SAFE_INTEGER
/** Files of one trial, so that the table ends. */
const MAX_PARTS = 25
const MAX_BLOCKS = 2500
const MAX_SLOTS = 2000

const folder = mkdtempSync(join(tmpdir(), 'linemill-split-'))
const pools = new Map(WORKERS.map((workers) => [workers, new Pool(workers)]))
afterAll(async () => {
  for (const pool of pools.values()) await pool.close()
  rmSync(folder, { recursive: true })
})

/** The settings that decide what comes out. */
interface Meaning {
  readonly unit: 'records' | 'bytes'
  readonly size: number
  readonly limit: number
  readonly repeatHeader: boolean
}

interface Outcome {
  readonly parts?: readonly string[]
  readonly failure?: unknown
}

/** Offset of an input's first record: behind a byte order mark and the header. */
function contentStart({ bytes }: oracle.ReadInput, reading: Reading): number {
  const { header } = oracle.readHeader(bytes, reading)
  if (header === undefined) return bytes.subarray(0, 3).equals(Buffer.from([0xef, 0xbb, 0xbf])) ? 3 : 0
  const end = bytes.indexOf('\n', header.end)
  return end < 0 ? bytes.length : end + 1
}

/** The files, as one goes through the inputs record by record. */
function expectedOutcome(inputs: readonly oracle.ReadInput[], reading: Reading, meaning: Meaning): Outcome {
  const { limit, unit, size, repeatHeader } = meaning
  const run = { job: 'sameLine', onError: 'skip', every: 0, from: 0, limit } as const
  const { failure } = oracle.expect(inputs, reading, run)
  if (failure !== undefined) {
    const { code, lineNumber, recordNumber, inputOffset } = failure
    return { failure: { code, lineNumber, recordNumber, inputOffset } }
  }
  const parts = new Map<number, string>()
  let records = 0
  let offset = 0
  for (const input of inputs) {
    const first = contentStart(input, reading)
    for (const { start, end } of input.records) {
      if (records === limit) break
      const part = Math.floor((unit === 'records' ? records : offset + start - first) / size)
      parts.set(part, `${parts.get(part) ?? ''}${input.bytes.toString('latin1', start, end)}\n`)
      records++
    }
    offset += input.bytes.length - first
  }
  const header = inputs.find((input) => input.header !== undefined)?.header?.toString('latin1')
  const contents = parts.size === 0 ? [''] : [...parts.values()]
  return {
    parts: contents.map((content, index) =>
      header !== undefined && (index === 0 || repeatHeader) ? `${header}\n${content}` : content,
    ),
  }
}

let directoryCount = 0

async function realOutcome(
  workers: number,
  paths: readonly string[],
  options: SplitOptions,
): Promise<Outcome> {
  try {
    const report = await splitOnPool(pools.get(workers) as Pool, paths, { workers, ...options })
    const names = readdirSync(options.output).sort()
    const contents = names.map((name) => readFileSync(join(options.output, name), 'latin1'))
    expect([report.parts, report.firstPart, report.lastPart]).toEqual([
      names.length,
      join(options.output, names[0]),
      join(options.output, names.at(-1) as string),
    ])
    expect(report.outputBytes).toBe(contents.reduce((sum, { length }) => sum + length, 0))
    return { parts: contents }
  } catch (thrown) {
    const { code, position } = thrown as LinemillError
    if (position === undefined) throw thrown
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([])
    const { lineNumber, recordNumber, inputOffset } = position
    return { failure: { code, lineNumber, recordNumber, inputOffset } }
  } finally {
    rmSync(options.output, { recursive: true, force: true })
  }
}

function drawMeaning(draw: Draw, recordCount: number, byteLength: number): Meaning {
  const unit = drawFrom(draw, ['records', 'bytes'] as const)
  const most = Math.ceil((unit === 'records' ? recordCount : byteLength) / MAX_PARTS)
  const size = drawFrom(draw, [1, 2, 3, 5, 7, 16, 61, 100, 4096, NO_LIMIT])
  return {
    unit,
    size: Math.max(size, unit === 'records' ? most : recordCount > MAX_PARTS ? most : 1),
    limit: drawFrom(draw, [NO_LIMIT, NO_LIMIT, NO_LIMIT, 0, 1, 2, 5, 6, 20]),
    repeatHeader: draw(2) === 0,
  }
}

function drawOptions(draw: Draw, byteLength: number, workers: number): Omit<SplitOptions, 'output'> {
  const blockBytes = drawFrom(
    draw,
    BLOCK_SIZES.filter((size) => byteLength / size <= MAX_BLOCKS),
  )
  const slotBytes = drawFrom(
    draw,
    [1, 2, 7, 64, 1024, 65_536].filter((size) => byteLength / size <= MAX_SLOTS),
  )
  const slots = drawFrom(draw, [1, workers + 1, 64])
  return {
    blockBytes,
    primitives: drawFrom(draw, PRIMITIVES),
    strategy: PRIMITIVES.length > 1 ? drawFrom(draw, ['mapped', 'pread'] as const) : 'pread',
    gather: drawFrom(draw, ['end', 'eager'] as const),
    slotBytes,
    memoryBytes: slots * slotBytes,
    batchRecords: drawFrom(draw, [1, 2, 5, 4096]),
  }
}

async function compare(draw: Draw, bytes: Buffer, path: string, reading: Reading): Promise<number> {
  const input = oracle.readInput(bytes, reading)
  const times = drawFrom(draw, [1, 1, 3])
  const workers = drawFrom(draw, WORKERS)
  const meaning = drawMeaning(draw, times * input.records.length, times * bytes.length)
  const { unit, size, limit, repeatHeader } = meaning
  const options: SplitOptions = {
    ...reading.options,
    ...drawOptions(draw, bytes.length, workers),
    ...{ [unit]: size, limit, repeatHeader },
    output: join(folder, `parts-${directoryCount++}`),
  }
  const empty = oracle.readInput(Buffer.alloc(0), reading)
  const inputs = times === 1 ? [input] : [input, empty, input]
  const paths = times === 1 ? [path] : [path, EMPTY, path]
  const real = await realOutcome(workers, paths, options)
  const wanted = expectedOutcome(inputs, reading, meaning)
  expect(real, JSON.stringify({ reading: reading.name, times, workers, options })).toEqual(wanted)
  return wanted.parts?.length ?? 0
}

const EMPTY = join(folder, 'empty')
writeFileSync(EMPTY, '')

describe('every awkward input', () => {
  test.each(INPUT_CASES)('$name', async ({ name, bytes, readings }) => {
    const path = join(folder, 'input')
    writeFileSync(path, bytes)
    const draw = makeDraw(SEED + hashText(name))
    for (const reading of readings) {
      for (let trial = 0; trial < 2; trial++) await compare(draw, bytes, path, reading)
    }
  })
})

test('random bytes through random settings', { timeout: 120_000 }, async () => {
  const path = join(folder, 'random')
  let several = 0
  const property = fc.asyncProperty(
    awkwardBytes,
    fc.constantFrom(...ALL_READINGS),
    fc.nat(),
    async (bytes, reading, seed) => {
      writeFileSync(path, bytes)
      if ((await compare(makeDraw(seed), bytes, path, reading)) > 2) several++
    },
  )
  await fc.assert(property, { seed: SEED, numRuns: 250 })
  expect(several).toBeGreaterThan(50)
})

describe('a directory', () => {
  const input = join(folder, 'in.csv')
  const text = `n\n${Array.from({ length: 25 }, (_, index) => `${index}\n`).join('')}`
  writeFileSync(input, text)
  const pool = pools.get(2) as Pool
  const place = (name: string): string => join(folder, name)
  const splitIt = (output: string, more: Partial<SplitOptions> = {}) =>
    splitOnPool(pool, input, { output, records: 10, workers: 2, blockBytes: 16, ...more })
  const failure = (promise: Promise<unknown>): Promise<LinemillError> =>
    promise.then(
      () => expect.unreachable('it should fail'),
      (thrown) => thrown,
    )
  const NAMES = ['part-0000.csv', 'part-0001.csv', 'part-0002.csv']

  test('that is new appears whole', async () => {
    const { parts, firstPart, lastPart, records, outputBytes } = await splitIt(place('new'))
    expect({ parts, firstPart, lastPart, records, outputBytes }).toEqual({
      parts: 3,
      firstPart: place('new/part-0000.csv'),
      lastPart: place('new/part-0002.csv'),
      records: 25,
      outputBytes: text.length + 4,
    })
    expect(readdirSync(place('new'))).toEqual(NAMES)
  })

  test('whose name ends in a slash is the same; without repeated headers the parts together are the input', async () => {
    await splitIt(`${place('slash')}/`, { repeatHeader: false, sync: true })
    const parts = NAMES.map((name) => readFileSync(place(`slash/${name}`), 'utf8'))
    expect(parts.join('')).toBe(text)
  })

  test('that is there keeps its other files; with parts of the same name it is refused', async () => {
    mkdirSync(place('there'))
    writeFileSync(place('there/part-x.csv'), 'kept')
    await splitIt(place('there'))
    expect(readdirSync(place('there'))).toEqual([...NAMES, 'part-x.csv'])
    const { code, message } = await failure(splitIt(place('there'), { records: 25 }))
    expect([code, message]).toEqual(['ERR_OUTPUT', expect.stringMatching(/it has part-000\d\.csv already/)])
    await splitIt(place('there'), { records: 25, name: 'all-{index}' })
    expect(readdirSync(place('there'))).toEqual(['all-0000', ...NAMES, 'part-x.csv'])
    expect(readFileSync(place('there/part-x.csv'), 'utf8')).toBe('kept')
  })

  test('indexes have the digits that the last one needs, so that names sort', () => {
    const template = { before: 'a.', after: '.b' }
    const namesOf = (count: number, ...indexes: number[]) => indexes.map(partNamer(template, count))
    expect(namesOf(1, 0)).toEqual(['a.0000.b'])
    expect(namesOf(10_000, 0, 9999)).toEqual(['a.0000.b', 'a.9999.b'])
    expect(namesOf(10_001, 9, 10_000)).toEqual(['a.00009.b', 'a.10000.b'])
    expect(
      ['a.0.b', 'a.00012345.b', 'a..b', 'a.x1.b', 'a.1b', 'a.b', 'a.1.b~'].map((name) =>
        isPartName(template, name),
      ),
    ).toEqual([true, true, false, false, false, false, false])
    expect(isPartName({ before: 'aa', after: 'aa' }, 'aaa')).toBe(false)
  })
})
