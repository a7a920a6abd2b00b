/**
 * Columns of every awkward input, through every way to copy them, are those that a naive reading gives, and a reader
 * of the output finds the values of the input in it. Settings are drawn with a fixed seed.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { LinemillError } from '../dist/errors.js'
import { findColumns } from '../dist/format/column-list.js'
import { createPool } from '../dist/pool.js'
import { explainSelect, type SelectOptions, select, selectOnPool } from '../dist/select.js'
import { type Draw, drawFrom, hashText, makeDraw } from './draw.js'
import type { ReadInput } from './expectations.js'
import {
  awkwardBytes,
  CSV,
  CSV_BARE,
  CSV_OTHER,
  CSV_UNQUOTED,
  INPUT_CASES,
  type Reading,
  TSV,
  TSV_BARE,
} from './inputs.js'
import { cutInput, unquote } from './oracle.js'
import {
  drawInputs,
  drawOptions,
  failureOf,
  headerOf,
  type Outcome,
  outcomeOf,
  pathOf,
  poolOf,
  recordsOf,
  useTrials,
} from './record-trials.js'

useTrials()

const SEED = 20260401
const TABLES = [CSV, CSV_BARE, CSV_UNQUOTED, CSV_OTHER, TSV, TSV_BARE]

/** Characters; '' for no quote. */
interface Dialect {
  readonly delimiter: string
  readonly quote: string
}

function dialectOf({ oracle }: Reading): Dialect {
  const isCsv = oracle.format === 'csv'
  return { delimiter: oracle.delimiter ?? (isCsv ? ',' : '\t'), quote: isCsv ? (oracle.quote ?? '"') : '' }
}

function outputDialectOf(input: Dialect, outputDelimiter: string | undefined): Dialect {
  if (outputDelimiter === undefined) return input
  return { delimiter: outputDelimiter, quote: outputDelimiter === '\t' ? '' : input.quote || '"' }
}

/** Whether text, as a field at its place, is read as a value. */
function readsAs(text: string, value: string, { delimiter, quote }: Dialect, isLast: boolean): boolean {
  const line = Buffer.from(isLast ? `0\n0${delimiter}${text}\n` : `0\n${text}${delimiter}0\n`, 'latin1')
  const { all, openQuote } = cutInput(line, delimiter, quote)
  if (openQuote !== undefined || all.length !== 2 || all[1].fields.length !== 2) return false
  return unquote(all[1].fields[isLast ? 1 : 0], quote).toString('latin1') === value
}

/** What is written for a field; undefined if it cannot be. */
function written(
  field: Buffer,
  input: Dialect,
  output: Dialect,
  { isLast, isAlone }: Place,
): string | undefined {
  const raw = field.toString('latin1')
  const value = unquote(field, input.quote).toString('latin1')
  const { quote } = output
  if (isAlone && raw === '' && quote !== '') return quote + quote
  const isQuoteNew = quote !== '' && quote !== input.quote
  if (!(isQuoteNew && raw.includes(quote)) && readsAs(raw, value, output, isLast)) return raw
  const isBare = quote === '' || !value.includes(quote)
  if (isBare && !(isAlone && value === '') && readsAs(value, value, output, isLast)) return value
  if (isBare && quote === '' && isAlone && value === '') return value
  return quote === '' ? undefined : quote + value.replaceAll(quote, quote + quote) + quote
}

interface Place {
  readonly isLast: boolean
  readonly isAlone: boolean
}

interface Choice {
  /** 0-based. */
  readonly columns: readonly number[]
  readonly outputDelimiter: string | undefined
  readonly onError: 'fail' | 'skip' | 'reject'
  readonly limit: number
}

function lineOf(fields: readonly Buffer[], columns: readonly number[], input: Dialect, output: Dialect) {
  const texts = columns.map((column, index) => {
    const place = { isLast: index === columns.length - 1, isAlone: columns.length === 1 }
    return written(fields[column], input, output, place)
  })
  return texts.includes(undefined) ? undefined : `${texts.join(output.delimiter)}\n`
}

function expectedOutcome(inputs: readonly ReadInput[], reading: Reading, choice: Choice): Outcome {
  const { columns, outputDelimiter, onError, limit } = choice
  const input = dialectOf(reading)
  const output = outputDialectOf(input, outputDelimiter)
  const { records, unclosed } = recordsOf(inputs, limit)
  if (unclosed?.recordNumber === undefined && unclosed !== undefined)
    return { failure: failureOf(unclosed.code, unclosed) }
  const header = inputs.find((one) => one.header !== undefined)?.header
  const headerFields = header && cutInput(header, input.delimiter, input.quote).all[0].fields
  const headerLine = headerFields === undefined ? '' : lineOf(headerFields, columns, input, output)
  if (unclosed && 'isFirst' in unclosed && unclosed.isFirst)
    return { failure: failureOf(unclosed.code, unclosed) }
  if (headerLine === undefined) return { failure: failureOf('ERR_VALUE') }
  const lines: string[] = []
  const rejects: string[] = []
  for (const { text, fields, isRagged, place } of records) {
    const line = isRagged ? undefined : lineOf(fields, columns, input, output)
    if (line !== undefined) lines.push(line)
    else if (onError === 'fail') return { failure: failureOf(isRagged ? 'ERR_RAGGED' : 'ERR_VALUE', place) }
    else rejects.push(`${text}\n`)
  }
  if (unclosed !== undefined) return { failure: failureOf(unclosed.code, unclosed) }
  const kept = onError === 'reject' ? { rejects: headerOf(inputs) + rejects.join('') } : {}
  return { output: headerLine + lines.join(''), ...kept }
}

