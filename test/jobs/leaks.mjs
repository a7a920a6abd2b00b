/**
 * Calls one pool again and again, in every way in which a call can end, and prints what the process holds after each
 * number of calls in its arguments. Needs --expose-gc.
 */
import { getEventListeners } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { batches, createPool } from '../../dist/index.js'

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'linemill-leaks-')))
const small = join(folder, 'small.csv')
const input = join(folder, 'input.csv')
const output = join(folder, 'output.csv')
const lines = (count) => Array.from({ length: count }, (_, index) => `${index},text of it\n`).join('')
writeFileSync(small, `n,text\n${lines(3)}`)
writeFileSync(input, `n,text\n${lines(3000)}`)
const jobs = fileURLToPath(new URL('./leaks-jobs.mjs', import.meta.url))
const pool = createPool({ workers: 2 })
/** One signal for all calls, as a server has one for its end: listeners on it would pile up. */
const { signal: lasting } = new AbortController()

/** A signal that is aborted soon, at another point of the call each time. */
function soon(number) {
  const controller = new AbortController()
  setTimeout(() => controller.abort(), number % 7)
  return controller.signal
}

async function iterate(iterator, steps = Number.POSITIVE_INFINITY) {
  let taken = 0
  for await (const batch of iterator) {
    for (const row of batch) row.n
    if (++taken === steps) break
  }
}

/** The calls, in turn, each with the code of the error that it must end in. */
const CALLS = [
  [(options) => pool.run(jobs, small, { ...options, exportName: 'same' })],
  [(options) => pool.run(jobs, input, { ...options, exportName: 'same', output })],
  [(options) => pool.run(jobs, input, { ...options, exportName: 'texts' })],
  [(options) => pool.run(jobs, small, { ...options, exportName: 'sum', output })],
  [(options) => pool.run(jobs, input, { ...options, exportName: 'sum' })],
  [(options) => pool.count([input, small], options)],
  [(options) => pool.run(jobs, input, { ...options, exportName: 'failing', output }), 'ERR_USER_FUNCTION'],
  [(options) => pool.count([input, `${input}.missing`], options), 'ERR_INPUT_NOT_FOUND'],
  [
    (options, number) =>
      pool.run(jobs, input, { ...options, exportName: 'slow', output, signal: soon(number) }),
    'ERR_CANCELLED',
  ],
  [(options) => iterate(pool.batches(input, options))],
  [(options) => iterate(pool.batches([input, small], { ...options, memoryBytes: 4096 }), 2)],
]
/** Calls that start threads: one in 50. */
const STARTING_CALLS = [
  [(options) => iterate(batches(input, { ...options, workers: 2 }), 1)],
  [
    async (options) => {
      for await (const _ of pool.batches(input, options)) return pool.count(input, options)
    },
  ],
]
const EXITING_CALL = [
  (options) => pool.run(jobs, input, { ...options, exportName: 'exiting' }),
  'ERR_USER_FUNCTION',
]

/** A call's turn among those of its kind. In the second half no worker ends, which would take along what it held. */
function callOf(number) {
  if (number % 50 !== 49) return CALLS[number % CALLS.length]
  const calls = number < 500 ? [EXITING_CALL, ...STARTING_CALLS] : STARTING_CALLS
  return calls[((number - 49) / 50) % calls.length]
}

async function call(number) {
  const [make, code] = callOf(number)
  const options = { blockBytes: 1024, strategy: number % 2 === 0 ? 'auto' : 'pread', signal: lasting }
  const thrown = await make(options, number).then(
    () => undefined,
    (error) => error,
  )
  if (thrown?.code !== code) throw new Error(`call ${number} did not end in ${code}`, { cause: thrown })
}

const read = (name) => readFileSync(`/proc/self/${name}`, 'utf8')
const kilobytes = (field) => Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(read('status'))?.[1])

/** What this process holds once garbage is collected, in the workers too. */
async function measure() {
  let result
  for (let round = 0; round < 4; round++) {
    // As many blocks as it takes to need every worker: one that has ended before is made anew.
    ;({ result } = await pool.run(jobs, input, { exportName: 'collecting', blockBytes: 1024 }))
    globalThis.gc()
    await sleep(20) // other threads give memory back
  }
  const { heapUsed, external, arrayBuffers } = process.memoryUsage()
  return {
    threads: readdirSync('/proc/self/task').length,
    descriptors: readdirSync('/proc/self/fd').length,
    listeners: getEventListeners(lasting, 'abort').length,
    inputMappings: read('maps').split(folder).length - 1,
    files: readdirSync(folder).length,
    areas: read('maps').split('\n').length,
    anonymousKilobytes: kilobytes('RssAnon'),
    virtualKilobytes: kilobytes('VmSize'),
    heapKilobytes: (heapUsed + result.heapUsed) / 1024,
    externalKilobytes: (external + result.external) / 1024,
    // Regions among them, whichever thread still refers to them; collected, and at the peak.
    bufferKilobytes: arrayBuffers / 1024,
    peakBufferKilobytes: peakBytes / 1024,
  }
}

let number = 0
let peakBytes = 0
const held = []
for (const stop of process.argv.slice(2).map(Number)) {
  while (number < stop) {
    await call(number++)
    peakBytes = Math.max(peakBytes, process.memoryUsage().arrayBuffers)
  }
  held.push(await measure())
}
await pool.close()
rmSync(folder, { recursive: true })
console.log(JSON.stringify(held))
