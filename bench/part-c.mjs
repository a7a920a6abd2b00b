// Built-in work beside the tools that people use for it: filter, select, group, count, stats.
//
//   npm install --prefix bench   once: the peers
//   npm run bench:c -- --dir /a/folder/with/room
import { relative } from 'node:path'
import { eachLine, hashOf, hashOfLines } from './answer.mjs'
import { requirePeer, runPart } from './part.mjs'

/** Rows of the inputs that are not clicks, for the rows of clicks that goals are for. */
const MEASUREMENTS = 50_000_000 / 12_256_906
const NDJSON = 2_000_000 / 12_256_906
const QUOTED = 3_434_840 / 12_256_906
/** Own memory that a command may have beyond a Node that does nothing. */
const OWN_BYTES = 150e6
const NODE = {
  name: 'node',
  command: ['node', '-e', '0'],
  printsAnswer: true,
  answer: hashOf(''),
  answerKind: 'exact',
}

const MEASUREMENTS_FORMAT = ['--format', 'csv', '-d', ';', '--no-header', '--output-format', 'csv']
const CLICKS = `read_csv('$INPUT', header = true, columns = {
  user_id: 'INTEGER', item_id: 'INTEGER', behavior_type: 'TINYINT', user_geohash: 'VARCHAR', item_category: 'INTEGER',
  time: 'VARCHAR'
})`

/** Where the program of ripgrep lies. */
const { rgPath: ripgrepPath } = await import('@vscode/ripgrep').catch(() => ({}))

await runPart({
  name: 'part-c',
  title: 'built-in work and its peers',
  room: '4 GB',
  workloads: {
    'filter to a file': filterColumn,
    'lines with a literal': countLiteral,
    'lines that match': countMatches,
    'lines that match, without a text': countMatchesWithoutText,
    'three columns': selectColumns,
    'count by category': groupByCategory,
    'count by item': groupByItem,
    'the billion row challenge': challenge,
    'quoted records': countQuoted,
    'ndjson by status': filterNdjson,
    'stats of all columns': stats,
  },
})

async function filterColumn({ rows, prepare }) {
  const { path } = await prepare(rows)
  const text = await hashOfLines(path, (line) => (line.includes(',4,') ? `${line}\n` : undefined))
  return {
    description: 'Records with `behavior_type` 4, as they stand; ripgrep: lines with the text `,4,`.',
    input: path,
    answerKind: 'exact',
    answer: await hashOfLines(path, (line, index) =>
      index === 0 || line.split(',')[2] === '4' ? `${line}\n` : undefined,
    ),
    reference: 'linemill',
    competitors: [
      { name: 'linemill', command: linemill('filter', 'behavior_type === 4', 'INPUT', '-o', 'OUTPUT') },
      { name: 'ripgrep', command: toOutput(ripgrep(), '-N', ',4,'), answer: text },
      { name: 'Polars', command: polars('filter') },
      { name: 'DuckDB', command: duckdb(copy(`SELECT * FROM ${CLICKS} WHERE behavior_type = 4`)) },
      NODE,
    ],
    goals: [
      ...times(6, 'Polars', 'DuckDB'),
      ...times(1 / 1.8, 'ripgrep'),
      { competitor: 'linemill', ownBytesBeyond: OWN_BYTES, than: NODE.name },
    ],
  }
}

async function countLiteral({ rows, prepare }) {
  const { path } = await prepare(rows)
  const goal = (line) => line.includes('2014-12-12')
  return {
    ...(await countLines(path, goal, ['line.includes("2014-12-12")', 'INPUT'], '2014-12-12')),
    goals: times(1, 'ripgrep'),
  }
}

async function countMatches({ rows, prepare }) {
  const { path } = await prepare(rows)
  return { ...(await countPattern(path, ',4,[^,]*,[0-9]+,2014-12-1[0-5]')), goals: times(1, 'ripgrep') }
}

/** Of what a match has in it nothing is a text of more than a character, so each byte is looked at. */
async function countMatchesWithoutText({ rows, prepare }) {
  const { path } = await prepare(rows)
  return countPattern(path, '[a-f]x|[0-9]{9},4')
}

function countPattern(path, pattern) {
  const regExp = new RegExp(pattern)
  return countLines(path, (line) => regExp.test(line), [`/${pattern}/.test(line)`, 'INPUT'], pattern)
}

async function countLines(path, holds, expression, pattern) {
  let count = 0
  await eachLine(path, (line) => {
    if (holds(line)) count++
  })
  return {
    description: `Lines that \`${pattern}\` matches, counted.`,
    input: path,
    answerKind: 'exact',
    answer: hashOf(`${count}\n`),
    reference: 'linemill',
    competitors: [
      { name: 'linemill', command: linemill('filter', ...expression, '--count'), printsAnswer: true },
      { name: 'ripgrep', command: [ripgrep(), '-c', pattern, 'INPUT'], printsAnswer: true },
    ],
    goals: [],
  }
}

