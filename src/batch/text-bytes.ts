import { PAIRS, POWERS_OF_TEN } from '../primitives/digits.js'
import type { RowValue } from './emitter.js'
import { encodeField, isPlainNumber, type OutputDialect } from './encode.js'

const CAPACITY = 32 * 1024

/** Bytes that stay free behind every value, for digits too many and quotes. */
const MARGIN = 4

/** Up to here a string's bytes are written one by one sooner than by a call out of JavaScript. */
const LOOPED_LENGTH = 40

/** The longest whole number: a sign and 16 digits. */
const NUMBER_BYTES = 17

const LINE_FEED = 10
const CARRIAGE_RETURN = 13
const MINUS = 45
const ASCII_END = 128

/**
 * Text of the output that waits to be copied, as bytes. Whole numbers and short strings are written without making
 * strings of them, which is what most values of rows are.
 *
 * What finds no room changes nothing and returns false.
 */
export class TextBytes {
  readonly bytes: Buffer = Buffer.allocUnsafeSlow(CAPACITY)
  length = 0
  readonly #view = new DataView(this.bytes.buffer)
  readonly #dialect: OutputDialect
  readonly #delimiter: number
  /** A byte of meaning, whatever it is, where there is no quote. */
  readonly #quote: number
  readonly #isPlainNumber: boolean

  constructor(dialect: OutputDialect) {
    this.#dialect = dialect
    this.#delimiter = dialect.delimiter.charCodeAt(0)
    this.#quote = dialect.quote === undefined ? LINE_FEED : dialect.quote.charCodeAt(0)
    this.#isPlainNumber = isPlainNumber(dialect)
  }

  /** Put a value as a field. */
  putValue(value: RowValue): boolean {
    const end = this.#place(value, this.length)
    if (end < 0) return false
    this.length = end
    return true
  }

  hasRoomFor(text: string): boolean {
    return 3 * text.length <= CAPACITY - MARGIN - this.length
  }

  /** Put a string as it stands; there must be room for it. */
  putString(text: string): void {
    this.length += this.bytes.write(text, this.length, 'utf8')
  }

  /** Put an empty field so that it can be seen. */
  putQuotes(): void {
    this.length = this.#placeQuotes(this.length)
  }

  /** Write a value at `at`; returns its end, or -1 if there is no room. */
  #place(value: RowValue, at: number): number {
    if (typeof value === 'string') {
      return value.length <= LOOPED_LENGTH ? this.#placeShort(value, at) : this.#placeSlowly(value, at)
    }
    if (typeof value !== 'number' || !this.#isPlainNumber) return this.#placeSlowly(value, at)
    return at <= CAPACITY - MARGIN - NUMBER_BYTES ? this.#placeNumber(value, at) : -1
  }

  #placeNumber(value: number, at: number): number {
    if (!Number.isSafeInteger(value) || Object.is(value, -0)) return this.#placeSlowly(value, at)
    let size = value
    if (value < 0) {
      this.bytes[at++] = MINUS
      size = -value
    }
    if (size < 2 ** 31) return this.#placeDigits(size | 0, at)
    const head = Math.floor(size / POWERS_OF_TEN[8])
    const tail = size - head * POWERS_OF_TEN[8]
    const middle = this.#placeDigits(head, at)
    this.#placeFour((tail / 10_000) | 0, middle)
    this.#placeFour(tail % 10_000, middle + 4)
    return middle + 8
  }

  /** Write the digits of an int32 that is not negative. */
  #placeDigits(value: number, at: number): number {
    if (value < 10_000) return this.#placeUpToFour(value, at)
    const head = (value / 10_000) | 0
    const end = head < 10_000 ? this.#placeUpToFour(head, at) : this.#placeDigits(head, at)
    this.#placeFour(value - head * 10_000, end)
    return end + 4
  }

  #placeUpToFour(value: number, at: number): number {
    const length = value < 100 ? (value < 10 ? 1 : 2) : value < 1000 ? 3 : 4
    // Digits too many, zeros before the first, are shifted out; the bytes behind the last are free.
    this.#view.setInt32(at, fourDigits(value) >>> (32 - 8 * length), true)
    return at + length
  }

  #placeFour(value: number, at: number): void {
    this.#view.setInt32(at, fourDigits(value), true)
  }

  #placeShort(text: string, start: number): number {
    const { bytes } = this
    const delimiter = this.#delimiter
    const quote = this.#quote
    const { length } = text
    if (start + length > CAPACITY - MARGIN) return -1
    for (let i = 0; i < length; i++) {
      const code = text.charCodeAt(i)
      if (code >= ASCII_END || code === delimiter || code === quote) return this.#placeSlowly(text, start)
      if (code === LINE_FEED || code === CARRIAGE_RETURN) return this.#placeSlowly(text, start)
      bytes[start + i] = code
    }
    return start + length
  }

  #placeSlowly(value: RowValue, at: number): number {
    const { delimiter, quote } = this.#dialect
    const text = encodeField(value, delimiter, quote)
    if (3 * text.length > CAPACITY - MARGIN - at) return -1
    return at + this.bytes.write(text, at, 'utf8')
  }

  #placeQuotes(at: number): number {
    const { quote } = this.#dialect
    return quote === undefined ? at : at + this.bytes.write(quote + quote, at, 'latin1')
  }
}

/** Four digits as bytes, the first one lowest. */
function fourDigits(value: number): number {
  const hundreds = (value / 100) | 0
  return PAIRS[hundreds] | (PAIRS[value - 100 * hundreds] << 16)
}
