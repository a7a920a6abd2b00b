import { LinemillError } from '../errors.js'
import type { Settings } from '../options.js'
import { type Boundary, inputBoundary, readBoundary } from '../plan/boundary.js'
import { blockAt } from '../plan/plan.js'
import type { Region } from '../region/region.js'
import type { Prepared } from './prepare.js'

/** What is told of each block, in block order, when it is finished: the boundary behind it. */
export type OnBoundary = (blockIndex: number, after: Boundary) => void

/** What all blocks came to. */
export interface Totals {
  readonly records: number
  readonly errors: number
  /** Records that a filter let pass. */
  readonly passed: number
  readonly passedByInput: readonly number[]
  /** The boundary behind each input's last block; that before the first, where an input has no block. */
  readonly ends: readonly Boundary[]
}

/** Adds up what blocks report, in block order. */
export class Tally {
  readonly #prepared: Prepared
  readonly #region: Region
  readonly #maxErrors: number
  readonly #ends: Boundary[]
  #records = 0
  #errors = 0
  readonly #passed: number[]
  readonly #onBoundary: OnBoundary | undefined
  /** Set once more records have failed than may. */
  tooMany: LinemillError | undefined

  constructor(prepared: Prepared, region: Region, settings: Settings, onBoundary?: OnBoundary) {
    this.#onBoundary = onBoundary
    this.#prepared = prepared
    this.#region = region
    this.#maxErrors = settings.maxErrors
    this.#ends = prepared.plan.inputs.map((input) => inputBoundary(input, 0))
    this.#passed = prepared.plan.inputs.map(() => 0)
  }

  readonly retire = (blockIndex: number): void => {
    const { control } = this.#region
    const { records, errors, passed } = control.figures(blockIndex)
    this.#records += records
    this.#errors += errors
    const after = readBoundary(control, blockIndex)
    const { inputIndex } = blockAt(this.#prepared.plan, blockIndex)
    this.#ends[inputIndex] = after
    this.#passed[inputIndex] += passed
    this.#onBoundary?.(blockIndex, after)
    if (this.#errors > this.#maxErrors) {
      const message = `more than ${this.#maxErrors} records failed, the most that \`maxErrors\` allows`
      this.tooMany = new LinemillError('ERR_VALUE', message)
      throw this.tooMany
    }
  }

  totals(): Totals {
    const passed = this.#passed.reduce((sum, count) => sum + count, 0)
    return {
      records: this.#records,
      errors: this.#errors,
      passed,
      passedByInput: this.#passed,
      ends: this.#ends,
    }
  }
}
