import { now } from '../clock.js'
import type { InputReader } from '../input/input.js'
import { checkFault, openSmallReader } from '../input/open.js'
import {
  FILE_BLOCKS_DONE,
  FILE_BLOCKS_NEXT,
  FILE_BLOCKS_SHARES,
  FILE_BLOCKS_STOP,
  NO_INDEX,
  QUOTED,
  SUMMARY_LINES,
  SUMMARY_WORDS,
} from '../layout.js'
import type { Settings } from '../options.js'
import {
  type Boundary,
  composeBoundary,
  endAtInputEnd,
  inputBoundary,
  summarizeBlock,
} from '../plan/boundary.js'
import { type Block, blockAt, type InputPlan, type Plan } from '../plan/plan.js'
import { roomForBlocks } from '../primitives/file-blocks.js'
import { allocateFresh } from '../primitives/fresh-memory.js'
import type { Primitives } from '../primitives/primitives.js'
import type { WorkerFigures } from '../report.js'
import { countEnding } from '../worker/ending-threads.js'
import { type Execution, settled, type Workers } from './execute.js'
import { Failures } from './failures.js'
import type { Prepared } from './prepare.js'
import type { OnBoundary } from './tally.js'
import { watch } from './watch.js'

/** So few blocks of an input are done by the main thread before others would pay; inputs of so few each are many workers'. */
const FEW_BLOCKS = 16

/** Blocks whose summaries are held at a time. */
const CALL_BLOCKS = 1024
/** The end of the process waits for a call, so that one is short. */
const CALL_BYTES = 128 * 2 ** 20
/** The most memory that blocks are read into. */
const ROOM_BYTES = 2 ** 30

/**
 * Whether the blocks of a plan of which nothing but their boundaries is wanted are summarised by threads of the
 * primitives' own. These are there in microseconds, workers in tens of milliseconds.
 */
export function hasOwnThreads({ plan, primitives }: Prepared, settings: Settings): boolean {
  const isAll = settings.limit === Number.MAX_SAFE_INTEGER
  if (primitives.summarizeBlocks === undefined || !isAll) return false
  const isOne = plan.inputs.length === 1 && !settings.mainThread
  return isOne || plan.blockCount > FEW_BLOCKS * plan.inputs.length
}

/** How many there are: no more than blocks at a time, and where blocks are read no more than fit into the memory of a run. */
export function threadsFor({ inputs, blockBytes }: Plan, { workers, memoryBytes }: Settings): number {
  const isRead = inputs.some(({ handle }) => handle.strategy === 'pread')
  const fitting = isRead ? Math.floor(Math.min(memoryBytes, ROOM_BYTES) / blockBytes) : CALL_BLOCKS
  const blocks = inputs.reduce((most, { blockCount }) => Math.max(most, blockCount), 0)
  return Math.max(1, Math.min(workers, blocks, fitting, CALL_BLOCKS))
}

/**
 * Find the boundaries of all blocks of a plan on such threads, as `execute` without a job does; where the pool is closed
 * meanwhile it ends as that does.
 *
 * @returns undefined where an input ends inside quotes: `execute` finds where they begin, and fails.
 * @throws LinemillError ERR_INPUT, ERR_CANCELLED
 */
export async function summarizeAll(
  prepared: Prepared,
  pool: Workers,
  settings: Settings,
  onBoundary: OnBoundary = () => undefined,
): Promise<Execution | undefined> {
  const began = now()
  const run = new Summarizing(prepared, pool, settings)
  const ends: Boundary[] = []
  try {
    for (const [inputIndex, input] of prepared.plan.inputs.entries()) {
      const before = inputBoundary(input, ends.at(-1)?.runRecords ?? 0)
      const end = await run.passInput(input, inputIndex, before, onBoundary)
      if (end.state === QUOTED) return undefined
      ends.push(end)
    }
  } finally {
    run.close()
  }
  run.throwFailure()
  return {
    ...NOTHING_PROCESSED,
    passedByInput: ends.map(() => 0),
    ends,
    ownThreads: run.figures.length,
    workerFigures: run.figures,
    secondsOfWork: (now() - began) / 1000,
  }
}

const NOTHING_PROCESSED = {
  ...{ records: 0, errors: 0, passed: 0, drains: 0 },
  ...{ bytesWritten: [], workers: [], states: [], firstErrors: [] },
} as const

type SummarizeBlocks = NonNullable<Primitives['summarizeBlocks']>

