import { now } from '../clock.js'
import { asLinemillError, fromPlainError, type LinemillError, type PlainError } from '../errors.js'
import { ALONE_BLOCKS } from '../input/large.js'
import { runsOwnCode } from '../kernel/own-code.js'
import { MAX_OUTPUTS } from '../layout.js'
import type { Settings } from '../options.js'
import { Gatherer } from '../output/gather.js'
import type { Sink } from '../output/sink.js'
import type { Plan } from '../plan/plan.js'
import { Region } from '../region/region.js'
import type { WorkerFigures } from '../report.js'
import type { FromWorker, WorkerTask } from '../worker/messages.js'
import type { Pool, PoolWorker } from '../worker/pool.js'
import { orCancelled } from './cancellation.js'
import { Failures } from './failures.js'
import type { Prepared } from './prepare.js'
import { type OnBoundary, Tally, type Totals } from './tally.js'
import { watch } from './watch.js'

/** The part of a worker's task that the verb decides. */
export type TaskSettings = Omit<
  WorkerTask,
  | 'plan'
  | 'region'
  | 'instructionSet'
  | 'workerIndex'
  | 'workerCount'
  | 'maxRecordBytes'
  | 'limit'
  | 'batchRecords'
  | 'watchesCalls'
>

/** A task without a job: blocks are only summarised. What a built-in kernel needs is added to it. */
export const NO_JOB: TaskSettings = {
  columns: [],
  outputDialect: { delimiter: ',', quote: '"' },
  recordAllowed: false,
  onError: 'fail',
  args: {},
}

/** What a run wants of a pool. */
export type Workers = Pick<Pool, 'workers' | 'settle' | 'takeMemory' | 'leaveMemory' | 'onClose'>

/** For a run that the main thread does alone. */
export const NO_WORKERS: Workers = {
  workers: () => [],
  settle: async (requests) => void (await Promise.allSettled(requests)),
  takeMemory: () => undefined,
  leaveMemory: () => undefined,
  onClose: () => () => undefined,
}

/** What a run of all blocks came to. */
export interface Execution extends Totals {
  readonly drains: number
  /** Bytes written to each sink. */
  readonly bytesWritten: readonly number[]
  readonly workerFigures: readonly WorkerFigures[]
  /** The workers that took part, worker 0 first. */
  readonly workers: readonly PoolWorker[]
  /** Threads of the primitives' own that took part. */
  readonly ownThreads: number
  /** The states of a reduction: a built-in kernel's; of a job's without worker 0's, which stays there. */
  readonly states: readonly unknown[]
  /** About the first record that each worker passed over, where it did. */
  readonly firstErrors: readonly PlainError[]
  readonly secondsOfWork: number
}

/** The region's measures for a run. */
export function measureRegion(settings: Settings, outputs: number): { slotBytes: number; slotCount: number } {
  if (outputs === 0) return { slotBytes: 1, slotCount: 1 }
  const isEager = settings.gather === 'eager'
  const regionBytes = isEager ? Math.min(settings.memoryBytes, EAGER_REGION_BYTES) : settings.memoryBytes
  const openSlots = (settings.workers + 1) * outputs
  const fittingBytes = Math.max(1, Math.floor(regionBytes / (4 * openSlots)))
  const slotBytes = settings.slotBytes ?? Math.min(DEFAULT_SLOT_BYTES, fittingBytes)
  const slotCount = Math.min(MOST_SLOTS, Math.max(1, Math.floor(regionBytes / slotBytes)))
  return { slotBytes, slotCount }
}

const DEFAULT_SLOT_BYTES = 128 * 1024
/** Each slot takes some words of the region's own, which have to fit into an array. */
const MOST_SLOTS = 2 ** 22
/**
 * What is written as it comes needs room only for what the writer is behind. Slots that are used again stay in the
 * processor's cache; each fresh page costs its first touch (see docs/architecture.md).
 */
const EAGER_REGION_BYTES = 24 * 1024 * 1024
/** Output that comes of so many bytes of input is written in one go, where it is written eagerly. */
const WAKE_BYTES = 4 * 1024 * 1024

/**
 * Run all blocks of a plan on the pool's workers and gather what they write into the sinks, one for each output.
 *
 * @throws LinemillError that of the lowest block that failed, once all blocks before it are gathered.
 */
