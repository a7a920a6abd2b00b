// Groups, counts and sums beside those of DuckDB, Polars, mawk and GNU tools, on drawn files; doubles to the last bit.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { groupBy } from '../dist/index.js'
import { describeCommit, describeMachine } from './machine.mjs'
import { log, requirePeer } from './part.mjs'
import { describeHardware, writeRecord } from './record.mjs'

const SEED = 20261130
const ROWS = 200_000

requirePeer('@duckdb/node-api')
const { DuckDBInstance } = await import('@duckdb/node-api')
const { default: pl } = await import('nodejs-polars')

/** mulberry32: the same draws each time. */
function makeDraw(seed) {
  let state = seed
  return (bound) => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % bound
  }
}

const draw = makeDraw(SEED)
const digits = (count) =>
  Array.from({ length: count }, () => draw(10))
    .join('')
    .replace(/^0+(?=\d)/, '')
const sign = () => (draw(2) === 0 ? '-' : '')

/** Ten thousand names of up to 100 bytes of UTF-8, one of them of one record only. */
const names = Array.from({ length: 10_000 }, (_, index) => {
  const letters = ['a', 'é', '語', '🙂', ' ', "'"][draw(6)]
  return `${index}${letters.repeat(draw(94 / Buffer.byteLength(letters)) + 1)}`.trim()
})
const nameOf = (row) => (row === 7 ? names[9_999] : names[draw(9_999)])
/** Values that try rounding: halves, tenths that no double holds, both signs of zero. */
const TENTHS = ['0.0', '-0.0', '0.5', '-0.5', '0.05', '99.9', '-99.9', '0.1', '0.2', '0.3', '1e-3', '2.675']
const drawTenths = () => (draw(3) === 0 ? TENTHS[draw(TENTHS.length)] : `${sign()}${draw(100)}.${draw(10)}`)

const FILES = {
  'whole numbers': {
    header: 'key,n,big',
    row: () => `k${draw(500)},${sign()}${digits(12)},${sign()}${digits(30)}`,
  },
  'numbers of any size': {
    header: 'key,x',
    row: () => `k${draw(500)},${sign()}${digits(17)}e${draw(60) - 30}`,
  },
  'measurements of 10,000 stations': { header: 'key,x', row: (row) => `${nameOf(row)},${drawTenths()}` },
}

/** What each program finds, as rows of texts by key; doubles as their 17 digits. */
const sortRows = (rows) =>
  rows.sort((one, other) => Buffer.compare(Buffer.from(one[0]), Buffer.from(other[0])))
const textOf = (value) => (typeof value === 'number' ? String(value === 0 ? 0 : value) : String(value))
const asRows = (rows) => sortRows(rows.map((row) => row.map(textOf)))

async function byLinemill(path, aggregates) {
  const { rows } = await groupBy('key', path, { aggregates })
  return asRows(rows.map((row) => Object.values(row)))
}

async function byDuckDb(path, columns, select) {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  const from = `read_csv('${path}', columns = ${columns})`
  const reader = await connection.runAndReadAll(`SELECT key, ${select} FROM ${from} GROUP BY key`)
  connection.closeSync()
  return asRows(reader.getRows())
}

function byPolars(path, dtypes, aggregates) {
  return asRows(
    pl
      .readCSV(path, { dtypes })
      .groupBy('key')
      .agg(...aggregates)
      .rows(),
  )
}

/** Exact sums and means of doubles, rounded once. */
function byPython(path) {
  const program = `
import csv, math, sys
from fractions import Fraction
groups = {}
with open(sys.argv[1], newline='', encoding='utf-8') as file:
    for row in csv.DictReader(file):
        groups.setdefault(row['key'], []).append(float(row['x']))
for key, xs in groups.items():
    print(key, len(xs), repr(math.fsum(xs)), repr(float(sum(map(Fraction, xs)) / len(xs))), repr(min(xs)), repr(max(xs)), sep='\\t')
`
  const text = execFileSync('python3', ['-c', program, path], { maxBuffer: 2 ** 28, encoding: 'utf8' })
  const rows = text
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t'))
  return asRows(rows.map(([key, ...values]) => [key, ...values.map(Number)]))
}

function byShell(command, path) {
  const text = execFileSync('sh', ['-c', command, 'sh', path], {
    maxBuffer: 2 ** 28,
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
  })
  return sortRows(
    text
      .trimEnd()
      .split('\n')
      .map((line) => line.split('\t')),
  )
}

const MAWK = `mawk -F, 'NR > 1 { n[$1]++ } END { for (key in n) printf "%s\\t%d\\n", key, n[key] }' "$1"`
const GNU = `tail -n +2 "$1" | cut -d, -f1 | sort | uniq -c | sed -E 's/^ *([0-9]+) (.*)$/\\2\\t\\1/'`

const count = (rows) => rows.map(([key, records]) => [key, records])
const findings = []

/** Compare two lists of rows; all of their columns, or how far the doubles are apart. */
function compare(file, what, own, other) {
  const differing = own.filter((row, index) => row.join('\t') !== other[index]?.join('\t'))
  const isSame = own.length === other.length && differing.length === 0
  findings.push({ file, what, groups: own.length, isSame, differing: differing.length })
  const shown = differing[0] && `: ${differing[0].join(' ')} | ${other[own.indexOf(differing[0])]?.join(' ')}`
  log(`${isSame ? 'same' : 'DIFFERENT'}  ${file}: ${what}, ${own.length} groups${isSame ? '' : shown}`)
  return isSame
}

