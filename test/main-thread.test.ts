/** What the main thread does of a run, beside workers or alone, and what not: a user's code, and blocks that take long. */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createPool } from '../dist/pool.js'
import { folder, linemillProcess, read, useProcessFolders, write } from './process-harness.js'

useProcessFolders()

/** A regular expression that takes JavaScript for ever on this input. */
const BACKTRACKING = '/^(a+)+$/.test(a)'
/** One that is left to JavaScript. */
const ENDLESS = '/^(a+)+\\1$/.test(a)'
const INPUT = `a,b\n${'a'.repeat(60)}b,1\n`

test.each([
  ['count', ['in.csv', '--where', ENDLESS]],
  ['filter', [ENDLESS, 'in.csv', '--count']],
  ['group', ['b', 'in.csv', '--where', ENDLESS]],
  ['select', ['b', 'in.csv', '--where', ENDLESS]],
])('%s is ended by a signal while an expression is under way', async (verb, words) => {
  write('in.csv', INPUT)
  const { status, isHanging } = await linemillProcess([verb, ...words], {
    kills: [{ signal: 'SIGINT', after: 1500 }],
  })
  expect([status, isHanging]).toEqual([130, false])
})

test('a regular expression without back references takes no longer for any input', async () => {
  write('in.csv', `${INPUT}aaa,2\n`)
  const { stdout, status } = await linemillProcess(['filter', BACKTRACKING, 'in.csv'])
  expect([stdout, status]).toEqual(['a,b\naaa,2\n', 0])
})

test.each(['count', 'stats'])("%s of a block that is large is not the main thread's", async (verb) => {
  write('in.csv', 'a,b\n1,2\n')
  const explained = async (block: string) => {
    const { stdout } = await linemillProcess([verb, 'in.csv', '--explain', '--block', block])
    return /^workers +(\d+)/m.exec(stdout)?.[1]
  }
  expect([await explained('4M'), await explained('5M')]).toEqual(['0', '1'])
})

/** More than the main thread holds of blocks that are not written yet. */
const MANY = `a,b\n${Array.from({ length: 900_000 }, (_, index) => `${index},${index % 7}\n`).join('')}`

test.each([
  [0, 'end', '256M'],
  [0, 'eager', '256M'],
  [0, 'end', '1M'],
  [0, 'eager', '300K'],
  [1, 'end', '1M'],
  [2, 'eager', '300K'],
  [2, 'end', '256M'],
] as const)(
  'beside %i workers, gathered %s in %s, records that it writes pass in order',
  async (workers, gather, memory) => {
    write('many.csv', MANY)
    const block = workers === 0 ? '64K' : '16K'
    const options = ['-w', String(workers + 1), '--gather', gather, '--memory', memory, '--block', block]
    const { stdout } = await linemillProcess(['filter', 'b !== 9', 'many.csv', ...options, '--explain'])
    expect(/^workers +(\d+)/m.exec(stdout)?.[1]).toBe(String(workers))
    const filtered = await linemillProcess(['filter', 'b !== 9', 'many.csv', ...options, '-o', 'out.csv'])
    expect([filtered.stderr, filtered.status, read('out.csv') === MANY]).toEqual(['', 0, true])
    const selected = await linemillProcess(['select', 'b', 'many.csv', ...options])
    expect(selected.stdout === MANY.replace(/^.*,/gm, '')).toBe(true)
  },
)

test('blocks of the main thread and of workers stand in order', async () => {
  write('many.csv', MANY)
  await using pool = createPool({ workers: 3 })
  // Workers that are there already take part at once; whether all do depends on timing.
  pool.start()
  let isMixed = false
  for (let attempt = 0; attempt < 20 && !isMixed; attempt++) {
    for (const memoryBytes of [65_536, 2 ** 24]) {
      const options = { mainThread: true, blockBytes: 4096, memoryBytes, slotBytes: 1024 }
      const { output, workerFigures } = await pool.filter('b !== 9', join(folder, 'many.csv'), options)
      expect(String(output) === MANY).toBe(true)
      for (const { waitSeconds } of workerFigures) expect(waitSeconds).not.toBe(-0)
      isMixed ||= workerFigures.filter(({ blocks }) => blocks > 0).length === 3
    }
  }
  expect(isMixed).toBe(true)
})

test.each([
  [0, ['filter', 'a === 1', 'in.csv']],
  [1, ['filter', 'a.length === 1', 'in.csv']],
  [0, ['select', 'a', 'in.csv']],
  [0, ['slice', 'in.csv', '--start', '1']],
  [0, ['sample', 'in.csv', '--fraction', '0.5']],
])('%i workers are started for a small input by linemill %j', async (workers, words) => {
  write('in.csv', 'a,b\n1,2\n')
  const { stdout } = await linemillProcess([...words, '--explain'])
  expect(/^workers +(\d+)/m.exec(stdout)?.[1]).toBe(String(workers))
})

/** Writes, when the process ends, the modules of Node's that it has loaded, into a file beside it. */
const SAY_LOADED = `process.on('exit', () =>
  require('node:fs').writeFileSync(__dirname + '/loaded.json', JSON.stringify(process.moduleLoadList)))`

/** What of Node's such a command has loaded; what goes to standard error goes nowhere. */
async function modulesLoaded(...words: readonly string[]): Promise<string[]> {
  write('in.csv', 'a,b\n1,2\n')
  write('say-loaded.cjs', SAY_LOADED)
  const env = { NODE_OPTIONS: `--require "${join(folder, 'say-loaded.cjs')}"` }
  const { status } = await linemillProcess(words, { env, shell: '"$@" 2>/dev/null' })
  expect(status).toBe(0)
  return JSON.parse(read('loaded.json'))
}

const WORKER_THREADS = 'NativeModule worker_threads'
const FILE_PROMISES = 'NativeModule internal/fs/promises'
const NET = 'NativeModule net'

test.each([
  [['count', 'in.csv']],
  [['filter', 'a === 1', 'in.csv']],
  [['filter', 'a === 1', 'in.csv', '-o', 'out.csv']],
  [['select', 'a', 'in.csv']],
  [['group', 'a', 'in.csv']],
  [['stats', 'in.csv']],
])('nothing of Node that takes milliseconds is loaded for a small input by linemill %j', async (words) => {
  const loaded = await modulesLoaded(...words)
  // Some versions of Node have one of them at their start.
  const bare = JSON.parse(
    execFileSync(process.execPath, ['-p', 'JSON.stringify(process.moduleLoadList)'], { encoding: 'utf8' }),
  )
  const costly = [WORKER_THREADS, FILE_PROMISES, NET].filter((name) => !bare.includes(name))
  expect(costly.filter((name) => loaded.includes(name))).toEqual([])
})

test('node:worker_threads is loaded where a thread starts', async () => {
  expect(await modulesLoaded('filter', 'a.length === 1', 'in.csv')).toContain(WORKER_THREADS)
})
