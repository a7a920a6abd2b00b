import type { Batch } from '../batch/batch.js'
import type { OutputDialect } from '../batch/encode.js'
import { FieldCopier, type FieldRun, type FieldTable } from '../batch/field-copier.js'
import { LinemillError } from '../errors.js'
import type { InputPlan } from '../plan/plan.js'
import type { Primitives } from '../primitives/primitives.js'
import type { SlotWriter } from '../region/slot-writer.js'
import { UserKernel, type UserKernelParts } from './user-kernel.js'

/** Which fields make a record of the output. */
export interface SelectDescription {
  readonly name: 'select'
  /** By their indexes among the columns that are read. */
  readonly runs: readonly FieldRun[]
  /** Name of each run's last column, for messages. */
  readonly lastNames: readonly string[]
}

/** What the kernel writes by, beside what it shares with those over a user's function. */
export interface SelectParts {
  readonly writer: SlotWriter
  readonly primitives: Primitives
  readonly dialect: OutputDialect
}

const EXCERPT_CHARACTERS = 40

/** Copies chosen fields of each record straight into slots. */
export class SelectKernel extends UserKernel {
  readonly #writer: SlotWriter
  readonly #lastNames: readonly string[]
  readonly #copier: FieldCopier
  readonly #capacity: number

  constructor(
    parts: UserKernelParts,
    { runs, lastNames }: SelectDescription,
    { capacity }: Batch,
    { writer, primitives, dialect }: SelectParts,
  ) {
    super(parts)
    this.#writer = writer
    this.#lastNames = lastNames
    this.#capacity = capacity
    this.#copier = new FieldCopier(primitives, runs, dialect)
  }

  override useInput({ dialect, slots }: InputPlan): void {
    this.#copier.useInput(dialect, slots, this.#capacity)
  }

  protected override get runsUsersCode(): boolean {
    return false
  }

  protected override run(batch: Batch, from: number, until: number): void {
    const copier = this.#copier
    const writer = this.#writer
    let isFresh = false
    let next = from
    while (next < until) {
      this.checkCancelled()
      const begin = writer.position
      writer.position = copier.copy(batch, next, until, writer.target, begin, writer.limit)
      if (copier.next > next) isFresh = false
      next = copier.next
      if (copier.refusedRun >= 0) throw this.#refused(batch, next)
      if (next === until) return
      if (isFresh) this.#writeLong(batch, next++)
      else writer.nextSlot()
      isFresh = !isFresh
    }
  }

  /** Write a record that is longer than a slot. */
  #writeLong(batch: Batch, record: number): void {
    const bytes = this.#copier.copyOne(batch, record)
    if (bytes === undefined) throw this.#refused(batch, record)
    this.#writer.writeBytes(bytes)
  }

  #refused(batch: Batch, record: number): LinemillError {
    this.context.index = record
    return refusedField(this.#copier, this.#lastNames, batch, record)
  }
}

/** Make the error about a field that the output has no quotes for; the caller adds the position. */
export function refusedField(
  copier: FieldCopier,
  lastNames: readonly string[],
  table: FieldTable,
  record: number,
): LinemillError {
  const run = copier.refusedRun
  const field = copier.lastFieldOf(run, table, record)
  const text = Buffer.from(field.subarray(0, 4 * EXCERPT_CHARACTERS)).toString()
  const found = JSON.stringify(
    text.length > EXCERPT_CHARACTERS ? `${text.slice(0, EXCERPT_CHARACTERS)}…` : text,
  )
  return new LinemillError(
    'ERR_VALUE',
    `column ${lastNames[run]} holds the output's delimiter or a line end, and the output has no quotes: ${found}`,
  )
}
