import type { Batch } from '../batch/batch.js'
import type { CompiledExpression } from '../expression/compile.js'
import { bindProgram } from '../expression/program.js'
import type { RecordFunction } from '../expression/record-function.js'
import type { InputPlan } from '../plan/plan.js'
import {
  SELECT_CAPACITY,
  SELECT_COUNT,
  SELECT_DOUBTS,
  SELECT_END,
  SELECT_NEXT,
  SELECT_WORDS,
  SELECTED_IN_DOUBT,
} from '../predicate-layout.js'
import type { Primitives } from '../primitives/primitives.js'

/** Parts of an expression that are functions. */
export interface ExpressionFunctions {
  /** What records must pass that are selected natively. */
  readonly rest: RecordFunction | undefined
  /** All of it, for those that natively are in doubt. */
  readonly whole: RecordFunction | undefined
}

/** What a selector is made of. */
export interface SelectorParts {
  readonly batch: Batch
  readonly primitives: Primitives
  readonly expression: CompiledExpression
  readonly functions: ExpressionFunctions
}

/** Finds the records of a batch for which an expression holds: natively, then by its function, if it has one. */
export class RecordSelector {
  /** The records that `next` found: `[first, end)`. */
  first = 0
  end = 0
  /** Whether a function is asked, or was when it threw. */
  isAsking = false
  readonly #parts: SelectorParts
  readonly #select = new Uint32Array(SELECT_WORDS)
  /** Records before `#selectedUntil` that pass natively: so many, the next of which is yet to be looked at. */
  readonly #selected: Uint32Array
  #selectedUntil = -1
  #count = 0
  #next = 0
  /** Whether a function has to be asked about some of them. */
  #needsCalls = false
  #program: Uint32Array

  constructor(parts: SelectorParts) {
    this.#parts = parts
    this.#program = parts.expression.program
    this.#selected = new Uint32Array(parts.batch.capacity)
  }

  /**
   * Say which input the next batches come from.
   *
   * @param firstColumn place of the expression's first column among the columns that are read.
   */
  useInput(input: InputPlan, firstColumn = 0): void {
    const slots = input.slots.slice(firstColumn)
    const { expression, functions } = this.#parts
    this.#program = bindProgram(expression.program, {
      capacity: this.#selected.length,
      slots,
      quote: input.dialect.quote,
      areMembers: input.members.length > 0,
    })
    functions.rest?.useInput({ ...input, slots })
    functions.whole?.useInput({ ...input, slots })
  }

  /** Say that the batch was filled anew. */
  useBatch(): void {
    this.#selectedUntil = -1
    this.#parts.functions.rest?.useBatch()
    this.#parts.functions.whole?.useBatch()
  }

  /** Look for records from `from` to before `until`, where `from` is behind those that were looked at. */
  begin(from: number, until: number): void {
    this.isAsking = false
    if (until === this.#selectedUntil) return
    const { batch, primitives } = this.#parts
    const { bytes, table, capacity } = batch
    const select = this.#select
    select[SELECT_NEXT] = from
    select[SELECT_END] = until
    select[SELECT_CAPACITY] = capacity
    select[SELECT_COUNT] = 0
    select[SELECT_DOUBTS] = 0
    primitives.selectRecords(bytes, table, this.#program, select, this.#selected)
    this.#count = select[SELECT_COUNT]
    this.#needsCalls = this.#parts.functions.rest !== undefined || select[SELECT_DOUBTS] > 0
    this.#next = 0
    this.#selectedUntil = until
  }

  /** Take a list of all records that pass and are left; nothing where a function has to be asked about some. */
  takeAll(): Uint32Array | undefined {
    if (this.#needsCalls) return undefined
    const all = this.#selected.subarray(this.#next, this.#count)
    this.#next = this.#count
    return all
  }

  /**
   * Find the next records that pass, some that stand side by side; false if there are no more.
   *
   * @param onCall is told each record that a function is asked about, before it is; what that throws is thrown on.
   */
  next(onCall: (record: number) => void): boolean {
    const { rest, whole } = this.#parts.functions
    while (this.#next < this.#count) {
      const listed = this.#selected[this.#next++]
      this.first = listed & ~SELECTED_IN_DOUBT
      this.end = this.first + 1
      const call = listed === this.first ? rest : whole
      if (call === undefined) {
        while (this.#next < this.#count && this.#selected[this.#next] === this.end) {
          this.#next++
          this.end++
        }
        return true
      }
      onCall(this.first)
      this.isAsking = true
      const holds = call.holds(this.first)
      this.isAsking = false
      if (holds) return true
    }
    return false
  }
}
