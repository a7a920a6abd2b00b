import type { Batch } from '../batch/batch.js'
import type { SelectedBatch } from '../batch/selected-batch.js'
import type { LinemillError } from '../errors.js'
import type { CompiledExpression } from '../expression/compile.js'
import { hasFields } from '../format/format.js'
import type { InputPlan } from '../plan/plan.js'
import { withoutStack } from './filter-kernel.js'
import type { Kernel } from './kernel.js'
import { OuterKernel } from './outer-kernel.js'
import type { RecordSelector } from './record-selector.js'
import type { UserKernelParts } from './user-kernel.js'

/** Another kernel that sees only the records for which an expression holds. */
export interface WhereDescription<Other> {
  readonly name: 'where'
  readonly expression: CompiledExpression
  /** Place of the expression's first column among those that are read. */
  readonly firstColumn: number
  readonly kernel: Other
}

/** What the kernel selects by, and what it hands records on to. */
export interface WhereParts {
  readonly selector: RecordSelector
  readonly firstColumn: number
  /** The batch that the other kernel is made over. */
  readonly selected: SelectedBatch
  readonly kernel: Kernel
}

/** Hands the records for which an expression holds on to another kernel. */
export class WhereKernel extends OuterKernel {
  protected override readonly what = 'the expression'
  readonly #parts: WhereParts
  readonly #mayReject: boolean
  /** Where the columns of the table begin that the other kernel reads. */
  #words: readonly number[] = []

  constructor(parts: UserKernelParts, own: WhereParts) {
    super(parts, own.kernel)
    this.#parts = own
    this.#mayReject = parts.rejects !== undefined
  }

  override useInput(input: InputPlan): void {
    this.#parts.selector.useInput(input, this.#parts.firstColumn)
    this.#words = this.#wordsOf(input)
    super.useInput(input)
  }

  #wordsOf({ format, slots }: InputPlan): number[] {
    const { selected, firstColumn } = this.#parts
    const own = [...new Set(slots.slice(0, firstColumn))].flatMap((slot) => [3 + 2 * slot, 4 + 2 * slot])
    // Records as a whole are read where they are lines, or objects, and copied where they are rejected.
    const ofRecords = hasFields(format) && !this.#mayReject ? [] : [0, 1, 2]
    return [...ofRecords, ...own].map((column) => column * selected.capacity)
  }

  override process(batch: Batch): void {
    this.#parts.selector.useBatch()
    super.process(batch)
  }

  protected override get runsUsersCode(): boolean {
    return this.#parts.selector.isAsking
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
    const { selected } = this.#parts
    this.passed += selected.recordCount
    selected.fill(this.#words)
    this.handOn(selected)
  }

  protected override positionedHere(thrown: unknown): LinemillError {
    return withoutStack(super.positionedHere(thrown))
  }
}
