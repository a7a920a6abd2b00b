import { makeFieldKind } from '../batch/field.js'
import { decodeString } from '../batch/text.js'
import { LinemillError } from '../errors.js'
import type { InputReader } from '../input/input.js'
import {
  CUT_CAPACITY,
  CUT_COUNT,
  CUT_DATA_END,
  CUT_DELIMITER,
  CUT_IS_FINAL,
  CUT_NEXT,
  CUT_OPEN_QUOTE,
  CUT_OWN_END,
  CUT_QUOTE,
  CUT_SKIPS_BLANK,
  CUT_STATUS,
  CUT_UNCLOSED,
  CUT_WANTED,
  CUT_WORDS,
  tableWords,
} from '../layout.js'
import type { FormatName } from '../options.js'
import type { Dialect, Primitives } from '../primitives/primitives.js'
import { dialectOf, type FormatChoice, hasFields } from './format.js'

/** What the beginning of an input says about the rest. */
export interface Head {
  readonly dialect: Dialect
  /** Byte offset of the first record, behind BOM and header. */
  readonly contentStart: number
  /** Lines before `contentStart`. */
  readonly headerLineCount: number
  /** Lines without bytes before the header. */
  readonly headerBlankCount: number
  readonly names: readonly string[]
  /** Fields each record should have; 0 if any number is right. */
  readonly expectedFields: number
  /** The header as it stands, without terminator; empty if there is none. */
  readonly header: Buffer
}

const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf]

/**
 * Read the beginning of an input: byte order mark, header, and how many columns there are.
 *
 * @throws LinemillError ERR_UNCLOSED_QUOTE, ERR_RECORD_TOO_LARGE, ERR_USAGE if `names` do not fit the input.
 */
export function readHead(
  input: { name: string; byteLength: number; reader: InputReader; format: FormatName },
  choice: FormatChoice,
  primitives: Primitives,
): Head {
  const dialect = dialectOf(input.format, choice)
  const start = byteOrderMarkLength(input.reader, input.byteLength)
  const plain = {
    dialect,
    contentStart: start,
    headerLineCount: 0,
    headerBlankCount: 0,
    header: Buffer.alloc(0),
    expectedFields: 0,
  }
  if (!hasFields(input.format)) {
    return { ...plain, names: input.format === 'lines' ? ['line'] : [] }
  }
  const first = firstRecord(input, start, dialect, primitives, choice.header)
  const fields = first?.fields ?? choice.names ?? []
  const names =
    choice.names ?? (choice.header ? uniqueNames(fields) : fields.map((_, index) => `c${index + 1}`))
  if (names.length !== fields.length) {
    throw new LinemillError(
      'ERR_USAGE',
      `\`names\` gives ${names.length} columns, but the first record of ${input.name} has ${fields.length} fields`,
    )
  }
  // A line without bytes is a record with one empty field where there is one column.
  const head = {
    ...plain,
    dialect: { ...dialect, skipsBlank: fields.length !== 1 },
    names,
    expectedFields: fields.length,
  }
  if (!choice.header || first === undefined) return head
  return {
    ...head,
    contentStart: first.next,
    headerLineCount: first.lineCount,
    headerBlankCount: first.blankCount,
    header: first.bytes,
  }
}

/** Tell columns of one name apart by a number: `price`, `price_2`. */
function uniqueNames(fields: readonly string[]): string[] {
  const taken = new Set(fields)
  return fields.map((field, index) => {
    if (fields.indexOf(field) === index) return field
    let number = 2
    while (taken.has(`${field}_${number}`)) number++
    taken.add(`${field}_${number}`)
    return `${field}_${number}`
  })
}

function byteOrderMarkLength(reader: InputReader, byteLength: number): number {
  if (byteLength < 3) return 0
  const { bytes, base } = reader.window(0, 3)
  return BYTE_ORDER_MARK.every((byte, index) => bytes[index - base] === byte) ? 3 : 0
}

