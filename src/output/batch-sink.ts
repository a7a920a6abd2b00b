import { setImmediate as nextTurn } from 'node:timers/promises'
import { Assembly } from '../batch/assembly.js'
import type { HandedBatch } from '../batch/row-batch.js'
import { now } from '../clock.js'
import { fromPlainError, type PlainError } from '../errors.js'
import type { InputReader, Window } from '../input/input.js'
import { inputFault, openReader } from '../input/open.js'
import {
  HANDED_BASE,
  HANDED_CARRIED,
  HANDED_COUNT,
  HANDED_END,
  HANDED_FAILURE,
  HANDED_INPUT,
  HANDED_KIND,
  HANDED_LINE_NUMBER,
  HANDED_RECORD_NUMBER,
} from '../layout.js'
import type { InputPlan, Plan } from '../plan/plan.js'
import type { Primitives } from '../primitives/primitives.js'
import { Handover } from './handover.js'
import type { Sink } from './sink.js'

/** How long batches are handed over before the event loop, with its timers and signals, has its turn. */
const TURN_MILLISECONDS = 10

/**
 * Puts together what workers hand over, and hands each batch on to whoever iterates; the next one only when that one
 * is done with, so that workers wait for a slow reader as they wait for a slow disk.
 */
export class BatchSink implements Sink {
  readonly handover = new Handover<HandedBatch>()
  readonly #batch: HandedBatch
  readonly #plan: Plan
  readonly #assembly: Assembly
  #input: InputPlan | undefined
  #reader: InputReader | undefined
  #turnBegan = now()

  constructor(batch: HandedBatch, plan: Plan, primitives: Primitives) {
    this.#batch = batch
    this.#plan = plan
    this.#assembly = new Assembly(batch, primitives)
    batch.verify = () => this.#verify()
  }

  async write(buffers: readonly Buffer[]): Promise<void> {
    for (const bytes of buffers) {
      for (let at = 0; at < bytes.length; ) {
        const { next, isComplete } = this.#assembly.take(bytes, at)
        at = next
        if (isComplete) await this.#handOn()
      }
    }
  }

  async flush(): Promise<void> {}

  async commit(): Promise<void> {}

  /** Let go of the inputs; what was handed on is empty from then on. */
  async abort(): Promise<void> {
    this.handover.end()
    this.#batch.clear()
    this.#reader?.close()
    this.#reader = undefined
  }

  async #handOn(): Promise<void> {
    const { header, doubles, payload } = this.#assembly
    if (header[HANDED_KIND] === HANDED_FAILURE)
      throw fromPlainError(JSON.parse(String(payload)) as PlainError)
    const input = this.#plan.inputs[header[HANDED_INPUT]]
    this.#batch.fill({
      input,
      recordCount: header[HANDED_COUNT],
      firstRecordNumber: doubles[HANDED_RECORD_NUMBER / 2],
      firstLineNumber: doubles[HANDED_LINE_NUMBER / 2],
      ...this.#window(input),
    })
    await this.handover.give(this.#batch)
    this.#verify()
    if (now() - this.#turnBegan > TURN_MILLISECONDS) {
      await nextTurn()
      this.#turnBegan = now()
    }
  }

  /** The bytes that the table's offsets are relative to. */
  #window(input: InputPlan): Window {
    const { header, doubles, payload } = this.#assembly
    const base = doubles[HANDED_BASE / 2]
    if (header[HANDED_KIND] === HANDED_CARRIED) return { bytes: payload, base }
    const window = this.#readerOf(input).window(base, base + header[HANDED_END])
    // The worker's window may have begun elsewhere than ours.
    return window.base === base ? window : { bytes: window.bytes.subarray(base - window.base), base }
  }

  /** Batches come in the order of the inputs, so one reader at a time is enough. */
  #readerOf(input: InputPlan): InputReader {
    if (this.#reader !== undefined && input === this.#input) return this.#reader
    this.#reader?.close()
    this.#input = input
    this.#reader = openReader(input.handle)
    return this.#reader
  }

  /** Throw if bytes that were handed on may have been wrong. */
  #verify(): void {
    if (this.#reader?.isFaulted()) throw inputFault(this.#input?.name ?? '')
  }
}
