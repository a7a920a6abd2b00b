/**
 * Verbs over ndjson make of members what they make of a csv with the same texts, or of the objects that a plain reading
 * finds. Lines are drawn in every spelling of JSON, and some that are none; settings with a fixed seed.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { filterOnPool } from '../dist/filter.js'
import { freqOnPool } from '../dist/freq.js'
import { groupByOnPool } from '../dist/group.js'
import { selectOnPool } from '../dist/select.js'
import { statsOnPool } from '../dist/stats.js'
import { drawFrom, makeDraw } from './draw.js'
import { failureOf } from './engine-harness.js'
import { anyLine, goodLine } from './json-lines.js'
import { PRIMITIVES, pathOf, poolOf, useTrials, WORKERS } from './record-trials.js'

useTrials()

const SEED = 20261201
const COLUMNS = ['status', 'a', 'né', 'x'.repeat(70), ''] as const

/** A character for each byte. */
const bytesOf = (text: string): string => Buffer.from(text).toString('latin1')
const textOf = (bytes: string): string => Buffer.from(bytes, 'latin1').toString()

/** The members of a line as they are written, the last one of each name; undefined where it is no object of JSON. */
function readLine(line: string): Map<string, string> | undefined {
  const text = textOf(line)
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  } catch {
    return undefined
  }
  const members = new Map<string, string>()
  // Strings, what opens and closes, commas, colons, and scalars.
  const tokens = [...line.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s"{}[\],:]+/gs)]
  let depth = 0
  let name: string | undefined
  let from = -1
  for (const { 0: token, index } of tokens) {
    if (depth === 1 && name === undefined && token[0] === '"') name = JSON.parse(textOf(token))
    else if (depth === 1 && token === ':') from = -1
    else if (depth === 1 && (token === ',' || token === '}')) name = undefined
    else if (name !== undefined && from < 0) from = index
    if (/^[{[]$/.test(token)) depth++
    if (/^[}\]]$/.test(token)) depth--
    if (depth === 1 && name !== undefined && from >= 0)
      members.set(name, line.slice(from, index + token.length))
  }
  return members
}

/** The bytes of a member as a field. */
function fieldOf(written: string | undefined): string {
  if (written === undefined || written === 'null') return ''
  if (written[0] !== '"') return written
  // Escapes side by side, two of which may be halves of one character; other bytes are what they are.
  return written
    .slice(1, -1)
    .replaceAll(/(\\(u[0-9a-fA-F]{4}|.))+/g, (escapes) => bytesOf(JSON.parse(`"${escapes}"`)))
}

const quoted = (field: string): string => `"${field.replaceAll('"', '""')}"`

function drawSettings(draw: ReturnType<typeof makeDraw>) {
  const primitives = drawFrom(draw, PRIMITIVES)
  return {
    primitives,
    workers: drawFrom(draw, WORKERS),
    blockBytes: drawFrom(draw, [1, 16, 200, 2 ** 20]),
    batchRecords: drawFrom(draw, [1, 3, 4096]),
    mainThread: draw(2) === 0,
    onError: 'skip' as const,
    onWarning: () => undefined,
  }
}

const write = (name: string, content: string): string => {
  writeFileSync(pathOf(name), Buffer.from(content, 'latin1'))
  return pathOf(name)
}

/** Files with the same records, as ndjson and as csv with quotes around each field. */
function writeBoth(lines: readonly string[]) {
  const records = lines.map(readLine)
  const objects = records.filter((record) => record !== undefined)
  const rows = objects.map((members) => COLUMNS.map((name) => quoted(fieldOf(members.get(name)))).join(','))
  return {
    json: write('all.ndjson', lines.map((line) => `${line}\n`).join('')),
    csv: write('all.csv', `c1,c2,c3,c4,c5\n${rows.map((row) => `${row}\n`).join('')}`),
    objects,
    errors: lines.filter((line, index) => records[index] === undefined && line !== '' && line !== '\r')
      .length,
  }
}

const NAMES = ['c1', 'c2', 'c3', 'c4', 'c5']

