import { now } from './clock.js'
import { makeExplanation } from './engine/figures.js'
import { headerOf } from './engine/job-output.js'
import { onOwnPool } from './engine/own-pool.js'
import { openPrepared, type Prepared } from './engine/prepare.js'
import { seek } from './engine/seek.js'
import { transform } from './engine/transform.js'
import { closeInputs } from './input/open.js'
import {
  ABOUT_JOBS,
  type CommonOptions,
  resolveOptions,
  type Settings,
  type Verb,
  wholeNumber,
} from './options.js'
import type { Explanation, Report } from './report.js'
import type { Pool } from './worker/pool.js'

/** Options of the verbs that pass some of the records on as they stand. */
export interface RecordsOptions extends Omit<CommonOptions, 'limit' | 'names'> {
  /** File to write, `-` for standard output. Omitted: the output's bytes are in the report's `output`. */
  readonly output?: string
  /** Sync file and directory before the run is done. Default false. */
  readonly sync?: boolean
}

export interface SliceOptions extends RecordsOptions {
  /** The first record, from 0 over all inputs; below 0: from the end. Default 0. */
  readonly start?: number
  /** The record behind the last, likewise. Default: all records from `start` on. */
  readonly end?: number
}

export interface HeadOptions extends RecordsOptions {
  /** How many records. Default 10. */
  readonly records?: number
}

export interface SliceReport extends Report {
  /** Records that passed. */
  readonly passed: number
}

type Inputs = string | readonly string[]

/** Records from one to another, as an array's `slice` takes them. */
interface Range {
  readonly start: number
  /** Infinity: to the end. */
  readonly end: number
}

const WITHOUT: Verb['without'] = [...ABOUT_JOBS, 'limit', 'names']
const SLICE: Verb = { name: 'slice', also: ['start', 'end'], without: WITHOUT }
const HEAD: Verb = { name: 'head', also: ['records'], without: WITHOUT }
const TAIL: Verb = { ...HEAD, name: 'tail' }

/**
 * Pass on the records from `start` to before `end`, as they stand and in order, behind the inputs' header. Records are
 * numbered from 0 over all inputs. Blocks without one of them are only looked through, or not at all; where a number
 * is below 0, all records are counted first.
 *
 * @returns the run's figures; `output` holds the bytes where no `options.output` is given.
 * @throws LinemillError ERR_UNCLOSED_QUOTE with the position of the quote, where it is met; ERR_OUTPUT, ERR_USAGE;
 * ERR_INPUT and others for the inputs.
 */
export function slice(inputs: Inputs, options: SliceOptions = {}): Promise<SliceReport> {
  return onOwnPool(options, SLICE, (pool) => sliceOnPool(pool, inputs, options))
}

/** Pass on the first records; it stops behind them. Otherwise as `slice`. */
export function head(inputs: Inputs, options: HeadOptions = {}): Promise<SliceReport> {
  return onOwnPool(options, HEAD, (pool) => headOnPool(pool, inputs, options))
}

/** Pass on the last records. All are counted first, then only the last blocks are cut. Otherwise as `slice`. */
export function tail(inputs: Inputs, options: HeadOptions = {}): Promise<SliceReport> {
  return onOwnPool(options, TAIL, (pool) => tailOnPool(pool, inputs, options))
}

/** Slice on workers that are there already, or start them. */
export function sliceOnPool(pool: Pool, inputs: Inputs, options: SliceOptions = {}): Promise<SliceReport> {
  return pass(pool, inputs, resolveOptions(options, SLICE), rangeOf(options))
}

export function headOnPool(pool: Pool, inputs: Inputs, options: HeadOptions = {}): Promise<SliceReport> {
  return pass(pool, inputs, resolveOptions(options, HEAD), firstRecords(options))
}

export function tailOnPool(pool: Pool, inputs: Inputs, options: HeadOptions = {}): Promise<SliceReport> {
  return pass(pool, inputs, resolveOptions(options, TAIL), lastRecords(options))
}

/** Say what `slice` would do, without doing it. */
export async function explainSlice(inputs: Inputs, options: SliceOptions = {}): Promise<Explanation> {
  return explain(inputs, resolveOptions(options, SLICE), rangeOf(options))
}

