import { type MessagePort, parentPort } from 'node:worker_threads'
import { asLinemillError, LinemillError, type PlainError, toPlainError } from '../errors.js'
import type { Job } from '../kernel/job.js'
import { describeJob, loadJob } from '../kernel/load-job.js'
import { makeKernel } from '../kernel/make-kernel.js'
import type { UserKernel } from '../kernel/user-kernel.js'
import { writeToStandardError } from '../output/standard-error.js'
import { choosePrimitives } from '../primitives/choose.js'
import type { Primitives } from '../primitives/primitives.js'
import { Region } from '../region/region.js'
import type { WorkerFigures } from '../report.js'
import { BlockLoop } from './block-loop.js'
import { largeBuffersIn } from './large-buffers.js'
import type { FromWorker, JobReference, ToWorker, WorkerTask } from './messages.js'
import { kernelResults, kernelSettings, makeParts, prepareBuiltIn } from './prepare-kernel.js'
import { markWorker } from './start-thread.js'

markWorker()

const port = parentPort as MessagePort
const post = (message: FromWorker, given: ArrayBuffer[] = []): void => port.postMessage(message, given)

// What a job prints is no output of the run, and must not wait for this thread's event loop.
for (const stream of [process.stdout, process.stderr]) {
  stream.write = (text: string | Uint8Array, ...rest: unknown[]): boolean => {
    writeToStandardError(text)
    const callback = rest.at(-1)
    if (typeof callback === 'function') callback()
    return true
  }
}

/** Jobs by module and export; a warm pool loads each once. */
const jobs = new Map<string, Promise<Job>>()
/** How often loading a job has failed: Node remembers a failed module by its URL. */
const failedLoads = new Map<string, number>()
let latestJob: Job | undefined
/** This worker's state of the reduction at hand. */
let state: unknown
/** Fails the block that the job's function is called for, with the position of the record at hand. */
let failBlock: ((error: LinemillError) => void) | undefined

// A job that ends its worker is told of where it did so; the call cannot be caught, and nothing comes behind it.
// Node calls process.exit() itself when it has told the main thread of what nobody caught: that is what is to be said.
let isUncaught = false
process.once('uncaughtExceptionMonitor', () => {
  isUncaught = true
})
const exit = process.exit
process.exit = (code) => {
  if (isUncaught) return exit(code)
  const error = new LinemillError(
    'ERR_USER_FUNCTION',
    `the job called process.exit(${code ?? ''}): a job must not call process.exit(), it throws an error to end the run`,
  )
  if (failBlock === undefined) post({ type: 'failed', error: toPlainError(error), isEnding: true })
  else failBlock(error)
  return exit(code)
}

port.on('message', (message: ToWorker) => {
  handle(message).catch((thrown) => {
    post({ type: 'failed', error: toPlainError(asLinemillError(thrown, 'ERR_WORKER', 'internal error: ')) })
  })
})

async function handle(message: ToWorker): Promise<void> {
  if (message.type === 'load') post({ type: 'loaded', description: describeJob(await load(message.job)) })
  else if (message.type === 'run') await runTask(message.task)
  else await combine(message.states)
}

function load(reference: JobReference): Promise<Job> {
  const key = `${reference.exportName} ${reference.url}`
  const known = jobs.get(key)
  if (known !== undefined) return known
  const job = loadJob(reference.url, reference.exportName, failedLoads.get(key) ?? 0)
  jobs.set(key, job)
  job.catch(() => {
    jobs.delete(key)
    failedLoads.set(key, (failedLoads.get(key) ?? 0) + 1)
  })
  return job
}

/** Load what the main thread has loaded before. */
function loadPrimitives({ instructionSet }: WorkerTask): Primitives {
  try {
    return choosePrimitives(instructionSet, { warn: false })
  } catch (cause) {
    const message =
      'a worker cannot load the addon, which the main thread has loaded: most likely too many open files: raise the limit (ulimit -n)'
    throw new LinemillError('ERR_RESOURCE', message, { cause })
  }
}