async function selectColumns({ rows, prepare }) {
  const { path } = await prepare(rows)
  const chosen = ([user, item, , , , time]) => `${user},${item},${time}\n`
  return {
    description: 'The columns `user_id`, `item_id` and `time`.',
    input: path,
    answerKind: 'exact',
    answer: await hashOfLines(path, (line) => chosen(line.split(','))),
    reference: 'linemill',
    competitors: [
      { name: 'linemill', command: linemill('select', 'user_id,item_id,time', 'INPUT', '-o', 'OUTPUT') },
      { name: 'cut', command: toOutput('cut', '-d,', '-f1,2,6') },
      { name: 'Polars', command: polars('select') },
      { name: 'DuckDB', command: duckdb(copy(`SELECT user_id, item_id, time FROM ${CLICKS}`)) },
    ],
    goals: times(3, 'cut', 'Polars', 'DuckDB'),
  }
}

function groupByCategory(given) {
  return countBy('item_category', 4, {
    ...given,
    more: [
      {
        name: 'chDB',
        command: chdb(
          "SELECT item_category, count() AS count FROM file('$INPUT', CSVWithNames) GROUP BY item_category",
        ),
      },
    ],
    goals: times(3, 'Polars', 'DuckDB'),
  })
}

/** Where nearly every fifth record makes a group. */
function groupByItem(given) {
  return countBy('item_id', 1, { ...given, more: [], goals: [] })
}

async function countBy(column, field, { rows, prepare, more, goals }) {
  const { path } = await prepare(rows)
  const counts = new Map()
  await eachLine(path, (line, index) => {
    if (index === 0) return
    const value = line.split(',')[field]
    counts.set(value, (counts.get(value) ?? 0) + 1)
  })
  const lines = Array.from(counts, ([value, count]) => `${value},${count}`)
  return {
    description: `How many records each \`${column}\` has, of which there are ${counts.size}.`,
    input: path,
    answerKind: sortedRows,
    answer: hashOf(sortedRows(`${column},count\n${lines.join('\n')}\n`)),
    reference: 'linemill',
    competitors: [
      { name: 'linemill', command: linemill('group', column, 'INPUT', '-o', 'OUTPUT') },
      { name: 'Polars', command: polars(`group ${column}`) },
      {
        name: 'DuckDB',
        command: duckdb(copy(`SELECT ${column}, count(*) AS count FROM ${CLICKS} GROUP BY ALL`)),
      },
      ...more,
      NODE,
    ],
    goals: [
      ...goals,
      ...(goals.length > 0 ? [{ competitor: 'linemill', ownBytesBeyond: OWN_BYTES, than: NODE.name }] : []),
    ],
  }
}

async function challenge({ rows, prepare }) {
  const { path } = await prepare(Math.round(rows * MEASUREMENTS), 'measurements')
  const stations = new Map()
  await eachLine(path, (line) => {
    const [name, value] = line.split(';')
    const tenths = Math.round(Number(value) * 10)
    const found = stations.get(name) ?? { least: tenths, sum: 0, greatest: tenths, count: 0 }
    stations.set(name, found)
    found.least = Math.min(found.least, tenths)
    found.greatest = Math.max(found.greatest, tenths)
    found.sum += tenths
    found.count++
  })
  const lines = [...stations].map(([name, { least, sum, greatest, count }]) =>
    [Buffer.from(name, 'latin1'), least / 10, sum / count / 10, greatest / 10].join(','),
  )
  const from =
    "read_csv('$INPUT', header = false, delim = ';', columns = {station: 'VARCHAR', value: 'DOUBLE'})"
  const aggregates = 'min(value), avg(value), max(value)'
  return {
    description: 'Least, mean and greatest temperature of each station.',
    input: path,
    answerKind: roundedRows,
    answer: hashOf(roundedRows(`header\n${lines.join('\n')}\n`)),
    reference: 'linemill',
    competitors: [
      {
        name: 'linemill',
        command: linemill(
          'group',
          '1',
          'INPUT',
          '-o',
          'OUTPUT',
          '--agg',
          'min(2),mean(2),max(2)',
          ...MEASUREMENTS_FORMAT,
        ),
      },
      { name: 'Polars', command: polars('challenge') },
      {
        name: 'DuckDB',
        command: duckdb(copy(`SELECT station, ${aggregates} FROM ${from} GROUP BY station`)),
      },
    ],
    goals: times(5, 'Polars', 'DuckDB'),
  }
}

async function countQuoted({ rows, prepare }) {
  const wanted = Math.round(rows * QUOTED)
  const { path } = await prepare(wanted, 'quoted')
  const sql = (count, from) => `SELECT ${count} AS count FROM ${from}`
  return {
    description: 'Records of a csv with line ends and delimiters inside quotes, counted.',
    input: path,
    answerKind: lastNumber,
    answer: hashOf(String(wanted)),
    reference: 'linemill',
    competitors: [
      { name: 'linemill', command: linemill('count', 'INPUT'), printsAnswer: true },
      { name: 'Polars', command: polars('count') },
      { name: 'DuckDB', command: duckdb(copy(sql('count(*)', "read_csv('$INPUT')"))) },
      { name: 'chDB', command: chdb(sql('count()', "file('$INPUT', CSVWithNames)")) },
    ],
    goals: times(3, 'Polars', 'DuckDB', 'chDB'),
  }
}

