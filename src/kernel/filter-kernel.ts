import type { Batch } from '../batch/batch.js'
import { LinemillError } from '../errors.js'
import type { CompiledExpression } from '../expression/compile.js'
import type { InputPlan } from '../plan/plan.js'
import type { RecordSelector } from './record-selector.js'
import { UserKernel, type UserKernelParts } from './user-kernel.js'

/** Which records are let pass. */
export interface FilterDescription {
  readonly name: 'filter'
  readonly expression: CompiledExpression
  /** Let those pass for which the expression does not hold. */
  readonly isInverted: boolean
  /** Count them only. */
  readonly isCount: boolean
}

/** Lets the records pass for which an expression holds. */
export class FilterKernel extends UserKernel {
  protected override readonly what = 'the expression'
  readonly #description: FilterDescription
  readonly #selector: RecordSelector

  constructor(parts: UserKernelParts, description: FilterDescription, selector: RecordSelector) {
    super(parts)
    this.#description = description
    this.#selector = selector
  }

  override useInput(input: InputPlan): void {
    this.#selector.useInput(input)
  }

  override process(batch: Batch): void {
    this.#selector.useBatch()
    super.process(batch)
  }

  protected override get runsUsersCode(): boolean {
    return this.#selector.isAsking
  }

  protected override run(_batch: Batch, from: number, until: number): void {
    this.checkCancelled()
    const selector = this.#selector
    selector.begin(from, until)
    if (!this.#description.isInverted) {
      const all = selector.takeAll()
      if (all !== undefined) {
        this.#letAll(all)
        return
      }
    }
    let done = from
    try {
      while (selector.next(this.#beginCall)) {
        this.#let(done, selector.first, selector.end)
        done = selector.end
      }
    } catch (thrown) {
      // The record at hand fails; what stands before it is settled.
      this.#let(done, this.context.index, this.context.index)
      throw thrown
    }
    this.#let(done, until, until)
  }

  readonly #beginCall = (record: number): void => {
    this.checkCancelled()
    this.context.index = record
  }

  #letAll(records: Uint32Array): void {
    this.passed += records.length
    if (!this.#description.isCount) this.emitter.inputRecords(records)
  }

  /** Let records pass, `[start, end)` of which hold and `[from, start)` do not. */
  #let(from: number, start: number, end: number): void {
    const { isInverted, isCount } = this.#description
    const first = isInverted ? from : start
    const last = isInverted ? start : end
    this.passed += last - first
    if (!isCount && first < last) this.emitter.inputLines(first, last)
  }

  override positioned(thrown: unknown): LinemillError {
    return withoutStack(super.positioned(thrown))
  }
}

/** The error as whoever wrote the expression can read it: without a stack, which leads nowhere, and without names of its source. */
export function withoutStack({ code, message, position, excerpt }: LinemillError): LinemillError {
  const readable = message.replaceAll(/\$[a-z]+\(\.\.\.\)/g, '(a column)')
  return new LinemillError(code, readable, { position, excerpt })
}
