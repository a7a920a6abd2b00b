// Every primitive on every set that can run here, over clicks and lines of JSON in memory.
//
//   npm run bench:primitives -- --dir /a/folder
import { readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { isDeepStrictEqual, parseArgs } from 'node:util'
import { Bench } from 'tinybench'
import { nativePrimitives, supportedInstructionSets } from '../dist/primitives/native.js'
import { portablePrimitives } from '../dist/primitives/portable.js'
import { prepareInput } from './input.mjs'
import { describeCommit, describeMachine } from './machine.mjs'
import { makeCalls } from './primitive-calls.mjs'
import { describeHardware, writeRecord } from './record.mjs'
import { median } from './trial.mjs'

const ROWS = 100_000
const ROUNDS = 5
const ROUND_MS = 60

const { values: options } = parseArgs({
  allowNegative: true,
  options: { dir: { type: 'string', default: tmpdir() }, record: { type: 'boolean', default: true } },
})
const machine = describeMachine()
const inputs = []
const [clicks, json] = await Promise.all(['tianchi', 'ndjson'].map(read))
const sets = [portablePrimitives, ...supportedInstructionSets().map((name) => nativePrimitives(name))]
const calls = makeCalls({ clicks, json })
checkAnswers()
const result = {
  name: 'primitives',
  date: new Date().toISOString(),
  commit: describeCommit(),
  command: 'node bench/primitives.mjs',
  rounds: ROUNDS,
  machine,
  inputs,
  calls: await measureCalls(),
}
const text = format(result)
process.stdout.write(text)
if (options.record) process.stderr.write(`recorded in ${writeRecord(result, text).join(' and ')}\n`)

/** The content of an input, which is kept for the record. */
async function read(kind) {
  const { path, ...input } = await prepareInput({ folder: options.dir, kind, rows: ROWS, seed: 1 })
  inputs.push(input)
  return readFileSync(path)
}

/** Every set must give what the portable one gives. */
function checkAnswers() {
  for (const { name, run } of calls) {
    const expected = structuredClone(run(portablePrimitives))
    for (const set of sets) {
      if (isDeepStrictEqual(structuredClone(run(set)), expected)) continue
      throw new Error(`${name}: wrong answer of ${set.instructionSet}`)
    }
  }
}

/** Nanoseconds an item, of each call on each set: medians of rounds in turn, each the median of its calls. */
async function measureCalls() {
  const found = calls.map(() => sets.map(() => []))
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [index, { items, run }] of calls.entries()) {
      const bench = new Bench({ time: ROUND_MS, warmupTime: round === 0 ? ROUND_MS : 5 })
      for (const set of sets) bench.add(set.instructionSet, () => void run(set))
      await bench.run()
      if (round === 0) continue
      for (const [at, task] of bench.tasks.entries()) {
        if (task.result.state !== 'completed')
          throw task.result.error ?? new Error(`${task.name} did not end`)
        found[index][at].push((task.result.latency.p50 * 1e6) / items)
      }
    }
  }
  return calls.map(({ name, item }, index) => ({
    name,
    item,
    sets: sets.map(({ instructionSet }, at) => {
      const nanoseconds = found[index][at]
      return { instructionSet, nanoseconds, median: median(nanoseconds) }
    }),
  }))
}

function format({ name, command, date, commit, rounds, machine, calls }) {
  return [
    `# ${name}`,
    '',
    `\`${command}\`, ${date}, commit ${commit}`,
    '',
    `${describeHardware(machine)}, load before: ${machine.load}.`,
    `Nanoseconds an item, one thread, bytes in cache or close; medians of ${rounds} interleaved rounds; every answer was checked.`,
    '',
    `| | item | ${sets.map(({ instructionSet }) => instructionSet).join(' | ')} |`,
    `|---|---|${sets.map(() => '---:|').join('')}`,
    ...calls.map(
      (call) =>
        `| ${call.name} | ${call.item} | ${call.sets.map((set) => set.median.toPrecision(3)).join(' | ')} |`,
    ),
    '',
  ].join('\n')
}
