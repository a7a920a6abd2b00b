import type { Batch } from '../batch/batch.js'
import type { ExtentWriter } from '../batch/extent-writer.js'
import type { Kernel } from './kernel.js'

/** The record of the run from which on records pass; where they end the run's limit says. */
export interface SliceDescription {
  readonly name: 'slice'
  /** 0-based. */
  readonly start: number
}

/** Copies the records of the run from one on. */
export class SliceKernel implements Kernel {
  readonly errors = 0
  passed = 0
  readonly firstRecord: number
  readonly #output: ExtentWriter

  constructor({ start }: SliceDescription, output: ExtentWriter) {
    this.firstRecord = start
    this.#output = output
  }

  useInput(): void {}

  process(batch: Batch): void {
    const { recordCount } = batch
    if (recordCount === 0) return
    const from = Math.max(0, this.firstRecord - batch.runIndex(0))
    if (from >= recordCount) return
    this.#output.records(from, recordCount)
    this.#output.flush()
    this.passed += recordCount - from
  }

  fail(thrown: unknown): never {
    throw thrown
  }

  abandonBlock(): void {
    this.#output.reset()
  }
}
