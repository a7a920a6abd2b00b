import type { Batch } from '../batch/batch.js'
import type { Cursor } from '../batch/row.js'
import { CUT_COUNT } from '../layout.js'
import type { InputPlan } from '../plan/plan.js'
import { isLostResult, isThenable, UserKernel, type UserKernelParts, wrongReturn } from './user-kernel.js'

type Call = (batch: Batch, target: unknown, context: unknown) => unknown

/** Runs a function of a whole batch. A batch fails as a whole, so `onError` is always `fail` here. */
export class BatchKernel extends UserKernel {
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

  protected override run(batch: Batch, from: number, until: number): void {
    this.context.index = from
    this.checkCancelled()
    this.emitter.beginRecord(from)
    batch.fieldWord = (column) => this.#cursor.fieldWord(column)
    const { recordCount } = batch
    batch.cut[CUT_COUNT] = until // a ragged record ends what the function sees; it fails next
    const result = this.#call(batch, this.#target, this.context)
    batch.cut[CUT_COUNT] = recordCount
    if (result !== undefined) this.#checkResult(result)
    this.emitter.endRecord()
  }

  /** What is returned goes nowhere: a promise, or what looks like a result, is a mistake. */
  #checkResult(result: unknown): void {
    if (isThenable(result) || (!this.#isReduction && isLostResult(result, this.emitter))) {
      throw wrongReturn('a batch function', 'nothing (results go to its second argument)', result)
    }
  }
}
