import { LinemillError } from '../errors.js'
import { type Addon, loadAddon } from '../primitives/native.js'
import type { InputHandle, InputReader, Window } from './input.js'

/**
 * Windows are large and few: V8 counts external memory and collects for it, so that attaching costs 40 to 270
 * microseconds, whatever the length. They overlap by half, so that a record longer than a block rarely leaves one.
 */
const WINDOW_BYTES = 2 ** 30
const WINDOW_STEP = WINDOW_BYTES / 2
/** A window begins a little early: a scan looks at the two bytes before its block. */
const WINDOW_LEAD = 4096
const WINDOWS_KEPT = 3

/**
 * Reads through the process-wide mapping of a file.
 *
 * HAZARD: a file that is truncated while it is mapped faults on access; the addon's guard then puts zeros in the
 * place of what is gone, and `isFaulted` says so. Results made since must be thrown away.
 */
export class MappedReader implements InputReader {
  readonly #addon: Addon
  readonly #handle: InputHandle
  #windows: Window[] = []

  constructor(handle: InputHandle) {
    const addon = loadAddon()
    if (addon === undefined) throw new LinemillError('ERR_INPUT', 'a mapping needs the native addon')
    this.#addon = addon
    this.#handle = handle
  }

  window(start: number, end: number): Window {
    const latest = this.#windows[0]
    if (latest !== undefined && contains(latest, start, end)) return latest
    const index = this.#windows.findIndex((window) => contains(window, start, end))
    const window = index < 0 ? this.#attach(start, end) : (this.#windows.splice(index, 1)[0] as Window)
    this.#windows = [window, ...this.#windows.slice(0, WINDOWS_KEPT - 1)]
    return window
  }

  #attach(start: number, end: number): Window {
    const { mapping, byteLength } = this.#handle
    let base = Math.max(0, Math.floor(start / WINDOW_STEP) * WINDOW_STEP - WINDOW_LEAD)
    if (end > base + WINDOW_BYTES) base = start
    const length = Math.min(Math.max(WINDOW_BYTES, end - base), byteLength - base)
    return { bytes: Buffer.from(this.#addon.attach(mapping, base, length)), base }
  }

  isFaulted(): boolean {
    return this.#addon.isFaulted(this.#handle.mapping)
  }

  /** HAZARD: windows are empty from then on. Left to the collector, small inputs would stay mapped for long. */
  close(): void {
    for (const { bytes } of this.#windows) this.#addon.detach(bytes.buffer)
    this.#windows = []
  }
}

function contains(window: Window, start: number, end: number): boolean {
  return start >= window.base && end <= window.base + window.bytes.length
}
