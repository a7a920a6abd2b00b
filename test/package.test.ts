/** What package.json promises to whoever installs the package. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const FOLDER = mkdtempSync(join(tmpdir(), 'linemill-package-'))
afterAll(() => rmSync(FOLDER, { recursive: true }))

const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))

describe('package.json', () => {
  test('is an ESM package for Node 20.19 and later', () => {
    expect(manifest).toMatchObject({ name: 'linemill', type: 'module', license: 'MIT' })
    expect(manifest.engines).toEqual({ node: '>=20.19' })
  })

  test('names files that exist, types beside code', () => {
    const { '.': main, './job': job, ...others } = manifest.exports
    expect(Object.keys(others)).toEqual(['./package.json'])
    for (const entry of [main, job]) {
      expect(Object.keys(entry)).toEqual(['types', 'default'])
      expect(entry.types).toBe(entry.default.replace(/\.js$/, '.d.ts'))
    }
    const files = [main, job].flatMap((entry) => [entry.types, entry.default])
    for (const file of [...files, manifest.types, ...Object.values(manifest.bin)]) {
      expect(existsSync(join(ROOT, file as string)), String(file)).toBe(true)
    }
  })

  test('the command is a script of Node', () => {
    const [command] = Object.values(manifest.bin)
    expect(readFileSync(join(ROOT, command as string), 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/)
  })

  // npm blocks the scripts of dependencies, and would run node-gyp by itself where it sees binding.gyp.
  test('nothing runs at installation', () => {
    expect(manifest.gypfile).toBe(false)
    for (const name of ['preinstall', 'install', 'postinstall'])
      expect(manifest.scripts).not.toHaveProperty(name)
  })

  test('dependencies have no scripts at installation', () => {
    const { packages } = readLock()
    for (const [path, entry] of Object.entries(packages)) {
      if (!entry.dev && !entry.optional && path !== '')
        expect(entry, path).not.toHaveProperty('hasInstallScript')
    }
  })

  // `npm ci` refuses a lock file that names packages of other platforms without holding them.
  test('the lock file holds the optional packages of every platform', () => {
    const { packages } = readLock()
    for (const [path, { optionalDependencies = {} }] of Object.entries(packages)) {
      const missing = Object.keys(optionalDependencies).filter(
        (name) => !(`${path}/node_modules/${name}` in packages) && !(`node_modules/${name}` in packages),
      )
      expect(missing, path).toEqual([])
    }
  })

  test('the lock file names no registry', () => {
    const text = readFileSync(join(ROOT, 'package-lock.json'), 'utf8')
    expect(text).not.toContain('"resolved"')
    expect(readLock().packages['']).toMatchObject({
      version: manifest.version,
      dependencies: manifest.dependencies,
      devDependencies: manifest.devDependencies,
    })
  })
})

interface LockEntry {
  readonly dev?: boolean
  readonly optional?: boolean
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

function readLock(): { packages: Record<string, LockEntry> } {
  return JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'))
}

describe('the packed package', () => {
  const files = packedFiles()

  test.each(['README.md', 'LICENSE', 'CHANGELOG.md', 'package.json', 'binding.gyp', 'native/addon.cc'])(
    'holds %s',
    (file) => expect(files).toContain(file),
  )

  test('holds the compiled form of every source file, the bundles, and nothing of a file that is gone', () => {
    const sources = filesBelow(join(ROOT, 'src')).map((path) => path.replace(/\.ts$/, ''))
    const expected = sources.flatMap((name) => [`dist/${name}.d.ts`, `dist/${name}.js`])
    const starts = ['cli/main', 'worker/worker'].map((name) => `dist/${name}.cjs`)
    const bundles = ['cli/main', 'cli/acorn', 'cli/regexpp', 'worker/worker'].map(
      (name) => `dist/${name}-bundle.cjs`,
    )
    const caches = ['main-run', 'main-count', 'main-filter', 'main-copy', 'main-table', 'acorn', 'regexpp']
    const bundled = [
      ...[...starts, ...bundles, 'dist/worker/worker.cache'],
      ...caches.map((name) => `dist/cli/${name}.cache`),
    ]
    const all = [...expected, ...bundled, 'dist/bundled-licences.txt']
    expect(files.filter((file) => file.startsWith('dist/')).sort()).toEqual(all.sort())
  })

  test('holds every native file that is not a test', () => {
    const sources = filesBelow(join(ROOT, 'native')).filter((path) => !path.startsWith('test/'))
    expect(files).toEqual(expect.arrayContaining(sources.map((path) => `native/${path}`)))
  })

  test('holds no tests, benchmarks, TypeScript sources or settings of tools', () => {
    const unwanted = files.filter((file) =>
      /(^|\/)(test|bench|src|build|coverage|demo|\.\w)|\.test\./.test(file),
    )
    expect(unwanted).toEqual([])
  })
})

/** Without scripts: `prepare` would build anew, under the tests that are running. */
function packedFiles(): string[] {
  const args = ['pack', '--dry-run', '--json', '--ignore-scripts', '--loglevel=error']
  const answer = JSON.parse(
    execFileSync('npm', args, { cwd: ROOT, encoding: 'utf8', shell: process.platform === 'win32' }),
  )
  const [{ files }] = Object.values(answer) as [{ files: { path: string }[] }]
  return files.map(({ path }) => path)
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll('\\', '/'),
    )
}

