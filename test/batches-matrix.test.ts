/** Every awkward input, in batches under drawn settings, gives the records and the failure of the serial oracle. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { type BatchesOptions, batchesOnPool, type RowBatch } from '../dist/batches.js'
import type { LinemillError } from '../dist/errors.js'
import { Pool } from '../dist/worker/pool.js'
import { type Draw, drawFrom, hashText, makeDraw } from './draw.js'
import * as oracle from './expectations.js'
import { BLOCK_SIZES, INPUT_CASES, type Reading } from './inputs.js'
import { availablePrimitives } from './primitive-sets.js'

const SEED = 20261125
const PRIMITIVES = availablePrimitives().map(({ instructionSet }) => instructionSet)
const STRATEGIES = PRIMITIVES.length > 1 ? (['mapped', 'pread'] as const) : (['pread'] as const)
const MAX_BLOCKS = 3000
const MAX_SLOTS = 4000
const NO_LIMIT = Number.MAX_SAFE_INTEGER

const folder = mkdtempSync(join(tmpdir(), 'linemill-batches-'))
const path = join(folder, 'input')
const emptyPath = join(folder, 'empty')
writeFileSync(emptyPath, '')
const pool = new Pool(3)
afterAll(async () => {
  await pool.close()
  rmSync(folder, { recursive: true })
})

/** Settings that must not change what comes out, and the limit, which does. */
function drawOptions(draw: Draw, byteLength: number): BatchesOptions & { readonly limit: number } {
  const workers = 1 + draw(3)
  const slotBytes = drawFrom(draw, [undefined, 1, 7, 64, 1000, 65536])
  const isFine = slotBytes === undefined || byteLength * 8 > slotBytes * MAX_SLOTS
  const bytes = isFine ? 4096 : slotBytes
  const slots = drawFrom(draw, [1, workers + 1, 64])
  return {
    workers,
    blockBytes: drawFrom(
      draw,
      BLOCK_SIZES.filter((size) => byteLength / size <= MAX_BLOCKS),
    ),
    batchRecords: drawFrom(draw, [1, 2, 5, 4096]),
    primitives: drawFrom(draw, PRIMITIVES),
    strategy: drawFrom(draw, STRATEGIES),
    slotBytes: bytes,
    memoryBytes: slots * bytes,
    limit: drawFrom(draw, [NO_LIMIT, NO_LIMIT, NO_LIMIT, 0, 1, 2, 5, 20]),
  }
}

/** All that a batch says of a record, as the oracle's job `shownRecord` and `shownText` write it. */
function describeRecord(batch: RowBatch, index: number, isText: boolean): string {
  const place = `${batch.lineNumber(index)},${batch.recordNumber(index)},${batch.inputOffset(index)},`
  const text = batch.bytes.toString('utf8', batch.start(index), batch.end(index))
  if (isText) return `${place}${JSON.stringify(text)}\n`
  const row = batch.row(index)
  const values = Object.keys(row.toJSON()).map((_, column) => row.get(column + 1))
  return `${place}${JSON.stringify(values)}\n`
}

async function realOutcome(inputs: string[], options: BatchesOptions, isText: boolean) {
  const shown: string[] = []
  const steps = batchesOnPool(pool, inputs, options, new AbortController())
  try {
    for await (const batch of steps) {
      expect(batch.recordCount).toBeGreaterThan(0)
      expect(batch.firstRecordNumber).toBe(batch.recordNumber(0))
      expect(batch.firstLineNumber).toBe(batch.lineNumber(0))
      for (let index = 0; index < batch.recordCount; index++) shown.push(describeRecord(batch, index, isText))
    }
    return { shown: shown.join('') }
  } catch (thrown) {
    const { code, position, message } = thrown as LinemillError
    if (position === undefined) throw thrown
    const quoteAt = code === 'ERR_UNCLOSED_QUOTE' ? Number(/at byte (\d+)/.exec(message)?.[1]) : undefined
    const { lineNumber, recordNumber, inputOffset } = position
    return { shown: shown.join(''), failure: { code, lineNumber, recordNumber, inputOffset, quoteAt } }
  }
}

function expectedOutcome(inputs: readonly oracle.ReadInput[], reading: Reading, limit: number) {
  const isText = reading.oracle.format === 'ndjson'
  const { output, failure } = oracle.expect(inputs, reading, {
    job: isText ? 'shownText' : 'shownRecord',
    onError: 'fail',
    every: 0,
    from: 0,
    limit,
  })
  const shown = output.toString()
  if (failure === undefined) return { shown }
  const { code, lineNumber, recordNumber, inputOffset, quoteAt, isFirst } = failure as typeof failure & {
    readonly isFirst?: boolean
  }
  // What is wrong with a first record is found before anything is handed out.
  return {
    shown: isFirst ? '' : shown,
    failure: { code, lineNumber, recordNumber, inputOffset, quoteAt },
  }
}

async function compare(draw: Draw, bytes: Buffer, reading: Reading): Promise<void> {
  const one = oracle.readInput(bytes, reading)
  const empty = oracle.readInput(Buffer.alloc(0), reading)
  const isOne = draw(3) > 0
  const options = { ...reading.options, ...drawOptions(draw, bytes.length) } as BatchesOptions & {
    limit: number
  }
  const expected = expectedOutcome(isOne ? [one] : [one, empty, one], reading, options.limit)
  const real = await realOutcome(
    isOne ? [path] : [path, emptyPath, path],
    options,
    reading.oracle.format === 'ndjson',
  )
  if (JSON.stringify(real) === JSON.stringify(expected)) return
  expect(real, JSON.stringify({ reading: reading.name, isOne, options })).toEqual(expected)
}

describe('every awkward input', () => {
  test.each(INPUT_CASES)('$name', async ({ name, bytes, readings }) => {
    writeFileSync(path, bytes)
    const draw = makeDraw(SEED + hashText(name))
    for (const reading of readings) {
      for (let round = 0; round < 4; round++) await compare(draw, bytes, reading)
    }
  })
})