async function filterNdjson({ rows, prepare }) {
  const { path } = await prepare(Math.round(rows * NDJSON), 'ndjson')
  let count = 0
  await eachLine(path, (line) => {
    if (JSON.parse(line).status === 500) count++
  })
  const from = "read_ndjson('$INPUT', columns = {status: 'INTEGER'})"
  return {
    description: 'Objects with `status` 500, counted.',
    input: path,
    answerKind: lastNumber,
    answer: hashOf(String(count)),
    reference: 'linemill',
    competitors: [
      {
        name: 'linemill',
        command: linemill('filter', 'status === 500', 'INPUT', '--count'),
        printsAnswer: true,
      },
      { name: 'DuckDB', command: duckdb(copy(`SELECT count(*) AS count FROM ${from} WHERE status = 500`)) },
    ],
    goals: times(1.5, 'DuckDB'),
  }
}

async function stats({ rows, prepare }) {
  const { path } = await prepare(rows)
  const extremes = []
  await eachLine(path, (line, index) => {
    const fields = line.split(',')
    if (index === 0)
      return extremes.push(...fields.map((name) => ({ name, least: undefined, greatest: undefined })))
    fields.forEach((field, column) => {
      if (field === '') return
      const value = column === 3 || column === 5 ? field : Number(field)
      const found = extremes[column]
      if (found.least === undefined || value < found.least) found.least = value
      if (found.greatest === undefined || value > found.greatest) found.greatest = value
    })
  })
  const lines = extremes.map(({ name, least, greatest }) => `${name},${least},${greatest}`)
  return {
    description: 'What each column holds; least and greatest values are compared.',
    input: path,
    answerKind: sortedRows,
    answer: hashOf(sortedRows(`column,min,max\n${lines.join('\n')}\n`)),
    reference: 'linemill',
    competitors: [
      {
        name: 'linemill',
        command: linemill('stats', 'INPUT', '-o', 'OUTPUT'),
        answerKind: extremesOf('column', 'min', 'max'),
      },
      {
        name: 'DuckDB',
        command: duckdb(copy(`FROM (SUMMARIZE SELECT * FROM ${CLICKS})`)),
        answerKind: extremesOf('column_name', 'min', 'max'),
      },
      NODE,
    ],
    goals: [...times(2, 'DuckDB'), { competitor: 'linemill', ownBytesBeyond: OWN_BYTES, than: NODE.name }],
  }
}

/** Goals: linemill so many times faster than each of these. */
function times(timesFaster, ...others) {
  return others.map((than) => ({ competitor: 'linemill', timesFaster, than }))
}

function linemill(...words) {
  return ['node', 'dist/cli/main.cjs', ...words, '-w', '2', '--no-progress']
}

function duckdb(sql) {
  requirePeer('@duckdb/node-api')
  return ['node', 'bench/competitors/duckdb.mjs', 'INPUT', 'OUTPUT', '2', sql]
}

/** SQL that writes what another gives. */
function copy(sql) {
  return `COPY (${sql}) TO '$OUTPUT' (FORMAT csv, HEADER true)`
}

function polars(task) {
  requirePeer('nodejs-polars')
  return ['env', 'POLARS_MAX_THREADS=2', 'node', 'bench/competitors/polars.mjs', 'INPUT', 'OUTPUT', task]
}

function chdb(sql) {
  requirePeer('chdb')
  return ['node', 'bench/competitors/chdb.mjs', 'INPUT', 'OUTPUT', sql]
}

function ripgrep() {
  requirePeer('@vscode/ripgrep')
  return relative('.', ripgrepPath)
}

/** A command that prints what it gives for INPUT, its output sent to OUTPUT. */
function toOutput(...command) {
  return [
    'sh',
    '-c',
    'input=$1 output=$2; shift 2; exec "$@" "$input" > "$output"',
    'sh',
    'INPUT',
    'OUTPUT',
    ...command,
  ]
}

/** Rows in any order, without quotes or header. */
function sortedRows(text) {
  return text.replaceAll('"', '').trimEnd().split('\n').slice(1).sort().join('\n')
}

/** The same, numbers rounded to nine digits, since the last ones of a mean depend on how it is summed. */
function roundedRows(text) {
  const round = (field) => (/^-?\d+(\.\d*)?(e-?\d+)?$/.test(field) ? Number(field).toPrecision(9) : field)
  return sortedRows(text)
    .split('\n')
    .map((row) => row.split(',').map(round).join(','))
    .sort()
    .join('\n')
}

/** The number that stands alone in the last line. */
function lastNumber(text) {
  return text.trim().split('\n').at(-1)
}

/** Name, least and greatest value of each column, out of a table with a row for each. */
function extremesOf(...names) {
  return function extremes(text) {
    const [header, ...rows] = text
      .replaceAll('"', '')
      .trimEnd()
      .split('\n')
      .map((row) => row.split(','))
    const places = names.map((name) => header.indexOf(name))
    return sortedRows(`header\n${rows.map((row) => places.map((place) => row[place]).join(',')).join('\n')}`)
  }
}
