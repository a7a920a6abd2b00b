/**
 * Where a run's bytes go. After the last write come `flush` and `commit`, or `abort` instead of either; `abort` may
 * also follow a `commit`, and changes nothing then.
 */
export interface Sink {
  /** Whether somebody reads what is written while it is written, and may want no more. */
  readonly isPipe?: boolean
  /**
   * Append buffers in order; resolves when all of them are written and may be used again.
   *
   * @param parts numbers of the parts that the buffers belong to, never falling; a sink of one file does not care.
   */
  write(buffers: readonly Buffer[], parts?: readonly number[]): Promise<void>
  /** Bring what was written to rest. Whatever may still fail does so here, before any output of a run is in its place. */
  flush(): Promise<void>
  /** Put the whole output in its place. With `keepsOld`, what it takes the place of is kept for `undo`. */
  commit(settings?: { readonly keepsOld: boolean }): Promise<void>
  /**
   * Put back what a commit with `keepsOld` has kept. Absent where nothing is put in a place.
   *
   * @throws LinemillError ERR_OUTPUT if that cannot be done.
   */
  undo?(): Promise<void>
  /** Forget what a commit has kept. */
  forget?(): Promise<void>
  /** Leave everything as it was before the run, as far as the target allows. */
  abort(): Promise<void>
}

/** Keeps the output in memory. */
export class MemorySink implements Sink {
  readonly #pieces: Buffer[] = []

  async write(buffers: readonly Buffer[]): Promise<void> {
    for (const buffer of buffers) this.#pieces.push(Buffer.from(buffer))
  }

  async flush(): Promise<void> {}

  async commit(): Promise<void> {}

  async abort(): Promise<void> {
    this.#pieces.length = 0
  }

  /** All that was written. */
  bytes(): Buffer {
    return Buffer.concat(this.#pieces)
  }
}
