import type { Batch } from '../batch/batch.js'
import { JsonRowCursor } from '../batch/json-row.js'
import type { MemberBatch } from '../batch/member-batch.js'
import { LinemillError } from '../errors.js'
import type { InputPlan } from '../plan/plan.js'
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
    this.#areThere = Array.from({ length: columnCount }, () => false)
  }

  override useInput(input: InputPlan): void {
    this.#slots = input.slots
    super.useInput(input)
  }

  protected override run(batch: Batch, from: number, until: number): void {
    this.checkCancelled()
    const members = this.#members
    members.clear()
    members.add(from, until)
    members.fillAll()
    const isSound = members.decide()
    const failing = from + members.recordCount
    this.#note()
    if (!this.#keepsEscapes) members.unescape()
    this.handOn(members)
    if (isSound) return
    this.context.index = failing
    throw noObject(batch, failing)
  }

  /** Look for the first record that has a member, and for the first that has a text there. */
  #note(): void {
    const members = this.#members
    const { recordCount } = members
    for (let column = 0; column < this.#areThere.length; column++) {
      for (let record = 0; record < recordCount && !this.#areThere[column]; record++) {
        this.#areThere[column] = members.isThere(this.#slots[column], record)
      }
    }
    for (const [index, column] of this.#asked.entries()) {
      for (let record = 0; record < recordCount && !this.#haveTexts[index]; record++) {
        this.#haveTexts[index] = members.isText(this.#slots[column], record)
      }
    }
  }

  override partial(): MembersPartial {
    return { partial: super.partial(), areThere: this.#areThere, haveTexts: this.#haveTexts }
  }
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
