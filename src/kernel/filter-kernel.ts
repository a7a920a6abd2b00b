import type { Batch } from '../batch/batch.js'
import { LinemillError } from '../errors.js'
import type { CompiledExpression } from '../expression/compile.js'
import { bindProgram } from '../expression/program.js'
import type { RecordFunction } from '../expression/record-function.js'
import type { InputPlan } from '../plan/plan.js'
import {
  SELECT_CAPACITY,
  SELECT_COUNT,
  SELECT_END,
  SELECT_NEXT,
  SELECT_WORDS,
  SELECTED_IN_DOUBT,
} from '../predicate-layout.js'
import type { Primitives } from '../primitives/primitives.js'
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

/** Parts of an expression that are functions. */
export interface FilterFunctions {
  /** What records must pass that are selected natively. */
  readonly rest: RecordFunction | undefined
  /** All of it, for those that natively are in doubt. */
  readonly whole: RecordFunction | undefined
}

/** Lets the records pass for which an expression holds: selected natively, then by its function, if it has one. */
export class FilterKernel extends UserKernel {
  protected override readonly what = 'the expression'
  readonly #description: FilterDescription
  readonly #primitives: Primitives
  readonly #functions: FilterFunctions
  readonly #select = new Uint32Array(SELECT_WORDS)
  /** Records before `#selectedUntil` that pass natively: so many, the next of which is yet to be looked at. */
  readonly #selected: Uint32Array
  #selectedUntil = -1
  #count = 0
  #next = 0
  #program: Uint32Array

  constructor(
    parts: UserKernelParts,
    description: FilterDescription,
    batch: Batch,
    primitives: Primitives,
    functions: FilterFunctions,
  ) {
    super(parts)
    this.#description = description
    this.#primitives = primitives
    this.#functions = functions
    this.#program = description.expression.program
    this.#selected = new Uint32Array(batch.capacity)
  }

  override useInput(input: InputPlan): void {
    const { slots, dialect } = input
    const capacity = this.#selected.length
    this.#program = bindProgram(this.#description.expression.program, {
      capacity,
      slots,
      quote: dialect.quote,
      areMembers: input.members.length > 0,
    })
    this.#functions.rest?.useInput(input)
    this.#functions.whole?.useInput(input)
  }

  override process(batch: Batch): void {
    this.#selectedUntil = -1
    this.#functions.rest?.useBatch()
    this.#functions.whole?.useBatch()
    super.process(batch)
  }

  protected override run(batch: Batch, from: number, until: number): void {
    this.checkCancelled()
    if (until !== this.#selectedUntil) this.#selectRecords(batch, from, until)
    let done = from
    try {
      while (this.#next < this.#count) {
        const listed = this.#selected[this.#next++]
        const first = listed & ~SELECTED_IN_DOUBT
        const call = listed === first ? this.#functions.rest : this.#functions.whole
        let end = first + 1
        if (call === undefined) {
          while (this.#next < this.#count && this.#selected[this.#next] === end) {
            this.#next++
            end++
          }
        } else if (!this.#holds(call, first)) continue
        this.#let(done, first, end)
        done = end
      }
    } catch (thrown) {
      // The record at hand fails; what stands before it is settled.
      this.#let(done, this.context.index, this.context.index)
      throw thrown
    }
    this.#let(done, until, until)
  }

  /** Let records pass, `[start, end)` of which hold and `[from, start)` do not. */
  #let(from: number, start: number, end: number): void {
    const { isInverted, isCount } = this.#description
    const first = isInverted ? from : start
    const last = isInverted ? start : end
    this.passed += last - first
    if (!isCount && first < last) this.emitter.inputLines(first, last)
  }

  /** The stack of an expression leads nowhere. */
  override positioned(thrown: unknown): LinemillError {
    const { code, message, position, excerpt } = super.positioned(thrown)
    return new LinemillError(code, message, { position, excerpt })
  }

  #holds(call: RecordFunction, record: number): boolean {
    this.checkCancelled()
    this.context.index = record
    return call.holds(record)
  }

  /** List the records of `[from, until)` that pass natively. */
  #selectRecords({ bytes, table, capacity }: Batch, from: number, until: number): void {
    const select = this.#select
    select[SELECT_NEXT] = from
    select[SELECT_END] = until
    select[SELECT_CAPACITY] = capacity
    select[SELECT_COUNT] = 0
    this.#primitives.selectRecords(bytes, table, this.#program, select, this.#selected)
    this.#count = select[SELECT_COUNT]
    this.#next = 0
    this.#selectedUntil = until
  }
}
