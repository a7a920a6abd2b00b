/** The files that start the bundles: what they do about a cache of compiled code that is not the bundle's. */
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'linemill-bundles-'))
/** Each bundle with a cache of it. */
const BUNDLES = [
  { bundle: 'cli/main', cache: 'cli/main-filter' },
  { bundle: 'cli/main', cache: 'cli/main-run' },
  { bundle: 'cli/acorn', cache: 'cli/acorn' },
  { bundle: 'worker/worker', cache: 'worker/worker' },
]

beforeEach(() => {
  rmSync(join(folder, 'dist'), { recursive: true, force: true })
  cpSync(join(ROOT, 'dist'), join(folder, 'dist'), { recursive: true })
})
afterAll(() => rmSync(folder, { recursive: true }))
for (const name of ['node_modules', 'build', 'package.json'])
  symlinkSync(join(ROOT, name), join(folder, name))
writeFileSync(join(folder, 'job.mjs'), 'export default (line) => line')
writeFileSync(join(folder, 'in.txt'), 'one\ntwo\n')

async function obey(...words: readonly string[]): Promise<unknown> {
  const whole = ['dist/cli/main.cjs', ...words, 'in.txt']
  const { stdout, stderr, exitCode } = await execa(process.execPath, whole, { cwd: folder, reject: false })
  return { stdout, stderr, exitCode }
}

/** What needs every bundle. */
async function runAndFilter(): Promise<unknown> {
  return [await obey('run', 'job.mjs'), await obey('filter', 'line.length === 3 && line !== "two"')]
}

/** A cache of another bundle. */
const OTHER: Record<string, string> = {
  'cli/main-filter': 'cli/acorn',
  'cli/main-run': 'worker/worker',
  'cli/acorn': 'cli/main-filter',
  'worker/worker': 'cli/main-run',
}

const DONE = [
  { stdout: 'one\ntwo', stderr: '', exitCode: 0 },
  { stdout: 'one', stderr: '', exitCode: 0 },
]

describe.each(BUNDLES)('the cache $cache of $bundle', (names) => {
  const cache = join(folder, `dist/${names.cache}.cache`)
  const bundle = join(folder, `dist/${names.bundle}-bundle.cjs`)

  test.each([
    ['missing', () => rmSync(cache)],
    ['empty', () => writeFileSync(cache, '')],
    ['cut short', () => writeFileSync(cache, readFileSync(cache).subarray(0, 80_000))],
    ['zeros behind its beginning', () => writeFileSync(cache, readFileSync(cache).fill(0, 80_000))],
    ['zeros in a page of it', () => writeFileSync(cache, readFileSync(cache).fill(0, 81_920, 86_016))],
    [
      'of another bundle',
      () => writeFileSync(cache, readFileSync(cache.replace(names.cache, OTHER[names.cache]))),
    ],
  ])('%s', async (_how, damage) => {
    damage()
    expect(await runAndFilter()).toEqual(DONE)
  })

  test('of a bundle that was as long', async () => {
    const code = readFileSync(bundle, 'latin1')
    expect(code.endsWith('\n})')).toBe(true)
    writeFileSync(bundle, ` ${code.slice(0, -3)}})`, 'latin1')
    expect(await runAndFilter()).toEqual(DONE)
  })
})

test('without a bundle the command line says so', async () => {
  rmSync(join(folder, 'dist/cli/main-bundle.cjs'))
  expect(await obey('run', 'job.mjs')).toEqual({
    stdout: '',
    stderr: expect.stringMatching(/^linemill: cannot load: ENOENT.*main-bundle\.cjs'$/),
    exitCode: 1,
  })
})

/** Writes which caches are given to V8, by the bundles that they are of, in threads too. */
const SAY_CACHES = `const vm = require('node:vm')
const { Script } = vm
vm.Script = function (code, options) {
  const line = options.filename + ' ' + Boolean(options.cachedData) + '\\n'
  require('node:fs').appendFileSync(__dirname + '/caches.txt', line)
  return new Script(code, options)
}`

test.each([
  [
    ['linemill:main', 'linemill:worker'],
    ['run', 'job.mjs'],
  ],
  [['linemill:main'], ['count']],
  [
    ['linemill:acorn', 'linemill:main'],
    ['filter', 'line === "one"'],
  ],
  [['linemill:main'], ['head', '-n', '1']],
  [['linemill:main'], ['stats']],
])('the caches of %j are used by linemill %j', async (bundles, words) => {
  writeFileSync(join(folder, 'say-caches.cjs'), SAY_CACHES)
  writeFileSync(join(folder, 'caches.txt'), '')
  const env = { NODE_OPTIONS: `--require "${join(folder, 'say-caches.cjs')}"` }
  const whole = ['dist/cli/main.cjs', ...words, 'in.txt']
  await execa(process.execPath, whole, { cwd: folder, env })
  const said = readFileSync(join(folder, 'caches.txt'), 'utf8').trim().split('\n')
  expect([...new Set(said)].sort()).toEqual(bundles.map((name) => `${name} true`))
})
