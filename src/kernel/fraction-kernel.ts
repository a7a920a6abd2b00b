import type { Batch } from '../batch/batch.js'
import type { ExtentWriter } from '../batch/extent-writer.js'
import type { Kernel } from './kernel.js'
import { RecordHash } from './record-hash.js'

/** Records pass whose hash of seed and number in the run is below a part of 2^64. */
export interface FractionDescription {
  readonly name: 'fraction'
  readonly seed: number
  /** From 0 to 1. */
  readonly fraction: number
}

/** Copies the records whose hashes are below a threshold. */
export class FractionKernel implements Kernel {
  readonly errors = 0
  passed = 0
  readonly #hash: RecordHash
  /** The lowest hash that does not pass, in two halves; above all hashes where all pass. */
  readonly #high: number
  readonly #low: number
  readonly #output: ExtentWriter

  constructor({ seed, fraction }: FractionDescription, output: ExtentWriter) {
    this.#hash = new RecordHash(seed)
    this.#output = output
    // Exact: scaling by a power of two and rounding up lose nothing.
    const threshold = BigInt(Math.ceil(fraction * 2 ** 64))
    this.#high = Number(threshold >> 32n)
    this.#low = Number(threshold & 0xffffffffn)
  }

  useInput(): void {}

  process(batch: Batch): void {
    const { recordCount } = batch
    if (recordCount === 0) return
    const hash = this.#hash
    const high = this.#high
    hash.begin(batch.runIndex(0))
    for (let record = 0; record < recordCount; record++) {
      hash.next()
      if (hash.high > high || (hash.high === high && hash.low >= this.#low)) continue
      this.#output.records(record, record + 1)
      this.passed++
    }
    this.#output.flush()
  }

  fail(thrown: unknown): never {
    throw thrown
  }

  abandonBlock(): void {
    this.#output.reset()
  }
}
