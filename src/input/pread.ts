import { readSync } from 'node:fs'
import { asLinemillError, LinemillError } from '../errors.js'
import { allocateFresh } from '../primitives/fresh-memory.js'
import type { InputHandle, InputReader, Window } from './input.js'

/** Reads positionally into one private buffer, which grows to the longest window asked for. */
export class PreadReader implements InputReader {
  readonly #handle: InputHandle
  #buffer: Buffer = Buffer.alloc(0)
  #window: Window = { bytes: Buffer.alloc(0), base: 0 }

  constructor(handle: InputHandle) {
    this.#handle = handle
  }

  window(start: number, end: number): Window {
    const { base, bytes } = this.#window
    if (start >= base && end <= base + bytes.length) return this.#window
    const length = end - start
    if (this.#buffer.length < length) this.#buffer = allocateFresh(length)
    this.#fill(start, length)
    this.#window = { bytes: this.#buffer.subarray(0, length), base: start }
    return this.#window
  }

  #fill(start: number, length: number): void {
    const { name, byteLength } = this.#handle
    let done = 0
    while (done < length) {
      const count = this.#read(done, length - done, start + done)
      if (count === 0) {
        throw new LinemillError(
          'ERR_INPUT',
          `input ${name} shrank while it was read, from ${byteLength} bytes to ${start + done}: run again when nobody writes to it, or copy it first`,
        )
      }
      done += count
    }
  }

  #read(offset: number, length: number, position: number): number {
    try {
      return readSync(this.#handle.fd, this.#buffer, offset, length, position)
    } catch (thrown) {
      throw asLinemillError(
        thrown,
        'ERR_INPUT',
        `cannot read input ${this.#handle.name} at byte ${position}: `,
      )
    }
  }

  isFaulted(): boolean {
    return false
  }

  close(): void {
    this.#buffer = Buffer.alloc(0)
    this.#window = { bytes: this.#buffer, base: 0 }
  }
}
