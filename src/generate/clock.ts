import { writePadded } from './digits.js'

const DAY_MILLISECONDS = 86_400_000

/** Counts milliseconds up and writes them as ISO 8601, forming the date only when the day changes. */
export class Clock {
  #dayStart: number
  #inDay = 0
  #date: Buffer

  /** Begin at a day's first millisecond. */
  constructor(start: number) {
    this.#dayStart = start
    this.#date = isoDate(start)
  }

  /** Go on by less than a day. */
  advance(milliseconds: number): void {
    this.#inDay += milliseconds
    if (this.#inDay < DAY_MILLISECONDS) return
    this.#inDay -= DAY_MILLISECONDS
    this.#dayStart += DAY_MILLISECONDS
    this.#date = isoDate(this.#dayStart)
  }

  /** Write the time in 24 bytes; returns where it ends. */
  write(bytes: Buffer, at: number): number {
    for (let index = 0; index < 11; index++) bytes[at++] = this.#date[index] as number
    const seconds = Math.floor(this.#inDay / 1000)
    const minutes = (seconds / 60) | 0
    at = writePadded(bytes, at, (minutes / 60) | 0, 2)
    bytes[at++] = 58
    at = writePadded(bytes, at, minutes % 60, 2)
    bytes[at++] = 58
    at = writePadded(bytes, at, seconds % 60, 2)
    bytes[at++] = 46
    at = writePadded(bytes, at, this.#inDay % 1000, 3)
    bytes[at++] = 90
    return at
  }
}

function isoDate(time: number): Buffer {
  return Buffer.from(new Date(time).toISOString().slice(0, 11))
}
