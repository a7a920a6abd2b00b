/** The plain twin of `selectRecords`: the tests of a predicate (layout: PREDICATE_), one record after the other. */
import { NO_BYTE } from '../layout.js'
import {
  PREDICATE_FIRST,
  PREDICATE_TESTS,
  PREDICATE_TRUE,
  PREDICATE_WORDS,
  SELECT_CAPACITY,
  SELECT_COUNT,
  SELECT_DOUBTS,
  SELECT_END,
  SELECT_NEXT,
  SELECTED_IN_DOUBT,
  TEST_AT,
  TEST_COUNT,
  TEST_DOUBTS,
  TEST_ELSE,
  TEST_FIELD,
  TEST_KIND,
  TEST_NUMBER_AMONG,
  TEST_NUMBER_BETWEEN,
  TEST_QUOTE,
  TEST_TEXT_ABOVE,
  TEST_TEXT_AMONG,
  TEST_TEXT_BELOW,
  TEST_TEXT_ENDS,
  TEST_TEXT_MATCHES,
  TEST_TEXT_STARTS,
  TEST_THEN,
  TEST_WORD,
  TEST_WORDS,
} from '../predicate-layout.js'
import { parseNumber } from './number.js'
import { Matcher } from './portable-match.js'
import { unquote, unquoted } from './unquote.js'

export function selectRecords(
  bytes: Uint8Array,
  table: Uint32Array,
  program: Uint32Array,
  select: Uint32Array,
  selected: Uint32Array,
): void {
  const test = new PredicateTest(bytes, table, program, select[SELECT_CAPACITY])
  const tests = program[PREDICATE_TESTS]
  const end = select[SELECT_END]
  let count = select[SELECT_COUNT]
  for (let record = select[SELECT_NEXT]; record < end; record++) {
    let next = program[PREDICATE_FIRST]
    let doubt = 0
    while (next < tests) {
      const words = PREDICATE_WORDS + TEST_WORDS * next
      if (test.isInDoubt(next, record)) {
        doubt = SELECTED_IN_DOUBT
        break
      }
      next = program[words + (test.holds(next, record) ? TEST_THEN : TEST_ELSE)]
    }
    if (next === PREDICATE_TRUE || doubt !== 0) selected[count++] = record | doubt
    if (doubt !== 0) select[SELECT_DOUBTS]++
  }
  select[SELECT_NEXT] = end
  select[SELECT_COUNT] = count
}

/** Asks the tests of a program about records of a batch. */
export class PredicateTest {
  readonly #bytes: Buffer
  readonly #table: Uint32Array
  readonly #capacity: number
  readonly #words: Uint32Array
  readonly #numbers: Float64Array
  readonly #texts: Buffer
  /** Those that were asked so far, by their offset. */
  readonly #matchers = new Map<number, Matcher>()

  constructor(bytes: Uint8Array, table: Uint32Array, program: Uint32Array, capacity: number) {
    this.#bytes = asBuffer(bytes)
    this.#table = table
    this.#capacity = capacity
    this.#words = program
    this.#numbers = new Float64Array(program.buffer, program.byteOffset, program.length >> 1)
    this.#texts = Buffer.from(program.buffer, program.byteOffset, program.byteLength)
  }

  /** Whether the answer of a test cannot be told from the table. */
  isInDoubt(test: number, record: number): boolean {
    const doubts = this.#words[PREDICATE_WORDS + TEST_WORDS * test + TEST_DOUBTS]
    return doubts !== 0 && (this.#table[2 * this.#capacity + record] & doubts) !== 0
  }

  /** Whether a test of the program holds for a record, whatever the tests before it say. */
  holds(test: number, record: number): boolean {
    const words = PREDICATE_WORDS + TEST_WORDS * test
    const at = this.#words[words + TEST_FIELD] + record
    const quote = this.#words[words + TEST_QUOTE]
    let bytes = this.#bytes
    let start = this.#table[at]
    let end = this.#table[at + this.#capacity]
    if (quote !== NO_BYTE && start < end && bytes[start] === quote) {
      unquote(bytes, start, end, quote)
      ;({ bytes, start, end } = unquoted)
    }
    const isNumber = this.#words[words + TEST_KIND] <= TEST_NUMBER_AMONG
    return isNumber ? this.#holdsNumber(words, bytes, start, end) : this.#holdsText(words, bytes, start, end)
  }

  #holdsNumber(words: number, bytes: Buffer, start: number, end: number): boolean {
    const value = start === end ? undefined : parseNumber(bytes, start, end)
    if (value === undefined) return false
    const first = this.#words[words + TEST_AT] >> 1
    const numbers = this.#numbers.subarray(first, first + this.#words[words + TEST_COUNT])
    if (this.#words[words + TEST_KIND] !== TEST_NUMBER_BETWEEN) return numbers.indexOf(value) >= 0
    return value >= numbers[0] && value <= numbers[1]
  }

  #holdsText(words: number, bytes: Buffer, start: number, end: number): boolean {
    if (this.#words[words + TEST_KIND] === TEST_TEXT_MATCHES) {
      const prefix = this.#words[words + TEST_COUNT] > 1 ? this.#text(words, 1) : NOTHING
      return this.#matcher(words).matches(bytes, start, end, prefix)
    }
    const text = this.#text(words, 0)
    switch (this.#words[words + TEST_KIND]) {
      case TEST_TEXT_AMONG:
        for (let index = 0; index < this.#words[words + TEST_COUNT]; index++) {
          const other = this.#text(words, index)
          if (bytes.compare(other, 0, other.length, start, end) === 0) return true
        }
        return false
      case TEST_TEXT_BELOW:
        return bytes.compare(text, 0, text.length, start, end) < 0
      case TEST_TEXT_ABOVE:
        return bytes.compare(text, 0, text.length, start, end) > 0
      case TEST_TEXT_STARTS:
        return end - start >= text.length && text.equals(bytes.subarray(start, start + text.length))
      case TEST_TEXT_ENDS:
        return end - start >= text.length && text.equals(bytes.subarray(end - text.length, end))
      case TEST_WORD:
        return isWord(text, bytes, start, end)
      default:
        return bytes.subarray(start, end).includes(text)
    }
  }

  #matcher(words: number): Matcher {
    const offset = this.#words[this.#words[words + TEST_AT]]
    let matcher = this.#matchers.get(offset)
    if (matcher === undefined) {
      matcher = new Matcher(this.#words.buffer, this.#words.byteOffset + offset)
      this.#matchers.set(offset, matcher)
    }
    return matcher
  }

  #text(words: number, index: number): Buffer {
    const at = this.#words[words + TEST_AT] + 2 * index
    return this.#texts.subarray(this.#words[at], this.#words[at] + this.#words[at + 1])
  }
}

/** Whether a member of JSON is a word. Behind a text stands its quote; null has no bytes, but its word is there. */
function isWord(word: Buffer, bytes: Buffer, start: number, end: number): boolean {
  if (!word.equals(bytes.subarray(start, start + word.length))) return false
  return start === end
    ? word.latin1Slice(0, word.length) === 'null'
    : end - start === word.length && bytes[end] !== QUOTE
}

const QUOTE = 34
const NOTHING = Buffer.alloc(0)

/** The same bytes as a Buffer. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
