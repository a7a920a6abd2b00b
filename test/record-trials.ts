/** What the tests of verbs that pass records on share: drawn settings, inputs of several files, outcomes to compare. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import type { LinemillError } from '../dist/errors.js'
import type { RunOptions } from '../dist/options.js'
import type { Report } from '../dist/report.js'
import { Pool } from '../dist/worker/pool.js'
import { type Draw, drawFrom } from './draw.js'
import { type Failure, type ReadInput, readInput } from './expectations.js'
import { BLOCK_SIZES, type Reading } from './inputs.js'
import { availablePrimitives } from './primitive-sets.js'

export const PRIMITIVES = availablePrimitives().map(({ instructionSet }) => instructionSet)
export const WORKERS = [1, 2, 3]
/** Blocks and slots of one trial, so that the table ends. */
const MAX_PIECES = 1500

const folder = mkdtempSync(join(tmpdir(), 'linemill-records-'))
const pools = new Map(WORKERS.map((workers) => [workers, new Pool(workers)]))

/** Clean up behind the tests of a file; call at its top. */
export function useTrials(): void {
  afterAll(async () => {
    for (const pool of pools.values()) await pool.close()
    rmSync(folder, { recursive: true })
  })
}

export function poolOf(workers: number): Pool {
  return pools.get(workers) as Pool
}

export function pathOf(name: string): string {
  return join(folder, name)
}

/** What a run came to, or must come to: an output, byte for byte, or a failure. */
export interface Outcome {
  readonly output?: string
  readonly rejects?: string
  readonly failure?: unknown
}

/** Read what a run wrote, or how it failed. */
export async function outcomeOf(work: Promise<Report>, reject?: string): Promise<Outcome> {
  try {
    const { output } = await work
    const rejects = reject === undefined ? {} : { rejects: readFileSync(reject, 'latin1') }
    return { output: (output as Buffer).toString('latin1'), ...rejects }
  } catch (thrown) {
    const { code, position } = thrown as LinemillError
    if (code === undefined || code === 'ERR_WORKER') throw thrown
    return { failure: failureOf(code, position) }
  }
}

export function failureOf(code: string, position?: Partial<Omit<Failure, 'code'>>) {
  if (position === undefined) return { code }
  const { lineNumber, recordNumber, inputOffset } = position
  return { code, lineNumber, recordNumber, inputOffset }
}

/** The files of a trial: one, or it with an empty one between and once more. */
export function drawInputs(
  draw: Draw,
  bytes: Buffer,
  reading: Reading,
): { inputs: ReadInput[]; paths: string[] } {
  const input = readInput(bytes, reading)
  const path = pathOf('input')
  writeFileSync(path, bytes)
  if (draw(3) > 0) return { inputs: [input], paths: [path] }
  writeFileSync(pathOf('empty'), '')
  return {
    inputs: [input, readInput(Buffer.alloc(0), reading), input],
    paths: [path, pathOf('empty'), path],
  }
}

/** Options that must change nothing. */
export function drawOptions(draw: Draw, byteLength: number): RunOptions & { workers: number } {
  const workers = drawFrom(draw, WORKERS)
  const fitting = (sizes: readonly number[]) => sizes.filter((size) => byteLength / size <= MAX_PIECES)
  const slotBytes = drawFrom(draw, fitting([1, 2, 7, 64, 1024, 65_536]))
  return {
    workers,
    blockBytes: drawFrom(draw, fitting(BLOCK_SIZES)),
    primitives: drawFrom(draw, PRIMITIVES),
    strategy: PRIMITIVES.length > 1 ? drawFrom(draw, ['mapped', 'pread'] as const) : 'pread',
    gather: drawFrom(draw, ['end', 'eager'] as const),
    slotBytes,
    memoryBytes: drawFrom(draw, [1, workers + 1, 64]) * slotBytes,
    batchRecords: drawFrom(draw, [1, 2, 5, 4096]),
    mainThread: draw(2) === 0,
  }
}

/** The header that the inputs have, if they have one. */
export function headerOf(inputs: readonly ReadInput[]): string {
  const header = inputs.find((input) => input.header !== undefined)?.header
  return header === undefined ? '' : `${header.toString('latin1')}\n`
}

/** A record of a run. */
export interface TrialRecord {
  readonly text: string
  readonly fields: readonly Buffer[]
  readonly isRagged: boolean
  readonly place: Omit<Failure, 'code'>
}

/** All records of the inputs before `limit`, and the quote behind them that nothing closes, where it is met. */
export function recordsOf(
  inputs: readonly ReadInput[],
  limit = Number.POSITIVE_INFINITY,
): { records: TrialRecord[]; unclosed: Failure | undefined } {
  const first = inputs.find(({ unclosed }) => unclosed?.isFirst)?.unclosed
  if (first !== undefined) return { records: [], unclosed: first }
  const records: TrialRecord[] = []
  for (const { bytes, records: found, fieldCount, unclosed } of inputs) {
    for (const { start, end, lineNumber, recordNumber, fields } of found) {
      if (records.length === limit) return { records, unclosed: undefined }
      const place = { lineNumber, recordNumber, inputOffset: start }
      const isRagged = fieldCount !== 0 && fields.length !== fieldCount
      records.push({ text: bytes.toString('latin1', start, end), fields, isRagged, place })
    }
    if (records.length === limit) return { records, unclosed: undefined }
    if (unclosed !== undefined) return { records, unclosed }
  }
  return { records, unclosed: undefined }
}
