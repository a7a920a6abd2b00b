/** Other readers of CSV agree on what the records and values of valid inputs are. */
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readRecords, unquote } from './oracle.js'
import { check, cutBlocks } from './primitive-calls.js'
import { DIALECTS, SEED } from './primitive-inputs.js'
import { availablePrimitives } from './primitive-sets.js'

const sets = availablePrimitives()
const names = sets.map((primitives) => primitives.instructionSet).join(', ')

type Rows = string[][]

/** A value and one of the ways RFC 4180 lets it be written. */
const field = fc
  .tuple(
    fc
      .array(
        fc.constantFrom('a', 'bc', ' ', ',', '"', '""', '\n', '\r\n', 'é', '語', '🙂', '0', 'x'.repeat(40)),
        {
          maxLength: 6,
          size: 'max',
        },
      )
      .map((parts) => parts.join('')),
    fc.boolean(),
  )
  .map(([value, isQuoted]) => {
    const mustQuote = /[,"\r\n]/.test(value)
    return isQuoted || mustQuote ? `"${value.replaceAll('"', '""')}"` : value
  })

interface CsvShape {
  readonly columnCount: number
  readonly rowCount: number
  readonly terminator: string
  readonly isTerminated: boolean
}

const shape: fc.Arbitrary<CsvShape> = fc.record({
  columnCount: fc.constantFrom(1, 2, 3, 7),
  rowCount: fc.integer({ min: 1, max: 12 }),
  terminator: fc.constantFrom('\n', '\r\n'),
  isTerminated: fc.boolean(),
})

/** A whole valid file; the empty field of a single column is written as `""`, since readers differ on blank lines. */
const csvFile = shape.chain(({ columnCount, rowCount, terminator, isTerminated }) => {
  const length = { minLength: columnCount, maxLength: columnCount, size: 'max' } as const
  const row = fc.array(field, length).map((fields) => fields.join(',') || '""')
  return fc
    .array(row, { minLength: rowCount, maxLength: rowCount, size: 'max' })
    .map((rows) => rows.join(terminator) + (isTerminated ? terminator : ''))
})

/** The same files at every run. */
const files = fc.sample(csvFile, { seed: SEED, numRuns: 1500 })

function oracleRows(text: string): Rows {
  const result = readRecords(Buffer.from(text), { format: 'csv', hasHeader: false })
  expect(result.openQuote).toBe(undefined)
  return result.records.map((record) => record.values)
}

/** Cut with primitives, every column wanted, then unquote. */
function cutRows(primitives: (typeof sets)[number], text: string, blockBytes: number): Rows {
  const bytes = Buffer.from(text)
  const wanted = Array.from({ length: 12 }, (_, column) => column)
  const { records } = cutBlocks(primitives, bytes, { dialect: DIALECTS.csv, capacity: 5, wanted, blockBytes })
  return records.map(({ fields, fieldCount }) =>
    fields!.slice(0, fieldCount).map(([start, end]) => unquote(bytes.subarray(start, end)).toString('utf8')),
  )
}

const PYTHON = `
import csv, io, json, sys
csv.field_size_limit(2 ** 31 - 1)
texts = json.load(sys.stdin)
rows = [list(csv.reader(io.StringIO(text, newline=''), strict=True)) for text in texts]
json.dump(rows, sys.stdout)
`

/** Read every text with Python's csv module, all in one process. */
function pythonRows(texts: readonly string[]): Rows[] {
  try {
    const output = execFileSync('python3', ['-c', PYTHON], {
      input: JSON.stringify(texts),
      maxBuffer: 2 ** 28,
      env: { ...process.env, PYTHONIOENCODING: 'utf8' },
    })
    return JSON.parse(output.toString('utf8'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    throw new Error('python3 was not found: this test compares with its csv module and needs it on the PATH.')
  }
}

describe(`${files.length} generated files, seed ${SEED} (${names})`, () => {
  test('have everything that makes CSV hard', () => {
    const traits = {
      'quoted line feed': /"[^"]*\n/,
      'doubled quote': /[^,\n]""./,
      CRLF: /\r\n/,
      'empty field': /,,/,
    }
    for (const [trait, pattern] of Object.entries(traits)) {
      expect(files.filter((text) => pattern.test(text)).length, trait).toBeGreaterThan(100)
    }
  })

  test('are the same records to the primitives and to the oracle', () => {
    for (const [index, text] of files.entries()) {
      const expected = oracleRows(text)
      for (const primitives of sets) {
        for (const blockBytes of [1 + (index % 70), text.length + 1]) {
          const label = () => `${primitives.instructionSet} ${JSON.stringify(text)}`
          check(cutRows(primitives, text, blockBytes), expected, label)
        }
      }
    }
  })

  test('are the same records to csv-parse and to the oracle', () => {
    for (const text of files) {
      const rows: Rows = parse(text, { record_delimiter: ['\r\n', '\n'] })
      check(rows, oracleRows(text), () => JSON.stringify(text))
    }
  })

  test("are the same records to Python's csv module and to the oracle", () => {
    for (let first = 0; first < files.length; first += 500) {
      const batch = files.slice(first, first + 500)
      for (const [index, rows] of pythonRows(batch).entries()) {
        check(rows, oracleRows(batch[index]), () => JSON.stringify(batch[index]))
      }
    }
  })
})

describe(`csv-spectrum (${names})`, () => {
  const folder = dirname(createRequire(import.meta.url).resolve('csv-spectrum'))
  const cases = readdirSync(join(folder, 'csvs')).map((name) => name.replace(/\.csv$/, ''))

  // Its JSON is an object rather than a list, with a telephone number that is not the CSV's.
  const corrected = new Map([
    ['location_coordinates', (row: object) => [{ ...row, 'Contact Phone Number': '2095257564' }]],
  ])

  test.each(cases)('%s', (name) => {
    const text = readFileSync(join(folder, 'csvs', `${name}.csv`), 'utf8')
    const json = JSON.parse(readFileSync(join(folder, 'json', `${name}.json`), 'utf8'))
    const expected = corrected.get(name)?.(json) ?? json
    const asObjects = ([header, ...rows]: Rows) =>
      rows.map((row) => Object.fromEntries(row.map((value, column) => [header[column], value])))
    expect(asObjects(oracleRows(text))).toStrictEqual(expected)
    for (const primitives of sets) expect(asObjects(cutRows(primitives, text, 16))).toStrictEqual(expected)
  })
})
