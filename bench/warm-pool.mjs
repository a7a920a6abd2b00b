// Calls on a warm pool beside the same commands as whole processes, and beside what a command takes for a few records.
import { tmpdir } from 'node:os'
import { parseArgs } from 'node:util'
import { createPool } from '../dist/index.js'
import { LINEMILL, prepareInput } from './input.mjs'
import { describeCommit, describeMachine } from './machine.mjs'
import { measure } from './measure.mjs'
import { log, ROWS } from './part.mjs'
import { describeHardware, writeRecord } from './record.mjs'

const SEED = 1
const WORKERS = 2
const FEW_ROWS = 22

/** Each as a command, and as a call; both tell how many records, or groups, there are. */
const JOBS = [
  {
    name: 'count',
    words: (path) => ['count', path],
    call: async (pool, path) => (await pool.count(path, { mainThread: true })).count,
    right: ROWS,
  },
  {
    name: 'count by category',
    words: (path) => ['group', 'item_category', path, '-o', '/dev/null'],
    call: async (pool, path) => {
      const { rows } = await pool.groupBy('item_category', path, { mainThread: true })
      return rows.reduce((sum, { count }) => sum + count, 0)
    },
    right: ROWS,
  },
]

const { values } = parseArgs({
  options: { dir: { type: 'string', default: tmpdir() }, rounds: { type: 'string', default: '5' } },
})
const rounds = Number(values.rounds)
const machine = describeMachine()
const input = (rows) => prepareInput({ folder: values.dir, kind: 'tianchi', rows, seed: SEED, log })
const [{ path: many }, { path: few }] = [await input(ROWS), await input(FEW_ROWS)]
const pool = createPool({ workers: WORKERS })

async function timeCall({ call, right, name }) {
  const began = performance.now()
  const found = await call(pool, many)
  const seconds = (performance.now() - began) / 1000
  if (found !== right) throw new Error(`${name}: ${found} on the pool, expected ${right}`)
  return seconds
}

async function timeCommand({ words }, path) {
  const command = [process.execPath, LINEMILL, ...words(path), '-w', String(WORKERS), '--no-progress']
  return (await measure(command)).seconds
}

const middle = (times) => times.toSorted((one, other) => one - other)[times.length >> 1]
const figures = []
for (const job of JOBS) {
  const times = { process: [], few: [], pool: [] }
  for (let round = 0; round <= rounds; round++) {
    const one = {
      process: await timeCommand(job, many),
      few: await timeCommand(job, few),
      pool: await timeCall(job),
    }
    if (round === 0) continue // warms up
    for (const [key, seconds] of Object.entries(one)) times[key].push(seconds)
    log(`${job.name}: ${JSON.stringify(one)}`)
  }
  figures.push({
    name: job.name,
    times,
    ...Object.fromEntries(Object.entries(times).map(([key, all]) => [key, middle(all)])),
  })
}
await pool.close()

const record = {
  name: 'warm-pool',
  date: new Date().toISOString(),
  commit: describeCommit(),
  machine,
  rounds,
  figures,
}
const rows = figures.map(({ name, ...one }) => {
  const seconds = [one.process, one.pool, one.process - one.pool, one.few].map((value) => value.toFixed(3))
  return `| ${name} | ${seconds.join(' | ')} | ${(one.process / one.pool).toFixed(2)} |`
})
const text = `# warm-pool: calls in process beside whole processes

\`node bench/warm-pool.mjs --rounds ${rounds}\`, ${record.date}, commit ${record.commit}

${describeHardware(machine)}, load before: ${machine.load}. ${ROWS.toLocaleString('en-US')} rows of the kind tianchi, ${WORKERS} workers; medians of
${rounds} rounds in turn, seconds; the counts were checked. The last but one is the same command for ${FEW_ROWS} rows: what start and end
of a process cost.

| | process | warm pool | less | process, ${FEW_ROWS} rows | times faster |
|---|---:|---:|---:|---:|---:|
${rows.join('\n')}
`
process.stdout.write(text)
log(`recorded in ${writeRecord(record, text).join(' and ')}`)
