// Every primitive on every set that can run here, over clicks in memory.
//
//   npm run bench:primitives -- --dir /a/folder
import { readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { isDeepStrictEqual, parseArgs } from 'node:util'
import { Bench } from 'tinybench'
import * as layout from '../dist/layout.js'
import { nativePrimitives, supportedInstructionSets } from '../dist/primitives/native.js'
import { portablePrimitives } from '../dist/primitives/portable.js'
import { prepareInput } from './input.mjs'
import { describeCommit, describeMachine } from './machine.mjs'
import { describeHardware, writeRecord } from './record.mjs'
import { median } from './trial.mjs'

const ROWS = 100_000
const RECORDS = 4096
const COLUMNS = 6
const BLOCK_BYTES = 2 ** 20
const CLICKS = { delimiter: 44, quote: 34, skipsBlank: true }
const ROUNDS = 5
const ROUND_MS = 60

const { values: options } = parseArgs({
  allowNegative: true,
  options: { dir: { type: 'string', default: tmpdir() }, record: { type: 'boolean', default: true } },
})
const machine = describeMachine()
const { path, ...input } = await prepareInput({ folder: options.dir, kind: 'tianchi', rows: ROWS, seed: 1 })
const bytes = readFileSync(path)
const firstRecord = bytes.indexOf(10) + 1
/** What extents are copied to. */
const target = new Uint8Array(32 * RECORDS)
const sets = [portablePrimitives, ...supportedInstructionSets().map((name) => nativePrimitives(name))]
const calls = makeCalls(cut(portablePrimitives, new Uint32Array(layout.tableWords(RECORDS, COLUMNS))))
checkAnswers()
const result = {
  name: 'primitives',
  date: new Date().toISOString(),
  commit: describeCommit(),
  command: 'node bench/primitives.mjs',
  rounds: ROUNDS,
  machine,
  inputs: [input],
  calls: await measureCalls(),
}
const text = format(result)
process.stdout.write(text)
if (options.record) process.stderr.write(`recorded in ${writeRecord(result, text).join(' and ')}\n`)

/** One call of each primitive: of how many items it makes how many nanoseconds, and what it gives. */
function makeCalls(table) {
  const summary = new Uint32Array(layout.SUMMARY_WORDS)
  const block = { start: firstRecord, end: firstRecord + BLOCK_BYTES, contentStart: firstRecord }
  const from = { from: firstRecord, limit: bytes.length, state: layout.UNQUOTED }
  const column = { word: 3 * RECORDS, capacity: RECORDS, from: 0, until: RECORDS, min: 0, max: 999_999_999 }
  const users = new Int32Array(RECORDS)
  const cutTable = new Uint32Array(table.length)
  const fields = describeExtents(table, (start, end) => [start, (end - start) | layout.EXTENT_THEN_DELIMITER])
  const integers = describeExtents(table, (start, end) => [
    Number(bytes.latin1Slice(start, end)),
    layout.EXTENT_OF_INTEGER | layout.EXTENT_THEN_LINE_FEED,
  ])
  const call = (name, item, items, run) => ({ name, item, items, run })
  return [
    call('summarize', 'byte', BLOCK_BYTES, (set) => {
      set.summarize(bytes, block, CLICKS, summary)
      return summary
    }),
    call('countLineFeeds', 'byte', BLOCK_BYTES, (set) => set.countLineFeeds(bytes, 0, BLOCK_BYTES)),
    call('isAscii', 'byte', BLOCK_BYTES, (set) => set.isAscii(bytes, 0, BLOCK_BYTES)),
    call('findRecordStart', 'call', 1, (set) => set.findRecordStart(bytes, from, CLICKS)),
    call('cutRecords, 6 columns', 'record', RECORDS, (set) => cut(set, cutTable)),
    call('parseIntegers', 'field', RECORDS, (set) => {
      set.parseIntegers(bytes, table, column, users)
      return users
    }),
    call('copyExtents, fields', 'field', RECORDS, (set) => copy(set, fields)),
    call('copyExtents, integers', 'integer', RECORDS, (set) => copy(set, integers)),
  ]
}

function cut(set, table) {
  const words = new Uint32Array(layout.CUT_WORDS)
  words[layout.CUT_NEXT] = firstRecord
  words[layout.CUT_OWN_END] = bytes.length
  words[layout.CUT_DATA_END] = bytes.length
  words[layout.CUT_DELIMITER] = CLICKS.delimiter
  words[layout.CUT_QUOTE] = CLICKS.quote
  words[layout.CUT_SKIPS_BLANK] = 1
  words[layout.CUT_CAPACITY] = RECORDS
  words[layout.CUT_WANTED] = COLUMNS
  words[layout.CUT_EXPECTED] = COLUMNS
  set.cutRecords(bytes, words, Uint32Array.of(0, 1, 2, 3, 4, 5), table)
  return table
}

/** An extent for the first field of each record. */
function describeExtents(table, extentOf) {
  const start = 3 * RECORDS
  return Uint32Array.from(
    Array.from({ length: RECORDS }, (_, index) =>
      extentOf(table[start + index], table[start + RECORDS + index]),
    ).flat(),
  )
}

function copy(set, extents) {
  const words = new Uint32Array(layout.COPY_WORDS)
  words[layout.COPY_COUNT] = RECORDS
  words[layout.COPY_TARGET_END] = target.length
  words[layout.COPY_DELIMITER] = CLICKS.delimiter
  set.copyExtents(bytes, extents, words, target, target.subarray(0, 0))
  return target.subarray(0, words[layout.COPY_TARGET])
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