interface FirstRecord {
  readonly fields: readonly string[]
  readonly bytes: Buffer
  /** Absolute offset of the byte behind its terminator. */
  readonly next: number
  /** Line feeds from the input's start to `next`. */
  readonly lineCount: number
  /** Lines without bytes before it. */
  readonly blankCount: number
}

const FIRST_BYTES = 64 * 1024
/** A header longer than this is a sign of a wrong quote or format. */
const MAX_HEADER_BYTES = 2 ** 26

function firstRecord(
  input: { name: string; byteLength: number; reader: InputReader },
  start: number,
  dialect: Dialect,
  primitives: Primitives,
  isHeader: boolean,
): FirstRecord | undefined {
  if (start >= input.byteLength) return undefined
  for (let length = FIRST_BYTES; ; length *= 8) {
    const end = Math.min(input.byteLength, start + length)
    const { bytes, base } = input.reader.window(start, end)
    const cut = cutFirst(bytes, { start: start - base, end: end - base }, end === input.byteLength, dialect)
    const table = new Uint32Array(tableWords(1, 1))
    primitives.cutRecords(bytes, cut, new Uint32Array(1), table)
    if (cut[CUT_COUNT] === 1) return describe(bytes, base, start, cut, table, dialect, primitives)
    if (cut[CUT_STATUS] === CUT_UNCLOSED) {
      const lineNumber = 1 + primitives.countLineFeeds(bytes, start - base, cut[CUT_NEXT])
      const position = { inputName: input.name, lineNumber, inputOffset: base + cut[CUT_NEXT] }
      throw new LinemillError(
        'ERR_UNCLOSED_QUOTE',
        `${input.name}: the quote at byte ${base + cut[CUT_OPEN_QUOTE]}, in the first record, is never closed`,
        { position: isHeader ? position : { ...position, recordNumber: 1 } },
      )
    }
    if (end === input.byteLength) return undefined // blank lines only
    if (length > MAX_HEADER_BYTES) {
      throw new LinemillError(
        'ERR_RECORD_TOO_LARGE',
        `${input.name}: the first record is longer than ${MAX_HEADER_BYTES} bytes: check \`format\` and \`quote\``,
      )
    }
  }
}

function cutFirst(
  bytes: Buffer,
  range: { start: number; end: number },
  isFinal: boolean,
  dialect: Dialect,
): Uint32Array {
  const cut = new Uint32Array(CUT_WORDS)
  cut[CUT_NEXT] = range.start
  cut[CUT_OWN_END] = Math.min(range.end, bytes.length)
  cut[CUT_DATA_END] = range.end
  cut[CUT_IS_FINAL] = isFinal ? 1 : 0
  cut[CUT_DELIMITER] = dialect.delimiter
  cut[CUT_QUOTE] = dialect.quote
  cut[CUT_SKIPS_BLANK] = 1
  cut[CUT_CAPACITY] = 1
  cut[CUT_WANTED] = 1
  return cut
}

/** Cut the first record once more, now that its number of fields is known, with all fields. */
function describe(
  bytes: Buffer,
  base: number,
  start: number,
  found: Uint32Array,
  counted: Uint32Array,
  dialect: Dialect,
  primitives: Primitives,
): FirstRecord {
  const count = counted[2]
  const cut = found.slice()
  cut[CUT_NEXT] = counted[0]
  cut[CUT_OWN_END] = counted[0] + 1 // lines without bytes behind it may be records
  cut[CUT_WANTED] = count
  const table = new Uint32Array(tableWords(1, count))
  primitives.cutRecords(
    bytes,
    cut,
    Uint32Array.from({ length: count }, (_, index) => index),
    table,
  )
  const kind = makeFieldKind('', 'string', dialect.quote)
  return {
    fields: Array.from({ length: count }, (_, k) =>
      decodeString(bytes, table[3 + 2 * k], table[4 + 2 * k], kind),
    ),
    bytes: Buffer.from(bytes.subarray(table[0], table[1])),
    next: base + cut[CUT_NEXT],
    blankCount: primitives.countLineFeeds(bytes, start - base, counted[0]),
    lineCount: primitives.countLineFeeds(bytes, start - base, cut[CUT_NEXT]),
  }
}
