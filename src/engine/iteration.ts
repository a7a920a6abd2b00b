import type { RowBatch } from '../batch/row-batch.js'
import type { Columns } from '../kernel/job.js'

/**
 * Batches in input order. Whoever does not reach the end must say so, as `for await` does at `break`, `return` and
 * `throw`: by `return()`, or by `await using`. Else workers wait for ever, and the process with them.
 */
export interface BatchIterator<C extends Columns = Columns> extends AsyncDisposable {
  /** Step on; the batch before is valid no more. One step is taken after the other. */
  next(): Promise<IteratorResult<RowBatch<C>, undefined>>
  /** End the iteration, a step under way too; resolves when workers have stopped and everything is closed. */
  return(): Promise<IteratorResult<RowBatch<C>, undefined>>
  /** As `return`, but rejects with `error`. */
  throw(error: unknown): Promise<IteratorResult<RowBatch<C>, undefined>>
  [Symbol.asyncIterator](): BatchIterator<C>
}

export type BatchSteps<C extends Columns> = AsyncGenerator<RowBatch<C>, undefined, undefined>

/** Steps that begin with the first `next`, and that can be ended while one is under way. */
export class Iteration<C extends Columns> implements BatchIterator<C> {
  readonly #stop = new AbortController()
  readonly #steps: BatchSteps<C>

  /** `begin` makes the steps; they must end soon after `stop` is aborted. */
  constructor(begin: (stop: AbortController) => BatchSteps<C>) {
    this.#steps = begin(this.#stop)
  }

  next(): Promise<IteratorResult<RowBatch<C>, undefined>> {
    return this.#steps.next()
  }

  return(): Promise<IteratorResult<RowBatch<C>, undefined>> {
    this.#stop.abort()
    return this.#steps.return(undefined)
  }

  throw(error: unknown): Promise<IteratorResult<RowBatch<C>, undefined>> {
    this.#stop.abort()
    return this.#steps.throw(error)
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return()
  }
}