async function runTask(task: WorkerTask): Promise<void> {
  const region = Region.attach(task.region)
  const { control } = region
  const primitives = loadPrimitives(task)
  control.worker = region.worker(task.workerIndex)
  const { plan, maxRecordBytes, limit } = task
  let hasFailed = false
  const report = (message: FromWorker): void => {
    hasFailed = true
    post(message)
  }
  const loop = new BlockLoop({ plan, control, primitives, maxRecordBytes, limit, post: report })
  if (task.job === undefined) {
    if (task.handsOver) await prepareHandOver(loop, task, region)
    const kernel = task.kernel && (await prepareBuiltIn(loop, task.kernel, task, region))
    const figures = loop.run()
    const results = kernelResults(kernel)
    post({ type: 'finished', figures, ...results }, largeBuffersIn(results.state))
    return
  }
  const job = await load(task.job)
  latestJob = job
  const worker = { args: task.args, workerIndex: task.workerIndex, workerCount: task.workerCount }
  const tearDown = (): Promise<void> => callUser('teardown', () => job.teardown?.(worker))
  await callUser('setup', () => job.setup?.(worker))
  let figures: WorkerFigures
  let firstError: LinemillError | undefined
  try {
    state = await makeState(job, task)
    const kernel = await prepareJob(loop, job, task, region)
    failBlock = (error) => loop.fail(control.worker?.blockIndex ?? 0, kernel.positioned(error))
    figures = loop.run()
    firstError = kernel.firstError
  } catch (thrown) {
    await tearDown().catch(() => undefined) // the failure that came first is told
    throw thrown
  } finally {
    failBlock = undefined
  }
  if (hasFailed) await tearDown().catch(() => undefined)
  else await tearDown()
  // A promise that a job left behind and that failed ends this thread in the meantime, not behind its answer.
  await new Promise(setImmediate)
  // HAZARD: last of all, as the pool may be closed once every worker has answered.
  finish({ figures, firstError: firstError && toPlainError(firstError) }, job, task)
}

/** Let the loop run a job's function; gives the kernel. */
async function prepareJob(loop: BlockLoop, job: Job, task: WorkerTask, region: Region): Promise<UserKernel> {
  const { batch, writers, primitives } = makeParts(loop, task, region)
  const kernel = await makeKernel(job, state, batch, writers, primitives, kernelSettings(task, region))
  loop.setWork({ kernel, batch, writers })
  return kernel
}

/** Let the loop hand its batches over to the thread that runs. */
async function prepareHandOver(loop: BlockLoop, task: WorkerTask, region: Region): Promise<void> {
  const { HandOverKernel } = await import('../kernel/hand-over-kernel.js')
  const { batch, writers, primitives } = makeParts(loop, task, region)
  const kernel = new HandOverKernel(batch, writers[0], primitives, {
    inputs: task.plan.inputs,
    control: region.control,
  })
  loop.setWork({ kernel, batch, writers })
}

/** Report the figures; the state of worker 0 stays here, where the others' are brought to be combined. */
function finish(
  done: { figures: WorkerFigures; firstError: PlainError | undefined },
  job: Job,
  task: WorkerTask,
): void {
  if (job.init === undefined || task.workerIndex === 0) {
    post({ type: 'finished', ...done })
    return
  }
  try {
    post({ type: 'finished', ...done, state })
  } catch (thrown) {
    throw asLinemillError(
      thrown,
      'ERR_USER_FUNCTION',
      "the reduction's state cannot travel between workers (plain objects, Maps, Sets, typed arrays can): ",
    )
  }
}

/** What a reduction's functions change; they get a reference to it, so it must be an object. */
async function makeState(job: Job, task: WorkerTask): Promise<unknown> {
  if (job.init === undefined) return undefined
  const made = await callUser('init', () => job.init?.(task.args))
  if (typeof made === 'object' && made !== null) return made
  throw new LinemillError(
    'ERR_USER_FUNCTION',
    `the job's init must return an object for its functions to change (a Map, an array, { count: 0 }), found ${made === null ? 'null' : typeof made}`,
  )
}

/** Combine this worker's state with the others', and finish. */
async function combine(states: readonly unknown[]): Promise<void> {
  const job = latestJob as Job
  let combined = state
  for (const other of states) {
    combined = await callUser('combine', () => job.combine?.(combined, other))
    if (combined === undefined) {
      throw new LinemillError(
        'ERR_USER_FUNCTION',
        "the job's combine must return the combined state, found undefined",
      )
    }
  }
  const value = job.finish ? await callUser('finish', () => job.finish?.(combined)) : combined
  try {
    post({ type: 'result', value })
  } catch (thrown) {
    throw asLinemillError(
      thrown,
      'ERR_USER_FUNCTION',
      "the reduction's result cannot leave its worker (plain objects, Maps, Sets, typed arrays can): ",
    )
  }
}

async function callUser<T>(name: string, call: () => T | Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (thrown) {
    if (thrown instanceof LinemillError) throw thrown
    throw asLinemillError(thrown, 'ERR_USER_FUNCTION', `the job's ${name} threw `)
  }
}
