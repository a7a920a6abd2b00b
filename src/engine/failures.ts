import type { LinemillError } from '../errors.js'
import type { Region } from '../region/region.js'

/** Failures of a run; the lowest block's is the one that is told. */
export class Failures {
  readonly #region: Region
  #lowest: { blockIndex: number; error: LinemillError } | undefined

  constructor(region: Region) {
    this.#region = region
  }

  /** A block failed: the blocks before it are still finished. */
  addBlock(blockIndex: number, error: LinemillError): void {
    if (this.#lowest === undefined || blockIndex < this.#lowest.blockIndex)
      this.#lowest = { blockIndex, error }
  }

  /** Something failed that belongs to no block (-1): the run ends at once. */
  add(blockIndex: number, error: LinemillError): void {
    this.addBlock(blockIndex, error)
    this.#region.control.cancel()
  }

  get any(): boolean {
    return this.#lowest !== undefined
  }

  throwLowest(): void {
    if (this.#lowest !== undefined) throw this.#lowest.error
  }
}
