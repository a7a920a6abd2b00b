/** What a run must come to, by the serial oracle: output, rejects, counts, and the lowest failure. */
import type { Reading } from './inputs.js'
import { cutInput, type OracleOptions, type OracleRecord, readRecords } from './oracle.js'

export const LINE_JOBS = ['sameLine', 'changedLine'] as const
export const TABLE_JOBS = ['shownRecord', 'copiedRecord', 'shownBatch', 'reducedRecord'] as const
export const TEXT_JOBS = ['shownText', 'copiedText', 'shownBatch', 'reducedRecord'] as const
export type JobName = (typeof LINE_JOBS)[number] | (typeof TABLE_JOBS)[number] | (typeof TEXT_JOBS)[number]

/** The part of a run's settings that its result depends on. */
export interface Meaning {
  readonly job: JobName
  readonly onError: 'fail' | 'skip' | 'reject'
  /** Every so many-th record fails by the job's own doing; 0 for none. */
  readonly every: number
  /** All records from this one on fail; 0 for none. */
  readonly from: number
  readonly limit: number
}

export interface Failure {
  readonly code: string
  readonly lineNumber: number
  /** Absent where a header, or a line function, failed. */
  readonly recordNumber: number | undefined
  readonly inputOffset: number
  /** With an unclosed quote: the byte it stands at. */
  readonly quoteAt?: number
}

interface Unclosed extends Failure {
  /** Whether it is in the first record, which is looked at before the run. */
  readonly isFirst: boolean
}

export interface Expected {
  readonly output: Buffer
  readonly rejects: Buffer
  readonly records: number
  readonly errors: number
  readonly blankLines: number
  readonly failure: Failure | undefined
}

/** Thrown by what stands for the user's function. */
class RecordFails extends Error {
  readonly code: string

  constructor(code: string) {
    super(code)
    this.code = code
  }
}

/** One input, as the oracle reads it. */
export interface ReadInput {
  readonly bytes: Buffer
  readonly records: readonly OracleRecord[]
  readonly header: Buffer | undefined
  /** Fields that each record must have; 0 if any number is right. */
  readonly fieldCount: number
  /** Lines without bytes that are no records. */
  readonly blankLines: number
  readonly unclosed: Unclosed | undefined
}

export function readInput(bytes: Buffer, { oracle }: Reading): ReadInput {
  const { header, records, blanks, openQuote } = readRecords(bytes, oracle)
  const isTable = oracle.format === 'csv' || oracle.format === 'tsv'
  return {
    bytes,
    records,
    header: header && bytes.subarray(header.start, header.end),
    fieldCount: isTable ? ((header ?? records.find(({ start, end }) => end > start))?.fields.length ?? 0) : 0,
    blankLines: blanks,
    unclosed:
      openQuote === undefined
        ? undefined
        : findUnclosed(
            bytes,
            openQuote,
            oracle,
            header === undefined && records.length === 0 ? -1 : records.length,
          ),
  }
}

/** The header of an input, where it has one. */
export function readHeader(bytes: Buffer, { oracle }: Reading): { header: OracleRecord | undefined } {
  return readRecords(bytes, oracle)
}

function countLineFeeds(bytes: Buffer, end: number): number {
  return bytes.subarray(0, end).filter((byte) => byte === 10).length
}

/**
 * Find the record that holds the open quote: what stands before the quote, and is not ended, belongs to it. A count
 * of -1 says that not even a header stands before.
 */
function findUnclosed(bytes: Buffer, quoteAt: number, oracle: OracleOptions, recordCount: number): Unclosed {
  const { all } = cutInput(bytes.subarray(0, quoteAt), oracle.delimiter ?? ',', oracle.quote ?? '"')
  const last = all.at(-1)
  const inputOffset = last === undefined || last.isTerminated ? quoteAt : last.start
  const isHeader = oracle.hasHeader !== false && recordCount < 0
  return {
    code: 'ERR_UNCLOSED_QUOTE',
    lineNumber: countLineFeeds(bytes, inputOffset) + 1,
    recordNumber: isHeader ? undefined : Math.max(0, recordCount) + 1,
    inputOffset,
    quoteAt,
    isFirst: recordCount < 0,
  }
}

/** What the inputs, in this order, must come to. */
export function expect(inputs: readonly ReadInput[], reading: Reading, meaning: Meaning): Expected {
  const run = new ExpectedRun(reading, meaning)
  const header = inputs.find((input) => input.header !== undefined)?.header
  // The first record is looked at before anything is run.
  let failure: Failure | undefined = inputs.find(({ unclosed }) => unclosed?.isFirst)?.unclosed
  for (const input of inputs) failure ??= run.read(input)
  return {
    output: run.output(),
    rejects: Buffer.concat([header ? Buffer.concat([header, LINE_FEED]) : EMPTY, ...run.rejects]),
    records: run.records,
    errors: run.errors,
    blankLines: inputs.reduce((sum, { blankLines }) => sum + blankLines, 0),
    failure,
  }
}