/** Say what `head` would do, without doing it. */
export async function explainHead(inputs: Inputs, options: HeadOptions = {}): Promise<Explanation> {
  return explain(inputs, resolveOptions(options, HEAD), firstRecords(options))
}

/** Say what `tail` would do, without doing it. */
export async function explainTail(inputs: Inputs, options: HeadOptions = {}): Promise<Explanation> {
  return explain(inputs, resolveOptions(options, TAIL), lastRecords(options))
}

const MOST = Number.MAX_SAFE_INTEGER

function rangeOf({ start, end }: SliceOptions): Range {
  return {
    start: wholeNumber('start', start, 0, -MOST, MOST),
    end: end === undefined ? Number.POSITIVE_INFINITY : wholeNumber('end', end, 0, -MOST, MOST),
  }
}

function firstRecords({ records }: HeadOptions): Range {
  return { start: 0, end: wholeNumber('records', records, 10, 0, MOST) }
}

function lastRecords({ records }: HeadOptions): Range {
  const count = wholeNumber('records', records, 10, 0, MOST)
  return count === 0 ? { start: 0, end: 0 } : { start: -count, end: Number.POSITIVE_INFINITY }
}

/** Whether where a range lies depends on how many records there are. */
function isFromEnd({ start, end }: Range): boolean {
  return start < 0 || end < 0
}

function open(inputs: Inputs, settings: Settings): Prepared {
  const { format, delimiter, quote, header } = settings
  const choice = { format, delimiter, quote, header, names: undefined }
  return openPrepared(inputs, settings, { choice, columns: 'none' })
}

async function pass(pool: Pool, inputs: Inputs, settings: Settings, range: Range): Promise<SliceReport> {
  const began = now()
  const prepared = open(inputs, settings)
  try {
    const header = headerOf(prepared)
    const parts = isFromEnd(range)
      ? await findParts(prepared, pool, range, settings)
      : { prepared, range, secondsOfWork: 0 }
    const { start, end } = parts.range
    const limit = Math.min(MOST, Math.max(end, 0))
    const output = { kernel: { name: 'slice', start }, header, rejectHeader: header } as const
    // What follows the counting is short, and has no progress of its own.
    const onProgress = parts.prepared === prepared ? settings.onProgress : undefined
    const workers = workersFor(parts, settings)
    const own = { ...settings, limit: end <= start ? 0 : limit, workers, onProgress }
    const { report, execution } = await transform(parts.prepared, pool, output, own, began)
    return { ...report, ...addWork(report, parts.secondsOfWork), passed: execution.passed }
  } finally {
    closeInputs(prepared.inputs)
  }
}

/** What is left to do where it is known where the records lie. */
interface Parts {
  readonly prepared: Prepared
  readonly range: Range
  /** Seconds that finding it took. */
  readonly secondsOfWork: number
}

/** Count the records, and take what stands before the first of them out of the plan. */
async function findParts(prepared: Prepared, pool: Pool, range: Range, settings: Settings): Promise<Parts> {
  const place = await seek(prepared, pool, range.start, settings)
  const fromStart = (number: number): number => (number < 0 ? Math.max(0, place.records + number) : number)
  return {
    prepared: place.prepared,
    range: { start: fromStart(range.start), end: fromStart(range.end) },
    secondsOfWork: place.execution.secondsOfWork,
  }
}

/** So many records are done by one worker before another has started. */
const FEW_RECORDS = 10_000

function workersFor({ prepared, range: { end } }: Parts, { workers }: Settings): number {
  return end <= FEW_RECORDS ? 1 : Math.max(1, Math.min(workers, prepared.plan.blockCount))
}

/** Finding where the records lie is a part of the work. */
function addWork({ phases }: Report, seconds: number): Pick<Report, 'phases'> {
  return { phases: { ...phases, start: phases.start - seconds, work: phases.work + seconds } }
}

function explain(inputs: Inputs, settings: Settings, range: Range): Explanation {
  const prepared = open(inputs, settings)
  closeInputs(prepared.inputs)
  const workers = isFromEnd(range)
    ? settings.workers
    : workersFor({ prepared, range, secondsOfWork: 0 }, settings)
  const plan = { kind: 'slice', isReduction: false, columns: [], outputs: 1 } as const
  return {
    ...makeExplanation(prepared, { ...settings, workers }, plan),
    slice: { ...range, countsFirst: isFromEnd(range) },
  }
}
