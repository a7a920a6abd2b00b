/**
 * Counting on threads of the addon's own: the same figures and failures as by workers, whatever the blocks are. Inputs are
 * drawn with a fixed seed.
 */
import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { type CountReport, count, explainCount } from '../dist/count.js'
import type { LinemillError } from '../dist/errors.js'
import { FILE_BLOCKS_SHARES, NO_INDEX, SUMMARY_WORDS } from '../dist/layout.js'
import { createPool } from '../dist/pool.js'
import { loadAddon, nativePrimitives } from '../dist/primitives/native.js'
import { slice, tail } from '../dist/slice.js'
import { drawFrom, makeDraw } from './draw.js'

const folder = mkdtempSync(join(tmpdir(), 'linemill-summarize-'))
afterAll(() => rmSync(folder, { recursive: true }))

let files = 0

/** A file with a text in it. */
function fileOf(text: string): string {
  const path = join(folder, `input-${files++}`)
  writeFileSync(path, text)
  return path
}

const SEED = 20261130
console.log(`seed ${SEED}`)

/** Workers that are there already. */
const pool = createPool({ workers: 2 })
afterAll(() => pool.close())

const isNative = loadAddon() !== undefined
/** Whatever does not run on the addon's threads: those that have no threads. */
const BY_WORKERS = { primitives: 'portable' } as const

const FORMATS = ['lines', 'csv', 'ndjson'] as const

/** What a report says whoever counts. */
function known(report: object): object {
  const { inputs, workers, instructionSet, drains, seconds, phases, workerFigures, ...rest } =
    report as Partial<CountReport>
  return rest
}

function drawText(draw: ReturnType<typeof makeDraw>, length: number, letters: string): string {
  return Array.from({ length }, () => letters[draw(letters.length)]).join('')
}

