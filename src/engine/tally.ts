import { LinemillError } from '../errors.js'
import type { Settings } from '../options.js'
import { type Boundary, inputBoundary, readBoundary } from '../plan/boundary.js'
import { blockAt } from '../plan/plan.js'
import type { Region } from '../region/region.js'
import type { Prepared } from './prepare.js'

/** What is told of each block, in block order, when it is finished: the boundary behind it. */
export type OnBoundary = (blockIndex: number, after: Boundary) => void

/** Adds up what blocks report, in block order. */
export class Tally {
  readonly #prepared: Prepared
  readonly #region: Region
  readonly #maxErrors: number
  readonly #ends: Boundary[]
  #records = 0
  #errors = 0
  #passed = 0
  readonly #onBoundary: OnBoundary | undefined

  constructor(prepared: Prepared, region: Region, settings: Settings, onBoundary?: OnBoundary) {
    this.#onBoundary = onBoundary
    this.#prepared = prepared
    this.#region = region
    this.#maxErrors = settings.maxErrors
    this.#ends = prepared.plan.inputs.map((input) => inputBoundary(input, 0))
  }

  readonly retire = (blockIndex: number): void => {
    const { control } = this.#region
    const { records, errors, passed } = control.figures(blockIndex)
    this.#records += records
    this.#errors += errors
    this.#passed += passed
    const after = readBoundary(control, blockIndex)
    this.#ends[blockAt(this.#prepared.plan, blockIndex).inputIndex] = after
    this.#onBoundary?.(blockIndex, after)
    if (this.#errors > this.#maxErrors) {
      throw new LinemillError(
        'ERR_VALUE',
        `more than ${this.#maxErrors} records failed, the most that \`maxErrors\` allows`,
      )
    }
  }

  totals(): { records: number; errors: number; passed: number; ends: readonly Boundary[] } {
    return { records: this.#records, errors: this.#errors, passed: this.#passed, ends: this.#ends }
  }
}
