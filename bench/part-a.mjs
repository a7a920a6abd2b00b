// The main job against the loop that most write today: a function of every line, and a function of every record.
//
//   npm run bench -- --dir /a/folder/with/room
import { rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { hashOfLines } from './answer.mjs'
import { prepareTianchi } from './input.mjs'
import { describeCommit, describeMachine } from './machine.mjs'
import { formatRecord, writeRecord } from './record.mjs'
import { runWorkload } from './trial.mjs'

const ROWS = 12_256_906
const SEED = 1
const WORKERS = 2
const HELP = `Usage: node bench/part-a.mjs [options]

  --dir FOLDER     where the input and the outputs are kept; 1.2 GB (default: the system's temporary folder)
  --rows NUMBER    rows of the input (default: ${ROWS}; with others nothing is recorded)
  --rounds NUMBER  timed runs of each competitor (default: 5)
  --name NAME      name of the record (default: part-a)
  --no-record      print the result and record nothing
`

process.chdir(fileURLToPath(new URL('..', import.meta.url)))
const settings = readSettings()
if (settings === undefined) process.stdout.write(HELP)
else await main(settings)

function readSettings() {
  try {
    const { values } = parseArgs({
      allowNegative: true,
      options: {
        dir: { type: 'string', default: tmpdir() },
        rows: { type: 'string', default: String(ROWS) },
        rounds: { type: 'string', default: '5' },
        name: { type: 'string', default: 'part-a' },
        record: { type: 'boolean', default: true },
        help: { type: 'boolean', default: false },
      },
    })
    if (values.help) return undefined
    return {
      ...values,
      rows: wholeNumber('--rows', values.rows),
      rounds: wholeNumber('--rounds', values.rounds),
    }
  } catch (thrown) {
    process.stderr.write(`${thrown.message}\n\n${HELP}`)
    process.exit(2)
  }
}

async function main({ dir, rows, rounds, name, record }) {
  const machine = describeMachine()
  const input = await prepareTianchi({ folder: dir, rows, seed: SEED, log })
  const output = join(dir, `linemill-bench-${process.pid}.out`)
  process.once('exit', () => rmSync(output, { force: true }))
  const workloads = []
  for (const workload of [lineFunction(input), await recordFunction(input)]) {
    log(workload.name)
    workloads.push(await runWorkload(workload, { rounds, output, log: (line) => log(`  ${line}`) }))
  }
  const isOfficial = record && rows === ROWS
  const { path: _, ...described } = input
  const result = {
    name,
    title: 'linemill and a readline loop',
    date: new Date().toISOString(),
    commit: describeCommit(),
    command: `node bench/part-a.mjs --rows ${rows} --rounds ${rounds}`,
    rounds,
    machine,
    inputs: [described],
    workloads,
  }
  process.stdout.write(formatRecord(result))
  if (isOfficial) log(`recorded in ${writeRecord(result).join(' and ')}`)
}

/** @returns {import('./trial.mjs').Workload} */
function lineFunction(input) {
  return {
    name: 'line function',
    description: '`(line) => line`: every line is a string on its way from the input to the output.',
    input: input.path,
    answerKind: 'exact',
    answer: input.sha256,
    reference: 'readline',
    competitors: [
      ...readlineLoops('readline', 'bench/competitors/readline-line.mjs'),
      { name: 'linemill', command: linemill('bench/competitors/line.mjs') },
    ],
    goals: [{ competitor: 'linemill', timesFaster: 6 }],
  }
}

/** @returns {Promise<import('./trial.mjs').Workload>} */
async function recordFunction(input) {
  const answer = await hashOfLines(input.path, (line, index) => {
    const [, user, behavior] = /^(\d+),\d+,(\d),/.exec(line) ?? []
    if (index === 0) return 'user_id,behavior_type\n'
    return behavior === '4' ? `${user},${behavior}\n` : undefined
  })
  return {
    name: 'record function',
    description: 'Two fields of every record are read as numbers; one record in a hundred gives a row.',
    input: input.path,
    answerKind: 'exact',
    answer,
    reference: 'readline and split',
    competitors: [
      ...readlineLoops('readline and split', 'bench/competitors/readline-record.mjs'),
      { name: 'linemill', command: linemill('bench/competitors/record.mjs') },
    ],
    goals: [{ competitor: 'linemill', timesFaster: 10 }],
  }
}

/** The reference reads by events, which is the faster of the two. */
function readlineLoops(name, program) {
  return [
    { name, command: ['node', program, 'INPUT', 'OUTPUT', 'events'] },
    { name: `${name}, for await`, command: ['node', program, 'INPUT', 'OUTPUT', 'await'] },
  ]
}

function linemill(module) {
  return [
    'node',
    'dist/cli/main.js',
    'run',
    module,
    'INPUT',
    '-o',
    'OUTPUT',
    '-w',
    String(WORKERS),
    '--no-progress',
  ]
}

function wholeNumber(option, text) {
  if (/^[1-9]\d*$/.test(text)) return Number(text)
  throw new Error(`${option} must be a whole number from 1, found ${text}`)
}

function log(line) {
  process.stderr.write(`${line}\n`)
}
