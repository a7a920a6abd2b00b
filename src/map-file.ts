import { constants } from 'node:buffer'
import { LinemillError } from './errors.js'
import { openMapping } from './input/open.js'
import { type Addon, HOW_TO_BUILD, loadAddon } from './primitives/native.js'

/**
 * Map a file into memory: whole, however large, without reading it. Close it, or `using file = mapFile(path)`.
 *
 * HAZARD: what others write to the file meanwhile may be seen in windows, at any moment. What they cut off reads as
 * zeros, and `isFaulted` says so.
 *
 * @param path a regular file.
 * @throws LinemillError ERR_INPUT_NOT_FOUND, ERR_INPUT; ERR_RESOURCE where the system allows no further mapping (at
 * most 1024 at a time in a process); ERR_USAGE where the native addon does not load.
 */
export function mapFile(path: string): MappedFile {
  const addon = loadAddon()
  if (addon === undefined) {
    throw new LinemillError(
      'ERR_USAGE',
      `mapFile needs the native addon, which does not load: ${HOW_TO_BUILD}`,
    )
  }
  return new MappedFile(addon, path, openMapping(path))
}

/** A file that is mapped into memory. Its bytes are reached in windows. */
export class MappedFile implements Disposable {
  /** The path as it was given. */
  readonly path: string
  /** Bytes of the file when it was mapped. What is appended later is not seen. */
  readonly byteLength: number
  readonly #addon: Addon
  /** Undefined where the file is empty: there is nothing to map. */
  readonly #mapping: number | undefined
  #isClosed = false
  #wasFaulted = false

  /** @internal */
  constructor(addon: Addon, path: string, opened: { mapping: number | undefined; byteLength: number }) {
    this.#addon = addon
    this.path = path
    this.byteLength = opened.byteLength
    this.#mapping = opened.mapping
  }

  /**
   * Make a window: the bytes from `offset` on as an ArrayBuffer over the mapping, without a copy. Windows may
   * overlap, and stay readable after `close` until they are collected.
   *
   * Each is counted by V8 as memory of its own, so few large windows are cheaper than many small ones. Writing into
   * one changes no file, but what all windows of this mapping see. A window that is posted to another thread is
   * copied: see `sharedBuffer`, or map the file there too.
   *
   * @param offset in bytes, any up to `byteLength`, aligned to nothing. Default 0.
   * @param length in bytes. Default: all behind `offset`. At most `buffer.constants.MAX_LENGTH`, which is 4 GiB in
   * Node 20 and no limit in later ones.
   * @throws LinemillError ERR_USAGE if the file has no such bytes, or is closed; ERR_RESOURCE if it is too long.
   */
  window(offset = 0, length = this.byteLength - offset): ArrayBuffer {
    this.#check(offset, length)
    if (this.#mapping === undefined || length === 0) return new ArrayBuffer(0)
    return this.#addon.attach(this.#mapping, offset, length)
  }

  /**
   * Make a window that is a SharedArrayBuffer: posted to other threads it is not copied, there either. All of them
   * read the mapping, which lasts until the last lets go of it. It holds as for `window`.
   *
   * @returns undefined where the runtime has no such call: before Node 22.23.3, 24.16 and 26.1.
   * @throws LinemillError as `window` does.
   */
  sharedBuffer(offset = 0, length = this.byteLength - offset): SharedArrayBuffer | undefined {
    this.#check(offset, length)
    if (this.#addon.share === undefined) return undefined
    if (this.#mapping === undefined || length === 0) return new SharedArrayBuffer(0)
    return this.#addon.share(this.#mapping, offset, length)
  }

  /**
   * Whether bytes of the file could not be read, ever: it was truncated, or its device failed. They read as zeros
   * then, so ask after reading, and trust nothing that was read if it is true.
   */
  get isFaulted(): boolean {
    if (this.#mapping === undefined || this.#wasFaulted) return this.#wasFaulted
    try {
      this.#wasFaulted = this.#addon.isFaulted(this.#mapping)
    } catch (thrown) {
      // Closed, and its windows collected: nobody reads it any more.
      if ((thrown as NodeJS.ErrnoException).code !== 'EBADF') throw thrown
    }
    return this.#wasFaulted
  }

  /** Let go of the file. Its memory goes with the last window. Closing again does nothing. */
  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    if (this.#mapping === undefined) return
    this.#wasFaulted = this.isFaulted
    this.#addon.unmap(this.#mapping)
  }

  [Symbol.dispose](): void {
    this.close()
  }

  #check(offset: number, length: number): void {
    if (this.#isClosed) throw new LinemillError('ERR_USAGE', `${this.path} is closed: map it again`)
    const isRange = Number.isSafeInteger(offset) && Number.isSafeInteger(length) && offset >= 0 && length >= 0
    if (!isRange || length > this.byteLength - offset) {
      const found = `found offset ${offset}, length ${length}`
      throw new LinemillError(
        'ERR_USAGE',
        `a window of ${this.path} must lie within its ${this.byteLength} bytes, ${found}`,
      )
    }
    if (length > constants.MAX_LENGTH) {
      throw new LinemillError(
        'ERR_RESOURCE',
        `a window of ${length} bytes is longer than the ${constants.MAX_LENGTH} that Node ${process.versions.node} allows: make several`,
      )
    }
  }
}
