/** Runs the part of an expression that is a JavaScript function, over the records of a batch. */
import type { Batch } from '../batch/batch.js'
import type { Cursor } from '../batch/cursor.js'
import { type FieldKind, makeFieldKind } from '../batch/field.js'
import { decodeString } from '../batch/text.js'
import { NO_BYTE } from '../layout.js'
import type { InputPlan } from '../plan/plan.js'
import { writtenMember } from '../primitives/json-members.js'
import { parseNumber } from '../primitives/number.js'
import { PredicateTest } from '../primitives/portable-select.js'
import { unquote, unquoted } from '../primitives/unquote.js'
import { LINE } from './columns.js'
import type { ExpressionFunction } from './compile.js'
import { bindProgram, fieldWord } from './program.js'

/** Decodes columns of the record at hand. */
interface Reader {
  text(column: number): string
  number(column: number): number
  bigint(column: number): bigint | number
  value(column: number): unknown
  subject(column: number): unknown
}

/** Asks the function of an expression about one record after the other. */
export class RecordFunction {
  /** Index in the batch of the record at hand. */
  index = 0
  readonly #batch: Batch
  readonly #tests: Uint32Array
  readonly #fields: FieldReader
  readonly #cursor: Cursor | undefined
  readonly #call: () => unknown
  #program: Uint32Array
  #test: PredicateTest | undefined

  /** `cursor` is that of ndjson, where fields are properties of what is parsed. */
  constructor(
    columns: readonly string[],
    compiled: ExpressionFunction,
    batch: Batch,
    cursor: Cursor | undefined,
  ) {
    this.#batch = batch
    this.#tests = compiled.tests
    this.#program = compiled.tests
    this.#fields = new FieldReader(batch, columns)
    this.#cursor = cursor
    const reader =
      cursor === undefined ? this.#fields : new PropertyReader(this.#fields, cursor, columns, batch)
    this.#call = makeFunction(compiled.source, reader, (test) => this.#holds(test))
  }

  useInput({ slots, dialect: { quote } }: InputPlan): void {
    const { capacity } = this.#batch
    this.#program = bindProgram(this.#tests, { capacity, slots, quote })
    this.#fields.useInput(slots, quote)
  }

  /** Say that the batch was filled anew. */
  useBatch(): void {
    const { bytes, table, capacity } = this.#batch
    this.#test = new PredicateTest(bytes, table, this.#program, capacity)
  }