function drawChoice(draw: Draw, inputs: readonly ReadInput[]): Choice {
  const fieldCount = Math.max(1, ...inputs.map((input) => input.fieldCount))
  const from = draw(fieldCount)
  const neighbours = Array.from({ length: 1 + draw(fieldCount - from) }, (_, index) => from + index)
  const any = Array.from({ length: 1 + draw(4) }, () => draw(fieldCount))
  return {
    columns: drawFrom(draw, [neighbours, any, [...neighbours, ...any], [draw(fieldCount)]]),
    outputDelimiter: drawFrom(draw, [undefined, undefined, ',', '\t', ';', 'x', '|']),
    onError: drawFrom(draw, ['fail', 'skip', 'reject'] as const),
    limit: drawFrom(draw, [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, 0, 1, 3]),
  }
}

async function compare(draw: Draw, bytes: Buffer, reading: Reading): Promise<Outcome> {
  const { inputs, paths } = drawInputs(draw, bytes, reading)
  const choice = drawChoice(draw, inputs)
  const { columns, outputDelimiter, onError, limit } = choice
  const reject = onError === 'reject' ? pathOf('rejects') : undefined
  const options: SelectOptions & { workers: number } = {
    ...reading.options,
    ...drawOptions(draw, paths.length * bytes.length),
    ...{ onError, limit },
    ...(reject !== undefined && { reject }),
    ...(outputDelimiter !== undefined && { outputDelimiter }),
    onWarning: () => undefined,
  }
  const numbers = columns.map((column) => column + 1)
  const real = await outcomeOf(selectOnPool(poolOf(options.workers), numbers, paths, options), reject)
  const wanted = expectedOutcome(inputs, reading, choice)
  const label = () => JSON.stringify({ reading: reading.name, choice, files: paths.length, options })
  expect(real, label()).toEqual(wanted)
  return wanted
}

describe('every awkward input', () => {
  test.each(INPUT_CASES)('$name', async ({ name, bytes, readings }) => {
    const draw = makeDraw(SEED + hashText(name))
    for (const reading of readings.filter((one) => TABLES.includes(one))) {
      for (let trial = 0; trial < 3; trial++) await compare(draw, bytes, reading)
    }
  })
})

test('random bytes through random settings', { timeout: 120_000 }, async () => {
  let whole = 0
  let refused = 0
  const property = fc.asyncProperty(
    awkwardBytes,
    fc.constantFrom(...TABLES),
    fc.nat(),
    async (bytes, reading, seed) => {
      const { output = '', failure } = await compare(makeDraw(seed), bytes, reading)
      if (output.length > 20) whole++
      if ((failure as { code?: string } | undefined)?.code === 'ERR_VALUE') refused++
    },
  )
  await fc.assert(property, { seed: SEED, numRuns: 500 })
  expect([whole > 100, refused > 5], `${whole} ${refused}`).toEqual([true, true])
})

describe('a list of columns', () => {
  const names = ['user_id', 'a,b', '2', 'time', '', '!x', 'say "hi"']
  test.each<[string | (string | number)[], number[]]>([
    ['time,user_id', [3, 0]],
    [' time , user_id ', [3, 0]],
    ['2', [1]],
    ['"2"', [2]],
    ['"a,b",time,"a,b"', [1, 3, 1]],
    ['"say ""hi"""', [6]],
    ['""', [4]],
    ['2-4', [1, 2, 3]],
    ['4-2', [3, 2, 1]],
    ['6-,-2', [5, 6, 0, 1]],
    ['!time', [0, 1, 2, 4, 5, 6]],
    ['!2-6', [0, 6]],
    ['!"!x",!7,!time', [0, 1, 2, 4]],
    ['1-4,!2', [0, 2, 3]],
    ['!2,4-1', [3, 2, 0]],
    ['"!x"', [5]],
    [
      ['2', 2, '!x'],
      [2, 1, 5],
    ],
  ])('%j', (list, indexes) => {
    expect(findColumns(list, names)).toEqual(indexes)
  })

  test.each<[unknown, string]>([
    ['tim', 'unknown column "tim", did you mean "time"? the columns are user_id, a,b, 2'],
    ['0', 'there is no column 0: they are numbered from 1 to 7'],
    ['8', 'there is no column 8'],
    ['3-9', 'there is no column 9'],
    ['-', 'unknown column "-"'],
    ['time,', 'an item of the list is empty'],
    ['', 'an item of the list is empty'],
    ['"time"x', 'what follows the quotes is no comma'],
    ['"time', 'what follows the quotes is no comma'],
    ['!1-', 'the columns leave none over'],
    [[], 'expected at least one column, found none'],
    [[1.5], 'there is no column 1.5'],
    [[null], 'a column must be a name or a number, found null'],
    [7, 'columns must be a list as text, or an array of names and numbers, found'],
  ])('%j is refused', (list, message) => {
    expect(() => findColumns(list as string, names)).toThrow(message)
  })
})

