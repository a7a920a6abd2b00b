import type { Batch } from '../batch/batch.js'
import type { SelectedBatch } from '../batch/selected-batch.js'
import type { LinemillError } from '../errors.js'
import type { CompiledExpression } from '../expression/compile.js'
import type { InputPlan } from '../plan/plan.js'
import { withoutStack } from './filter-kernel.js'
import type { Kernel } from './kernel.js'
import type { RecordSelector } from './record-selector.js'
import { UserKernel, type UserKernelParts } from './user-kernel.js'

/** Another kernel that sees only the records for which an expression holds. */
export interface WhereDescription<Other> {
  readonly name: 'where'
  readonly expression: CompiledExpression
  /** Place of the expression's first column among those that are read. */
  readonly firstColumn: number
  readonly kernel: Other
}

/** What the kernel hands records on to. */
export interface WhereParts {
  readonly selector: RecordSelector
  readonly firstColumn: number
  /** The batch that the other kernel is made over. */
  readonly selected: SelectedBatch
  readonly kernel: Kernel
}

/** Hands the records for which an expression holds on to another kernel. */
export class WhereKernel extends UserKernel {
  protected override readonly what = 'the expression'
  readonly #parts: WhereParts
  readonly #rejects: UserKernelParts['rejects']
  /** What the other kernel threw, with its position. */
  #thrown: unknown

  constructor(parts: UserKernelParts, own: WhereParts) {
    super(parts)
    this.#parts = own
    this.#rejects = parts.rejects
  }

  override useInput(input: InputPlan): void {
    const { selector, firstColumn, kernel } = this.#parts
    selector.useInput(input, firstColumn)
    kernel.useInput(input)
  }

  override process(batch: Batch): void {
    this.#parts.selector.useBatch()
    super.process(batch)
  }

  protected override run(_batch: Batch, from: number, until: number): void {
    this.checkCancelled()
    const { selector, selected } = this.#parts
    selected.clear()
    selector.begin(from, until)
    try {
      while (selector.next(this.#beginCall)) selected.add(selector.first, selector.end)
    } catch (thrown) {
      // What stands before the record that fails is settled first, and may fail as well.
      this.#handOn()
      throw thrown
    }
    this.#handOn()
  }

  readonly #beginCall = (record: number): void => {
    this.checkCancelled()
    this.context.index = record
  }

  #handOn(): void {
    const { kernel, selected } = this.#parts
    if (selected.recordCount === 0) return
    this.passed += selected.recordCount
    // Both kernels reject records, in input order.
    this.#rejects?.endBatch()
    selected.fill()
    const errors = kernel.errors
    try {
      kernel.process(selected)
    } catch (thrown) {
      this.#thrown = thrown
      throw thrown
    }
    this.errors += kernel.errors - errors
    this.firstError ??= kernel.firstError
  }

  override positioned(thrown: unknown): LinemillError {
    return thrown === this.#thrown ? (thrown as LinemillError) : withoutStack(super.positioned(thrown))
  }

  partial(): unknown {
    return this.#parts.kernel.partial?.()
  }

  override abandonBlock(): void {
    super.abandonBlock()
    this.#parts.kernel.abandonBlock()
  }
}
