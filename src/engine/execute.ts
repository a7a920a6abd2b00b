import { fromPlainError, LinemillError } from '../errors.js'
import { inputChange } from '../input/open.js'
import { MAX_OUTPUTS } from '../layout.js'
import type { Settings } from '../options.js'
import { Gatherer } from '../output/gather.js'
import type { Sink } from '../output/sink.js'
import { type Boundary, inputBoundary, readBoundary } from '../plan/boundary.js'
import { blockAt } from '../plan/plan.js'
import { Region } from '../region/region.js'
import type { WorkerFigures } from '../report.js'
import type { FromWorker, WorkerTask } from '../worker/messages.js'
import type { Pool, PoolWorker } from '../worker/pool.js'
import type { Prepared } from './prepare.js'

/** The part of a worker's task that the verb decides. */
export type TaskSettings = Omit<
  WorkerTask,
  'plan' | 'region' | 'instructionSet' | 'workerIndex' | 'workerCount' | 'maxRecordBytes' | 'limit' | 'batchRecords'
>

/** What a run of all blocks came to. */
export interface Execution {
  readonly records: number
  readonly errors: number
  readonly drains: number
  /** Bytes written to each sink. */
  readonly bytesWritten: readonly number[]
  readonly workerFigures: readonly WorkerFigures[]
  /** The workers' states of a reduction, without worker 0's, which stays there. */
  readonly states: readonly unknown[]
  /** The boundary behind each input's last block; that before the first, where an input has no block. */
  readonly ends: readonly Boundary[]
  readonly secondsOfWork: number
}

/** The region's measures for a run. */
export function measureRegion(settings: Settings, outputs: number): { slotBytes: number; slotCount: number } {
  const openSlots = (settings.workers + 1) * Math.max(1, outputs)
  const slotBytes =
    settings.slotBytes ?? Math.max(1, Math.min(DEFAULT_SLOT_BYTES, Math.floor(settings.memoryBytes / (4 * openSlots))))
  const slotCount = outputs === 0 ? 1 : Math.max(1, Math.floor(settings.memoryBytes / slotBytes))
  return { slotBytes, slotCount }
}

const DEFAULT_SLOT_BYTES = 128 * 1024
/** Output that comes of so many bytes of input is written in one go, where it is written eagerly. */
const WAKE_BYTES = 4 * 1024 * 1024
const PROGRESS_MILLISECONDS = 100

/**
 * Run all blocks of a plan on the pool's workers and gather what they write into the sinks, one for each output.
 *
 * @throws LinemillError that of the lowest block that failed, once all blocks before it are gathered.
 */
export async function execute(
  prepared: Prepared,
  pool: Pool,
  task: TaskSettings,
  sinks: readonly Sink[],
  settings: Settings,
): Promise<Execution> {
  if (sinks.length > MAX_OUTPUTS) throw new Error(`at most ${MAX_OUTPUTS} outputs`)
  const { plan } = prepared
  const wakeEvery = Math.max(1, Math.min(256, Math.floor(WAKE_BYTES / plan.blockBytes)))
  const region = Region.allocate({
    ...measureRegion(settings, sinks.length),
    blockCount: plan.blockCount,
    wakeEvery,
  })
  const tally = new Tally(prepared, region, settings)
  const gatherer = new Gatherer(region, sinks, { isEager: settings.gather === 'eager', onRetire: tally.retire })
  const failures = new Failures(region)
  const began = performance.now()
  const workers = pool.workers().slice(0, settings.workers)
  const requests = workers.map((worker, workerIndex) =>
    ask(worker, failures, { ...task, ...sharedTask(prepared, settings, region), workerIndex, workerCount: workers.length }),
  )
  const stopWatching = watch(region, prepared, settings, failures)
  try {
    await gatherer.gather()
  } catch (thrown) {
    failures.add(-1, thrown as LinemillError)
  } finally {
    stopWatching()
  }
  await pool.settle(requests)
  failures.throwLowest()
  const answers = (await Promise.all(requests)) as Extract<FromWorker, { type: 'finished' }>[]
  return {
    ...tally.totals(),
    drains: gatherer.drains,
    bytesWritten: gatherer.bytesWritten,
    workerFigures: answers.map(({ figures }) => figures),
    states: answers.slice(1).map(({ state }) => state),
    secondsOfWork: (performance.now() - began) / 1000,
  }
}