async function failureOfSelect(...given: Parameters<typeof select>): Promise<LinemillError> {
  return select(...given).then(
    () => expect.fail('it did not fail'),
    (thrown) => thrown,
  )
}

describe('select', () => {
  test('is refused before the work, where there are no such columns or no columns at all', async () => {
    writeFileSync(pathOf('a.csv'), 'a,b\n1,2\n')
    writeFileSync(pathOf('b.csv'), 'b,a\n1,2\n')
    writeFileSync(pathOf('a.ndjson'), '{"a":1}\n')
    writeFileSync(pathOf('a.txt'), 'a\n')
    const of = (name: string, columns = 'a', options = {}) => failureOfSelect(columns, pathOf(name), options)
    expect((await of('a.csv', 'c')).message).toBe(
      'unknown column "c", did you mean "a"? the columns are a, b',
    )
    expect((await of('a.ndjson', '1-2,!a')).message).toMatch(/^columns of ndjson are named one by one/)
    expect((await of('a.txt')).message).toMatch(/not of lines: say how they are parted/)
    expect((await of('a.csv', 'a', { outputDelimiter: '"' })).code).toBe('ERR_USAGE')
    expect((await of('a.csv', 'a', { outputDelimiter: 'ab' })).message).toMatch(
      /^outputDelimiter must be one ASCII/,
    )
    expect((await of('a.csv', 'a', { outputDelimeter: ';' })).message).toMatch(/did you mean outputDelimiter/)
    const differing = await failureOfSelect('a', [pathOf('a.csv'), pathOf('b.csv')])
    expect(differing.message).toMatch(/differs from that of/)
  })

  test('tells of the column and the record where the output has no quotes', async () => {
    writeFileSync(pathOf('tab.csv'), 'a,b\n1,x\n2,"y\tz"\n')
    const { code, message, position, excerpt } = await failureOfSelect('2,1', pathOf('tab.csv'), {
      outputDelimiter: '\t',
    })
    expect([code, excerpt]).toEqual(['ERR_VALUE', '2,"y\tz"'])
    expect(message).toBe(
      'column b holds the output\'s delimiter or a line end, and the output has no quotes: "\\"y\\tz\\""',
    )
    expect(position).toEqual({ inputName: pathOf('tab.csv'), lineNumber: 3, recordNumber: 2, inputOffset: 8 })
    writeFileSync(pathOf('head.csv'), '"a\tb",c\n1,2\n')
    const header = await failureOfSelect('c,1', pathOf('head.csv'), { outputDelimiter: '\t' })
    expect([header.code, header.message]).toEqual([
      'ERR_VALUE',
      expect.stringMatching(/^the header of .*head.csv: column a/),
    ])
  })

  test('copies records that are longer than slots, blocks and half of a window', async () => {
    const long = `"${'x;""\n'.repeat(60_000)}"`
    writeFileSync(pathOf('long.csv'), `a,b\n1,${long}\n2,y\n`)
    for (const outputDelimiter of [',', ';', '|']) {
      const { output } = await select('b,a', pathOf('long.csv'), {
        outputDelimiter,
        workers: 2,
        slotBytes: 4096,
      })
      const [d] = outputDelimiter
      expect(String(output)).toBe(`b${d}a\n${long}${d}1\ny${d}2\n`)
    }
  })

  test('is a verb of pools, writes files, and is explained', async () => {
    writeFileSync(pathOf('v.csv'), 'a,b,c\r\n1,2,3\r\n')
    const pool = createPool({ workers: 1 })
    const output = pathOf('v-out.csv')
    const report = await pool.select(['c', 1], pathOf('v.csv'), { output })
    await pool.close()
    expect([readFileSync(output, 'utf8'), report.records, report.outputBytes]).toEqual(['c,a\n3,1\n', 1, 8])
    const { kind, columns, isReduction } = await explainSelect('c,a,c', pathOf('v.csv'))
    expect([kind, columns, isReduction]).toEqual(['select', ['c', 'a', 'c'], false])
  })
})