export async function execute(
  prepared: Prepared,
  pool: Workers,
  task: TaskSettings,
  sinks: readonly Sink[],
  settings: Settings,
  onBoundary?: OnBoundary,
): Promise<Execution> {
  if (sinks.length > MAX_OUTPUTS) throw new Error(`at most ${MAX_OUTPUTS} outputs`)
  const { plan } = prepared
  const wakeEvery = Math.max(1, Math.min(256, Math.floor(WAKE_BYTES / plan.blockBytes)))
  // Whoever reads a pipe may leave early, and the run with it.
  const gather = sinks.some(({ isPipe }) => isPipe) ? 'eager' : settings.gather
  const { slotBytes, slotCount } = measureRegion({ ...settings, gather }, sinks.length)
  const region = Region.allocate(
    { slotBytes, slotCount, blockCount: plan.blockCount, wakeEvery, workerCount: settings.workers },
    pool.takeMemory(),
  )
  const tally = new Tally(prepared, region, settings, onBoundary)
  const gatherer = new Gatherer(region, sinks, { isEager: gather === 'eager', onRetire: tally.retire })
  const failures = new Failures(() => region.control.cancel())
  const began = now()
  const run = { prepared, task, settings, region, failures }
  const workers = pool.workers(workersNeeded(task, prepared, settings))
  const threads = startThreads(run, workers)
  const stopWatching = watch(() => region.control.finished, prepared, settings, failures)
  const stopWatchingCalls = await watchCallsOf(run, workers)
  const gathering = gatherer.gather()
  const leaving = Promise.allSettled([...threads, gathering]).then(() =>
    pool.leaveMemory(region.handle, workers),
  )
  try {
    await Promise.race([gathering, failures.ended])
  } catch (thrown) {
    failures.add(-1, thrown as LinemillError)
  } finally {
    stopWatching()
    stopWatchingCalls()
  }
  region.control.cancel() // whatever is still computed is needed no more
  if (failures.any) await Promise.all([pool.settle(threads), settled(gathering)])
  if (failures.isLowest(tally.tooMany)) throw await tellFirst(tally.tooMany, prepared, threads)
  failures.throwLowest()
  const answers = await orCancelled(Promise.all(threads), settings.signal)
  failures.throwLowest()
  await leaving
  const finished = answers.filter((answer) => answer?.type === 'finished')
  return {
    ...tally.totals(),
    drains: gatherer.drains,
    bytesWritten: gatherer.bytesWritten,
    workers,
    ownThreads: 0,
    workerFigures: finished.map(({ figures }) => figures),
    firstErrors: finished.flatMap(({ firstError }) => firstError ?? []),
    states: (task.job === undefined ? finished : finished.slice(1)).map(({ state }) => state),
    secondsOfWork: (now() - began) / 1000,
  }
}

/** Add the first record that failed to the failure that too many did. */
async function tellFirst(
  tooMany: LinemillError,
  prepared: Prepared,
  threads: readonly Promise<FromWorker | undefined>[],
): Promise<LinemillError> {
  const { withFirst } = await import('./passed-over.js')
  return withFirst(tooMany, prepared, await Promise.all(threads))
}

/** How long a call of the system's may take to return; what it writes to, or reads from, may be stuck. */
const SETTLE_MILLISECONDS = 1000

/** Wait until work that is needed no more is at rest, or stuck. What it throws is known already. */
export async function settled(work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const isLate = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, SETTLE_MILLISECONDS)
  })
  await Promise.race([work.catch(() => undefined), isLate])
  clearTimeout(timer)
}

/**
 * How many worker threads a run needs, one for each block at most. Where the main thread takes part, it is one of the
 * threads that were asked for, and small inputs are done before a worker would have started.
 */
export function workersNeeded(work: Work, { primitives, plan }: Prepared, settings: Settings): number {
  const { blockCount } = plan
  if (!helpsOut(work, plan, settings)) return Math.min(settings.workers, Math.max(1, blockCount))
  const aloneBlocks = primitives.instructionSet === 'portable' ? ALONE_BLOCKS / SLOWER : ALONE_BLOCKS
  return blockCount <= aloneBlocks ? 0 : Math.min(settings.workers - 1, blockCount)
}