describe.runIf(isNative)('threads of the addon', () => {
  test('count what workers count', async () => {
    const draw = makeDraw(SEED)
    for (let trial = 0; trial < 60; trial++) {
      const format = drawFrom(draw, FORMATS)
      const quotes = draw(2) === 0 ? '""' : ''
      const texts = Array.from({ length: 1 + draw(3) }, () => {
        const text = drawText(draw, draw(4000), `\n\n\r,ab${quotes}`)
        return text.split('"').length % 2 === 0 ? `${text}"` : text // an open quote is for another test
      })
      const paths = texts.map((text) => fileOf(text))
      const options = {
        ...{ format, header: draw(2) === 0, lines: draw(4) === 0 },
        blockBytes: drawFrom(draw, [1, 2, 3, 7, 64, 1000, 5000]),
        strategy: drawFrom(draw, ['mapped', 'pread'] as const),
        workers: 1 + draw(4),
      }
      const told = (failure: LinemillError) => ({ code: failure.code, message: failure.message })
      const byThreads = await count(paths, options).catch(told)
      const byWorkers = await pool.count(paths, { ...options, ...BY_WORKERS, strategy: 'pread' }).catch(told)
      const what = JSON.stringify({ trial, options, texts })
      expect(known(byThreads), what).toEqual(known(byWorkers))
    }
  })

  test('tell what each of them did', async () => {
    const path = fileOf('a\n'.repeat(5000))
    const options = { workers: 3, blockBytes: 4, format: 'lines' } as const
    const report = await count(path, options)
    expect(report).toMatchObject({ count: 5000, blocks: 2500, workers: 3 })
    expect(report.workerFigures).toHaveLength(3)
    expect(report.workerFigures.reduce((sum, { blocks }) => sum + blocks, 0)).toBe(2500)
    expect(await explainCount(path, options)).toMatchObject({ workers: 3, blocks: 2500 })
    // Each block that is read takes memory.
    const small = { ...options, strategy: 'pread', blockBytes: 2048, memoryBytes: 4096 } as const
    expect(await count(path, small)).toMatchObject({ count: 5000, blocks: 5, workers: 2 })
    expect(await explainCount(path, small)).toMatchObject({ workers: 2 })
  })

  test('find the last records', async () => {
    const text = Array.from({ length: 3000 }, (_, index) => `"${index}\n",x\n`).join('')
    const path = fileOf(`n,t\n${text}`)
    const { output } = await tail(path, { records: 2, format: 'csv', blockBytes: 5, workers: 2 })
    expect(String(output)).toBe('n,t\n"2998\n",x\n"2999\n",x\n')
  })

  test('leave an open quote to whoever tells where it is', async () => {
    const path = fileOf(`a,b\n${'x,y\n'.repeat(3000)}x,"y\n${'x,y\n'.repeat(3000)}`)
    const failure = (own: object) =>
      count(path, { format: 'csv', blockBytes: 16, ...own }).catch((error) => ({
        ...error,
        text: error.message,
      }))
    const byThreads = await failure({})
    expect(byThreads).toMatchObject({ code: 'ERR_UNCLOSED_QUOTE' })
    expect(byThreads).toEqual(await failure(BY_WORKERS))
  })

  test.each(['mapped', 'pread'] as const)(
    'tell that a file was truncated under them, %s',
    async (strategy) => {
      const path = fileOf('a,b\n'.repeat(1_000_000))
      const counting = count(path, { format: 'csv', blockBytes: 256, strategy, workers: 2 })
      const fd = openSync(path, 'r+')
      ftruncateSync(fd, 4096)
      closeSync(fd)
      await expect(counting).rejects.toMatchObject({
        code: 'ERR_INPUT',
        message: expect.stringContaining(path),
      })
    },
  )

  test('end where their signal is aborted, or onProgress throws', async () => {
    const path = fileOf('a,b\n'.repeat(500_000))
    const abort = new AbortController()
    const counting = count(path, { format: 'csv', blockBytes: 16, signal: abort.signal, workers: 2 })
    abort.abort(new Error('enough'))
    await expect(counting).rejects.toMatchObject({ code: 'ERR_CANCELLED' })
    // Progress is told while they work, and once more at the end, which is all that a small file has.
    for (const blockBytes of [1, 1_000_000]) {
      const throwing = count(path, {
        ...{ format: 'csv', blockBytes, workers: 2 },
        onProgress: () => {
          throw new Error('no')
        },
      })
      await expect(throwing).rejects.toMatchObject({ code: 'ERR_USER_FUNCTION' })
    }
    expect((await count(path, { format: 'csv', workers: 2 })).count).toBe(499_999)
  })

  test('end where their pool is closed', async () => {
    const path = fileOf('a,b\n'.repeat(500_000))
    const own = createPool({ workers: 2 })
    const counting = own.count(path, { format: 'csv', blockBytes: 16 })
    const closing = expect(counting).rejects.toMatchObject({ code: 'ERR_WORKER' })
    await new Promise((resolve) => setImmediate(resolve))
    await own.close()
    await closing
  })

  test('number the records of several inputs', async () => {
    const paths = ['a', 'b'].map((letter) =>
      fileOf(Array.from({ length: 1000 }, (_, index) => `${letter}${index}\n`).join('')),
    )
    const options = { format: 'lines', blockBytes: 16, workers: 2 } as const
    const { output } = await slice(paths, { ...options, start: -1001, end: -999 })
    expect(String(output)).toBe('a999\nb0\n')
    // Only own threads count an input to its end without a worker; with a limit workers end early.
    expect((await count(paths, { ...options, limit: 5 })).count).toBe(5)
  })

  test('report progress up to the end', async () => {
    const path = fileOf('a,b\n'.repeat(1000))
    const seen: number[] = []
    await count(path, {
      format: 'lines',
      blockBytes: 7,
      onProgress: ({ blocksDone }) => seen.push(blocksDone),
    })
    expect(seen.at(-1)).toBe(Math.ceil(4000 / 7))
  })

  test('refuse arguments that lead out of what they were given', async () => {
    const { summarizeBlocks } = nativePrimitives()
    const path = fileOf('a,b\n'.repeat(100))
    const fd = openSync(path, 'r')
    const mapping = loadAddon()?.mapFile(fd, 400) as number
    const fine = {
      ...{ fd, mapping: -1, start: 0, contentStart: 0, contentEnd: 400, blockBytes: 100, threads: 2 },
      dialect: { delimiter: 44, quote: 34, skipsBlank: false },
      room: new Uint8Array(1000),
      summaries: new Uint32Array(4 * SUMMARY_WORDS).fill(NO_INDEX),
      words: new Int32Array(FILE_BLOCKS_SHARES + 2),
    }
    const wrong = [
      { start: -1 },
      { start: 1, contentStart: 2 },
      { contentStart: -1 },
      { blockBytes: 0 },
      { blockBytes: 2 ** 31 },
      { threads: 0 },
      { threads: 3 },
      { room: new Uint8Array(300) },
      { start: 1, contentEnd: 301 },
      { contentEnd: -1 },
      { contentEnd: 300 },
      { summaries: new Uint32Array(5 * SUMMARY_WORDS) },
      { mapping, start: 1, contentEnd: 401 },
      { mapping, contentEnd: 500, summaries: new Uint32Array(5 * SUMMARY_WORDS) },
      { mapping: mapping + 1000 },
      { words: new Int32Array(FILE_BLOCKS_SHARES + 1) },
    ]
    for (const own of wrong) {
      expect(() => summarizeBlocks?.({ ...fine, ...own }), JSON.stringify(own)).toThrow(/summarizeBlocks/)
    }
    loadAddon()?.unmap(mapping)
    closeSync(fd)
    await expect.poll(() => loadAddon()?.mappingCount()).toBe(0)
  })
})

test('without the addon workers count', async () => {
  const path = fileOf('a\n'.repeat(100))
  const report = await count(path, { ...BY_WORKERS, format: 'lines', blockBytes: 7, workers: 2 })
  expect(report).toMatchObject({ count: 100, workers: 2, instructionSet: 'portable' })
})
