import { type MessagePort, parentPort } from 'node:worker_threads'
import { Batch, measureBatch } from '../batch/batch.js'
import { asLinemillError, LinemillError, toPlainError } from '../errors.js'
import { type KernelDescription, makeBuiltInKernel } from '../kernel/built-in.js'
import type { Job } from '../kernel/job.js'
import { describeJob, loadJob } from '../kernel/load-job.js'
import { makeKernel } from '../kernel/make-kernel.js'
import { writeToStandardError } from '../output/standard-error.js'
import { choosePrimitives } from '../primitives/choose.js'
import { Region } from '../region/region.js'
import { SlotWriter } from '../region/slot-writer.js'
import type { WorkerFigures } from '../report.js'
import { BlockLoop } from './block-loop.js'
import type { FromWorker, JobReference, ToWorker, WorkerTask } from './messages.js'

const port = parentPort as MessagePort
const post = (message: FromWorker): void => port.postMessage(message)

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

async function runTask(task: WorkerTask): Promise<void> {
  const region = Region.attach(task.region)
  const { control } = region
  const primitives = choosePrimitives(task.instructionSet, { warn: false })
  const { plan, maxRecordBytes, limit } = task
  let hasFailed = false
  const report = (message: FromWorker): void => {
    hasFailed = true
    post(message)
  }
  const loop = new BlockLoop({ plan, control, primitives, maxRecordBytes, limit, post: report })
  if (task.job === undefined) {
    if (task.handsOver) await prepareHandOver(loop, task, region)
    if (task.kernel !== undefined) await prepare(loop, undefined, task, region)
    post({ type: 'finished', figures: loop.run() })
    return
  }
  const job = await load(task.job)
  latestJob = job
  const worker = { args: task.args, workerIndex: task.workerIndex, workerCount: task.workerCount }
  const tearDown = (): Promise<void> => callUser('teardown', () => job.teardown?.(worker))
  await callUser('setup', () => job.setup?.(worker))
  let figures: WorkerFigures
  try {
    state = await makeState(job, task)
    await prepare(loop, job, task, region)
    figures = loop.run()
  } catch (thrown) {
    await tearDown().catch(() => undefined) // the failure that came first is told
    throw thrown
  }
  if (hasFailed) await tearDown().catch(() => undefined)
  else await tearDown()
  // Last of all: the pool may be closed as soon as every worker has answered.
  finish(figures, job, task)
}

async function prepare(
  loop: BlockLoop,
  job: Job | undefined,
  task: WorkerTask,
  region: Region,
): Promise<void> {
  const primitives = choosePrimitives(task.instructionSet, { warn: false })
  const { plan, onError, args, columns, outputDialect, recordAllowed } = task
  const { capacity, wantedCount } = measureBatch(plan, task.batchRecords)
  const batch = new Batch(primitives, capacity, wantedCount)
  const writers: SlotWriter[] = []
  for (let output = 0; output < (onError === 'reject' ? 2 : 1); output++) {
    writers.push(new SlotWriter(region, output, writers, loop.verify))
  }
  if (job === undefined) {
    const parts = { batch, writers, primitives, outputDialect }
    loop.setWork({ kernel: await makeBuiltInKernel(task.kernel as KernelDescription, parts), batch, writers })
    return
  }
  const kernel = await makeKernel(job, state, batch, writers, primitives, {
    columns,
    format: plan.inputs[0]?.format ?? 'lines',
    outputDialect,
    recordAllowed,
    onError,
    args,
    isCancelled: () => region.control.isCancelled(),
  })
  loop.setWork({ kernel, batch, writers })
}

/** Let the loop hand its batches over to the thread that runs. */
async function prepareHandOver(loop: BlockLoop, task: WorkerTask, region: Region): Promise<void> {
  const { HandOverKernel } = await import('../kernel/hand-over-kernel.js')
  const primitives = choosePrimitives(task.instructionSet, { warn: false })
  const { capacity, wantedCount } = measureBatch(task.plan, task.batchRecords)
  const batch = new Batch(primitives, capacity, wantedCount)
  const writers: SlotWriter[] = []
  const writer = new SlotWriter(region, 0, writers, loop.verify)
  writers.push(writer)
  const isCancelled = (): boolean => region.control.isCancelled()
  const kernel = new HandOverKernel(batch, writer, primitives, { inputs: task.plan.inputs, isCancelled })
  loop.setWork({ kernel, batch, writers })
}

/** Report the figures; the state of worker 0 stays here, where the others' are brought to be combined. */
function finish(figures: WorkerFigures, job: Job, task: WorkerTask): void {
  if (job.init === undefined || task.workerIndex === 0) {
    post({ type: 'finished', figures })
    return
  }
  try {
    post({ type: 'finished', figures, state })
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
