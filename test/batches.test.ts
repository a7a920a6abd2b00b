/** `batches`: what a batch offers, order and back-pressure, and every way in which an iteration ends. */
import { spawnSync } from 'node:child_process'
import { getEventListeners } from 'node:events'
import { appendFileSync, readdirSync, truncateSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { type BatchesOptions, type BatchIterator, batches, batchesOnPool } from '../dist/batches.js'
import { LinemillError } from '../dist/errors.js'
import type { Progress } from '../dist/options.js'
import { createPool } from '../dist/pool.js'
import { loadAddon } from '../dist/primitives/native.js'
import { enginePool, failureOf, input, useEngine } from './engine-harness.js'

useEngine()

const CLICKS = 'user,price,note\n1,1.5,a\n2,,"b ""c"", d"\n\n3,-4,"e\nf"\n'
const CLICK_TYPES = { user: 'int32', price: 'float64', note: 'string' } as const

/** Many records of which each has its number in it. */
const COUNT = 20_000
const NUMBERS = `n,text\n${Array.from({ length: COUNT }, (_, index) => `${index + 1},some text\n`).join('')}`
const FINE: BatchesOptions = { workers: 2, blockBytes: 1024, memoryBytes: 8192 }

const isLinux = process.platform === 'linux'
const strategies = loadAddon() === undefined ? (['pread'] as const) : (['mapped', 'pread'] as const)

/** Descriptors that are open in this process, once those of threads that have just ended are gone. */
async function settledDescriptors(): Promise<number> {
  await sleep(100)
  return isLinux ? readdirSync('/proc/self/fd').length : 0
}

/** No mapping is left, and no more descriptors than before; memory and threads go soon after they are let go of. */
async function expectNothingLeft(descriptorsBefore: number): Promise<void> {
  const left = () => ({
    hasMore: isLinux && readdirSync('/proc/self/fd').length > descriptorsBefore,
    mappings: loadAddon()?.mappingCount() ?? 0,
  })
  await expect.poll(left, { timeout: 10_000 }).toEqual({ hasMore: false, mappings: 0 })
}

async function numbersOf(iterator: AsyncIterable<{ recordCount: number; firstRecordNumber: number }>) {
  const numbers: number[] = []
  for await (const { firstRecordNumber, recordCount } of iterator) {
    for (let index = 0; index < recordCount; index++) numbers.push(firstRecordNumber + index)
  }
  return numbers
}

const ALL_NUMBERS = Array.from({ length: COUNT }, (_, index) => index + 1)

describe('a batch', () => {
  test('has rows with typed columns, and numbers of records and lines', async () => {
    const seen: unknown[] = []
    for await (const batch of batches(input(CLICKS), { columns: CLICK_TYPES })) {
      expectTypeOf(batch.row(0).price).toEqualTypeOf<number | null>()
      expectTypeOf(batch.row(0).note).toEqualTypeOf<string>()
      let index = 0
      for (const row of batch) {
        const place = [batch.recordNumber(index), batch.lineNumber(index), batch.inputOffset(index)]
        seen.push([...place, row.user, row.price, row.note])
        expect(batch.row(index)).toBe(row)
        index++
      }
      expect([index, batch.firstRecordNumber, batch.firstLineNumber]).toEqual([batch.recordCount, 1, 2])
      expect(batch.inputName).toMatch(/input-\d+\.csv$/)
    }
    expect(seen).toEqual([
      [1, 2, 16, 1, 1.5, 'a'],
      [2, 3, 24, 2, null, 'b "c", d'],
      [3, 5, 41, 3, -4, 'e\nf'],
    ])
  })

  test('tells where fields and records stand in its bytes', async () => {
    for await (const batch of batches(input(CLICKS), { columns: { note: 'string', user: 'string' } })) {
      const { start, end } = batch.fields('note')
      const notes = Array.from(start, (from, index) => batch.bytes.toString('latin1', from, end[index]))
      expect(notes).toEqual(['a', '"b ""c"", d"', '"e\nf"'])
      expect(batch.fields(3)).toEqual(batch.fields('note'))
      expect(batch.bytes.toString('latin1', batch.start(2), batch.end(2))).toBe('3,-4,"e\nf"')
      expect(() => batch.fields('price')).toThrow(
        'column "price" is in the input, but is not declared (columns)',
      )
      expect(() => batch.row(3)).toThrow(new RangeError('record 3 is not among the 3 of the batch'))
      expect(() => batch.row(-1)).toThrow(RangeError)
    }
  })

  test('without columns has all of them, as strings', async () => {
    for await (const batch of batches(input(CLICKS))) {
      expectTypeOf(batch.row(0).user).toEqualTypeOf<string>()
      expect([...batch].length).toBe(3)
      expect({ ...batch.row(1) }).toEqual({ user: '2', price: '', note: 'b "c", d' })
    }
  })

  test('of lines has lines, of ndjson values', async () => {
    const lines: string[] = []
    for await (const batch of batches(input('a\r\n\nb', 'plain.txt')))
      for (const row of batch) lines.push(row.line)
    expect(lines).toEqual(['a', '', 'b'])
    const text = '{"a":1,"b":[2]}\n\n{"a":3}\n'
    for await (const batch of batches(input(text, 'values.ndjson'), { columns: { a: 'int8' } })) {
      expect(Array.from(batch, ({ a, value }) => [a, value.b])).toEqual([
        [1, [2]],
        [3, undefined],
      ])
      expect(() => batch.fields('a')).toThrow('records of ndjson have no fields')
    }
  })

  test.each(strategies)('is valid until the next step, and empty behind the end: %s', async (strategy) => {
    const iterator = batches(input(NUMBERS), { ...FINE, strategy })
    const { value: first } = await iterator.next()
    const { value: second } = await iterator.next()
    expect(second).toBe(first)
    expect(second?.firstRecordNumber).toBeGreaterThan(1)
    await iterator.return()
    expect([first?.recordCount, first?.bytes.length]).toEqual([0, 0])
  })

  test('never spans two inputs; each has numbers of its own', async () => {
    const names = [input('a\n1\n2\n'), input('a\n'), input('a\n3\n')]
    const seen: unknown[] = []
    for await (const batch of batches(names)) {
      seen.push([names.indexOf(batch.inputName), batch.firstRecordNumber, Array.from(batch, (row) => row.a)])
    }
    expect(seen).toEqual([
      [0, 1, ['1', '2']],
      [2, 1, ['3']],
    ])
  })
})

describe('batches', () => {
  test('come in input order, and up to a limit', async () => {
    const path = input(NUMBERS)
    expect(await numbersOf(batches(path, FINE))).toEqual(ALL_NUMBERS)
    expect(await numbersOf(batches(path, { ...FINE, limit: 1234 }))).toEqual(ALL_NUMBERS.slice(0, 1234))
    expect(await numbersOf(batches(input('n\n'), FINE))).toEqual([])
    expect(await numbersOf(batches(input(''), FINE))).toEqual([])
  })

  test('are cut ahead by no more than the memory allows', async () => {
    const progress: Progress[] = []
    const onProgress = (one: Progress) => progress.push(one)
    for await (const batch of batches(input(NUMBERS), { ...FINE, onProgress })) {
      if (batch.firstRecordNumber === 1) {
        await sleep(400)
        // Two workers, tables of 8 KiB: a table takes about as much room as the text it is about.
        expect(progress.at(-1)?.blocksDone).toBeLessThan(40)
      }
    }
    const { blocksDone, blocksTotal, bytesDone, bytesTotal } = progress.at(-1) as Progress
    expect(blocksTotal).toBeGreaterThan(300)
    expect([blocksDone, bytesDone]).toEqual([blocksTotal, bytesTotal])
  })

  test('let the event loop turn, however fast they are taken', async () => {
    let ticks = 0
    const timer = setInterval(() => ticks++, 1)
    let seenWithin = 0
    for await (const { firstRecordNumber } of batches(input(NUMBERS), { ...FINE, batchRecords: 1 })) {
      const until = performance.now() + 0.05
      while (performance.now() < until);
      if (firstRecordNumber < COUNT) seenWithin = ticks
    }
    clearInterval(timer)
    expect(seenWithin).toBeGreaterThan(5)
  })

  test('do nothing before the first step', async () => {
    const before = await settledDescriptors()
    const iterator = batches('/no/such/file.csv', { columns: { a: 'int33' as never } })
    await expectNothingLeft(before)
    expect((await failureOf(iterator.next())).code).toBe('ERR_INPUT_NOT_FOUND')
    expect(await iterator.next()).toEqual({ value: undefined, done: true })
    const unused = batches('/no/such/file.csv')
    expect(await unused.return()).toEqual({ value: undefined, done: true })
  })

  test.each<[string, BatchesOptions, string, string]>([
    ['a column that is not there', { columns: { sum: 'int8' } }, 'ERR_USAGE', 'has no column "sum"'],
    [
      'a type that is none',
      { columns: { n: 'int33' as never } },
      'ERR_USAGE',
      'column n: expected a type out of',
    ],
    ['an option that is wrong', { workers: 0 }, 'ERR_USAGE', 'workers must be'],
    [
      'another column of lines',
      { format: 'lines', columns: { n: 'string' } },
      'ERR_USAGE',
      'have one column, line',
    ],
  ])('refuse %s', async (_name, options, code, message) => {
    const before = await settledDescriptors()
    const error = await failureOf(batches(input(NUMBERS), options).next())
    expect(error).toMatchObject({ code, message: expect.stringContaining(message) })
    await expectNothingLeft(before)
  })
})

describe('what is wrong with a record', () => {
  /** The records that are handed out, then the error. */
  async function outcome(text: string, options: BatchesOptions = {}) {
    const seen: number[] = []
    const path = input(text)
    try {
      for await (const batch of batches(path, { workers: 2, blockBytes: 16, ...options })) {
        for (let index = 0; index < batch.recordCount; index++) seen.push(batch.recordNumber(index))
      }
    } catch (thrown) {
      const { code, position, excerpt } = thrown as LinemillError
      return { seen, code, position: { ...position, inputName: position?.inputName === path }, excerpt }
    }
    return { seen }
  }

  test.each([1, 3, 4096])('is told behind all records before it, batches of %i', async (batchRecords) => {
    const place = { inputName: true, lineNumber: 5, recordNumber: 4, inputOffset: 16 }
    const rows = 'a,b\n1,2\n3,4\n5,6\n'
    for (const blockBytes of [3, 16, 1000]) {
      const options = { batchRecords, blockBytes }
      const ragged = await outcome(`${rows}7,8,9\n1,2\n`, options)
      expect(ragged).toEqual({ seen: [1, 2, 3], code: 'ERR_RAGGED', position: place, excerpt: '7,8,9' })
      const open = await outcome(`${rows}7,"8\n1,2\n`, options)
      expect(open).toMatchObject({ seen: [1, 2, 3], code: 'ERR_UNCLOSED_QUOTE', position: place })
      const large = await outcome(`${rows}7,${'8'.repeat(99)}\n1,2\n`, { ...options, maxRecordBytes: 50 })
      expect(large).toMatchObject({ seen: [1, 2, 3], code: 'ERR_RECORD_TOO_LARGE', position: place })
    }
  })

  test('is told where a value is read, with its place; the iteration goes on', async () => {
    const errors: unknown[] = []
    const show = (thrown: unknown) => {
      const { code, message, position } = thrown as LinemillError
      const { lineNumber, recordNumber, inputOffset } = position ?? {}
      errors.push([code, message, lineNumber, recordNumber, inputOffset])
    }
    const read = async (path: string, columns: NonNullable<BatchesOptions['columns']>) => {
      for await (const batch of batches(path, { columns, batchRecords: 1 })) {
        try {
          for (const row of batch) row.get('n')
        } catch (thrown) {
          show(thrown)
        }
      }
    }
    await read(input('n\n1\n\nx\n3\ny\n'), { n: 'int8' })
    await read(input('{"n":1}\n\n{"n":"x"}\n{"n":2}\n[]\nx\n', 'bad.ndjson'), { n: 'int8' })
    expect(errors.map(String)).toEqual([
      'ERR_VALUE,column n: expected int8, found "x",4,3,5',
      'ERR_VALUE,column n: expected int8, found "y",6,5,9',
      'ERR_VALUE,column n: expected int8, found "x",3,2,9',
      'ERR_VALUE,expected a JSON object, found an array,5,4,27',
      expect.stringMatching(/^ERR_VALUE,not JSON: .*,6,5,30$/),
    ])
  })
})

describe('an iteration that ends early', () => {
  const endings: Record<string, (iterator: BatchIterator) => Promise<unknown>> = {
    'by break': async (iterator) => {
      for await (const _ of iterator) break
    },
    'by return': async (iterator) => {
      for await (const { recordCount } of iterator) return recordCount
      return 0
    },
    'by a throw in its loop': async (iterator) => {
      const failing = async () => {
        for await (const _ of iterator) throw new Error('enough')
      }
      await expect(failing()).rejects.toThrow('enough')
    },
    'by return() during a step': async (iterator) => {
      const step = iterator.next()
      await iterator.return()
      expect((await step).done).toBeTypeOf('boolean')
    },
    'by throw()': async (iterator) => {
      await iterator.next()
      await expect(iterator.throw(new Error('enough'))).rejects.toThrow('enough')
    },
    'by disposal': async (iterator) => {
      await iterator.next()
      await iterator[Symbol.asyncDispose]()
    },
  }

  test.each(Object.entries(endings))('%s leaves nothing behind', async (_name, end) => {
    const path = input(NUMBERS)
    await using pool = createPool({ workers: 2 })
    await pool.count(path, { where: 'n > 0', blockBytes: 64 })
    for (const strategy of strategies) {
      const before = await settledDescriptors()
      await end(pool.batches(path, { ...FINE, strategy }))
      await expectNothingLeft(before)
      await end(batches(path, { ...FINE, strategy }))
      await expectNothingLeft(before)
    }
    expect((await pool.count(path)).count).toBe(COUNT)
  })

  test('does not keep the process', () => {
    const path = input(
      `import { batches, createPool } from ${JSON.stringify(new URL('../dist/index.js', import.meta.url).href)}
      const pool = createPool({ workers: 2 })
      for await (const batch of pool.batches(${JSON.stringify(input(NUMBERS))}, { blockBytes: 1024 })) break
      for await (const batch of batches(${JSON.stringify(input(NUMBERS))}, { blockBytes: 1024 })) break`,
      'early.mjs',
    )
    const { status, stderr } = spawnSync(process.execPath, [path], { encoding: 'utf8', timeout: 30_000 })
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  })
})

describe('a signal', () => {
  test('that is aborted before the first step', async () => {
    const error = await failureOf(batches(input(NUMBERS), { signal: AbortSignal.abort('why') }).next())
    expect([error.code, error.cause]).toEqual(['ERR_CANCELLED', 'why'])
  })

  test.each(strategies)('that is aborted in the loop ends it at the next step: %s', async (strategy) => {
    const controller = new AbortController()
    const before = await settledDescriptors()
    const iterator = batches(input(NUMBERS), { ...FINE, strategy, signal: controller.signal })
    const { value: batch } = await iterator.next()
    controller.abort('why')
    expect([batch?.recordCount, batch?.row(0).n]).toEqual([expect.any(Number), '1'])
    const error = await failureOf(iterator.next())
    expect([error.code, error.cause]).toEqual(['ERR_CANCELLED', 'why'])
    await expectNothingLeft(before)
    expect(await iterator.next()).toEqual({ value: undefined, done: true })
  })

  test('that times out ends a loop that never pauses', async () => {
    const path = input(NUMBERS)
    const endless = async () => {
      for (;;) {
        const options = { ...FINE, signal: AbortSignal.timeout(300) }
        for await (const { recordCount } of batches(Array(200).fill(path), options))
          expect(recordCount).toBeTruthy()
      }
    }
    expect((await failureOf(endless())).code).toBe('ERR_CANCELLED')
  })

  test('is not listened to any more', async () => {
    const { signal } = new AbortController()
    await numbersOf(batches(input(NUMBERS), { ...FINE, signal }))
    for await (const _ of batches(input(NUMBERS), { ...FINE, signal })) break
    await failureOf(batches('/no/such/file.csv', { signal }).next())
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })
})

describe('an input that changes meanwhile', () => {
  async function outcome(change: (path: string) => void, options: BatchesOptions = {}) {
    const path = input(NUMBERS)
    const warnings: string[] = []
    const settings = {
      ...FINE,
      columns: { n: 'int32' } as const,
      onWarning: (text: string) => warnings.push(text),
    }
    let isChanged = false
    try {
      for await (const batch of batches(path, { ...settings, ...options })) {
        if (!isChanged) change(path)
        isChanged = true
        for (const row of batch) row.get('n')
      }
      return { code: 'none', warnings }
    } catch (thrown) {
      return { code: thrown instanceof LinemillError ? thrown.code : String(thrown), warnings }
    }
  }

  test.each(strategies)('to less fails, before any value is blamed: %s', async (strategy) => {
    expect(await outcome((path) => truncateSync(path, 0), { strategy })).toMatchObject({ code: 'ERR_INPUT' })
    expect(await outcome((path) => truncateSync(path, 50_000), { strategy })).toMatchObject({
      code: 'ERR_INPUT',
    })
  })

  test('in its bytes fails at the end', async () => {
    const rewritten = (path: string) => writeFileSync(path, NUMBERS.replace('some', 'SOME'), { flag: 'r+' })
    expect(await outcome(rewritten)).toMatchObject({ code: 'ERR_INPUT' })
  })

  test('to more is a warning, or fails with strictSize', async () => {
    const grown = (path: string) => appendFileSync(path, 'more')
    expect(await outcome(grown)).toEqual({
      code: 'none',
      warnings: [expect.stringContaining('grew during the run')],
    })
    expect(await outcome(grown, { strictSize: true })).toMatchObject({ code: 'ERR_INPUT' })
  })
})

describe('a pool', () => {
  test('does other calls, and other iterations, inside of a loop over its batches', async () => {
    const path = input(NUMBERS)
    await using pool = createPool({ workers: 2 })
    const counts: number[] = []
    for await (const _ of pool.batches(path, { ...FINE, limit: 2000, batchRecords: 500 })) {
      counts.push((await pool.count(path)).count)
      for await (const { recordCount } of pool.batches(path)) counts.push(recordCount)
    }
    expect(new Set(counts.slice(0, 2))).toEqual(new Set([COUNT, 4096]))
    const [one, other] = [pool.batches(path, FINE), pool.batches(path, FINE)]
    expect([
      (await one.next()).value?.firstRecordNumber,
      (await other.next()).value?.firstRecordNumber,
    ]).toEqual([1, 1])
    await Promise.all([one.return(), other.return()])
  })

  test('lets an iteration wait for the calls before it, unless it is ended or aborted', async () => {
    const path = input(NUMBERS)
    await using pool = createPool({ workers: 1 })
    const first = pool.batches(path, FINE)
    await first.next()
    const controller = new AbortController()
    const slow = pool.run('data:text/javascript,export default () => { for (;;); }', path, {
      signal: controller.signal,
    })
    const [ended, aborted] = [pool.batches(path), pool.batches(path, { signal: AbortSignal.timeout(50) })]
    const counted = failureOf(pool.count(path, { signal: AbortSignal.timeout(50) }))
    const steps = [ended.next(), failureOf(aborted.next())] as const
    await ended.return()
    expect(await steps[0]).toEqual({ value: undefined, done: true })
    expect((await steps[1]).code).toBe('ERR_CANCELLED')
    expect((await counted).code).toBe('ERR_CANCELLED')
    controller.abort()
    expect((await failureOf(slow)).code).toBe('ERR_CANCELLED')
    expect((await numbersOf(pool.batches(path))).length).toBe(COUNT)
    await first.return()
  })

  test('that is closed ends its iterations', async () => {
    const pool = createPool({ workers: 2 })
    const iterator = pool.batches(input(NUMBERS), FINE)
    await iterator.next()
    await pool.close()
    const drain = async () => {
      for await (const _ of iterator);
    }
    expect(await failureOf(drain())).toMatchObject({ code: 'ERR_WORKER', message: 'the pool is closed' })
    expect((await failureOf(pool.batches(input(NUMBERS)).next())).message).toMatch('the pool is closed')
  })

  test('is used again after an iteration that was stopped', async () => {
    const path = input(NUMBERS)
    for (let round = 0; round < 20; round++) {
      const stop = new AbortController()
      const steps = batchesOnPool(enginePool(), path, FINE, stop)
      await steps.next()
      if (round % 2 === 0) stop.abort()
      await steps.return(undefined)
    }
    expect(await numbersOf(batchesOnPool(enginePool(), path, FINE, new AbortController()))).toEqual(
      ALL_NUMBERS,
    )
  })
})