const EMPTY = Buffer.alloc(0)
const LINE_FEED = Buffer.from('\n')

class ExpectedRun {
  records = 0
  errors = 0
  readonly rejects: Buffer[] = []
  readonly #pieces: Buffer[] = []
  readonly #sums = [0, 0, 0, 0]
  readonly #reading: Reading
  readonly #meaning: Meaning

  constructor(reading: Reading, meaning: Meaning) {
    this.#reading = reading
    this.#meaning = meaning
  }

  /** Go through an input; returns the failure that ends the run. */
  read(input: ReadInput): Failure | undefined {
    const { onError, limit } = this.#meaning
    for (const record of input.records) {
      if (this.records === limit) return undefined
      this.records++
      try {
        if (input.fieldCount !== 0 && record.fields.length !== input.fieldCount)
          throw new RecordFails('ERR_RAGGED')
        this.#pieces.push(...this.#render(input, record))
      } catch (thrown) {
        if (!(thrown instanceof RecordFails)) throw thrown
        const { lineNumber, recordNumber, start } = record
        if (onError === 'fail') return { code: thrown.code, lineNumber, recordNumber, inputOffset: start }
        this.errors++
        this.rejects.push(input.bytes.subarray(record.start, record.end), LINE_FEED)
      }
    }
    return this.records === limit ? undefined : input.unclosed
  }

  output(): Buffer {
    if (this.#meaning.job !== 'reducedRecord') return Buffer.concat(this.#pieces)
    return Buffer.from(`${this.#sums.join(this.#delimiter)}\n`)
  }

  get #delimiter(): string {
    const { format, delimiter } = this.#reading.oracle
    return delimiter ?? (format === 'tsv' ? '\t' : ',')
  }

  /** What stands for the jobs of jobs/matrix.mjs. */
  #render({ bytes }: ReadInput, record: OracleRecord): Buffer[] {
    const { every, from, job } = this.#meaning
    const { start, end, lineNumber, recordNumber, fields, values } = record
    const raw = bytes.subarray(start, end)
    const text = raw.toString()
    const place = `${lineNumber},${recordNumber},${start},`
    const isToldToFail = (every > 0 && recordNumber % every === 0) || (from > 0 && recordNumber >= from)
    if (isToldToFail && job !== 'shownBatch') throw new RecordFails('ERR_USER_FUNCTION')
    switch (job) {
      case 'sameLine':
        return [raw, LINE_FEED]
      case 'changedLine': {
        if (lineNumber % 3 === 0) return []
        if (lineNumber % 3 === 1) return [Buffer.from(`${place}${JSON.stringify(text)}\n`)]
        return [Buffer.from(`${text}\n${text}\n${text}\n`)]
      }
      case 'shownRecord':
        return [Buffer.from(`${place}${JSON.stringify(values)}\n`)]
      case 'shownText':
        return [Buffer.from(`${place}${JSON.stringify(text)}\n`)]
      case 'shownBatch':
        return [Buffer.from(place), raw, LINE_FEED]
      case 'copiedText':
        return [Buffer.from(recordNumber % 2 === 0 ? '- ' : ''), raw, LINE_FEED]
      case 'copiedRecord':
        return this.#copy(raw, fields, values[0], recordNumber)
      case 'reducedRecord':
        for (const [index, value] of [1, start, lineNumber, text.length].entries()) this.#sums[index] += value
        return []
    }
  }

  #copy(raw: Buffer, fields: readonly Buffer[], firstValue: string, recordNumber: number): Buffer[] {
    const delimiter = this.#delimiter
    const pieces: Buffer[] = []
    if (recordNumber % 5 !== 1) pieces.push(raw, LINE_FEED)
    if (recordNumber % 5 === 2) pieces.push(Buffer.from('text€'))
    if (recordNumber % 3 === 0) {
      for (const [index, field] of fields.toReversed().entries()) {
        if (index > 0) pieces.push(Buffer.from(delimiter))
        pieces.push(field)
      }
      pieces.push(LINE_FEED)
    }
    if (recordNumber % 7 === 3) pieces.push(Buffer.from('bytes\n'))
    if (recordNumber % 4 === 0) pieces.push(raw, LINE_FEED, raw, LINE_FEED)
    if (recordNumber % 6 === 0) {
      pieces.push(Buffer.from(`${this.#encode(firstValue)}${delimiter}${recordNumber}${delimiter}\n`))
    }
    return pieces
  }

  #encode(value: string): string {
    const { format, quote: named } = this.#reading.oracle
    const quote = format === 'tsv' ? '' : (named ?? '"')
    const isPlain = ![this.#delimiter, '\n', '\r', quote].some((part) => part !== '' && value.includes(part))
    if (isPlain) return value
    if (quote === '') throw new RecordFails('ERR_VALUE')
    return quote + value.replaceAll(quote, quote + quote) + quote
  }
}

/** Lines of an input, a last one that is not ended counted. */
export function countLines(bytes: Buffer): number {
  const { all } = cutInput(bytes, '', '')
  return all.length
}