  /** Whether the function holds for the record at `index`; throws what it throws. */
  holds(index: number): boolean {
    this.index = index
    this.#fields.index = index
    if (this.#cursor !== undefined) this.#cursor.index = index
    return Boolean(this.#call())
  }

  #holds(test: number): boolean {
    return (this.#test as PredicateTest).holds(test, this.index)
  }
}

/** Make the function; its source is made by `writeFunction` alone, of names that are known. */
function makeFunction(source: string, reader: Reader, holds: (test: number) => boolean): () => unknown {
  const names = ['$test', '$order', '$text', '$number', '$bigint', '$value', '$subject']
  const make = new Function(...names, `'use strict'; return () => { ${source} }`)
  return make(
    holds,
    orderTexts,
    (column: number) => reader.text(column),
    (column: number) => reader.number(column),
    (column: number) => reader.bigint(column),
    (column: number) => reader.value(column),
    (column: number) => reader.subject(column),
  )
}

/** Order texts by their bytes of UTF-8, as tests do; JavaScript orders them by UTF-16. */
function orderTexts(one: unknown, other: unknown): number {
  return Buffer.compare(Buffer.from(String(one)), Buffer.from(String(other)))
}

const WHOLE_NUMBER = /^[+-]?\d+$/

/** Parse whole digits as a bigint, which loses none; anything else as a number. */
function parseBigint(text: string): bigint | number {
  return WHOLE_NUMBER.test(text) ? BigInt(text.replace(/^\+/, '')) : numberOf(text)
}

/** Parse a text as fields are parsed that are compared with numbers; NaN if it is none. */
function numberOf(text: string): number {
  const bytes = Buffer.from(text)
  return (bytes.length > 0 ? parseNumber(bytes, 0, bytes.length) : undefined) ?? Number.NaN
}

/** Reads fields of csv and tsv, and whole records. */
class FieldReader implements Reader {
  index = 0
  readonly #batch: Batch
  readonly #columns: readonly string[]
  #words: readonly number[] = []
  #kinds: readonly FieldKind[] = []
  readonly #lineKind = makeFieldKind('line', 'string')

  constructor(batch: Batch, columns: readonly string[]) {
    this.#batch = batch
    this.#columns = columns
  }

  useInput(slots: ArrayLike<number>, quote: number): void {
    const { capacity } = this.#batch
    this.#kinds = this.#columns.map((name) => makeFieldKind(name, 'string', quote))
    this.#words = this.#columns.map((_, column) => fieldWord(column, { capacity, slots, quote }))
  }

  text(column: number): string {
    const { table, bytes, capacity } = this.#batch
    const at = this.#wordOf(column) + this.index
    return decodeString(bytes, table[at], table[at + capacity], this.#kindOf(column))
  }

  number(column: number): number {
    const { table, capacity } = this.#batch
    let { bytes } = this.#batch
    const at = this.#wordOf(column) + this.index
    let start = table[at]
    let end = table[at + capacity]
    const { quote } = this.#kindOf(column)
    if (start < end && bytes[start] === quote && quote !== NO_BYTE) {
      unquote(bytes, start, end, quote)
      ;({ bytes, start, end } = unquoted)
    }
    return (start < end ? parseNumber(bytes, start, end) : undefined) ?? Number.NaN
  }

  bigint(column: number): bigint | number {
    return parseBigint(this.text(column))
  }

  value(column: number): string {
    return this.text(column)
  }

  subject(column: number): string {
    return this.text(column)
  }

  #wordOf(column: number): number {
    return column === LINE ? 0 : this.#words[column]
  }

  #kindOf(column: number): FieldKind {
    return column === LINE ? this.#lineKind : this.#kinds[column]
  }
}

/** Whether a value may be a whole number that no double holds. */
function isBeyondSafe(value: unknown): value is number {
  return typeof value === 'number' && Math.abs(value) > Number.MAX_SAFE_INTEGER
}

/** Reads properties of ndjson; what is missing or null is an empty text, and no number. */
class PropertyReader implements Reader {
  readonly #fields: FieldReader
  readonly #cursor: Cursor
  readonly #columns: readonly string[]
  readonly #batch: Batch

  constructor(fields: FieldReader, cursor: Cursor, columns: readonly string[], batch: Batch) {
    this.#fields = fields
    this.#cursor = cursor
    this.#columns = columns
    this.#batch = batch
  }

  value(column: number): unknown {
    return this.#cursor.row.get(this.#columns[column])
  }

  text(column: number): string {
    if (column === LINE) return this.#fields.text(LINE)
    const value = this.value(column)
    if (value === undefined || value === null) return ''
    if (isBeyondSafe(value)) return this.#writtenDigits(column) ?? String(value)
    return typeof value === 'object' ? JSON.stringify(value) : String(value)
  }

  number(column: number): number {
    const value = column === LINE ? this.#fields.text(LINE) : this.value(column)
    if (typeof value === 'number') return value
    return typeof value === 'string' ? numberOf(value) : Number.NaN
  }

  bigint(column: number): bigint | number {
    const value = column === LINE ? this.#fields.text(LINE) : this.value(column)
    if (isBeyondSafe(value)) return parseBigint(this.#writtenDigits(column) ?? String(value))
    if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value
    return typeof value === 'string' ? parseBigint(value) : Number.NaN
  }

  /** A whole number as it stands in the record: parsing it has lost digits. */
  #writtenDigits(column: number): string | undefined {
    const { index } = this.#cursor
    const written = writtenMember(this.#batch, index, this.#columns[column])
    return written !== undefined && WHOLE_NUMBER.test(written) ? written : undefined
  }

  subject(column: number): unknown {
    const value = this.value(column)
    return typeof value === 'object' && value !== null ? value : this.text(column)
  }
}