/** How much longer portable primitives take for a block, nearly. */
const SLOWER = 8

/** What the threads of a run share. */
interface Run {
  readonly prepared: Prepared
  readonly task: TaskSettings
  readonly settings: Settings
  readonly region: Region
  readonly failures: Failures
}

/**
 * Larger blocks would keep the main thread from its other duties, which it looks after between blocks; and what it
 * writes of a block it has to hold.
 */
const MOST_HELPED_BYTES = 4 * 1024 * 1024

/**
 * Whether the main thread takes part, where it was let to: no code of a user's runs, which may never end, and a block
 * does not fall into many parts, each of which takes a slot that it would have to hold.
 */
function helpsOut({ job, kernel }: Work, { blockBytes }: Plan, settings: Settings): boolean {
  const isOwn =
    job === undefined && (kernel === undefined || (runsOwnCode(kernel) && kernel.name !== 'split'))
  return settings.mainThread && isOwn && blockBytes <= MOST_HELPED_BYTES
}

/** What a worker does with records: a job, a built-in kernel, or neither. */
export type Work = Pick<TaskSettings, 'job' | 'kernel'>

function startThreads(run: Run, workers: readonly PoolWorker[]): Promise<FromWorker | undefined>[] {
  const { prepared, task, settings, region, failures } = run
  const workerCount = workers.length
  const shared = { ...task, ...sharedTask(prepared, settings, region), workerCount }
  const threads = workers.map((worker, workerIndex) => ask(run, worker, { ...shared, workerIndex }))
  if (helpsOut(task, prepared.plan, settings)) {
    // Loaded here: a job's main thread has no use for what a worker needs.
    threads.unshift(
      import('./help-out.js')
        .then(({ helpOut }) => helpOut(prepared, region, { ...shared, workerIndex: workerCount }, failures))
        .catch((thrown) => {
          failures.add(-1, asLinemillError(thrown, 'ERR_WORKER', 'internal error: '))
          return undefined
        }),
    )
  }
  return threads
}

function sharedTask(prepared: Prepared, settings: Settings, region: Region) {
  const { maxRecordBytes, limit, batchRecords } = settings
  return {
    plan: prepared.plan,
    region: region.handle,
    instructionSet: prepared.primitives.instructionSet,
    watchesCalls: hasTimeout(settings),
    ...{ maxRecordBytes, limit, batchRecords },
  }
}

function hasTimeout({ timeoutSeconds }: Settings): boolean {
  return timeoutSeconds < Number.POSITIVE_INFINITY
}

async function watchCallsOf(run: Run, workers: readonly PoolWorker[]): Promise<() => void> {
  if (!hasTimeout(run.settings)) return () => undefined
  const { watchCalls } = await import('./watch-calls.js')
  return watchCalls(run.region, run.prepared, workers, run.settings.timeoutSeconds, run.failures)
}

async function ask(run: Run, worker: PoolWorker, task: WorkerTask): Promise<FromWorker | undefined> {
  const { failures } = run
  worker.onNotice = (message) => {
    if (message.type === 'blockFailed') failures.addBlock(message.blockIndex, fromPlainError(message.error))
  }
  try {
    return await worker.request({ type: 'run', task })
  } catch (thrown) {
    const error = thrown as LinemillError
    if (worker.isClosed) addClosing(failures, error)
    else if (worker.isDead) await addDeath(run, task.workerIndex, error)
    else failures.add(-1, error)
    return undefined
  }
}

/** A pool is closed by its owner, or where a run that failed does not stop: then it is known why. */
function addClosing(failures: Failures, error: LinemillError): void {
  if (!failures.any) failures.add(-1, error)
}

/** A worker that died in a block fails that block; where it was not in one, nobody knows what it has claimed. */
async function addDeath(run: Run, workerIndex: number, error: LinemillError): Promise<void> {
  const { prepared, region, failures } = run
  const worker = region.worker(workerIndex)
  const { blockIndex } = worker
  if (blockIndex < 0) return failures.add(-1, error)
  region.control.stopAfter(blockIndex - 1)
  if (failures.knows(blockIndex)) return
  const { atLastSeen } = await import('./last-seen.js')
  failures.addBlock(blockIndex, atLastSeen(error, prepared, region, worker))
}