describe('importing it', () => {
  test.each(['linemill', 'linemill/job'])('%s does no work', (specifier) => {
    expect(effectsOfImport(specifier)).toEqual(noEffects)
  })

  test('what an import does is noticed', () => {
    const script = `
      import { Worker } from 'node:worker_threads'
      new Worker('', { eval: true })
      setTimeout(() => {}, 1e6)
      process.on('SIGTERM', () => {})
      process.env.LINEMILL_SEEN = 'yes'
      globalThis.seen = 1`
    expect(effectsOfImport(`data:text/javascript,${encodeURIComponent(script)}`)).toMatchObject({
      workers: 1,
      resources: expect.arrayContaining(['Timeout']),
      listeners: ['SIGTERM'],
      globals: ['seen'],
      environment: ['LINEMILL_SEEN'],
    })
    const native = pathToFileURL(join(ROOT, 'dist/primitives/native.js')).href
    expect(effectsOfImport(native)).toEqual(noEffects)
    expect(effectsOfImport(native, 'loadAddon()').addons).toHaveLength(1)
  })

  test('linemill gives the verbs and the error, linemill/job only the types and defineJob', async () => {
    const main = await import('linemill')
    expect(Object.keys(main)).toEqual(expect.arrayContaining(['run', 'count', 'defineJob', 'LinemillError']))
    expect(Object.keys(await import('linemill/job'))).toEqual(['defineJob'])
  })

  test('linemill/job loads nothing of the engine', () => {
    expect(loadedFiles('linemill/job')).toEqual(['job.js', 'kernel/job.js'])
  })

  test('linemill loads neither the command line nor the worker', () => {
    const loaded = loadedFiles('linemill')
    expect(loaded).toContain('run.js')
    expect(loaded.filter((path) => path.startsWith('cli/') || path === 'worker/worker.cjs')).toEqual([])
  })

  test('what is not exported cannot be imported', async () => {
    const inner = 'linemill/dist/run.js'
    await expect(import(/* @vite-ignore */ inner)).rejects.toThrow(
      /not exported|not defined by "exports"|Missing/,
    )
  })
})

/** What an import has changed in its process. */
interface Effects {
  readonly workers: number
  /** Native addons that were loaded. */
  readonly addons: string[]
  /** What is open and keeps the process alive. */
  readonly resources: string[]
  /** Events of the process that are listened to, and names of globals and of variables of the environment. */
  readonly listeners: string[]
  readonly globals: string[]
  readonly environment: string[]
}

const noEffects: Effects = {
  workers: 0,
  addons: [],
  resources: [],
  listeners: [],
  globals: [],
  environment: [],
}

/** Import in a process of its own, call what may be called, and compare that process with before. */
function effectsOfImport(specifier: string, call = 'undefined'): Effects {
  const script = `
    import { setTimeout } from 'node:timers/promises'
    import 'node:util' // which opens standard error by itself from Node 22 on
    let workers = 0
    process.on('worker', () => workers++)
    const observe = () => ({
      resources: process.getActiveResourcesInfo(),
      listeners: process.eventNames().flatMap((name) => Array(process.listenerCount(name)).fill(String(name))),
      globals: Object.getOwnPropertyNames(globalThis),
      environment: Object.keys(process.env),
    })
    const without = (after, before) => {
      const rest = [...before]
      return after.filter((name) => !rest.includes(name) || void rest.splice(rest.indexOf(name), 1))
    }
    await setTimeout(10)
    const before = observe()
    const module = await import(${JSON.stringify(specifier)})
    module.${call}
    await setTimeout(10) // the module loader closes its files
    const after = observe()
    process.report.excludeNetwork = true
    const addons = process.report.getReport().sharedObjects.filter((path) => path.endsWith('.node'))
    const changes = Object.keys(after).map((key) => [key, without(after[key], before[key])])
    process.stdout.write(JSON.stringify({ workers, addons, ...Object.fromEntries(changes) }))
    process.exit()`
  return JSON.parse(runScript(script))
}

/** The files below dist/ that a process has compiled after an import. */
function loadedFiles(specifier: string): string[] {
  const coverage = mkdtempSync(join(FOLDER, 'coverage-'))
  runScript(`await import(${JSON.stringify(specifier)})`, { NODE_V8_COVERAGE: coverage })
  const dist = pathToFileURL(join(ROOT, 'dist/')).href
  return readdirSync(coverage)
    .flatMap((name) => JSON.parse(readFileSync(join(coverage, name), 'utf8')).result as { url: string }[])
    .flatMap(({ url }) => (url.startsWith(dist) ? [url.slice(dist.length)] : []))
    .sort()
}

/** Run a module inside of the package, so that it can name the package; its standard output is returned. */
function runScript(script: string, environment: NodeJS.ProcessEnv = {}): string {
  const args = ['--input-type=module', '--eval', script]
  return execFileSync(process.execPath, args, {
    cwd: ROOT,
    encoding: 'utf8',
    env: { ...process.env, NODE_V8_COVERAGE: '', ...environment },
  })
}
