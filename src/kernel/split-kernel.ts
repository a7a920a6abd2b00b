import type { Batch } from '../batch/batch.js'
import type { ExtentWriter } from '../batch/extent-writer.js'
import type { Kernel } from './kernel.js'

/** Which records of the run belong to which part: so many in each, or those that start in as many bytes. */
export interface SplitDescription {
  readonly name: 'split'
  readonly unit: 'records' | 'bytes'
  /** Records, or bytes of content, of a part. */
  readonly size: number
}

/**
 * Copies each record to the part of the output that it belongs to. Parts are numbered over the whole run, and a
 * record's number and offset are exact in every block, so that no worker has to know what another one wrote.
 *
 *   records  part k holds records [k * size, (k + 1) * size)
 *   bytes    part k holds the records whose first byte lies in content bytes [k * size, (k + 1) * size); a number
 *            in whose range no record starts has none, and the numbers behind it stay as they are
 */
export class SplitKernel implements Kernel {
  readonly errors = 0
  readonly #size: number
  readonly #isByRecords: boolean
  readonly #output: ExtentWriter

  constructor({ unit, size }: SplitDescription, output: ExtentWriter) {
    this.#size = size
    this.#isByRecords = unit === 'records'
    this.#output = output
  }

  useInput(): void {}

  process(batch: Batch): void {
    let from = 0
    while (from < batch.recordCount) {
      const place = this.#isByRecords ? batch.runIndex(from) : batch.runOffset(from)
      const part = Math.floor(place / this.#size)
      const left = (part + 1) * this.#size - place
      const until = this.#isByRecords
        ? Math.min(batch.recordCount, from + left)
        : firstAtOrBehind(batch, batch.start(from) + left, from + 1)
      this.#output.beginPart(part)
      this.#output.records(from, until)
      from = until
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

/** Index of the first record, at or behind `from`, that starts at or behind `offset` of the window. */
function firstAtOrBehind(batch: Batch, offset: number, from: number): number {
  let low = from
  let high = batch.recordCount
  while (low < high) {
    const middle = (low + high) >>> 1
    if (batch.start(middle) < offset) low = middle + 1
    else high = middle
  }
  return low
}
