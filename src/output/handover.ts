/** One side's way to let the other go on, or fail. */
interface Waiting<T> {
  readonly resolve: (value: T) => void
  readonly reject: (error: unknown) => void
}

/** Thrown at a giver whose taker wants nothing more. */
export class HandoverEnded extends Error {}

/**
 * Hands values from one asynchronous function to another, one at a time: the giver goes on when the taker comes back
 * for more, since the value may be used again then. One call of each kind is under way at a time.
 */
export class Handover<T extends object> {
  /** Given before anybody asked for it. */
  #value: T | undefined
  #taker: Waiting<T | undefined> | undefined
  #giver: Waiting<void> | undefined
  #ending: { readonly error: unknown } | undefined

  /**
   * Give a value; resolves when the taker is done with it.
   *
   * @throws HandoverEnded if it is ended before.
   */
  give(value: T): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#ending !== undefined) return reject(new HandoverEnded())
      this.#giver = { resolve, reject }
      if (this.#taker === undefined) this.#value = value
      else this.#taker.resolve(value)
      this.#taker = undefined
    })
  }

  /**
   * Take the next value; undefined at the end. What was taken before is done with.
   *
   * @throws the error that it was ended with.
   */
  take(): Promise<T | undefined> {
    return new Promise((resolve, reject) => {
      if (this.#ending !== undefined) return settle({ resolve, reject }, this.#ending.error)
      if (this.#value !== undefined) {
        resolve(this.#value)
        this.#value = undefined
        return
      }
      this.#taker = { resolve, reject }
      this.#giver?.resolve()
      this.#giver = undefined
    })
  }

  /** End it, with an error if there is one; the first ending counts. Nothing is given or taken from then on. */
  end(error?: unknown): void {
    if (this.#ending !== undefined) return
    this.#ending = { error }
    this.#value = undefined
    if (this.#taker !== undefined) settle(this.#taker, error)
    this.#giver?.reject(new HandoverEnded())
    this.#taker = undefined
    this.#giver = undefined
  }
}

function settle<T>({ resolve, reject }: Waiting<T | undefined>, error: unknown): void {
  if (error === undefined) resolve(undefined)
  else reject(error)
}
