import type { Batch } from '../batch/batch.js'
import type { LinemillError } from '../errors.js'
import type { InputPlan } from '../plan/plan.js'
import type { Kernel } from './kernel.js'
import { UserKernel, type UserKernelParts } from './user-kernel.js'

/** Hands records on to another kernel, as a batch of their own; fails, and passes over, what does not get that far. */
export abstract class OuterKernel extends UserKernel {
  readonly #inner: Kernel
  readonly #rejects: UserKernelParts['rejects']
  /** What the other kernel threw, with its position. */
  #thrown: unknown

  constructor(parts: UserKernelParts, inner: Kernel) {
    super(parts)
    this.#inner = inner
    this.#rejects = parts.rejects
  }

  override useInput(input: InputPlan): void {
    this.#inner.useInput(input)
  }

  /** Let the other kernel process a batch, of records behind those that it has seen. */
  protected handOn(batch: Batch): void {
    if (batch.recordCount === 0) return
    // Both kernels reject records, in input order.
    this.#rejects?.endBatch()
    const errors = this.#inner.errors
    try {
      this.#inner.process(batch)
    } catch (thrown) {
      this.#thrown = thrown
      throw thrown
    }
    this.errors += this.#inner.errors - errors
    this.firstError ??= this.#inner.firstError
  }

  override positioned(thrown: unknown): LinemillError {
    return thrown === this.#thrown ? (thrown as LinemillError) : this.positionedHere(thrown)
  }

  /** Make the error about a record that did not get to the other kernel. */
  protected positionedHere(thrown: unknown): LinemillError {
    return super.positioned(thrown)
  }

  partial(): unknown {
    return this.#inner.partial?.()
  }

  override abandonBlock(): void {
    super.abandonBlock()
    this.#inner.abandonBlock()
  }
}
