import type { Batch } from '../batch/batch.js'
import { NumberColumn } from '../batch/number-column.js'
import { NO_BYTE, NO_INDEX } from '../layout.js'
import type { InputPlan } from '../plan/plan.js'
import type { Primitives } from '../primitives/primitives.js'
import { unquote, unquoted } from '../primitives/unquote.js'
import {
  SURVEY_CAPACITY,
  SURVEY_FROM,
  SURVEY_GREATEST,
  SURVEY_HASH_WORDS,
  SURVEY_LEAST,
  SURVEY_QUOTE,
  SURVEY_UNTIL,
  SURVEY_WORD,
  SURVEY_WORDS,
} from '../survey-layout.js'
import { type ColumnPartial, ColumnStats } from './column-stats.js'
import { UserKernel, type UserKernelParts } from './user-kernel.js'

/** Which columns are looked at: all that are read, so many. */
export interface StatsDescription {
  readonly name: 'stats'
  readonly columnCount: number
}

/** Collects what there is to say about columns. */
export class StatsKernel extends UserKernel {
  readonly #primitives: Primitives
  readonly #columns: readonly ColumnStats[]
  readonly #numbers: NumberColumn
  readonly #survey = new Uint32Array(SURVEY_WORDS)
  readonly #hashes: Uint32Array
  #input!: InputPlan

  constructor(
    parts: UserKernelParts,
    { columnCount }: StatsDescription,
    batch: Batch,
    primitives: Primitives,
  ) {
    super(parts)
    this.#primitives = primitives
    this.#columns = Array.from({ length: columnCount }, () => new ColumnStats(primitives))
    this.#numbers = new NumberColumn(batch, primitives)
    this.#hashes = new Uint32Array(SURVEY_HASH_WORDS * batch.capacity)
  }

  override useInput(input: InputPlan): void {
    this.#input = input
  }

  protected override get runsUsersCode(): boolean {
    return false
  }

  protected override run(batch: Batch, from: number, until: number): void {
    for (const [index, column] of this.#columns.entries()) {
      this.checkCancelled()
      this.#numbers.useInput(this.#input, index)
      this.#surveyColumn(batch, column, from, until)
      if (!column.isNumeric) continue
      this.#numbers.read(from, until)
      column.addNumbers(this.#numbers, from, until)
    }
  }

  #surveyColumn(batch: Batch, column: ColumnStats, from: number, until: number): void {
    const { word, quote } = this.#numbers
    const survey = this.#survey
    survey[SURVEY_FROM] = from
    survey[SURVEY_UNTIL] = until
    survey[SURVEY_WORD] = word
    survey[SURVEY_CAPACITY] = batch.capacity
    survey[SURVEY_QUOTE] = quote
    this.#primitives.surveyFields(batch.bytes, batch.table, survey, this.#hashes)
    column.addSurvey(until - from, survey, this.#hashes)
    for (const record of [survey[SURVEY_LEAST], survey[SURVEY_GREATEST]]) {
      if (record !== NO_INDEX) column.addExtreme(textOf(batch, word, quote, record))
    }
  }

  partial(): readonly ColumnPartial[] {
    return this.#columns.map((column) => column.partial())
  }
}

/** What a field holds; valid until the next is asked for. */
function textOf({ bytes, table, capacity }: Batch, word: number, quote: number, record: number): Uint8Array {
  const start = table[word + record]
  const end = table[word + capacity + record]
  if (quote === NO_BYTE || bytes[start] !== quote) return bytes.subarray(start, end)
  unquote(bytes, start, end, quote)
  return unquoted.bytes.subarray(unquoted.start, unquoted.end)
}
