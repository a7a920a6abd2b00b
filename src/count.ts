import { type Execution, execute, NO_WORKERS, workersNeeded } from './engine/execute.js'
import { makeExplanation, makeFigures } from './engine/figures.js'
import { openPrepared, type Prepared } from './engine/prepare.js'
import { checkInputs } from './engine/watch.js'
import { closeInputs } from './input/open.js'
import { ABOUT_JOBS, type CommonOptions, flag, resolveOptions, type Settings, type Verb } from './options.js'
import type { Explanation, Report } from './report.js'
import type { Pool } from './worker/pool.js'

export interface CountOptions extends CommonOptions {
  /** Count lines, whatever the format. Default false: records. */
  readonly lines?: boolean
}

const VERB: Verb = { name: 'count', also: ['lines'], without: [...ABOUT_JOBS, 'output', 'sync'] }

export interface CountReport extends Report {
  /** Records, or lines, of all inputs. */
  readonly count: number
  readonly perInput: readonly { readonly name: string; readonly count: number }[]
}

/**
 * Count the records of the inputs, as their format cuts them, without header and blank lines; or their lines. A last
 * line need not end in a line feed to count.
 *
 * @throws LinemillError ERR_UNCLOSED_QUOTE with the position of the quote; ERR_INPUT and others for the inputs.
 */
export async function count(
  inputs: string | readonly string[],
  options: CountOptions = {},
): Promise<CountReport> {
  return countOnPool(undefined, inputs, options)
}

/** Count on workers that are there already, or start those that it takes. */
export async function countOnPool(
  pool: Pool | undefined,
  inputs: string | readonly string[],
  options: CountOptions = {},
): Promise<CountReport> {
  const began = performance.now()
  const settings = resolveOptions(options, VERB)
  const prepared = prepareCount(inputs, options, settings)
  try {
    const workBegan = performance.now()
    const execution = await executeOn(pool, prepared, settings)
    checkInputs(prepared, settings)
    return makeReport(prepared, settings, execution, { began, workBegan })
  } finally {
    closeInputs(prepared.inputs)
  }
}

async function executeOn(pool: Pool | undefined, prepared: Prepared, settings: Settings): Promise<Execution> {
  if (pool !== undefined) return execute(prepared, pool, NO_JOB, [], settings)
  // Loading the pool and node:worker_threads takes longer than counting a small input.
  const isAlone = workersNeeded(true, prepared, settings) === 0
  if (isAlone) return execute(prepared, NO_WORKERS, NO_JOB, [], settings)
  const { Pool } = await import('./worker/pool.js')
  const own = new Pool(settings.workers)
  try {
    return await execute(prepared, own, NO_JOB, [], settings)
  } finally {
    await own.close()
  }
}

/** Say what `count` would do, without doing it. */
export async function explainCount(
  inputs: string | readonly string[],
  options: CountOptions = {},
): Promise<Explanation> {
  const settings = resolveOptions(options, VERB)
  const prepared = prepareCount(inputs, options, settings)
  closeInputs(prepared.inputs)
  const workers = workersNeeded(true, prepared, settings)
  return makeExplanation(prepared, settings, {
    kind: 'count',
    isReduction: true,
    workers,
    columns: [],
    outputs: 0,
  })
}

/** Blocks are only summarised, nothing is emitted. */
const NO_JOB = {
  columns: [],
  outputDialect: { delimiter: ',', quote: '"' },
  recordAllowed: false,
  onError: 'fail',
  args: {},
} as const

function prepareCount(
  inputs: string | readonly string[],
  options: CountOptions,
  settings: Settings,
): Prepared {
  const countsLines = flag('lines', options.lines, false)
  const { delimiter, quote, header, names } = settings
  const format = countsLines ? 'lines' : settings.format
  return openPrepared(inputs, settings, {
    choice: { format, delimiter, quote, header, names },
    columns: 'none',
  })
}

function makeReport(
  prepared: Prepared,
  settings: Settings,
  execution: Execution,
  times: { began: number; workBegan: number },
): CountReport {
  const { ends } = execution
  let left = settings.limit
  const perInput = prepared.inputs.map(({ name }, index) => {
    const count = Math.min(left, ends[index].records)
    left -= count
    return { name, count }
  })
  const count = perInput.reduce((sum, input) => sum + input.count, 0)
  const workers = workersNeeded(true, prepared, settings)
  const figures = makeFigures(prepared, settings, execution, { ...times, workers, outputBytes: 0 })
  return { ...figures, records: count, count, perInput }
}
