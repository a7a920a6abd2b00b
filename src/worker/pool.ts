import type { Worker } from 'node:worker_threads'
import { asShortage, describeThrown, fromPlainError, LinemillError } from '../errors.js'
import type { RegionMemory } from '../region/region.js'
import { countEnding } from './ending-threads.js'
import type { FromWorker, ToWorker } from './messages.js'
import { isWorker, startThread } from './start-thread.js'

/** How long a worker may take to stop by itself before it is terminated. */
const STOP_MILLISECONDS = 1000
/** How long a thread may take to end. */
const END_MILLISECONDS = 500

/** What a pool keeps of memory between runs, at most: a region of the usual size. */
const KEPT_BYTES = 32 * 1024 * 1024

/** One worker thread, and the one request it is busy with. */
export class PoolWorker {
  readonly #thread: Worker
  #pending: { resolve: (message: FromWorker) => void; reject: (error: LinemillError) => void } | undefined
  #dead: LinemillError | undefined
  #unanswered = 0
  /** Resolves when the requests so far are answered. */
  #latest: Promise<unknown> = Promise.resolve()
  /** Receives what a worker says before its answer. */
  onNotice: (message: FromWorker) => void = () => undefined

  constructor() {
    this.#thread = takeThread()
    this.#thread.on('message', (message: FromWorker) => this.#receive(message))
    this.#thread.on('error', (thrown) => this.#die(deathBy(thrown)))
    this.#thread.on('exit', (code) => this.#die(exitError(code)))
    // Only what it is asked for keeps the process alive. After the listeners: adding one takes a reference.
    this.#thread.unref()
  }

  /**
   * Ask for something; resolves with the answer. Requests wait for those before them: a run that failed early, on an
   * input that is missing for example, leaves one behind, whose answer is nobody else's.
   *
   * @throws LinemillError what the worker reports, or ERR_WORKER if it dies.
   */
  request(message: ToWorker): Promise<FromWorker> {
    const answer = this.#unanswered === 0 ? this.#ask(message) : this.#latest.then(() => this.#ask(message))
    this.#unanswered++
    this.#latest = answer
      .catch(() => undefined) // told to whoever asked
      .then(() => {
        this.#unanswered--
      })
    return answer
  }

  #ask(message: ToWorker): Promise<FromWorker> {
    return new Promise((resolve, reject) => {
      if (this.#dead) return reject(this.#dead)
      this.#pending = { resolve, reject }
      this.#thread.ref()
      this.#thread.postMessage(message)
    })
  }

  get isDead(): boolean {
    return this.#dead !== undefined
  }

  /** @throws LinemillError that of which it is dead, if it is. */
  checkAlive(): void {
    if (this.#dead !== undefined) throw this.#dead
  }

  /** Whether it is dead because its pool was closed. */
  get isClosed(): boolean {
    return this.#dead?.code === 'ERR_WORKER'
  }

  /**
   * End the thread, wherever it is; what it was asked for fails with `error`, at once. A thread inside a system call
   * ends when that returns, which may be never: it is left behind after a while.
   */
  async end(error: LinemillError): Promise<void> {
    this.#die(error)
    const isEnded = countEnding(this.#thread.terminate())
    let timer: NodeJS.Timeout | undefined
    const isLate = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, END_MILLISECONDS)
    })
    await Promise.race([isEnded, isLate])
    clearTimeout(timer)
    this.#thread.unref()
  }

  /** Resolves when all that was asked for so far is answered, one way or another. */
  get latest(): Promise<unknown> {
    return this.#latest
  }

  #receive(message: FromWorker): void {
    if (message.type === 'blockFailed') {
      this.onNotice(message)
      return
    }
    if (message.type === 'failed' && message.isEnding) {
      this.#die(fromPlainError(message.error))
      return
    }
    const pending = this.#pending
    this.#pending = undefined
    this.#thread.unref()
    if (message.type === 'failed') pending?.reject(fromPlainError(message.error))
    else pending?.resolve(message)
  }

  #die(error: LinemillError): void {
    this.#dead ??= error
    this.#pending?.reject(this.#dead)
    this.#pending = undefined
  }
}

function takeThread(): Worker {
  try {
    return startThread()
  } catch (thrown) {
    throw deathBy(thrown)
  }
}

