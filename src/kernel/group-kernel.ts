import type { Batch } from '../batch/batch.js'
import { type GroupKeys, GroupTable, type HashSeed, type KeyColumn } from '../batch/group-table.js'
import { NumberColumn } from '../batch/number-column.js'
import { columnNameOf, fieldWordOf, TextColumn } from '../batch/text-column.js'
import { LinemillError } from '../errors.js'
import { NUMBER_NONE } from '../number-layout.js'
import type { InputPlan } from '../plan/plan.js'
import type { Primitives } from '../primitives/primitives.js'
import { makeAccumulator, planAccumulators, readsNumbers } from './accumulators.js'
import type { Accumulator, AggregateDescription } from './aggregate.js'
import { DistinctCounts } from './distinct-counts.js'
import { grown } from './grown.js'
import type { Kernel } from './kernel.js'
import { UserKernel, type UserKernelParts } from './user-kernel.js'

/** How records are grouped, and what is kept of each group. */
export interface GroupDescription {
  readonly name: 'group'
  /** Indexes, among the columns that are read, of those whose fields are keys. */
  readonly keys: readonly number[]
  readonly aggregates: readonly AggregateDescription[]
  readonly seed: HashSeed
}

/** What a thread's records came to. */
export interface GroupPartial {
  readonly keys: GroupKeys
  /** How many records of the run stand before the first of each group. */
  readonly firstIndexes: Float64Array
  /** What the accumulators have kept, in the order of their plan. */
  readonly kept: readonly unknown[]
}

/** A column of numbers, and its place among those that are read. */
interface ReadNumbers {
  readonly column: number
  readonly numbers: NumberColumn
}

/** An accumulator, and what it takes in. */
interface Keeper {
  readonly accumulator: Accumulator<unknown>
  readonly column: number
  readonly fields: TextColumn | NumberColumn | undefined
}

/** Groups records by the fields of some columns. */
export class GroupKernel extends UserKernel {
  readonly #description: GroupDescription
  readonly #table: GroupTable
  readonly #groups: Uint32Array
  readonly #numbers: ReadNumbers[] = []
  readonly #keepers: readonly Keeper[]
  onTaken: Kernel['onTaken']
  #firstIndexes: Float64Array = new Float64Array(0)
  /** Records of the batch whose numbers are read. */
  #readUntil = -1

  constructor(parts: UserKernelParts, description: GroupDescription, batch: Batch, primitives: Primitives) {
    super(parts)
    const { seed, aggregates } = description
    this.#description = description
    this.#table = new GroupTable(primitives, seed)
    this.#groups = new Uint32Array(batch.capacity)
    this.#keepers = planAccumulators(aggregates).plans.map((plan) => {
      const accumulator = makeAccumulator(plan, primitives, seed) as Accumulator<unknown>
      const { column } = plan
      if (column < 0) return { accumulator, column, fields: undefined }
      const isNumber = readsNumbers(plan)
      const fields = isNumber ? this.#numbersOf(column, batch, primitives) : new TextColumn(batch)
      return { accumulator, column, fields }
    })
  }

  #numbersOf(column: number, batch: Batch, primitives: Primitives): NumberColumn {
    const known = this.#numbers.find((one) => one.column === column)
    if (known !== undefined) return known.numbers
    const numbers = new NumberColumn(batch, primitives)
    this.#numbers.push({ column, numbers })
    return numbers
  }

  override useInput(input: InputPlan): void {
    const capacity = this.#groups.length
    const keyColumn = (column: number): KeyColumn => ({
      word: fieldWordOf(input, column, capacity),
      quote: input.dialect.quote,
    })
    const keys = this.#description.keys.map(keyColumn)
    this.#table.useColumns(keys)
    for (const { column, numbers } of this.#numbers) numbers.useInput(input, column)
    for (const { accumulator, column, fields } of this.#keepers) {
      if (fields instanceof TextColumn) fields.useInput(input, column)
      if (accumulator instanceof DistinctCounts) accumulator.useColumns(keys, keyColumn(column))
    }
  }

  override process(batch: Batch): void {
    this.#readUntil = -1
    super.process(batch)
  }

  protected override get runsUsersCode(): boolean {
    return false
  }

  protected override run(batch: Batch, from: number, until: number): void {
    this.checkCancelled()
    if (until !== this.#readUntil) for (const { numbers } of this.#numbers) numbers.read(from, until)
    this.#readUntil = until
    let failing = until
    let failed: ReadNumbers | undefined
    for (const one of this.#numbers) {
      const found = one.numbers.kinds.subarray(from, failing).indexOf(NUMBER_NONE)
      if (found < 0) continue
      failing = from + found
      failed = one
    }
    if (failing > from) this.#add(batch, from, failing)
    if (failed === undefined) return
    this.context.index = failing
    throw numberError(batch, failed.column, failing)
  }

  #add(batch: Batch, from: number, until: number): void {
    this.onTaken?.(from, until)
    const before = this.#table.count
    this.#table.assign(batch, from, until, this.#groups)
    const groupCount = this.#table.count
    if (groupCount > before) {
      this.#firstIndexes = grown(this.#firstIndexes, groupCount)
      for (let group = before; group < groupCount; group++) {
        this.#firstIndexes[group] = batch.runIndex(this.#table.rowOf(group))
      }
    }
    const records = { batch, groups: this.#groups, from, until, groupCount }
    for (const { accumulator, fields } of this.#keepers) accumulator.add(records, fields)
  }

  partial(): GroupPartial {
    return {
      keys: this.#table.keys(),
      firstIndexes: this.#firstIndexes,
      kept: this.#keepers.map(({ accumulator }) => accumulator.partial()),
    }
  }
}

const EXCERPT_BYTES = 40

/** Make the error about a field that is no number; the caller adds the position. */
function numberError(batch: Batch, column: number, index: number): LinemillError {
  const fields = new TextColumn(batch)
  fields.useInput(batch.input, column)
  fields.find(index)
  const { bytes, start, end } = fields
  const isLong = end - start > EXCERPT_BYTES
  const text = bytes.toString('utf8', start, Math.min(end, start + EXCERPT_BYTES)) + (isLong ? '…' : '')
  const name = columnNameOf(batch.input, column)
  return new LinemillError('ERR_VALUE', `column ${name}: expected a number, found ${JSON.stringify(text)}`)
}
