import {
  WORKER_BLOCK,
  WORKER_CALLS,
  WORKER_RECORD_BYTES,
  WORKER_RECORD_COUNT,
  WORKER_RECORD_NUMBER,
  WORKER_RECORD_OFFSET,
  WORKER_WAITED,
  WORKER_WAITS,
} from '../layout.js'

/** The records that a call of the user's function is about. */
export interface CallSubject {
  /** Byte offset of the first record in its input. */
  readonly offset: number
  readonly byteLength: number
  /** Number of the first record in its input; 0 where lines are processed. */
  readonly recordNumber: number
  readonly recordCount: number
}

/**
 * What a worker is at (layout: WORKER_), written by the worker and read by the main thread.
 *
 * HAZARD: written by plain stores, which cost next to nothing. What is read is of one call only if `calls` is the
 * same before and after, as it is while the worker is stuck.
 */
export class WorkerRecord {
  readonly #words: Int32Array
  readonly #doubles: Float64Array
  readonly #at: number

  /** `at` is the record's first word, an even one. */
  constructor(words: Int32Array, at: number) {
    this.#words = words
    this.#doubles = new Float64Array(words.buffer)
    this.#at = at
  }

  beginBlock(index: number): void {
    this.#words[this.#at + WORKER_BLOCK] = index + 1
  }

  endBlock(): void {
    this.#words[this.#at + WORKER_BLOCK] = 0
  }

  beginCall(offset: number, byteLength: number, recordNumber: number, recordCount: number): void {
    const words = this.#words
    const at = this.#at
    words[at + WORKER_RECORD_COUNT] = recordCount
    words[at + WORKER_RECORD_BYTES] = byteLength
    this.#doubles[(at + WORKER_RECORD_OFFSET) / 2] = offset
    this.#doubles[(at + WORKER_RECORD_NUMBER) / 2] = recordNumber
    words[at + WORKER_CALLS] = words[at + WORKER_CALLS] + 1
  }

  endCall(): void {
    const at = this.#at + WORKER_CALLS
    this.#words[at] = this.#words[at] + 1
  }

  beginWait(): void {
    Atomics.add(this.#words, this.#at + WORKER_WAITS, 1)
  }

  endWait(milliseconds: number): void {
    this.#doubles[(this.#at + WORKER_WAITED) / 2] += milliseconds
    Atomics.add(this.#words, this.#at + WORKER_WAITS, 1)
  }

  /** Index of the block at hand, -1 if there is none. */
  get blockIndex(): number {
    return Atomics.load(this.#words, this.#at + WORKER_BLOCK) - 1
  }

  /** Changes with each call and return. */
  get calls(): number {
    return Atomics.load(this.#words, this.#at + WORKER_CALLS)
  }

  get isInCall(): boolean {
    return (this.calls & 1) === 1
  }

  get isWaiting(): boolean {
    return (Atomics.load(this.#words, this.#at + WORKER_WAITS) & 1) === 1
  }

  /** Milliseconds of all waits that are over. */
  get waitedMilliseconds(): number {
    return this.#doubles[(this.#at + WORKER_WAITED) / 2]
  }

  /** What the call at hand is about. */
  get subject(): CallSubject {
    const at = this.#at
    return {
      offset: this.#doubles[(at + WORKER_RECORD_OFFSET) / 2],
      byteLength: this.#words[at + WORKER_RECORD_BYTES],
      recordNumber: this.#doubles[(at + WORKER_RECORD_NUMBER) / 2],
      recordCount: this.#words[at + WORKER_RECORD_COUNT],
    }
  }
}
