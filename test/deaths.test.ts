/** Workers that die in the middle of a run, and functions that never return: what is told, and that the run ends. */
import { readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { LinemillError } from '../dist/errors.js'
import type { RunOptions } from '../dist/options.js'
import { loadAddon } from '../dist/primitives/native.js'
import {
  failureOf,
  input,
  job,
  leftovers,
  outputOf,
  pathOf,
  recordJob,
  run,
  useEngine,
} from './engine-harness.js'

useEngine()

const TEN = Array.from({ length: 10 }, (_, index) => `${index}\n`).join('')
const ROWS = `id,text\n${Array.from({ length: 10 }, (_, index) => `${index},"\n${index}"\n`).join('')}`
const STRATEGIES = loadAddon() === undefined ? (['pread'] as const) : (['mapped', 'pread'] as const)
const SAME = job('export default (line) => line')

/** The failure of a run that leaves an old output and a pool that works. */
async function failureThatLeavesAll(
  module: string,
  text: string,
  options: RunOptions = {},
): Promise<LinemillError> {
  const output = pathOf('kept')
  writeFileSync(output, 'old')
  const error = await failureOf(run(module, input(text), { output, ...options }))
  expect([readFileSync(output, 'utf8'), leftovers()]).toEqual(['old', []])
  expect(await outputOf(SAME, input(TEN))).toBe(TEN)
  return error
}

describe('a job that calls process.exit', () => {
  test.each([
    ['0', "(line) => line === '5' ? process.exit(0) : line"],
    ['7', "(line) => { try { if (line === '5') process.exit(7) } catch {} return line }"],
    ['', "(line) => { try { if (line === '5') process.exit() } finally { return line } }"],
  ])('(%s) is told with its line, even where it is caught', async (code, source) => {
    for (const blockBytes of [1, 7, 4096]) {
      const error = await failureThatLeavesAll(job(`export default ${source}`), TEN, { blockBytes })
      expect(error).toMatchObject({
        code: 'ERR_USER_FUNCTION',
        message: `the job called process.exit(${code}): a job must not call process.exit(), it throws an error to end the run`,
        position: { lineNumber: 6, inputOffset: 10 },
        excerpt: '5',
      })
    }
  })

  test('is told with its record, or the first of its batch', async () => {
    const record = recordJob("if (row.id === '4') process.exit(1)")
    const place = { lineNumber: 10, recordNumber: 5, inputOffset: 36 }
    expect(await failureThatLeavesAll(record, ROWS)).toMatchObject({ position: place, excerpt: '4,"\n4"' })
    const batch = job('export default { batch(batch) { if (batch.recordNumber(0) > 4) process.exit(1) } }')
    expect(await failureThatLeavesAll(batch, ROWS, { blockBytes: 999, batchRecords: 2 })).toMatchObject({
      position: place,
    })
  })

  test.each(['setup', 'teardown', 'init', 'combine', 'finish'])('in %s is told', async (name) => {
    const functions = ['init: () => ({})', 'combine: (a) => a', `${name}() { process.exit(3) }`]
    const error = await failureThatLeavesAll(
      job(`export default { line() {}, ${functions.join(', ')} }`),
      TEN,
    )
    expect(error.message).toContain('the job called process.exit(3)')
    expect(error.position).toBeUndefined()
  })
})

describe('a worker that dies between claim and publish', () => {
  /** Ends its thread at once, as a crash would. */
  const dies = (condition: string) => `if (${condition}) process.reallyExit(9)`

  test.each([1, 2, 5, 20])(
    'is told by its block, the lowest of all, with blocks of %i bytes',
    async (blockBytes) => {
      const module = job(`export default (line) => { ${dies("line >= '3'")}; return line }`)
      const start = Math.floor(6 / blockBytes) * blockBytes
      for (let round = 0; round < 2; round++) {
        const error = await failureThatLeavesAll(module, TEN, { blockBytes })
        expect(error.code).toBe('ERR_USER_FUNCTION')
        expect(error.message).toContain(
          `it was between bytes ${start} and ${Math.min(20, start + blockBytes)} of`,
        )
      }
    },
  )

  test('comes behind an error of a lower block', async () => {
    const module = job(
      `export default (line) => { ${dies("line >= '5'")}; if (line === '3') throw new Error('lower'); return line }`,
    )
    for (let round = 0; round < 4; round++) {
      const error = await failureThatLeavesAll(module, TEN, { blockBytes: 2 })
      expect(error).toMatchObject({ message: expect.stringContaining('lower'), position: { lineNumber: 4 } })
    }
  })

  test('leaves no slot that others wait for: a region of one slot, workers that wait for it', async () => {
    const module = job(`export default (line) => { ${dies("line === '7'")}; return line.repeat(50) }`)
    const error = await failureThatLeavesAll(module, TEN, { blockBytes: 2, slotBytes: 16, memoryBytes: 16 })
    expect(error.message).toContain('it was between bytes 14 and 16')
  })
})

describe('a function that never returns, with a timeout', () => {
  const ENDLESS = "while (line === '5') {}"

  test.each(STRATEGIES)('is ended; its line is told: %s', async (strategy) => {
    for (const blockBytes of [1, 7, 4096]) {
      const module = job(`export default (line) => { ${ENDLESS} return line }`)
      const error = await failureThatLeavesAll(module, TEN, { blockBytes, strategy, timeoutSeconds: 0.2 })
      expect(error).toMatchObject({
        code: 'ERR_USER_FUNCTION',
        message:
          "the user's function takes longer than 0.2 s, the most that `timeoutSeconds` allows, over one line",
        position: { lineNumber: 6, inputOffset: 10 },
        excerpt: '5',
      })
      expect(error.position).not.toHaveProperty('recordNumber')
    }
  })

  test('is told with its record, or the first of its batch', async () => {
    const place = { lineNumber: 10, recordNumber: 5, inputOffset: 36 }
    const record = recordJob("while (row.id === '4') {}")
    const error = await failureThatLeavesAll(record, ROWS, { timeoutSeconds: 0.2 })
    expect(error).toMatchObject({
      message: expect.stringMatching(/over one record$/),
      position: place,
      excerpt: '4,"\n4"',
    })
    const batch = job('export default { batch(batch) { while (batch.recordNumber(0) > 4) {} } }')
    const options = { blockBytes: 999, batchRecords: 2, timeoutSeconds: 0.2 }
    expect(await failureThatLeavesAll(batch, ROWS, options)).toMatchObject({
      message: expect.stringMatching(/over a batch of 2 records, which begins here$/),
      position: place,
    })
  })

  test('is fatal under every policy, in a reduction too, and the lowest is told', async () => {
    const reduction = recordJob("while (row.id >= '4') {}", 'init: () => ({}), combine: (a) => a,')
    for (const onError of ['fail', 'skip'] as const) {
      const error = await failureThatLeavesAll(reduction, ROWS, {
        blockBytes: 4,
        timeoutSeconds: 0.2,
        onError,
      })
      expect(error).toMatchObject({ position: { recordNumber: 5 } })
    }
  })

  test('is ended while it emits for ever', async () => {
    const module = job("export default (line, out) => { while (line === '5') out.line('again') }")
    const error = await failureThatLeavesAll(module, TEN, { memoryBytes: 4096, timeoutSeconds: 0.3 })
    expect(error.position).toMatchObject({ lineNumber: 6 })
  })

  test('is shortened in the message where its record is long', async () => {
    const module = job('export default (line) => { while (line.length > 9) {} }')
    const error = await failureThatLeavesAll(module, `a\n${'x'.repeat(5000)}\nb\n`, { timeoutSeconds: 0.2 })
    expect(error.excerpt).toBe(`${'x'.repeat(200)}… (5000 bytes)`)
  })
})

test('a timeout changes nothing where every call returns in time', async () => {
  const options = { timeoutSeconds: 5, blockBytes: 3 }
  expect(await outputOf(SAME, input(TEN), options)).toBe(TEN)
  expect(await outputOf(recordJob('out.record()'), input(ROWS), options)).toBe(ROWS.slice(8))
  const throwing = recordJob("if (row.id === '2') throw new Error('no'); out.field(1).end()")
  expect(await outputOf(throwing, input(ROWS), { ...options, onError: 'skip' })).toBe(TEN.replace('2\n', ''))
})

test.each([0, -1, Number.NaN, '5', 1e7])('a timeout of %j is refused', async (timeoutSeconds) => {
  const error = await failureOf(run(SAME, input(TEN), { timeoutSeconds: timeoutSeconds as number }))
  expect(error).toMatchObject({
    code: 'ERR_USAGE',
    message: expect.stringMatching(/^timeoutSeconds must be/),
  })
})