/** A run of such threads, and what they share. */
class Summarizing {
  readonly #plan: Plan
  readonly #primitives: Primitives
  readonly #summarizeBlocks: SummarizeBlocks
  readonly #threads: number
  readonly #words: Int32Array
  readonly #failures: Failures
  readonly #stopWatching: () => void
  readonly #stopListening: () => void
  readonly #callBlocks: number
  #room: Buffer = Buffer.alloc(0)

  constructor(prepared: Prepared, pool: Workers, settings: Settings) {
    const { plan, primitives } = prepared
    this.#plan = plan
    this.#primitives = primitives
    this.#summarizeBlocks = primitives.summarizeBlocks as SummarizeBlocks
    this.#threads = threadsFor(plan, settings)
    const fewest = Math.max(this.#threads, Math.floor(CALL_BYTES / plan.blockBytes))
    this.#callBlocks = Math.min(CALL_BLOCKS, fewest)
    const words = new Int32Array(FILE_BLOCKS_SHARES + this.#threads)
    this.#words = words
    this.#failures = new Failures(() => {
      words[FILE_BLOCKS_STOP] = 1
    })
    this.#stopWatching = watch(() => words[FILE_BLOCKS_DONE] as number, prepared, settings, this.#failures)
    this.#stopListening = pool.onClose((error) => this.#failures.add(-1, error))
  }

  close(): void {
    this.#stopListening()
    this.#stopWatching()
  }

  /** Throw what has failed beside the blocks: the last report of progress may, too. */
  throwFailure(): void {
    this.#failures.throwLowest()
  }

  /** What each thread did. */
  get figures(): WorkerFigures[] {
    const shares = this.#words.subarray(FILE_BLOCKS_SHARES)
    return Array.from(shares, (blocks) => ({ blocks, records: 0, waitSeconds: 0 }))
  }

  /** Give the boundary behind an input's last block. */
  async passInput(
    input: InputPlan,
    inputIndex: number,
    before: Boundary,
    onBoundary: OnBoundary,
  ): Promise<Boundary> {
    const reader = openSmallReader(input.handle)
    const end = input.firstBlock + input.blockCount
    let boundary = before
    try {
      for (let first = input.firstBlock; first < end; first += this.#callBlocks) {
        const summaries = await this.#summarize(input, first, Math.min(end, first + this.#callBlocks))
        for (let at = 0; at < summaries.length; at += SUMMARY_WORDS) {
          const summary = summaries.subarray(at, at + SUMMARY_WORDS)
          const index = first + at / SUMMARY_WORDS
          this.#complete(blockAt(this.#plan, index, inputIndex), reader, summary)
          boundary = composeBoundary(boundary, summary, input.dialect.skipsBlank)
          onBoundary(index, boundary)
        }
        checkFault(input.handle)
      }
    } finally {
      reader.close()
    }
    return boundary
  }

  /** Summarise a block that is left to this thread, or let the end of the input end its last record. */
  #complete(block: Block, reader: InputReader, summary: Uint32Array): void {
    if (summary[SUMMARY_LINES] === NO_INDEX) {
      summarizeBlock(block, reader, this.#primitives, summary)
      this.#words[FILE_BLOCKS_DONE]++
    } else if (block.end === block.input.byteLength) {
      const { bytes, base } = reader.window(block.end - 1, block.end)
      endAtInputEnd(summary, bytes[block.end - 1 - base] as number)
    }
  }

  /** Summarise blocks `[first, end)`. NO_INDEX stands for the lines of those that are left to this thread. */
  async #summarize(input: InputPlan, first: number, end: number): Promise<Uint32Array> {
    const summaries = new Uint32Array((end - first) * SUMMARY_WORDS).fill(NO_INDEX)
    this.#words[FILE_BLOCKS_NEXT] = 0
    const { handle, dialect, contentStart, byteLength: contentEnd } = input
    const { mapping, fd } = handle
    const { blockBytes } = this.#plan
    const call = this.#summarizeBlocks({
      ...{ fd, mapping, dialect, contentStart, contentEnd, blockBytes, summaries },
      start: contentStart + (first - input.firstBlock) * blockBytes,
      threads: Math.min(this.#threads, end - first),
      room: this.#roomFor(handle.strategy === 'pread'),
      words: this.#words,
    })
    await Promise.race([call, this.#failures.ended])
    if (this.#failures.any) {
      // HAZARD: a read that does not return is left alone, and its descriptor may be another file's by the time it does.
      void countEnding(call)
      await settled(call)
    }
    this.#failures.throwLowest()
    return summaries
  }

  #roomFor(isRead: boolean): Buffer {
    const byteLength = isRead ? roomForBlocks(this.#plan.blockBytes, this.#threads) : 0
    if (this.#room.length < byteLength) this.#room = allocateFresh(byteLength)
    return this.#room
  }
}
