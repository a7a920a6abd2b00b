// The bounds of the whole engine: a score of every record beside peers, counting, start, big inputs, memory.
//
//   npm install --prefix bench   once: the peers
//   npm run bench:b -- --dir /a/folder/with/room
import { buyerOfLine, hashOf, hashOfLines } from './answer.mjs'
import { linemill, readlineLoops, requirePeer, runPart } from './part.mjs'

/** Rows of a file of one kilobyte. */
const KILOBYTE_ROWS = 22
/** Own memory that a job may have beyond a Node that does nothing; the region is counted as well. */
const OWN_BYTES = 150e6
/** A Node that does nothing, for what everything in Node costs. */
const NODE = { name: 'node', command: ['node', '-e', '0'], printsAnswer: true, answer: hashOf('') }

await runPart({
  name: 'part-b',
  title: 'the bounds of the engine',
  room: '15 GB, and as much free memory, so that inputs stay in the page cache',
  workloads: {
    'a score of every record': score,
    'records of a kilobyte': countKilobyte,
    'lines of the input': ({ rows, prepare }) => countLines(prepare(rows), 0.5),
    'lines of 8 times the input': ({ rows, prepare }) => countLines(prepare(8 * rows), 1),
    'records of 16 times the input': readMore,
  },
})

async function score({ rows, prepare }) {
  requirePeer('@duckdb/node-api')
  const { path } = await prepare(rows)
  const row = 'linemill, row and emitter'
  const strings = 'linemill, strings and split'
  return {
    description: 'A score over all six fields of every record, a row for each of them (414 MB).',
    input: path,
    answerKind: 'exact',
    answer: await hashOfLines(path, scoredLine),
    reference: 'readline',
    competitors: [
      ...readlineLoops('readline', 'bench/competitors/score-readline.mjs'),
      { name: 'DuckDB', command: ['node', 'bench/competitors/score-duckdb.mjs', 'INPUT', 'OUTPUT', '2'] },
      { name: row, command: linemill('bench/competitors/score-record.mjs') },
      { name: strings, command: linemill('bench/competitors/score-split.mjs') },
      NODE,
    ],
    goals: [
      { competitor: row, timesFaster: 8 },
      { competitor: row, timesFaster: 2, than: 'DuckDB' },
      { competitor: strings, timesFaster: 3 },
      { competitor: row, ownBytesBeyond: OWN_BYTES, than: NODE.name },
      { competitor: strings, ownBytesBeyond: OWN_BYTES, than: NODE.name },
    ],
  }
}

/** The score as competitors/score.mjs has it, another way: with dates and a regular expression. */
function scoredLine(line, index) {
  if (index === 0) return 'user_id,item_id,item_category,bucket,score\n'
  const [, user, item, behavior, place, category, day, hour] =
    /^(\d+),(\d+),(\d),(.*),(\d+),(\S+) (\d\d)$/.exec(line)
  const age = (Date.UTC(2014, 11, 18, 23) - Date.parse(`${day}T${hour}:00Z`)) / 3_600_000
  const recency = Math.trunc(48_000_000 / (48 + age))
  const boost = place.length > 0 || Number(category) < 2000 ? Math.trunc(recency / 4) : 0
  const points = { 1: 1, 2: 4, 3: 9, 4: 25 }[behavior] * (recency + boost)
  return `${user},${item},${category},${(Number(user) + Number(item)) % 100},${points}\n`
}

async function countKilobyte({ prepare }) {
  const { path, rows } = await prepare(KILOBYTE_ROWS)
  return {
    description: 'Records of a file of one kilobyte, counted: what starting costs.',
    input: path,
    answerKind: 'exact',
    answer: hashOf(`${rows}\n`),
    reference: NODE.name,
    competitors: [NODE, { name: 'linemill', command: count(), printsAnswer: true }],
    goals: [{ competitor: 'linemill', secondsBeyond: 0.03 }],
  }
}

async function countLines(preparing, timesFaster) {
  const { path, rows } = await preparing
  const wc = ['sh', '-c', 'exec wc -l < "$0"', 'INPUT']
  return {
    description: 'Lines, the header among them, counted.',
    input: path,
    answerKind: 'exact',
    answer: hashOf(`${rows + 1}\n`),
    reference: 'wc -l',
    competitors: [
      { name: 'wc -l', command: wc, printsAnswer: true },
      { name: 'linemill', command: count('--lines'), printsAnswer: true },
    ],
    goals: [{ competitor: 'linemill', timesFaster }],
  }
}

async function readMore({ rows, prepare }) {
  const one = await prepare(rows)
  const many = await prepare(16 * rows)
  const module = 'bench/competitors/record.mjs'
  const sized = async ({ path, rows }, times) => [
    {
      name: `records, ${times}`,
      command: linemill(module),
      input: path,
      answer: await hashOfLines(path, buyerOfLine),
    },
    {
      name: `count, ${times}`,
      command: count(),
      input: path,
      answer: hashOf(`${rows}\n`),
      printsAnswer: true,
    },
  ]
  const [readOne, countOne] = await sized(one, 'once')
  const [readMany, countMany] = await sized(many, '16 times')
  const ownBytesBeyond = OWN_BYTES
  return {
    description:
      'Two fields of every record as numbers, and records counted, of an input and of 16 times as much.',
    input: many.path,
    answerKind: 'exact',
    answer: readMany.answer,
    reference: readOne.name,
    competitors: [readOne, readMany, countOne, countMany, NODE],
    goals: [
      { competitor: readMany.name, perByte: 1.15 },
      { competitor: countMany.name, perByte: 1.15, than: countOne.name },
      { competitor: readMany.name, ownBytesBeyond, than: NODE.name },
      { competitor: countMany.name, ownBytesBeyond, than: NODE.name },
    ],
  }
}

function count(...options) {
  return ['node', 'dist/cli/main.cjs', 'count', 'INPUT', ...options, '-w', '2', '--no-progress']
}
