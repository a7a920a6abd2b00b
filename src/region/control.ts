import { now } from '../clock.js'
import {
  CONTROL_CANCEL,
  CONTROL_CURSOR,
  CONTROL_FINISHED,
  CONTROL_FREE_SLOTS,
  CONTROL_LAST_BLOCK,
  CONTROL_MAIN_SIGNAL,
  CONTROL_RECORDS,
  CONTROL_RETIRED,
  CONTROL_ROOM_SIGNAL,
  CONTROL_STARVED,
  IN_FLIGHT,
  PHASE_CLAIMED,
  PHASE_DONE,
  RECORD_ERRORS,
  RECORD_PASSED,
  RECORD_PROCESSED,
  RECORD_PUBLISHED,
  RECORD_STATE,
  RECORD_SUMMARY,
  RECORD_WORDS,
  SUMMARY_WORDS,
} from '../layout.js'
import type { WorkerRecord } from './worker-record.js'

const RING = 2 * IN_FLIGHT
/** Words before the region's part of the control words. */
export const CONTROL_FIXED_WORDS = CONTROL_RECORDS + RING * RECORD_WORDS

/** How long a worker sleeps at most before it looks around again; every wait is also woken by a signal. */
const WAIT_MILLISECONDS = 1000

/** Thrown inside a worker to leave a block that nobody needs any more. */
export class BlockAbandoned extends Error {}

/** What became of a block's records. */
export interface BlockFigures {
  readonly records: number
  /** Records that failed and were passed over. */
  readonly errors: number
  /** Records that a filter let pass. */
  readonly passed: number
}

/** A run's cursor, signals and block records over the control words (layout: CONTROL_, RECORD_). */
export class Control {
  readonly words: Int32Array<SharedArrayBuffer>
  readonly doubles: Float64Array
  readonly blockCount: number
  readonly #wakeEvery: number
  /** Seconds that this thread has waited for other blocks or for room. A double from the start: see batch/batch.ts. */
  waitSeconds = -0
  /** What this thread is at, where it is a worker. */
  worker: WorkerRecord | undefined

  constructor(words: Int32Array<SharedArrayBuffer>, blockCount: number, wakeEvery: number) {
    this.words = words
    this.doubles = new Float64Array(words.buffer)
    this.blockCount = blockCount
    this.#wakeEvery = wakeEvery
  }

  /** Set the words that do not begin at 0. Call once, before any worker sees them. */
  initialise(): void {
    Atomics.store(this.words, CONTROL_LAST_BLOCK, this.blockCount - 1)
  }

  /**
   * Take the next block; -1 when there is none left. Waits while too many blocks are in flight.
   */
  claim(): number {
    const index = Atomics.add(this.words, CONTROL_CURSOR, 1)
    while (!this.isStopping(index)) {
      const seen = Atomics.load(this.words, CONTROL_ROOM_SIGNAL)
      if (index < this.head + IN_FLIGHT) {
        this.#openRecord(index)
        return index
      }
      this.#waitForSignal(seen)
    }
    return -1
  }

  /** Take the next block without ever waiting, for the main thread; -1 if there is none left, or none now. */
  tryClaim(): number {
    for (;;) {
      const index = Atomics.load(this.words, CONTROL_CURSOR)
      if (this.isStopping(index) || index >= this.head + IN_FLIGHT) return -1
      if (Atomics.compareExchange(this.words, CONTROL_CURSOR, index, index + 1) !== index) continue
      this.#openRecord(index)
      return index
    }
  }

  /** Whether every needed block is claimed. */
  get isExhausted(): boolean {
    return this.isStopping(Atomics.load(this.words, CONTROL_CURSOR))
  }