/** How many doubles of one column differ from another's in their last bits, and by how much at most. */
function tellDistance(file, what, own, other, column) {
  let differing = 0
  let most = 0
  for (const [index, row] of own.entries()) {
    const [exact, found] = [Number(row[column]), Number(other[index][column])]
    if (exact === found) continue
    differing++
    most = Math.max(most, Math.abs((found - exact) / exact))
  }
  findings.push({ file, what, groups: own.length, differing, relative: most })
  log(`      ${file}: ${what}: ${differing} of ${own.length} differ, by ${most.toExponential(1)} at most`)
}

async function compareFile(name, path) {
  if (name === 'whole numbers') {
    const own = await byLinemill(path, 'count,sum(n),min(n),max(n),sum(big),count_distinct(n)')
    const select = 'count(*), sum(n), min(n), max(n), sum(big)::VARCHAR, count(DISTINCT n)'
    const columns = "{key: 'VARCHAR', n: 'BIGINT', big: 'HUGEINT'}"
    compare(name, 'all by DuckDB', own, await byDuckDb(path, columns, select))
    const n = pl.col('n')
    const aggregates = [n.count().alias('c'), n.sum().alias('s'), n.min().alias('l'), n.max().alias('g')]
    const dtypes = { key: pl.Utf8, n: pl.Int64, big: pl.Utf8 }
    const some = own.map((row) => row.slice(0, 5))
    compare(name, 'count, sum, min, max by Polars', some, byPolars(path, dtypes, aggregates))
    const sums = `mawk -F, 'NR > 1 { s[$1] += $2 } END { for (key in s) printf "%s\\t%.0f\\n", key, s[key] }' "$1"`
    compare(
      name,
      'sums below 2^53 by mawk',
      own.map(([key, , sum]) => [key, sum]),
      byShell(sums, path),
    )
    compare(name, 'counts by mawk', count(own), byShell(MAWK, path))
    return compare(name, 'counts by sort and uniq', count(own), byShell(GNU, path))
  }
  const own = await byLinemill(path, 'count,sum(x),mean(x),min(x),max(x)')
  compare(name, 'all by Python (fsum, Fraction)', own, byPython(path))
  const select = 'count(*), fsum(x), favg(x), min(x), max(x)'
  const peer = await byDuckDb(path, "{key: 'VARCHAR', x: 'DOUBLE'}", select)
  const sumless = ([key, records, , , least, greatest]) => [key, records, least, greatest]
  compare(name, 'count, min, max by DuckDB', own.map(sumless), peer.map(sumless))
  tellDistance(name, 'sums by DuckDB (fsum)', own, peer, 2)
  const x = pl.col('x')
  const aggregates = [
    x.count().alias('c'),
    x.sum().alias('s'),
    x.mean().alias('m'),
    x.min().alias('l'),
    x.max().alias('g'),
  ]
  const polars = byPolars(path, { key: pl.Utf8, x: pl.Float64 }, aggregates)
  compare(name, 'count, min, max by Polars', own.map(sumless), polars.map(sumless))
  tellDistance(name, 'sums by Polars', own, polars, 2)
  compare(name, 'counts by mawk', count(own), byShell(MAWK, path))
  return compare(name, 'counts by sort and uniq', count(own), byShell(GNU, path))
}

function format({ date, commit, machine, findings: all }) {
  const lines = all.map(({ file, what, groups, isSame, differing, relative }) => {
    const found =
      isSame === undefined
        ? `${differing} differ, by ${relative.toExponential(1)} at most`
        : isSame
          ? 'same'
          : `**${differing} differ**`
    return `| ${file} | ${what} | ${groups.toLocaleString('en-US')} | ${found} |`
  })
  return `# exactness: groups beside those of other programs

\`node bench/exactness.mjs\`, ${date}, commit ${commit}

${describeHardware(machine)}. ${ROWS.toLocaleString('en-US')} drawn records a file, seed ${SEED}.

| file | what is compared | groups | |
|---|---|---:|---|
${lines.join('\n')}

Doubles are compared by all their digits. Python's \`math.fsum\` is the correctly rounded sum; means are quotients of exact
fractions, rounded once. Sums of DuckDB and Polars depend on the order of records, so it is told how far they are from that.
`
}

const folder = mkdtempSync(join(tmpdir(), 'linemill-exactness-'))
try {
  for (const [name, { header, row }] of Object.entries(FILES)) {
    const path = join(folder, `${name.replaceAll(/\W+/g, '-')}.csv`)
    writeFileSync(
      path,
      `${header}\n${Array.from({ length: ROWS }, (_, index) => `${row(index)}\n`).join('')}`,
    )
    await compareFile(name, path)
  }
} finally {
  rmSync(folder, { recursive: true })
}
const machine = describeMachine()
const record = {
  name: 'exactness',
  date: new Date().toISOString(),
  commit: describeCommit(),
  machine,
  findings,
}
const text = format(record)
if (process.argv.includes('--no-record')) process.stdout.write(text)
else log(`recorded in ${writeRecord(record, text).join(' and ')}`)
process.exitCode = findings.some(({ isSame }) => isSame === false) ? 1 : 0
