/** Strings encoded once, end to end in one buffer, so that writing one is a short copy. */
export class TextTable {
  readonly length: number
  readonly longestBytes: number
  readonly #bytes: Buffer
  readonly #starts: Uint32Array

  constructor(texts: readonly string[]) {
    this.length = texts.length
    this.#bytes = Buffer.from(texts.join(''))
    this.#starts = new Uint32Array(texts.length + 1)
    texts.forEach((text, index) => {
      this.#starts[index + 1] = (this.#starts[index] as number) + Buffer.byteLength(text)
    })
    this.longestBytes = texts.reduce((longest, text) => Math.max(longest, Buffer.byteLength(text)), 0)
  }

  /** Write text number `index`; returns where it ends. */
  write(bytes: Buffer, at: number, index: number): number {
    const table = this.#bytes
    const end = this.#starts[index + 1] as number
    for (let from = this.#starts[index] as number; from < end; from++) bytes[at++] = table[from] as number
    return at
  }
}
