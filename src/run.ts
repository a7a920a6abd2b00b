import { resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { now } from './clock.js'
import { checkSignal, orCancelled } from './engine/cancellation.js'
import { type Execution, execute } from './engine/execute.js'
import { makeExplanation, makeFigures } from './engine/figures.js'
import { openSinks, outputOf, writeHeaders } from './engine/job-output.js'
import { onOwnPool } from './engine/own-pool.js'
import { openInputs, type PlanWishes, type Prepared, prepare } from './engine/prepare.js'
import { formatResult } from './engine/result.js'
import { checkInputs } from './engine/watch.js'
import { describeValue, LinemillError } from './errors.js'
import type { FormatChoice } from './format/format.js'
import { totalSize } from './input/large.js'
import { closeInputs, type OpenInput } from './input/open.js'
import type { JobDescription } from './kernel/job.js'
import { type RunOptions, resolveOptions, type Settings } from './options.js'
import { commitAll } from './output/commit-all.js'
import { MemorySink, type Sink } from './output/sink.js'
import { isSameFile } from './output/target.js'
import type { Explanation, Report } from './report.js'
import type { JobReference } from './worker/messages.js'
import { Pool, type PoolWorker } from './worker/pool.js'

/**
 * Run a job over every line, record or batch of the inputs, on all cores, and write what it emits in the inputs'
 * order, all of it or nothing.
 *
 * @param module the module whose export is the job: a path, relative to the working directory, or a URL.
 * @param inputs files; each has its own header, line numbers and record numbers.
 * @returns the run's figures; `output` holds the bytes where no `options.output` is given, `result` a reduction's.
 * @throws LinemillError with the position, where a record is at fault; no output file is changed then.
 */
export function run(
  module: string | URL,
  inputs: string | readonly string[],
  options: RunOptions = {},
): Promise<Report> {
  return onOwnPool(options, { name: 'run' }, (pool) => runOnPool(pool, module, inputs, options))
}

/** Run on workers that are there already, or start them. */
export async function runOnPool(
  pool: Pool,
  module: string | URL,
  inputs: string | readonly string[],
  options: RunOptions = {},
): Promise<Report> {
  const began = now()
  const settings = resolveOptions(options)
  try {
    const reference = { url: moduleUrl(module), exportName: settings.exportName }
    const workers = pool.workers(Math.min(pool.size, mostBlocks(inputs, settings)))
    const described = orCancelled(describe(workers, reference), settings.signal)
    const opened = await openWhile(described, inputs, settings)
    try {
      await checkModuleIsKept(reference.url, settings)
      const description = await described
      const prepared = prepare(opened, settings, wishesOf(description, settings))
      return await runPrepared(prepared, pool, { reference, description, began }, settings)
    } finally {
      closeInputs(opened)
    }
  } catch (thrown) {
    // What was cancelled may be busy for ever with a function of the user's.
    if (thrown instanceof LinemillError && thrown.code === 'ERR_CANCELLED') await pool.rest()
    throw thrown
  }
}

/** A job that is loaded, and when its run began. */
interface LoadedJob {
  readonly reference: JobReference
  readonly description: JobDescription
  readonly began: number
}

async function runPrepared(
  prepared: Prepared,
  pool: Pool,
  job: LoadedJob,
  settings: Settings,
): Promise<Report> {
  const output = outputOf(prepared, job.description, settings)
  const { onError, args, signal } = settings
  const sinks = await openSinks(prepared, settings)
  const workBegan = now()
  try {
    await orCancelled(writeHeaders(sinks, output), signal)
    const task = { job: job.reference, ...output, onError, args }
    const execution = await execute(prepared, pool, task, sinks, settings)
    const result = job.description.isReduction ? await orCancelled(combine(execution), signal) : undefined
    const text = Buffer.from(formatResult(result, output.outputDialect))
    await orCancelled(sinks[0].write([text]), signal)
    checkInputs(prepared, settings)
    checkSignal(signal)
    for (const worker of execution.workers) worker.checkAlive() // one may die of what a job left behind
    // HAZARD: loaded before the commit: a signal that comes when outputs are in their places ends what is left.
    const passedOver = execution.errors > 0 ? await import('./engine/passed-over.js') : undefined
    await commitAll(sinks)
    if (passedOver) settings.onWarning(passedOver.describeErrors(prepared, execution, settings))
    const outputBytes = output.header.length + execution.bytesWritten[0] + text.length
    return makeReport(prepared, settings, execution, { sinks, job, workBegan, result, outputBytes })
  } catch (thrown) {
    for (const sink of sinks) await sink.abort()
    throw thrown
  }
}

/**
 * Say what `run` would do, without doing it.
 *
 * @throws LinemillError as `run` does for its module, inputs and options.
 */
export async function explainRun(
  module: string | URL,
  inputs: string | readonly string[],
  options: RunOptions = {},
): Promise<Explanation> {
  const settings = resolveOptions(options)
  const pool = new Pool(1)
  const job = { url: moduleUrl(module), exportName: settings.exportName }
  const described = describe(pool.workers(), job)
  let opened: readonly OpenInput[] = []
  try {
    opened = await openWhile(described, inputs, settings)
    const description = await described
    const prepared = prepare(opened, settings, wishesOf(description, settings))
    const { columns } = outputOf(prepared, description, settings)
    return makeExplanation(prepared, settings, {
      kind: description.kind,
      isReduction: description.isReduction,
      work: { job },
      columns: columns.map(({ name, type }) => `${name} ${type}`),
      outputs: settings.onError === 'reject' ? 2 : 1,
    })
  } finally {
    closeInputs(opened)
    await pool.close()
  }
}

function moduleUrl(module: string | URL): string {
  if (module instanceof URL) return module.href
  if (typeof module !== 'string') {
    throw new LinemillError(
      'ERR_USAGE',
      `a job is a module: give its path or URL, found ${describeValue(module)}`,
    )
  }
  if (/^(file|data|node):/.test(module)) return module
  return pathToFileURL(resolve(module)).href
}

/** Refuse to overwrite the job's own module. */
async function checkModuleIsKept(url: string, settings: Settings): Promise<void> {
  if (!url.startsWith('file:')) return
  const path = fileURLToPath(url)
  for (const key of ['output', 'reject'] as const) {
    const file = settings[key]
    if (file === undefined || file === '-' || !(await isSameFile(file, path))) continue
    throw new LinemillError('ERR_USAGE', `\`${key}\` ${file} is the job's own module: name another file`)
  }
}

/** How many blocks inputs may have, before they are opened; 1 at least. */
function mostBlocks(inputs: string | readonly string[], { blockBytes }: Settings): number {
  const blocks = [inputs].flat().map((name) => Math.max(1, Math.ceil(totalSize([name]) / blockBytes)))
  return blocks.reduce((sum, count) => sum + count, 0) || 1
}

/**
 * Let workers load the job, and tell of it as soon as one knows. The others go on: one that fails where the first did
 * not fails again when it is to run.
 */
async function describe(workers: readonly PoolWorker[], job: JobReference): Promise<JobDescription> {
  const answers = workers.map((worker) => worker.request({ type: 'load', job }))
  for (const answer of answers) answer.catch(() => undefined)
  const first = await Promise.race(answers)
  return (first as { description: JobDescription }).description
}

/** Open the inputs while the workers start; what fails first is told, and nothing is left open. */
async function openWhile(
  described: Promise<unknown>,
  inputs: string | readonly string[],
  settings: Settings,
) {
  described.catch(() => undefined) // it is awaited later; opening may fail before
  const opened = openInputs(inputs, settings)
  try {
    await described
    return opened
  } catch (thrown) {
    closeInputs(opened)
    throw thrown
  }
}

/** Options come before what the job says of itself; a line function always gets lines. */
function wishesOf(description: JobDescription, settings: Settings): PlanWishes {
  if (description.kind === 'batch' && settings.onError !== 'fail') {
    throw new LinemillError(
      'ERR_USAGE',
      `\`onError\` ${settings.onError} passes single records over, but a batch function sees whole batches: use \`onError\` fail`,
    )
  }
  const choice: FormatChoice = {
    format: settings.format === 'auto' ? (description.format ?? 'auto') : settings.format,
    delimiter: settings.delimiter ?? description.delimiter,
    quote: settings.quote === undefined ? description.quote : settings.quote,
    header: settings.header && (description.header ?? true),
    names: settings.names ?? description.names,
  }
  if (description.kind === 'line') {
    return { choice: { ...choice, format: 'lines' as const, names: undefined }, columns: 'none' }
  }
  return { choice, columns: description.columns === undefined ? 'all' : Object.keys(description.columns) }
}

/** Let worker 0 combine its state with the others', and finish. */
async function combine({ states, workers }: Execution): Promise<unknown> {
  const answer = await workers[0].request({ type: 'combine', states })
  return (answer as { value: unknown }).value
}

interface RunEnd {
  readonly sinks: readonly Sink[]
  readonly job: LoadedJob
  readonly workBegan: number
  readonly result: unknown
  readonly outputBytes: number
}

function makeReport(prepared: Prepared, settings: Settings, execution: Execution, end: RunEnd): Report {
  const [sink] = end.sinks
  const { workers } = settings
  const { job, workBegan, result, outputBytes } = end
  return {
    ...makeFigures(prepared, settings, execution, { workers, outputBytes, began: job.began, workBegan }),
    ...(job.description.isReduction && { result }),
    ...(sink instanceof MemorySink && { output: sink.bytes() }),
  }
}
