import { now } from './clock.js'
import {
  type Execution,
  execute,
  NO_JOB,
  NO_WORKERS,
  type TaskSettings,
  workersNeeded,
} from './engine/execute.js'
import { makeExplanation, makeFigures, type VerbFigures } from './engine/figures.js'
import { openPrepared, type Prepared } from './engine/prepare.js'
import { hasOwnThreads, summarizeAll, threadsFor } from './engine/summarize-all.js'
import { checkInputs } from './engine/watch.js'
import { type CompileCondition, type Condition, loadCondition } from './engine/where.js'
import { LinemillError } from './errors.js'
import { closeInputs } from './input/open.js'
import { ABOUT_JOBS, type CommonOptions, flag, resolveOptions, type Settings, type Verb } from './options.js'
import type { Explanation, FilterPlan, Report } from './report.js'
import type { Pool } from './worker/pool.js'

export interface CountOptions extends CommonOptions {
  /** Count lines, whatever the format. Default false: records. */
  readonly lines?: boolean
  /** Count the records for which a JavaScript expression over their columns holds; docs/expressions.md. Default: all. */
  readonly where?: string
}

const VERB: Verb = { name: 'count', also: ['lines', 'where'], without: [...ABOUT_JOBS, 'output', 'sync'] }

export interface CountReport extends Report {
  /** Records, or lines, of all inputs; with `where` those that pass. */
  readonly count: number
  readonly perInput: readonly { readonly name: string; readonly count: number }[]
}

/**
 * Count the records of the inputs, as their format cuts them, without header and blank lines; or their lines. A last
 * line need not end in a line feed to count. With `where`, the records that pass a filter, one that fails failing all.
 *
 * @throws LinemillError ERR_UNCLOSED_QUOTE with the position of the quote; ERR_INPUT and others for the inputs; with
 * `where` those of `filter`.
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
  const began = now()
  const settings = resolveOptions(options, VERB)
  const { prepared, task, counts, where } = await prepareCount(inputs, options, settings)
  try {
    const workBegan = now()
    const execution = await executeOn(pool, prepared, task, settings)
    checkInputs(prepared, settings)
    return makeReport(prepared, settings, execution, counts(execution, settings.limit), {
      ...{ began, workBegan },
      isRestricted: where !== undefined,
    })
  } finally {
    closeInputs(prepared.inputs)
  }
}

async function executeOn(
  pool: Pool | undefined,
  prepared: Prepared,
  task: TaskSettings,
  settings: Settings,
): Promise<Execution> {
  if (isAll(task) && hasOwnThreads(prepared, settings)) {
    const execution = await summarizeAll(prepared, pool ?? NO_WORKERS, settings)
    if (execution !== undefined) return execution
  }
  if (pool !== undefined) return execute(prepared, pool, task, [], settings)
  // Loading the pool and node:worker_threads takes longer than counting a small input.
  const isAlone = workersNeeded(task, prepared, settings) === 0
  if (isAlone) return execute(prepared, NO_WORKERS, task, [], settings)
  const { Pool } = await import('./worker/pool.js')
  const own = new Pool(settings.workers)
  try {
    return await execute(prepared, own, task, [], settings)
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
  const { prepared, task, where } = await prepareCount(inputs, options, settings)
  closeInputs(prepared.inputs)
  const kind = where === undefined ? 'count' : 'filter'
  const columns = where?.columns ?? []
  const explanation = makeExplanation(prepared, settings, {
    kind,
    isReduction: true,
    columns,
    outputs: 0,
    work: task,
  })
  if (where !== undefined) return { ...explanation, expression: where.plan }
  const isOnOwnThreads = hasOwnThreads(prepared, settings)
  return isOnOwnThreads ? { ...explanation, workers: threadsFor(prepared.plan, settings) } : explanation
}

/** A count that is ready to run. */
interface Counting {
  readonly prepared: Prepared
  readonly task: TaskSettings
  /** Tells what is counted of each input. */
  readonly counts: (execution: Execution, limit: number) => number[]
  /** How the records that are counted are found, if not all are. */
  readonly where?: { readonly columns: readonly string[]; readonly plan: FilterPlan }
}

async function prepareCount(
  inputs: string | readonly string[],
  options: CountOptions,
  settings: Settings,
): Promise<Counting> {
  const countsLines = flag('lines', options.lines, false)
  const { where } = options
  const { delimiter, quote, header, names } = settings
  const choice = { format: countsLines ? 'lines' : settings.format, delimiter, quote, header, names } as const
  if (where === undefined) {
    return {
      prepared: openPrepared(inputs, settings, { choice, columns: 'none' }),
      task: NO_JOB,
      counts: countAll,
    }
  }
  const compile = (await loadCondition(where)) as CompileCondition
  if (countsLines) {
    const hint = "to count the lines for which it holds, say that the inputs are lines (`format` 'lines')"
    throw new LinemillError(
      'ERR_USAGE',
      `\`lines\` counts lines and \`where\` records, by their format: ${hint}`,
    )
  }
  let condition: Condition | undefined
  const prepared = openPrepared(inputs, settings, {
    choice,
    columns(there) {
      condition = compile(there)
      return condition.columns
    },
    members: () => condition?.members ?? [],
  })
  const { expression, columns, plan } = condition as NonNullable<typeof condition>
  return {
    prepared,
    task: { ...NO_JOB, kernel: { name: 'filter', expression, isInverted: false, isCount: true } },
    counts: ({ passedByInput }) => [...passedByInput],
    where: { columns, plan },
  }
}

/** Whether all records are counted: their blocks are only summarised. */
function isAll({ kernel }: TaskSettings): boolean {
  return kernel === undefined
}

/** All records of each input, up to the limit. */
function countAll({ ends }: Execution, limit: number): number[] {
  let left = limit
  return ends.map(({ records }) => {
    const count = Math.min(left, records)
    left -= count
    return count
  })
}

function makeReport(
  prepared: Prepared,
  settings: Settings,
  execution: Execution,
  counts: readonly number[],
  own: Pick<VerbFigures, 'began' | 'workBegan' | 'isRestricted'>,
): CountReport {
  const perInput = prepared.inputs.map(({ name }, index) => ({ name, count: counts[index] }))
  const count = counts.reduce((sum, one) => sum + one, 0)
  const workers = execution.workers.length + execution.ownThreads
  const figures = makeFigures(prepared, settings, execution, { ...own, workers, outputBytes: 0 })
  // Where all are counted, none is processed.
  return { ...figures, records: Math.max(count, execution.records), count, perInput }
}