function sharedTask(prepared: Prepared, settings: Settings, region: Region) {
  const { maxRecordBytes, limit, batchRecords } = settings
  return {
    plan: prepared.plan,
    region: region.handle,
    instructionSet: prepared.primitives.instructionSet,
    ...{ maxRecordBytes, limit, batchRecords },
  }
}

async function ask(worker: PoolWorker, failures: Failures, task: WorkerTask): Promise<FromWorker | undefined> {
  worker.onNotice = (message) => {
    if (message.type === 'blockFailed') failures.addBlock(message.blockIndex, fromPlainError(message.error))
  }
  try {
    return await worker.request({ type: 'run', task })
  } catch (thrown) {
    failures.add(-1, thrown as LinemillError)
    return undefined
  }
}

/** Failures of a run; the lowest block's is the one that is told. */
class Failures {
  readonly #region: Region
  #lowest: { blockIndex: number; error: LinemillError } | undefined

  constructor(region: Region) {
    this.#region = region
  }

  /** A block failed: the blocks before it are still finished. */
  addBlock(blockIndex: number, error: LinemillError): void {
    if (this.#lowest === undefined || blockIndex < this.#lowest.blockIndex) this.#lowest = { blockIndex, error }
  }

  /** Something failed that belongs to no block (-1): the run ends at once. */
  add(blockIndex: number, error: LinemillError): void {
    this.addBlock(blockIndex, error)
    this.#region.control.cancel()
  }

  throwLowest(): void {
    if (this.#lowest !== undefined) throw this.#lowest.error
  }
}

/** Adds up what blocks report, in block order. */
class Tally {
  readonly #prepared: Prepared
  readonly #region: Region
  readonly #maxErrors: number
  readonly #ends: Boundary[]
  #records = 0
  #errors = 0

  constructor(prepared: Prepared, region: Region, settings: Settings) {
    this.#prepared = prepared
    this.#region = region
    this.#maxErrors = settings.maxErrors
    this.#ends = prepared.plan.inputs.map(({ headerLineCount }) => inputBoundary(headerLineCount, 0))
  }

  readonly retire = (blockIndex: number): void => {
    const { control } = this.#region
    const { records, errors } = control.figures(blockIndex)
    this.#records += records
    this.#errors += errors
    this.#ends[blockAt(this.#prepared.plan, blockIndex).inputIndex] = readBoundary(control, blockIndex)
    if (this.#errors > this.#maxErrors) {
      throw new LinemillError(
        'ERR_VALUE',
        `more than ${this.#maxErrors} records failed, the most that maxErrors allows`,
      )
    }
  }

  totals(): { records: number; errors: number; ends: readonly Boundary[] } {
    return { records: this.#records, errors: this.#errors, ends: this.#ends }
  }
}

/** Report progress and pass on the signal's abort, until the returned function is called. */
function watch(region: Region, prepared: Prepared, settings: Settings, failures: Failures): () => void {
  const { signal, onProgress } = settings
  const abort = (): void => {
    const cause = signal?.reason
    failures.add(-1, new LinemillError('ERR_CANCELLED', 'the run was cancelled by its signal', { cause }))
  }
  if (signal?.aborted) abort()
  signal?.addEventListener('abort', abort, { once: true })
  const began = performance.now()
  const bytesTotal = prepared.plan.inputs.reduce((sum, { byteLength }) => sum + byteLength, 0)
  const report = (): void => {
    const blocksDone = region.control.finished
    const blocksTotal = prepared.plan.blockCount
    const bytesDone = Math.min(bytesTotal, blocksDone * prepared.plan.blockBytes)
    onProgress?.({ bytesDone, bytesTotal, blocksDone, blocksTotal, seconds: (performance.now() - began) / 1000 })
  }
  const timer = onProgress === undefined ? undefined : setInterval(report, PROGRESS_MILLISECONDS)
  return () => {
    signal?.removeEventListener('abort', abort)
    if (timer === undefined) return
    clearInterval(timer)
    report()
  }
}

/** Compare the inputs with what they were when they were opened. Call before the output is put in place. */
export function checkInputs(prepared: Prepared, settings: Settings): void {
  for (const input of prepared.inputs) {
    const change = inputChange(input)
    if (change === undefined) continue
    const was = `${input.stat.size} bytes at the start`
    if (change === 'grown' && !settings.strictSize) {
      settings.onWarning(`input ${input.name} grew during the run; only its ${was} were processed`)
      continue
    }
    throw new LinemillError(
      'ERR_INPUT',
      `input ${input.name} was ${change} during the run (${was}): run again when nobody writes to it`,
    )
  }
}
