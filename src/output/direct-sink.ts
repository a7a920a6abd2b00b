import { OutputDescriptor } from './descriptor.js'
import type { Sink } from './sink.js'

/** Writes straight to a descriptor: standard output, a device, a FIFO. What was written cannot be taken back. */
export class DirectSink implements Sink {
  readonly #file: OutputDescriptor
  readonly #isOwned: boolean
  readonly isPipe: boolean

  constructor(fd: number, name: string, { isOwned = false, isPipe = false } = {}) {
    this.#file = new OutputDescriptor(fd, name)
    this.#isOwned = isOwned
    this.isPipe = isPipe
  }

  write(buffers: readonly Buffer[]): Promise<void> {
    return this.#file.write(buffers)
  }

  async flush(): Promise<void> {}

  async commit(): Promise<void> {
    if (this.#isOwned) await this.#file.close()
  }

  abort(): Promise<void> {
    return this.commit()
  }
}
