import { readSync } from 'node:fs'
import { now } from '../clock.js'
import { type Addon, nativePrimitives } from '../primitives/native.js'

/** Smaller files are done before it matters how they are read. */
const MIN_BYTES = 8 * 2 ** 20
const SAMPLE_BYTES = 256 * 1024
const SAMPLES = 3

/** What reading a sample cost, in milliseconds: the least of a few. */
export interface ReadingTimes {
  readonly mapped: number
  readonly pread: number
}

/**
 * Measure what a file's bytes cost here through its mapping and through `pread`: a fraction of a millisecond in all.
 *
 * Which is cheaper depends on the machine, by a factor of five on some (see docs/architecture.md, Reading): a page's
 * first touch can cost little or much more than its copy by the system.
 *
 * @returns undefined for a file that is too small to be worth it.
 * @throws the system's error if the file can't be read.
 */
export function measureReading(
  addon: Addon,
  file: { readonly fd: number; readonly mapping: number; readonly byteLength: number },
): ReadingTimes | undefined {
  if (file.byteLength < MIN_BYTES) return undefined
  const { countLineFeeds } = nativePrimitives()
  const copy = Buffer.allocUnsafeSlow(SAMPLE_BYTES)
  const window = Buffer.from(addon.attach(file.mapping, 0, SAMPLES * SAMPLE_BYTES))
  const times = { mapped: Number.POSITIVE_INFINITY, pread: Number.POSITIVE_INFINITY }
  for (let start = 0; start < window.length; start += SAMPLE_BYTES) {
    readSync(file.fd, copy, 0, SAMPLE_BYTES, start) // from now on the sample is in the page cache
    const began = now()
    readSync(file.fd, copy, 0, SAMPLE_BYTES, start)
    countLineFeeds(copy, 0, SAMPLE_BYTES)
    const between = now()
    countLineFeeds(window, start, start + SAMPLE_BYTES)
    const ended = now()
    times.pread = Math.min(times.pread, between - began)
    times.mapped = Math.min(times.mapped, ended - between)
  }
  addon.detach(window.buffer)
  return times
}
