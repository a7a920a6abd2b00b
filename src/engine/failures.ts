import type { LinemillError } from '../errors.js'

/** Failures of a run; the lowest block's is the one that is told. */
export class Failures {
  readonly #cancel: () => void
  #lowest: { blockIndex: number; error: LinemillError } | undefined
  #end: () => void = () => undefined
  /** Resolves when the run ends at once, whatever is still under way. */
  readonly ended = new Promise<void>((resolve) => {
    this.#end = resolve
  })

  /** @param cancel lets what is under way end. */
  constructor(cancel: () => void) {
    this.#cancel = cancel
  }

  /** A block failed: the blocks before it are still finished. */
  addBlock(blockIndex: number, error: LinemillError): void {
    if (this.#lowest === undefined || blockIndex < this.#lowest.blockIndex)
      this.#lowest = { blockIndex, error }
  }

  /** Something failed that belongs to no block (-1): the run ends at once. */
  add(blockIndex: number, error: LinemillError): void {
    this.addBlock(blockIndex, error)
    this.#cancel()
    this.#end()
  }

  /** Whether it is known why this block, or one before it, fails. */
  knows(blockIndex: number): boolean {
    return this.#lowest !== undefined && this.#lowest.blockIndex <= blockIndex
  }

  get any(): boolean {
    return this.#lowest !== undefined
  }

  /** Whether this is what is told. */
  isLowest(error: LinemillError | undefined): error is LinemillError {
    return error !== undefined && this.#lowest?.error === error
  }

  throwLowest(): void {
    if (this.#lowest !== undefined) throw this.#lowest.error
  }
}