describe('members of ndjson', () => {
  const lines = fc.array(anyLine, { maxLength: 12 })

  test('are grouped, listed and surveyed as the same texts in a csv are', { timeout: 120_000 }, async () => {
    const draw = makeDraw(SEED)
    const [output, wanted] = ['members.csv', 'fields.csv'].map(pathOf)
    const property = fc.asyncProperty(lines, async (drawn) => {
      const { json, csv, errors } = writeBoth(drawn)
      const options = drawSettings(draw)
      const pool = poolOf(options.workers)
      const aggregatesOf = (x: string, t: string) =>
        `count,count_distinct("${x}") as d,first("${t}") as f,last("${t}") as l,lexmax("${x}") as m`
      const groups = await groupByOnPool(pool, ['status', 'a'], json, {
        ...options,
        aggregates: aggregatesOf('né', ''),
        output,
      })
      const expected = await groupByOnPool(pool, ['c1', 'c2'], csv, {
        ...options,
        aggregates: aggregatesOf('c3', 'c5'),
        output: wanted,
      })
      const label = JSON.stringify({ drawn, options })
      const behindHeader = (path: string) => readFileSync(path, 'latin1').replace(/^.*\n/, '')
      expect(behindHeader(output), label).toBe(behindHeader(wanted))
      expect([groups.errors, groups.groupCount], label).toEqual([errors, expected.groupCount])

      const values = await freqOnPool(pool, 'status', json, { ...options, top: 0 })
      expect(values.rows, label).toEqual((await freqOnPool(pool, 'c1', csv, { ...options, top: 0 })).rows)

      const columns = await statsOnPool(pool, json, { ...options, columns: COLUMNS })
      const surveyed = await statsOnPool(pool, csv, { ...options, columns: NAMES })
      const unnamed = (all: typeof columns.columns) => all.map((one) => ({ ...one, column: '' }))
      expect(unnamed(columns.columns), label).toEqual(unnamed(surveyed.columns))
    })
    await fc.assert(property, { seed: SEED, numRuns: 250 })
  })

  test('are selected as they are written, or as fields', { timeout: 120_000 }, async () => {
    const draw = makeDraw(SEED + 1)
    const chosen = fc.shuffledSubarray([...COLUMNS], { minLength: 1 })
    const property = fc.asyncProperty(lines, chosen, async (drawn, names) => {
      const { json, objects, errors } = writeBoth(drawn)
      const options = drawSettings(draw)
      const pool = poolOf(options.workers)
      const label = JSON.stringify({ drawn, names, options })
      const copied = await selectOnPool(pool, names, json, options)
      const expected = objects.map((members) => {
        const there = names.filter((name) => members.has(name))
        return `{${there.map((name) => `${bytesOf(JSON.stringify(name))}:${members.get(name)}`).join(',')}}\n`
      })
      expect(copied.output?.toString('latin1'), label).toBe(expected.join(''))
      expect(copied.errors, label).toBe(errors)

      const delimiter = drawFrom(draw, [',', ';', '\t', 'a'])
      const asFields = await selectOnPool(pool, names, json, { ...options, outputDelimiter: delimiter })
      const rows = objects.map((members) =>
        rowOf(
          names.map((name) => fieldOf(members.get(name))),
          delimiter,
        ),
      )
      const header = rowOf(names.map(bytesOf), delimiter) ?? ''
      const written = rows.filter((row) => row !== undefined)
      expect(asFields.output?.toString('latin1'), label).toBe(header + written.join(''))
      expect(asFields.errors, label).toBe(errors + rows.length - written.length)
    })
    await fc.assert(property, { seed: SEED, numRuns: 250 })
  })

  test('are seen only of the records for which an expression holds', { timeout: 120_000 }, async () => {
    const draw = makeDraw(SEED + 2)
    const conditions = [
      'status === 500',
      "a !== ''",
      "status > 3 || a === 'a'",
      'a === null',
      "line.includes('5')",
      "typeof status === 'number' && a !== '4'",
      'String(status).length > 2',
    ]
    const property = fc.asyncProperty(fc.array(goodLine, { maxLength: 12 }), async (drawn) => {
      const json = write('all.ndjson', drawn.map((line) => `${line}\n`).join(''))
      const options = drawSettings(draw)
      const pool = poolOf(options.workers)
      const where = drawFrom(draw, conditions)
      const label = JSON.stringify({ drawn, where, options })
      const some = pathOf('some.ndjson')
      const { passed } = await filterOnPool(pool, where, json, { ...options, output: some })
      const aggregates = 'count,first(status),last("né")'
      const groups = await groupByOnPool(pool, ['a'], json, { ...options, aggregates, where })
      const expected = await groupByOnPool(pool, ['a'], some, { ...options, aggregates })
      expect([groups.rows, groups.passed], label).toEqual([expected.rows, passed])
      const copied = await selectOnPool(pool, ['né', 'status'], json, { ...options, where })
      const wanted = await selectOnPool(pool, ['né', 'status'], some, options)
      expect(String(copied.output), label).toBe(String(wanted.output))
    })
    await fc.assert(property, { seed: SEED, numRuns: 250 })
  })

  test('fail with the position of the first record that fails', async () => {
    const draw = makeDraw(SEED + 3)
    const good = Array.from({ length: 200 }, (_, index) => `{"k":"\\u006b${index % 3}","x":${index},"t":"a"}`)
    const failing = async (at: number, line: string, options: object) => {
      const changed = [...good]
      changed[at] = line
      const path = write('failing.ndjson', changed.join('\n'))
      const settings = { ...drawSettings(draw), onError: 'fail' as const }
      const run = groupByOnPool(poolOf(settings.workers), 'k', path, {
        ...settings,
        aggregates: 'sum(x)',
        ...options,
      })
      const { code, message, position, excerpt } = await failureOf(run)
      return { code, message, excerpt, ...position }
    }
    for (let trial = 0; trial < 10; trial++) {
      const at = draw(200)
      const offset = good.slice(0, at).join('\n').length + (at > 0 ? 1 : 0)
      const place = { recordNumber: at + 1, lineNumber: at + 1, inputOffset: offset, code: 'ERR_VALUE' }
      expect(await failing(at, '{"k":"\\u006b","x":"no"}', {})).toMatchObject({
        ...place,
        message: 'column x: expected a number, found "no"',
        excerpt: '{"k":"\\u006b","x":"no"}',
      })
      expect((await failing(at, '{"k":1,}', {})).message).toMatch(/^not JSON: /)
      expect(await failing(at, '[1]', {})).toMatchObject({
        ...place,
        message: 'expected a JSON object, found an array',
        excerpt: '[1]',
      })
      const where = { where: "t !== 'a'" }
      expect(await failing(at, '{"k":"b","x":true,"t":"\\n"}', where)).toMatchObject({
        ...place,
        message: 'column x: expected a number, found "true"',
      })
    }
  })

  test('keep their kind where a column has no texts, and whole numbers their digits', async () => {
    const json = write(
      'kinds.ndjson',
      [
        '{"k":1,"t":"1","n":{"b": [1]}}',
        '{"k":12345678901234567890,"t":2,"n":null}',
        '{"k":1.50,"n":"x"}',
        '{"k":true}',
        '{"k":null,"t":""}',
        '{"k":1}',
        '{"k":{"z": "\\n"}}',
      ].join('\n'),
    )
    const output = pathOf('kinds-out.ndjson')
    const aggregates = 'count,first(t) as t'
    const { rows } = await groupByOnPool(poolOf(2), 'k', json, { aggregates, blockBytes: 40 })
    expect(rows).toEqual([
      { k: 1, count: 2, t: '1' },
      { k: 12345678901234567890n, count: 1, t: '2' },
      { k: 1.5, count: 1, t: null },
      { k: true, count: 1, t: null },
      { k: null, count: 1, t: null },
      { k: '{"z": "\\n"}', count: 1, t: null },
    ])
    await groupByOnPool(poolOf(2), 'k', json, { aggregates, output })
    expect(readFileSync(output, 'utf8')).toBe(
      [
        '{"k":1,"count":2,"t":"1"}',
        '{"k":12345678901234567890,"count":1,"t":"2"}',
        '{"k":1.50,"count":1,"t":null}',
        '{"k":true,"count":1,"t":null}',
        '{"k":null,"count":1,"t":null}',
        '{"k":{"z": "\\n"},"count":1,"t":null}\n',
      ].join('\n'),
    )
    await groupByOnPool(poolOf(2), 't', json, { output, sort: 't' })
    expect(readFileSync(output, 'utf8')).toBe(
      '{"t":"1","count":1}\n{"t":"2","count":1}\n{"t":"","count":5}\n',
    )
    // 'n' has a text, so that all its keys are texts.
    const { rows: mixed } = await groupByOnPool(poolOf(2), 'n', json)
    expect(mixed).toEqual([
      { n: '{"b": [1]}', count: 1 },
      { n: '', count: 5 },
      { n: 'x', count: 1 },
    ])
  })

  test('of more than 14 columns, some with escapes, are told apart', async () => {
    const names = Array.from({ length: 20 }, (_, index) => `m${index}`)
    const lines = Array.from({ length: 60 }, (_, row) => {
      const members = names.map((name, column) => {
        const kind = (row + column) % 5
        if (kind === 0) return undefined
        // In some records only members behind the 14th have escapes, in some a name has them.
        const isPlain = row % 3 === 0 && column < 14
        const written = row % 4 === 1 && column === 16 ? '\\u006d16' : name
        const text = isPlain ? '"p"' : `"\\u0041${row % 2}"`
        return `"${written}":${['', text, String(row % 3), isPlain ? '"q"' : '"\\\\"', '{"a":"\\\\"}'][kind]}`
      })
      return `{${members.filter((one) => one !== undefined).join(',')}}`
    })
    const json = write('many.ndjson', lines.map((line) => `${line}\n`).join(''))
    const objects = lines.map(readLine) as Map<string, string>[]
    for (const primitives of PRIMITIVES) {
      const { output } = await selectOnPool(poolOf(2), names, json, {
        primitives,
        outputDelimiter: ';',
        blockBytes: 500,
      })
      const rows = objects.map((members) =>
        rowOf(
          names.map((name) => fieldOf(members.get(name))),
          ';',
        ),
      )
      expect(String(output)).toBe(rowOf(names, ';') + rows.join(''))
    }
  })

  test('of records that are passed over do not tell the kind of a column', async () => {
    const json = write('kind.ndjson', '{"k":1,"x":2}\n{"k":"t","x":"no"}\n{"k":"u"\n{"k":1,"x":3}\n')
    const options = { aggregates: 'sum(x)', onError: 'skip' as const, onWarning: () => undefined }
    const { rows, errors } = await groupByOnPool(poolOf(2), 'k', json, options)
    expect([rows, errors]).toEqual([[{ k: 1, 'sum(x)': 5 }], 2])
    const where = 'x !== "no"'
    expect((await groupByOnPool(poolOf(2), 'k', json, { ...options, where })).rows).toEqual(rows)
    const counted = { ...options, aggregates: 'count' }
    expect((await groupByOnPool(poolOf(2), 'k', json, counted)).rows).toEqual([
      { k: '1', count: 2 },
      { k: 't', count: 1 },
    ])
  })

  test('without UTF-8 are one key, with escapes beside them and without', async () => {
    const json = write('bytes.ndjson', '{"k":"\xff\\u0041"}\n{"k":"\xffA"}\n{"k":"\\ud83d\\ude42\xff"}\n')
    const output = pathOf('bytes.csv')
    await groupByOnPool(poolOf(1), 'k', json, { output })
    expect(readFileSync(output, 'latin1')).toBe(`k,count\n\xffA,2\n${bytesOf('🙂')}\xff,1\n`)
  })

  test('with more text behind escapes than their records, and more pieces than are copied at once', async () => {
    const value = (row: number) => `${row}${'\\u8a9e'.repeat(row % 19)}`
    const lines = Array.from(
      { length: 3000 },
      (_, row) => `{"a":"${value(row)}","b":${row},"\\u0063":"\\u0063${row}"}`,
    )
    const json = write('pieces.ndjson', lines.map((line) => `${line}\n`).join(''))
    for (const primitives of PRIMITIVES) {
      const options = { primitives, blockBytes: 2 ** 24 }
      const { output } = await selectOnPool(poolOf(1), 'c,b,a', json, { ...options, outputDelimiter: ',' })
      const rows = lines.map((line) => JSON.parse(line)).map(({ a, b, c }) => `${c},${b},${a}\n`)
      expect(String(output) === `c,b,a\n${rows.join('')}`).toBe(true)
      const copied = await selectOnPool(poolOf(1), 'b,a,c', json, options)
      const objects = lines.map((_, row) => `{"b":${row},"a":"${value(row)}","c":"\\u0063${row}"}\n`)
      expect(String(copied.output) === objects.join('')).toBe(true)
    }
  })

  test('that no record has are warned of, where there are records', async () => {
    const json = write('missing.ndjson', '{"a":1,"b":null}\n{"a":2}\n')
    const warned = async (run: (options: object) => Promise<unknown>): Promise<string[]> => {
      const warnings: string[] = []
      await run({ onWarning: (warning: string) => warnings.push(warning) })
      return warnings
    }
    const pool = poolOf(2)
    const no = 'no record has a property'
    expect(await warned((options) => groupByOnPool(pool, 'a,b', json, options))).toEqual([])
    const aggregates = 'sum(c),count(d),first(d)'
    expect(await warned((options) => groupByOnPool(pool, 'a', json, { ...options, aggregates }))).toEqual([
      `${no} "c"`,
      `${no} "d"`,
    ])
    expect(await warned((options) => freqOnPool(pool, 'A', json, options))).toEqual([`${no} "A"`])
    expect(await warned((options) => statsOnPool(pool, json, { ...options, columns: 'a,x' }))).toEqual([
      `${no} "x"`,
    ])
    const where = 'a === 2'
    expect(await warned((options) => selectOnPool(pool, 'a,b', json, options))).toEqual([])
    expect(await warned((options) => selectOnPool(pool, 'a,b', json, { ...options, where }))).toEqual([
      'no record that passes has a property "b"',
    ])
    expect(await warned((options) => selectOnPool(pool, 'c', json, { ...options, where: 'a > 9' }))).toEqual(
      [],
    )
    const broken = write('broken.ndjson', '{\n')
    const skip = (options: object) => freqOnPool(pool, 'a', broken, { ...options, onError: 'skip' })
    expect(await warned(skip)).toEqual([expect.stringContaining('1 of 1 records skipped')])
    const none = write('none.ndjson', '\n')
    expect(await warned((options) => freqOnPool(pool, 'a', none, options))).toEqual([])
  })

  test('are named one by one', async () => {
    const json = write('named.ndjson', '{"a":1,"2":"x","b-c":3}\n')
    const pool = poolOf(1)
    const bare = { format: 'ndjson', header: false, outputDelimiter: ';' } as const
    expect(String((await selectOnPool(pool, 'a', json, bare)).output)).toBe('1\n')
    expect((await freqOnPool(pool, '2', json)).rows).toEqual([{ value: 'x', count: 1 }])
    expect(String((await selectOnPool(pool, 'b-c,"a"', json)).output)).toBe('{"b-c":3,"a":1}\n')
    const messages: [() => Promise<unknown>, string][] = [
      [() => groupByOnPool(pool, '!a', json), 'so none can be left out: !a'],
      [() => groupByOnPool(pool, [2], json), 'a column of ndjson is a name, found the number 2'],
      [() => groupByOnPool(pool, 'a,', json), 'an item of the list is empty'],
      [() => groupByOnPool(pool, ['\ud800'], json), 'is no name that UTF-8 can write'],
      [() => groupByOnPool(pool, [], json), 'expected at least one column, found none'],
      [() => groupByOnPool(pool, 42 as never, json), 'columns must be a list as text'],
      [() => selectOnPool(pool, new Set(['a']) as never, json), 'columns must be a list as text'],
      [() => selectOnPool(pool, 'a,b,a', json), '"a" is named twice'],
      [() => statsOnPool(pool, json), 'stats of ndjson wants `columns`'],
    ]
    for (const [run, message] of messages) {
      const { code, message: found } = await failureOf(run())
      expect([code, found]).toEqual(['ERR_USAGE', expect.stringContaining(message)])
    }
  })
})

/** A record of csv or tsv, with quotes where a reader would need them; undefined where there are none to be had. */
function rowOf(fields: readonly string[], delimiter: string): string | undefined {
  const isTsv = delimiter === '\t'
  const written = fields.map((field, index) => {
    const losesItsEnd = index === fields.length - 1 && field.endsWith('\r')
    const isSpecial = field.includes(delimiter) || field.includes('\n') || losesItsEnd
    if (isTsv) return isSpecial ? undefined : field
    const isUnseen = fields.length === 1 && field === ''
    return isSpecial || isUnseen || field.includes('"') ? quoted(field) : field
  })
  return written.includes(undefined) ? undefined : `${written.join(delimiter)}\n`
}