function deathBy(thrown: unknown): LinemillError {
  const shortage = asShortage(thrown, 'a worker cannot load: ')
  if (shortage !== undefined) return shortage
  const { code } = (thrown ?? {}) as Partial<NodeJS.ErrnoException>
  if (code === 'ERR_WORKER_INIT_FAILED') {
    return new LinemillError(
      'ERR_RESOURCE',
      `a worker cannot start (${describeThrown(thrown)}): ask for fewer (\`workers\`), or raise the limits of threads and open files (ulimit -u, -n)`,
      { cause: thrown },
    )
  }
  if (code === 'ERR_WORKER_OUT_OF_MEMORY') {
    return new LinemillError(
      'ERR_USER_FUNCTION',
      'a worker ran out of memory: keep less in the job, or give it more (NODE_OPTIONS=--max-old-space-size=MiB)',
      { cause: thrown },
    )
  }
  return new LinemillError(
    'ERR_USER_FUNCTION',
    `the job threw outside of its functions: ${describeThrown(thrown)}`,
    {
      cause: thrown,
    },
  )
}

function poolClosed(): LinemillError {
  return new LinemillError('ERR_WORKER', 'the pool is closed')
}

function exitError(code: number): LinemillError {
  return new LinemillError(
    'ERR_USER_FUNCTION',
    `a worker ended with status ${code} in the middle of the run: a job must not call process.exit()`,
  )
}

/** Worker threads that are started when they are first needed and used again from run to run. */
export class Pool {
  readonly size: number
  readonly #closeListeners = new Set<(error: LinemillError) => void>()
  #workers: PoolWorker[] = []
  #memory: RegionMemory | undefined

  /** @throws LinemillError ERR_MODULE inside a worker: a job that starts runs would do so in each worker, for ever. */
  constructor(size: number) {
    if (isWorker()) {
      throw new LinemillError(
        'ERR_MODULE',
        "linemill was called inside one of its own workers: the job's module calls it when it is loaded; put the call into a module of its own, or behind `if (isMainThread)` of node:worker_threads",
      )
    }
    this.size = size
  }

  /** The first `count` workers, started now if they are not. */
  workers(count = this.size): readonly PoolWorker[] {
    this.#workers = this.#workers.filter((worker) => !worker.isDead)
    while (this.#workers.length < count) this.#workers.push(new PoolWorker())
    return this.#workers.slice(0, count)
  }

  /**
   * Take the memory of the region of a run before. V8 does not count shared memory and collects it late: if each run
   * made its own, some hundred small runs would hold gigabytes.
   */
  takeMemory(): RegionMemory | undefined {
    const memory = this.#memory
    this.#memory = undefined
    return memory
  }

  /**
   * Leave a region's memory to the next run.
   *
   * HAZARD: nobody may write to it any more. The run's workers have answered; one that was ended may still be at it.
   */
  leaveMemory({ memory, words }: RegionMemory, workers: readonly PoolWorker[]): void {
    if (workers.some(({ isDead }) => isDead)) return
    if (memory.byteLength + words.byteLength <= KEPT_BYTES) this.#memory = { memory, words }
  }

  /** Be told when the pool is closed, for a run that uses no worker of it; call what is returned to be told no more. */
  onClose(listener: (error: LinemillError) => void): () => void {
    this.#closeListeners.add(listener)
    return () => this.#closeListeners.delete(listener)
  }

  /** End all workers, wherever they are. */
  async close(): Promise<void> {
    for (const listener of this.#closeListeners) listener(poolClosed())
    const workers = this.#workers
    this.#workers = []
    this.#memory = undefined
    await Promise.all(workers.map((worker) => worker.end(poolClosed())))
  }

  /** Wait until no worker is busy; end all workers if that takes longer than a second. */
  rest(): Promise<void> {
    return this.settle(this.#workers.map(({ latest }) => latest))
  }

  /** Wait for requests that were told to stop; end all workers if that takes longer than a second. */
  async settle(requests: readonly Promise<unknown>[]): Promise<void> {
    let isClosed: Promise<void> | undefined
    const timer = setTimeout(() => {
      isClosed = this.close()
    }, STOP_MILLISECONDS)
    await Promise.allSettled(requests)
    clearTimeout(timer)
    // Requests fail before their threads have ended, which what follows may want: the end of the process does.
    await isClosed
  }
}
