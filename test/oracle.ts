/**
 * The serial oracle: what linemill's records are, read one character at a time from a whole input. It shares
 * nothing with src/, not even constants, so that a mistake there can't repeat itself here.
 */

export type OracleFormat = 'lines' | 'csv' | 'tsv' | 'ndjson'

export interface OracleOptions {
  readonly format: OracleFormat
  /** One character; default `,` for csv, tab for tsv. The other formats have none. */
  readonly delimiter?: string
  /** One character, default `"`; only csv has one. `''` turns quoting off. */
  readonly quote?: string
  /** Whether csv and tsv begin with a header; default true. */
  readonly hasHeader?: boolean
}

export interface OracleRecord {
  /** Offset of the record's first byte. */
  readonly start: number
  /** Offset behind its last byte, terminator excluded. */
  readonly end: number
  /** 1-based line of its first byte; every line of the input counts. */
  readonly lineNumber: number
  /** 1-based; 0 for the header. */
  readonly recordNumber: number
  /** The fields as they stand, quotes included. */
  readonly fields: Buffer[]
  readonly values: string[]
}

export interface OracleResult {
  readonly header: OracleRecord | undefined
  readonly names: string[]
  readonly records: OracleRecord[]
  /** Lines without bytes that are no records. */
  readonly blanks: number
  /** Offset of the quote that nothing closes; the records are those before it. */
  readonly openQuote: number | undefined
}

/** A record or a line without bytes. */
export interface RawRecord {
  readonly start: number
  readonly end: number
  readonly lineNumber: number
  readonly fields: Buffer[]
  /** Whether a line feed ends it. */
  readonly isTerminated: boolean
}

/** Read a whole input; a leading byte order mark is dropped. */
export function readRecords(input: Buffer, options: OracleOptions): OracleResult {
  const isTable = options.format === 'csv' || options.format === 'tsv'
  const delimiter = isTable ? (options.delimiter ?? (options.format === 'csv' ? ',' : '\t')) : ''
  const quote = options.format === 'csv' ? (options.quote ?? '"') : ''
  const { all, openQuote } = cutInput(input, delimiter, quote)

  // Where no line has bytes, nothing says that there is one column.
  const columnCount = all.find((record) => !isBlank(record))?.fields.length ?? 0
  const keepsBlanks = options.format === 'lines' || (isTable && columnCount === 1)
  let wantsHeader = isTable && (options.hasHeader ?? true)
  let header: OracleRecord | undefined
  let blanks = 0
  const records: OracleRecord[] = []
  for (const raw of all) {
    // A header has a name: lines without bytes before it are skipped, however many columns there are.
    if (isBlank(raw) && (wantsHeader || !keepsBlanks)) {
      blanks++
      continue
    }
    const { start, end, lineNumber, fields } = raw
    const values = fields.map((field) => unquote(field, quote).toString('utf8'))
    const recordNumber = wantsHeader ? 0 : records.length + 1
    const record = { start, end, lineNumber, recordNumber, fields, values }
    if (wantsHeader) header = record
    else records.push(record)
    wantsHeader = false
  }
  return { header, names: header?.values ?? [], records, blanks, openQuote }
}

/** A line without bytes: a terminator ends it, and there is nothing before. */
export function isBlank(record: RawRecord): boolean {
  return record.isTerminated && record.start === record.end
}

/** Cut a whole input, blank lines included, up to a quote that nothing closes. */
export function cutInput(input: Buffer, delimiter: string, quote: string) {
  // latin1 gives one character for each byte, whatever the encoding.
  const text = input.toString('latin1')
  const all: RawRecord[] = []
  let openQuote: number | undefined
  let at = text.startsWith('\xef\xbb\xbf') ? 3 : 0
  let lineNumber = 1
  while (at < text.length) {
    const start = at
    let fieldStart = at
    let isQuoted = false
    let lineFeeds = 0
    const cuts: number[] = []
    for (; at < text.length; at++) {
      const character = text[at]
      if (character === '\n') lineFeeds++
      if (isQuoted) {
        if (character !== quote) continue
        if (text[at + 1] === quote) at++
        else isQuoted = false
      } else if (character === quote && at === fieldStart) {
        isQuoted = true
      } else if (character === delimiter) {
        cuts.push(at)
        fieldStart = at + 1
      } else if (character === '\n') {
        break
      }
    }
    if (isQuoted) {
      openQuote = fieldStart
      break
    }
    const isTerminated = at < text.length
    const end = isTerminated && at > start && text[at - 1] === '\r' ? at - 1 : at
    const starts = [start, ...cuts.map((cut) => cut + 1)]
    const fields = starts.map((from, index) => input.subarray(from, cuts[index] ?? end))
    all.push({ start, end, lineNumber, fields, isTerminated })
    lineNumber += lineFeeds
    at++
  }
  return { all, openQuote }
}

/** The value of a field: what its quotes wrap, doubled quotes reduced, then any text behind them. */
export function unquote(field: Buffer, quote = '"'): Buffer {
  const text = field.toString('latin1')
  if (quote === '' || text[0] !== quote) return field
  let value = ''
  let at = 1
  while (at < text.length) {
    if (text[at] !== quote) {
      value += text[at]
      at += 1
    } else if (text[at + 1] === quote) {
      value += quote
      at += 2
    } else {
      value += text.slice(at + 1)
      break
    }
  }
  return Buffer.from(value, 'latin1')
}

/** The four states in which a block can be entered. */
export type OracleState = 'field start' | 'unquoted' | 'quoted' | 'quote in quoted'
export const ORACLE_STATES: OracleState[] = ['field start', 'unquoted', 'quoted', 'quote in quoted']

/** The state after one more character. */
export function nextState(
  state: OracleState,
  character: string,
  delimiter: string,
  quote: string,
): OracleState {
  if (state === 'quoted') return character === quote ? 'quote in quoted' : 'quoted'
  if (character === '\n' || character === delimiter) return 'field start'
  if (character === quote && state !== 'unquoted') return 'quoted'
  return 'unquoted'
}

/** What a piece of text does, entered in a given state: its exit state, and where records end in it. */
export function walk(
  text: string,
  entry: OracleState,
  { delimiter, quote }: { delimiter: string; quote: string },
): { exit: OracleState; ends: number[] } {
  let state = entry
  const ends: number[] = []
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '\n' && state !== 'quoted') ends.push(at)
    state = nextState(state, text[at], delimiter, quote)
  }
  return { exit: state, ends }
}
