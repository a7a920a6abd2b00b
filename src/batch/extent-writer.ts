import type { Primitives } from '../primitives/primitives.js'
import type { SlotWriter } from '../region/slot-writer.js'
import type { Batch } from './batch.js'
import { ExtentList } from './extent-list.js'

/** Writes bytes of a batch to an output as they stand in the input: what built-in kernels emit by. */
export class ExtentWriter {
  readonly #writer: SlotWriter
  readonly #batch: Batch
  readonly #extents: ExtentList

  constructor(writer: SlotWriter, batch: Batch, primitives: Primitives, delimiter: string) {
    this.#writer = writer
    this.#batch = batch
    this.#extents = new ExtentList(primitives, delimiter.charCodeAt(0))
  }

  /** Let what follows belong to another part of the output. */
  beginPart(part: number): void {
    this.flush()
    this.#writer.beginPart(part)
  }

  /** Copy records `[from, until)` of the batch, each with a line end. */
  records(from: number, until: number): void {
    let next = from
    while (next < until) {
      if (this.#extents.isFull) this.flush()
      next = this.#extents.addLines(this.#batch, next, until, 0)
    }
  }

  /** Write what is pending; the batch may be filled anew then. */
  flush(): void {
    this.#extents.writeTo(this.#writer, this.#batch)
    this.#extents.count = 0
  }

  /** Forget what is pending: the block is abandoned. */
  reset(): void {
    this.#extents.count = 0
  }
}
