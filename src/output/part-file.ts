import { close, constants, fsync, open } from 'node:fs'
import { promisify } from 'node:util'
import { writeAll } from './write-all.js'

const call = {
  close: promisify(close),
  fsync: promisify(fsync),
  open: promisify(open) as (path: string, flags: number) => Promise<number>,
}

/** One file of a directory sink. It is made with the first bytes, and closed before the last part is begun. */
export class PartFile {
  readonly #path: string
  readonly #header: Buffer
  readonly #sync: boolean
  #fd = -1
  #isClosed = false

  constructor(path: string, { header, sync }: { header: Buffer; sync: boolean }) {
    this.#path = path
    this.#header = header
    this.#sync = sync
  }

  async append(buffers: readonly Buffer[]): Promise<void> {
    if (this.#fd >= 0) return writeAll(this.#fd, buffers, this.#path)
    this.#fd = await call.open(this.#path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL)
    await writeAll(this.#fd, [this.#header, ...buffers], this.#path)
  }

  /** Sync it where that is wanted, and close it; it exists from then on, even if nothing was appended. */
  async close(): Promise<void> {
    if (this.#isClosed) return
    if (this.#fd < 0) await this.append([])
    this.#isClosed = true
    try {
      if (this.#sync) await call.fsync(this.#fd)
    } finally {
      await call.close(this.#fd)
    }
  }
}
