import type { Batch } from '../batch/batch.js'
import type { Cursor } from '../batch/row.js'
import type { InputPlan } from '../plan/plan.js'
import { isLostResult, isThenable, UserKernel, type UserKernelParts, wrongReturn } from './user-kernel.js'

type Call = (row: unknown, target: unknown, context: unknown) => unknown

/** Runs a function of a record: one row is moved over the batch, fields are decoded when they are read. */
export class RecordKernel extends UserKernel {
  readonly #call: Call
  readonly #cursor: Cursor
  readonly #target: unknown
  readonly #isReduction: boolean

  /** `state` is what the function gets instead of the emitter in a reduction. */
  constructor(parts: UserKernelParts, call: Call, cursor: Cursor, reduction?: { state: unknown }) {
    super(parts)
    this.#call = call
    this.#cursor = cursor
    this.#isReduction = reduction !== undefined
    this.#target = reduction === undefined ? parts.emitter : reduction.state
  }

  override useInput(input: InputPlan): void {
    this.#cursor.useInput(input, input.slots, input.names)
  }

  protected override run(_batch: Batch, from: number, until: number): void {
    const { context, emitter } = this
    const call = this.#call
    const cursor = this.#cursor
    const row = cursor.row
    const target = this.#target
    for (let index = from; index < until; index++) {
      context.index = index
      cursor.index = index
      this.checkCancelled()
      emitter.beginRecord(index)
      const result = call(row, target, context)
      if (result !== undefined) this.#checkResult(result)
      emitter.endRecord()
    }
  }

  /** What is returned goes nowhere: a promise, or what looks like a result, is a mistake. */
  #checkResult(result: unknown): void {
    if (isThenable(result) || (!this.#isReduction && isLostResult(result, this.emitter))) {
      throw wrongReturn('a record function', 'nothing (results go to its second argument)', result)
    }
  }
}
