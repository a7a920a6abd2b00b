import { encodeRow, type OutputDialect } from '../batch/encode.js'
import { LinemillError } from '../errors.js'
import type { FormatName } from '../options.js'

/** A value of JSON as it is written in an input. */
export class JsonToken {
  readonly written: string | Uint8Array

  constructor(written: string | Uint8Array) {
    this.written = written
  }

  toString(): string {
    return typeof this.written === 'string' ? this.written : asBuffer(this.written).toString()
  }

  /** The value in JavaScript: whole numbers exact, objects and arrays as text. */
  get value(): string | number | bigint | boolean {
    const text = String(this)
    if (text === 'true' || text === 'false') return text === 'true'
    if (!/^[-\d]/.test(text)) return text
    const number = Number(text)
    return Number.isSafeInteger(number) || !/^-?\d+$/.test(text) ? number : BigInt(text)
  }
}

/** A value of a result: bytes are text as it stands in an input, which need not be UTF-8. */
export type TableValue = PlainValue | Uint8Array | JsonToken

/** A value that a program gets. */
export type PlainValue = string | number | bigint | boolean | null

export type TableRow = readonly TableValue[]

/** What a built-in reduction came to: rows of values below the names of their columns. */
export interface Table {
  readonly columns: readonly string[]
  /** They may be made only when they are asked for: millions of them need not be there at once. */
  readonly rows: Iterable<TableRow>
  /** All rows as csv or tsv in pieces, valid one at a time: sooner than they are made and encoded one by one. */
  readonly encodeRows?: (dialect: OutputDialect) => Iterable<Buffer>
}

/** How a result is written. */
export type TableFormat = Exclude<FormatName, 'lines'>
export const TABLE_FORMATS: readonly TableFormat[] = ['csv', 'tsv', 'ndjson']

/** Rows that are encoded at a time. */
const PIECE_ROWS = 4096

/** Encode a table, header first, in pieces of some thousand rows. */
export function* encodeTable(table: Table, format: TableFormat): Generator<Buffer> {
  const { columns, rows, encodeRows: encodeAll } = table
  const isJson = format === 'ndjson'
  // Every byte of the others is a character, so that bytes which are no UTF-8 pass as they are.
  const encoding = isJson ? 'utf8' : 'latin1'
  const encode = isJson ? encodeObjects(columns) : encodeRows(DIALECTS[format])
  if (!isJson) yield Buffer.from(encode(columns), encoding)
  if (!isJson && encodeAll !== undefined) {
    yield* encodeAll(DIALECTS[format])
    return
  }
  let text = ''
  let count = 0
  for (const row of rows) {
    text += encode(row)
    if (++count % PIECE_ROWS !== 0) continue
    yield Buffer.from(text, encoding)
    text = ''
  }
  if (text !== '') yield Buffer.from(text, encoding)
}

/**
 * The format that a result is written in, where none is asked for: by the file's extension, else as the inputs.
 *
 * @throws LinemillError ERR_USAGE where the extension promises what is not written.
 */
export function tableFormatOf(output: string | undefined, format: FormatName): TableFormat {
  const extension = /\.(csv|tsv|ndjson|jsonl|json|parquet|arrow|feather|xlsx?)$/i
    .exec(output ?? '')?.[1]
    .toLowerCase()
  const likeInputs = format === 'lines' ? 'csv' : format
  if (extension === undefined) return likeInputs
  if (extension === 'csv' || extension === 'tsv' || extension === 'ndjson') return extension
  if (extension === 'jsonl' || (extension === 'json' && likeInputs === 'ndjson')) return 'ndjson'
  throw new LinemillError(
    'ERR_USAGE',
    `a result is written as csv, tsv or ndjson, not as .${extension} says: name another file, or say which (\`outputFormat\`)`,
  )
}

type EncodeRow = (row: TableRow) => string

const DIALECTS: Readonly<Record<'csv' | 'tsv', OutputDialect>> = {
  csv: { delimiter: ',', quote: '"' },
  tsv: { delimiter: '\t', quote: undefined },
}

const ASCII = /^[\0-\x7f]*$/

function encodeRows({ delimiter, quote }: OutputDialect): EncodeRow {
  return (row) => `${encodeRow(row.map(asBytes), delimiter, quote)}\n`
}

function asBytes(given: TableValue): PlainValue {
  const value = given instanceof JsonToken ? given.written : given
  if (typeof value === 'string') return ASCII.test(value) ? value : Buffer.from(value).toString('latin1')
  return value instanceof Uint8Array ? asBuffer(value).toString('latin1') : value
}

/** An object a row. A number that is none, or has no end, is null, as JSON has it. */
function encodeObjects(columns: readonly string[]): EncodeRow {
  const names = columns.map((name) => `${JSON.stringify(name)}:`)
  return (row) => `{${row.map((value, index) => names[index] + encodeJson(value)).join(',')}}\n`
}

function encodeJson(value: TableValue): string {
  if (typeof value === 'bigint' || value instanceof JsonToken) return String(value)
  return JSON.stringify(value instanceof Uint8Array ? asBuffer(value).toString() : value)
}

/** The same bytes as a Buffer. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/**
 * Make a plain object of each row, for the library: bytes are decoded.
 *
 * @throws LinemillError ERR_USAGE where two columns have one name.
 */
export function tableToObjects({ columns, rows }: Table): Record<string, PlainValue>[] {
  const twice = columns.find((name, index) => columns.indexOf(name) !== index)
  if (twice !== undefined) {
    throw new LinemillError('ERR_USAGE', `two columns of the result are named ${JSON.stringify(twice)}`)
  }
  return Array.from(rows, (row) =>
    Object.fromEntries(row.map((value, index) => [columns[index], plainOf(value)])),
  )
}

function plainOf(value: TableValue): PlainValue {
  if (value instanceof JsonToken) return value.value
  return value instanceof Uint8Array ? asBuffer(value).toString() : value
}
