import type { Batch } from '../batch/batch.js'
import { JsonRowCursor } from '../batch/json-row.js'
import type { MemberBatch } from '../batch/member-batch.js'
import { LinemillError } from '../errors.js'
import type { InputPlan } from '../plan/plan.js'
import { MEMBERS_UNDECIDED } from '../predicate-layout.js'
import { isJsonObject } from '../primitives/json-members.js'
import { MOST_LINE_BYTES } from '../primitives/portable-members.js'
import type { Kernel } from './kernel.js'
import { OuterKernel } from './outer-kernel.js'
import type { UserKernelParts } from './user-kernel.js'

/** Another kernel, which reads fields, over members of ndjson. */
export interface MembersDescription<Other> {
  readonly name: 'members'
  /** Columns, by their indexes among those that are read, of which is told whether a member is a text. */
  readonly asked: readonly number[]
  /** How many columns the kernel reads. */
  readonly columnCount: number
  /** Whether the kernel wants texts as they are written. */
  readonly keepsEscapes: boolean
  readonly kernel: Other
}

/** What the other kernel came to, and of each column that was asked about whether any record has a text there. */
export interface MembersPartial {
  readonly partial: unknown
  /** Of each column whether any record has such a member. */
  readonly areThere: readonly boolean[]
  readonly haveTexts: readonly boolean[]
}

/** Lets another kernel read members of ndjson as fields. */
export class MembersKernel extends OuterKernel {
  readonly #members: MemberBatch
  readonly #keepsEscapes: boolean
  readonly #asked: readonly number[]
  readonly #haveTexts: boolean[]
  readonly #areThere: boolean[]
  #slots: readonly number[] = []

  constructor(
    parts: UserKernelParts,
    { asked, columnCount, keepsEscapes }: Omit<MembersDescription<unknown>, 'kernel'>,
    { members, kernel }: { readonly members: MemberBatch; readonly kernel: Kernel },
  ) {
    super(parts, kernel)
    this.#members = members
    this.#keepsEscapes = keepsEscapes
    this.#asked = asked
    this.#haveTexts = asked.map(() => false)
    kernel.onTaken = this.#noteTexts
    this.#areThere = Array.from({ length: columnCount }, () => false)
  }

  override useInput(input: InputPlan): void {
    this.#slots = input.slots
    super.useInput(input)
  }

  protected override get runsUsersCode(): boolean {
    return false
  }

  protected override run(batch: Batch, from: number, until: number): void {
    this.checkCancelled()
    const members = this.#members
    let end = from
    while (end < until && isObject(batch, end)) end++
    members.clear()
    members.add(from, end)
    members.fillAll()
    members.decide()
    this.#noteThere()
    if (!this.#keepsEscapes) members.unescape()
    this.handOn(members)
    if (end === until) return
    this.context.index = end
    throw noObject(batch, end)
  }

  /** Look for the first record that has a member. */
  #noteThere(): void {
    const members = this.#members
    for (let column = 0; column < this.#areThere.length; column++) {
      for (let record = 0; record < members.recordCount && !this.#areThere[column]; record++) {
        this.#areThere[column] = members.isThere(this.#slots[column], record)
      }
    }
  }

  /** Look for the first record that has a text, among those that count. */
  readonly #noteTexts = (from: number, until: number): void => {
    const members = this.#members
    for (const [index, column] of this.#asked.entries()) {
      for (let record = from; record < until && !this.#haveTexts[index]; record++) {
        this.#haveTexts[index] = members.isText(this.#slots[column], record)
      }
    }
  }

  override partial(): MembersPartial {
    return { partial: super.partial(), areThere: this.#areThere, haveTexts: this.#haveTexts }
  }
}

/** Whether a record is an object of JSON: native code knows of nearly all. */
function isObject(batch: Batch, record: number): boolean {
  const { table, capacity, bytes } = batch
  return (
    table[2 * capacity + record] < MEMBERS_UNDECIDED ||
    isJsonObject(bytes, batch.start(record), batch.end(record))
  )
}

/** Make the error about a record that is no object of JSON; the caller adds the position. */
function noObject(batch: Batch, record: number): LinemillError {
  const cursor = new JsonRowCursor(batch, [])
  cursor.index = record
  try {
    void cursor.value
  } catch (thrown) {
    if (thrown instanceof LinemillError) return thrown
    throw thrown
  }
  const length = batch.end(record) - batch.start(record)
  return new LinemillError(
    'ERR_VALUE',
    `the record is too long to be looked into: ${length} bytes, of ${MOST_LINE_BYTES} at most`,
  )
}
