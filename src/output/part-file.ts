import { constants, fsync, open } from 'node:fs'
import { promisify } from 'node:util'
import { OutputDescriptor } from './descriptor.js'

const call = {
  fsync: promisify(fsync),
  open: promisify(open) as (path: string, flags: number) => Promise<number>,
}

/** One file of a directory sink. It is made with the first bytes, and closed before the last part is begun. */
export class PartFile {
  readonly #path: string
  readonly #header: Buffer
  readonly #sync: boolean
  #file: OutputDescriptor | undefined

  constructor(path: string, { header, sync }: { header: Buffer; sync: boolean }) {
    this.#path = path
    this.#header = header
    this.#sync = sync
  }

  async append(buffers: readonly Buffer[]): Promise<void> {
    if (this.#file === undefined) await this.#begin(buffers)
    else await this.#file.write(buffers)
  }

  async #begin(buffers: readonly Buffer[]): Promise<OutputDescriptor> {
    const fd = await call.open(this.#path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL)
    this.#file = new OutputDescriptor(fd, this.#path)
    await this.#file.write([this.#header, ...buffers])
    return this.#file
  }

  /** Sync it where that is wanted, and close it; it exists from then on, even if nothing was appended. */
  async close(): Promise<void> {
    const file = this.#file ?? (await this.#begin([]))
    if (file.isClosed) return
    try {
      if (this.#sync) await call.fsync(file.fd)
    } finally {
      await file.close()
    }
  }
}
