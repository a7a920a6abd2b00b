import type { Batch } from '../batch/batch.js'
import { decodeExcerpt, decodeText } from '../batch/text.js'
import type { Position } from '../errors.js'
import type { Context } from './job.js'

/** The context that user functions see, and the position that errors carry; one for the whole run. */
export class RecordContext implements Context {
  readonly args: Readonly<Record<string, string>>
  /** Index in the batch of the record at hand. */
  index = 0
  readonly #batch: Batch
  readonly #isLine: boolean

  constructor(batch: Batch, args: Readonly<Record<string, string>>, isLine: boolean) {
    this.#batch = batch
    this.#isLine = isLine
    this.args = args
  }

  get lineNumber(): number {
    return this.#isLine ? this.recordNumber : this.#batch.lineNumber(this.index)
  }

  get recordNumber(): number {
    return this.#batch.recordNumber(this.index)
  }

  get inputOffset(): number {
    return this.#batch.inputOffset(this.index)
  }

  get inputName(): string {
    return this.#batch.input.name
  }

  get text(): string {
    return decodeText(this.#batch.bytes, this.#batch.start(this.index), this.#batch.end(this.index))
  }

  /** The record's position, as plain data. */
  position(): Position {
    const { inputName, lineNumber, recordNumber, inputOffset } = this
    return { inputName, lineNumber, inputOffset, ...(!this.#isLine && { recordNumber }) }
  }

  /** The record, shortened. */
  excerpt(): string {
    const start = this.#batch.start(this.index)
    return decodeExcerpt(this.#batch.bytes, start, this.#batch.end(this.index) - start)
  }
}
