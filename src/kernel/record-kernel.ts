import type { Batch } from '../batch/batch.js'
import type { Cursor } from '../batch/row.js'
import type { InputPlan } from '../plan/plan.js'
import { isThenable, UserKernel, type UserKernelParts, wrongReturn } from './user-kernel.js'

type Call = (row: unknown, target: unknown, context: unknown) => unknown

/** Runs a function of a record: one row is moved over the batch, fields are decoded when they are read. */
export class RecordKernel extends UserKernel {
  readonly #call: Call
  readonly #cursor: Cursor
  readonly #target: unknown

  /** `state` is what the function gets instead of the emitter in a reduction. */
  constructor(parts: UserKernelParts, call: Call, cursor: Cursor, reduction?: { state: unknown }) {
    super(parts)
    this.#call = call
    this.#cursor = cursor
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
      if (result !== undefined && isThenable(result))
        throw wrongReturn('a record function', 'nothing', result)
      emitter.endRecord()
    }
  }
}
