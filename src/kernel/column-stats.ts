import type { NumberColumn } from '../batch/number-column.js'
import { NO_INDEX } from '../layout.js'
import type { Primitives } from '../primitives/primitives.js'
import { SURVEY_FILLED, SURVEY_LONGEST, SURVEY_SHORTEST } from '../survey-layout.js'
import { type DistinctPartial, DistinctSketch } from './distinct-sketch.js'
import { ExactSums, type ExactSumsPartial } from './exact-sums.js'
import { type QuantilePartial, QuantileSketch } from './quantile-sketch.js'

/** What is known of a column, as plain data that crosses threads. */
export interface ColumnPartial {
  readonly records: number
  readonly filled: number
  readonly shortest: number
  readonly longest: number
  readonly least: Uint8Array | undefined
  readonly greatest: Uint8Array | undefined
  readonly distinct: DistinctPartial
  /** Absent where a field is a text. */
  readonly numbers: { readonly sums: ExactSumsPartial; readonly quantiles: QuantilePartial } | undefined
}

/** What the fields of a column have in common: `integer` and `decimal` hold for all that are not empty. */
export type StatsType = 'empty' | 'integer' | 'decimal' | 'text'

/** What there is to say about a column. What does not hold for its type is null. */
export interface ColumnSummary {
  readonly column: string
  readonly type: StatsType
  readonly records: number
  readonly empty: number
  /** Distinct texts of the fields that are not empty. */
  readonly distinct: number
  /** The least number, or the text that comes first by its bytes. */
  readonly min: number | bigint | Uint8Array | null
  readonly max: number | bigint | Uint8Array | null
  readonly sum: number | bigint | null
  readonly mean: number | null
  /** The sample's standard deviation. */
  readonly std: number | null
  readonly q1: number | null
  readonly median: number | null
  readonly q3: number | null
  /** Bytes of the shortest and of the longest field that is not empty. */
  readonly shortest: number | null
  readonly longest: number | null
  readonly isDistinctExact: boolean
  readonly areQuartilesExact: boolean
}

/** The one group of a column's sums. */
const ALL = 0

const QUARTILES = [0.25, 0.5, 0.75]

/** Collects what there is to say about a column: the same whatever order its records come in. */
export class ColumnStats {
  #records = 0
  #filled = 0
  #shortest = NO_INDEX
  #longest = 0
  #least: Uint8Array | undefined
  #greatest: Uint8Array | undefined
  readonly #distinct = new DistinctSketch()
  /** Undefined once a field was a text. */
  #sums: ExactSums | undefined
  #quantiles = new QuantileSketch()

  constructor(primitives: Primitives) {
    this.#sums = new ExactSums(primitives, { hasSquares: true })
    this.#sums.grow(ALL + 1)
  }

  /** Whether all fields so far are numbers or empty. */
  get isNumeric(): boolean {
    return this.#sums !== undefined
  }

  /** Add what a survey of so many records came to; `hashes` are those that it listed. */
  addSurvey(records: number, survey: Uint32Array, hashes: Uint32Array): void {
    this.#records += records
    this.#filled += survey[SURVEY_FILLED]
    this.#shortest = Math.min(this.#shortest, survey[SURVEY_SHORTEST])
    this.#longest = Math.max(this.#longest, survey[SURVEY_LONGEST])
    this.#distinct.add(hashes, survey[SURVEY_FILLED])
  }

  /** Add a text that may be the first, or the last, by its bytes; it is copied if it is. */
  addExtreme(text: Uint8Array): void {
    if (this.#least === undefined || Buffer.compare(text, this.#least) < 0)
      this.#least = Uint8Array.from(text)
    if (this.#greatest === undefined || Buffer.compare(text, this.#greatest) > 0) {
      this.#greatest = Uint8Array.from(text)
    }
  }

  /** Add the numbers of records `[from, until)` of the column, which was read. */
  addNumbers(column: NumberColumn, from: number, until: number): void {
    if (this.#quantiles.addColumn(column, from, until)) this.#sums?.add(column, from, until, ALL)
    else this.#forgetNumbers()
  }

  #forgetNumbers(): void {
    this.#sums = undefined
    this.#quantiles = new QuantileSketch()
  }

  partial(): ColumnPartial {
    return {
      records: this.#records,
      filled: this.#filled,
      shortest: this.#shortest,
      longest: this.#longest,
      least: this.#least,
      greatest: this.#greatest,
      distinct: this.#distinct.partial(),
      numbers: this.#sums && { sums: this.#sums.partial(), quantiles: this.#quantiles.partial() },
    }
  }

  combine({ records, filled, shortest, longest, least, greatest, distinct, numbers }: ColumnPartial): void {
    this.#records += records
    this.#filled += filled
    this.#shortest = Math.min(this.#shortest, shortest)
    this.#longest = Math.max(this.#longest, longest)
    if (least !== undefined) this.addExtreme(least)
    if (greatest !== undefined) this.addExtreme(greatest)
    this.#distinct.combine(distinct)
    if (numbers === undefined) this.#forgetNumbers()
    if (numbers === undefined || this.#sums === undefined) return
    this.#sums.combine(numbers.sums)
    this.#quantiles.combine(numbers.quantiles)
  }

  /** Say what is known of the column. */
  summary(column: string): ColumnSummary {
    const { count: distinct, isExact: isDistinctExact } = this.#distinct.result()
    const hasFields = this.#filled > 0
    return {
      column,
      type: this.#type(),
      records: this.#records,
      empty: this.#records - this.#filled,
      distinct: Math.min(distinct, this.#filled),
      min: this.#least ?? null,
      max: this.#greatest ?? null,
      ...NO_NUMBERS,
      shortest: hasFields ? this.#shortest : null,
      longest: hasFields ? this.#longest : null,
      isDistinctExact,
      areQuartilesExact: true,
      ...(hasFields && this.#sums !== undefined && this.#describeNumbers(this.#sums)),
    }
  }

  #type(): StatsType {
    if (this.#filled === 0) return 'empty'
    if (this.#sums === undefined) return 'text'
    return this.#sums.isInteger(ALL) ? 'integer' : 'decimal'
  }

  #describeNumbers(sums: ExactSums): Partial<ColumnSummary> {
    const [min = 0, max = 0] = [sums.min(ALL), sums.max(ALL)]
    const { values, isExact } = this.#quantiles.result(QUARTILES)
    const [q1, median, q3] = values
    const [mean = null, std = null] = [sums.mean(ALL), sums.deviation(ALL)]
    return { min, max, sum: sums.sum(ALL), mean, std, q1, median, q3, areQuartilesExact: isExact }
  }
}

const NO_NUMBERS = { sum: null, mean: null, std: null, q1: null, median: null, q3: null }