  #openRecord(index: number): void {
    const record = this.recordOf(index)
    this.words.fill(0, record + RECORD_ERRORS, record + RECORD_WORDS)
    Atomics.store(this.words, record + RECORD_STATE, stateWord(index, PHASE_CLAIMED))
  }

  /** Index of the lowest block whose results are not taken yet. */
  get head(): number {
    return Atomics.load(this.words, CONTROL_RETIRED)
  }

  get lastBlock(): number {
    return Atomics.load(this.words, CONTROL_LAST_BLOCK)
  }

  /** Say that no block behind `index` is needed. */
  stopAfter(index: number): void {
    let seen = this.lastBlock
    while (index < seen) {
      const found = Atomics.compareExchange(this.words, CONTROL_LAST_BLOCK, seen, index)
      if (found === seen) break
      seen = found
    }
    this.signalRoom()
    this.wakeMain()
  }

  cancel(): void {
    Atomics.store(this.words, CONTROL_CANCEL, 1)
    this.signalRoom()
    this.wakeMain()
  }

  /**
   * Whether the run is to stop. Looked at between records, so it is a plain load: Atomics.load is a call here, and
   * a value seen late costs nothing but a few records.
   */
  isCancelled(): boolean {
    return this.words[CONTROL_CANCEL] !== 0
  }

  /** Whether block `index` is needed no more. */
  isStopping(index: number): boolean {
    return this.isCancelled() || index > this.lastBlock
  }

  /** Word index of a block's record in the ring. */
  recordOf(index: number): number {
    return CONTROL_RECORDS + (index % RING) * RECORD_WORDS
  }

  /** Publish a phase of a block's record; all its other words must be written before. */
  setPhase(index: number, phase: number): void {
    // HAZARD: the state word is stored last, after the words it vouches for.
    Atomics.store(this.words, this.recordOf(index) + RECORD_STATE, stateWord(index, phase))
  }

  /** The phase of a block's record, or -1 if the record does not belong to that block. */
  phase(index: number): number {
    const state = Atomics.load(this.words, this.recordOf(index) + RECORD_STATE)
    return state >> 2 === index + 1 ? state & 3 : -1
  }

  /** Publish that a block is processed, and how many of its records were processed and failed. */
  finish(index: number, figures: BlockFigures): void {
    const record = this.recordOf(index)
    this.words[record + RECORD_PROCESSED] = figures.records
    this.words[record + RECORD_ERRORS] = figures.errors
    this.words[record + RECORD_PASSED] = figures.passed
    this.setPhase(index, PHASE_DONE)
    const finished = Atomics.add(this.words, CONTROL_FINISHED, 1) + 1
    if (finished % this.#wakeEvery === 0 || finished > this.lastBlock || this.#isAwaited) this.wakeMain()
  }

  /** Whether a worker sleeps until the head moves: it needs a slot, or is too far ahead. Nobody else may wake main. */
  get #isAwaited(): boolean {
    return this.isStarved || Atomics.load(this.words, CONTROL_CURSOR) > this.head + IN_FLIGHT
  }

  /** Blocks finished so far, for progress. */
  get finished(): number {
    return Atomics.load(this.words, CONTROL_FINISHED)
  }

  /** A view of a block's summary words in the ring. */
  summary(index: number): Uint32Array {
    const at = this.recordOf(index) + RECORD_SUMMARY
    return new Uint32Array(this.words.buffer, at * 4, SUMMARY_WORDS)
  }

  /** Figures of a finished block. */
  figures(index: number): BlockFigures {
    const record = this.recordOf(index)
    return {
      records: this.words[record + RECORD_PROCESSED] as number,
      errors: this.words[record + RECORD_ERRORS] as number,
      passed: this.words[record + RECORD_PASSED] as number,
    }
  }

  /** Move the head on; the main thread calls this when it has taken all results of the head block. */
  retireHead(): void {
    Atomics.add(this.words, CONTROL_RETIRED, 1)
    this.signalRoom()
  }

  /** Word index of the list of slots that a block published for an output. */
  publishedWord(index: number, output: number): number {
    return this.recordOf(index) + RECORD_PUBLISHED + output
  }

  wakeMain(): void {
    Atomics.add(this.words, CONTROL_MAIN_SIGNAL, 1)
    Atomics.notify(this.words, CONTROL_MAIN_SIGNAL)
  }

  get mainSignal(): number {
    return Atomics.load(this.words, CONTROL_MAIN_SIGNAL)
  }

  /** Resolve when `wakeMain` was called since `seen` was read, or after a while. For the main thread. */
  async mainWoken(seen: number): Promise<void> {
    const wait = Atomics.waitAsync(this.words, CONTROL_MAIN_SIGNAL, seen, WAIT_MILLISECONDS)
    if (wait.async) await wait.value
  }

  /** Wake workers that wait for a slot, for the head to move, or for room in the ring. */
  signalRoom(): void {
    Atomics.add(this.words, CONTROL_ROOM_SIGNAL, 1)
    Atomics.notify(this.words, CONTROL_ROOM_SIGNAL)
  }

  /**
   * Wait until `attempt` gives a number that is not negative; it is tried again at each room signal.
   *
   * @throws BlockAbandoned if block `index` is needed no more.
   */
  waitForRoom(index: number, attempt: () => number): number {
    Atomics.add(this.words, CONTROL_STARVED, 1)
    try {
      for (;;) {
        const seen = Atomics.load(this.words, CONTROL_ROOM_SIGNAL)
        if (this.isStopping(index)) throw new BlockAbandoned()
        const got = attempt()
        if (got >= 0) return got
        this.#waitForSignal(seen)
      }
    } finally {
      Atomics.sub(this.words, CONTROL_STARVED, 1)
    }
  }

  #waitForSignal(seen: number): void {
    const began = now()
    this.worker?.beginWait()
    this.wakeMain()
    Atomics.wait(this.words, CONTROL_ROOM_SIGNAL, seen, WAIT_MILLISECONDS)
    const milliseconds = now() - began
    this.worker?.endWait(milliseconds)
    this.waitSeconds += milliseconds / 1000
  }

  /** Whether a worker waits for a slot. */
  get isStarved(): boolean {
    return Atomics.load(this.words, CONTROL_STARVED) > 0
  }

  get freeSlots(): number {
    return Atomics.load(this.words, CONTROL_FREE_SLOTS)
  }
}

function stateWord(index: number, phase: number): number {
  return (index + 1) * 4 + phase
}
