// A part of the benchmark as a program: its options, its inputs, its workloads one after another, its record.
import { rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { prepareInput } from './input.mjs'
import { describeCommit, describeMachine } from './machine.mjs'
import { formatRecord, writeRecord } from './record.mjs'
import { runWorkload } from './trial.mjs'

/** Rows of the input that goals are for. */
export const ROWS = 12_256_906
const SEED = 1
const WORKERS = 2

/**
 * @typedef {object} Part
 * @property {string} name of the program's file and, by default, of its record
 * @property {string} title
 * @property {string} room what the folder needs, in words
 * @property {Record<string, (inputs: Inputs) => Promise<import('./trial.mjs').Workload>>} workloads by name
 *
 * @typedef {object} Inputs
 * @property {number} rows of the input, as the command line says
 * @property {(rows: number, kind?: string) => Promise<object>} prepare an input of so many rows, of clicks by default
 */

/** Run a part as the command line says. @param {Part} part */
export async function runPart(part) {
  process.chdir(fileURLToPath(new URL('..', import.meta.url)))
  const settings = readSettings(part)
  if (settings === undefined) process.stdout.write(helpOf(part))
  else await run(part, settings)
}

function helpOf({ name, room }) {
  return `Usage: node bench/${name}.mjs [options]

  --dir FOLDER     where the inputs and the outputs are kept; ${room} (default: the system's temporary folder)
  --rows NUMBER    rows of the input (default: ${ROWS}; with others nothing is recorded)
  --rounds NUMBER  timed runs of each competitor (default: 5)
  --only TEXT      only workloads in whose names the text stands; nothing is recorded
  --name NAME      name of the record (default: ${name})
  --no-record      print the result and record nothing
`
}

function readSettings(part) {
  try {
    const { values } = parseArgs({
      allowNegative: true,
      options: {
        dir: { type: 'string', default: tmpdir() },
        rows: { type: 'string', default: String(ROWS) },
        rounds: { type: 'string', default: '5' },
        only: { type: 'string', default: '' },
        name: { type: 'string', default: part.name },
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
    process.stderr.write(`${thrown.message}\n\n${helpOf(part)}`)
    process.exit(2)
  }
}

async function run(part, { dir, rows, rounds, only, name, record }) {
  const machine = describeMachine()
  const inputs = new Map()
  const prepare = async (wanted, kind = 'tianchi') => {
    const key = `${kind} ${wanted}`
    if (!inputs.has(key))
      inputs.set(key, await prepareInput({ folder: dir, kind, rows: wanted, seed: SEED, log }))
    return inputs.get(key)
  }
  const output = join(dir, `linemill-bench-${process.pid}.out`)
  process.once('exit', () => rmSync(output, { force: true }))
  const workloads = []
  for (const [workloadName, make] of Object.entries(part.workloads)) {
    if (!workloadName.includes(only)) continue
    log(workloadName)
    const workload = { name: workloadName, ...(await make({ rows, prepare })) }
    workloads.push(await runWorkload(workload, { rounds, output, log: (line) => log(`  ${line}`) }))
  }
  const result = {
    name,
    title: part.title,
    date: new Date().toISOString(),
    commit: describeCommit(),
    command: `node bench/${part.name}.mjs --rows ${rows} --rounds ${rounds}`,
    rounds,
    machine,
    inputs: [...inputs.values()].map(({ path: _, ...described }) => described),
    workloads,
  }
  const text = formatRecord(result)
  process.stdout.write(text)
  if (record && rows === ROWS && only === '') log(`recorded in ${writeRecord(result, text).join(' and ')}`)
}

/** A readline loop in two forms. The reference reads by events, which is the faster of the two. */
export function readlineLoops(name, program) {
  return [
    { name, command: ['node', program, 'INPUT', 'OUTPUT', 'events'] },
    { name: `${name}, for await`, command: ['node', program, 'INPUT', 'OUTPUT', 'await'] },
  ]
}

/** `linemill run` of a competitor's module. */
export function linemill(module) {
  const command = ['node', 'dist/cli/main.cjs', 'run', module, 'INPUT', '-o', 'OUTPUT']
  return [...command, '-w', String(WORKERS), '--no-progress']
}

/** The place of a peer that `npm install --prefix bench` installs. @throws where it is missing */
export function requirePeer(name) {
  try {
    return createRequire(import.meta.url).resolve(name)
  } catch (cause) {
    throw new Error(`${name} is not installed: npm install --prefix bench`, { cause })
  }
}

function wholeNumber(option, text) {
  if (/^[1-9]\d*$/.test(text)) return Number(text)
  throw new Error(`${option} must be a whole number from 1, found ${text}`)
}

export function log(line) {
  process.stderr.write(`${line}\n`)
}
