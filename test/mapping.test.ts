/** The process-wide mappings: windows, lifetimes, faults, and finalisers of threads that are gone. */
import { spawnSync } from 'node:child_process'
import {
  closeSync,
  ftruncateSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Addon, loadAddon } from '../dist/primitives/native.js'

const addon = loadAddon() as Addon
const GIB = 2 ** 30
const SMALL_BYTES = 100_000

let folder = ''
let smallFile = ''
let bigFile = ''

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'linemill-mapping-'))
  smallFile = join(folder, 'small')
  bigFile = join(folder, 'big')
  writeFileSync(smallFile, 'x'.repeat(SMALL_BYTES))
  const fd = openSync(bigFile, 'w')
  ftruncateSync(fd, 6 * GIB)
  for (const offset of BIG_OFFSETS) writeSync(fd, `at ${offset}`, offset)
  closeSync(fd)
})

afterAll(() => rmSync(folder, { recursive: true }))

/** Around each limit that an offset may trip over: 2^31, 2^32, and pages. */
const BIG_OFFSETS = [0, 2 * GIB - 1, 2 * GIB + 100, 4 * GIB - 5, 4 * GIB + 4097, 5 * GIB + 123, 6 * GIB - 20]

function map(path: string, byteLength: number): number {
  const fd = openSync(path, 'r')
  try {
    return addon.mapFile(fd, byteLength)
  } finally {
    closeSync(fd)
  }
}

/** Run a module in a process of its own, with `addon` and `fs` at hand, and `gc()` behind `collect`. */
function runChild(body: string) {
  const script = `
    import fs from 'node:fs'
    import { Worker } from 'node:worker_threads'
    import { setTimeout as sleep } from 'node:timers/promises'
    const prelude = ${JSON.stringify(WORKER_PRELUDE)}
    const inWorker = (code) => new Promise((resolve, reject) => {
      const worker = new Worker(prelude + code, { eval: true, execArgv: [] })
      let answer
      worker.on('message', (message) => { answer = message })
      worker.on('error', reject)
      worker.on('exit', () => resolve(answer))
    })
    const load = async () => (await import(${JSON.stringify(NATIVE_MODULE)})).loadAddon()
    const collect = async (isDone) => {
      for (let round = 0; round < 200 && !isDone(); round++) { globalThis.gc(); await sleep(5) }
    }
    const mapSmall = (addon, length = ${SMALL_BYTES}) => addon.mapFile(fs.openSync(${JSON.stringify(smallFile)}), length)
    ${body}
  `
  const args = ['--expose-gc', '--input-type=module', '-e', script]
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  return { status, signal, stdout: stdout.trim(), stderr: stderr.trim() }
}

const require = createRequire(import.meta.url)
const ADDON_FILE = require('node-gyp-build').path(fileURLToPath(new URL('..', import.meta.url)))
const NATIVE_MODULE = new URL('../dist/primitives/native.js', import.meta.url).href

const WORKER_PRELUDE = `
  const { parentPort } = require('node:worker_threads')
  const fs = require('node:fs')
  const load = async () => (await import(${JSON.stringify(NATIVE_MODULE)})).loadAddon()
`

function ok(stdout: string) {
  return { status: 0, signal: null, stdout, stderr: '' }
}

describe('windows', () => {
  test('reach any offset of a file beyond 4 GiB', () => {
    const mapping = map(bigFile, 6 * GIB)
    for (const offset of BIG_OFFSETS) {
      const text = `at ${offset}`
      expect(Buffer.from(addon.attach(mapping, offset, text.length)).toString()).toBe(text)
    }
    const wide = Buffer.from(addon.attach(mapping, 3.5 * GIB, GIB))
    expect(wide.toString('latin1', GIB / 2 - 5, GIB / 2 + 10)).toBe(`at ${4 * GIB - 5}`.padEnd(15, '\0'))
    expect(addon.residentBytes(mapping)).toBeLessThanOrEqual(6 * GIB)
    expect(addon.unmap(mapping)).toBe(true)
  })

  test('over one address see the same bytes, and never change the file', () => {
    const mapping = map(smallFile, SMALL_BYTES)
    const one = new Uint8Array(addon.attach(mapping, 1000, 50))
    const other = new Uint8Array(addon.attach(mapping, 1000, 50))
    one[3] = 33
    expect(other[3]).toBe(33)
    expect(readFileSync(smallFile, 'latin1')).toBe('x'.repeat(SMALL_BYTES))
    addon.unmap(mapping)
  })

  test('outside of the mapping are refused', () => {
    const mapping = map(smallFile, SMALL_BYTES)
    const bad = [
      [0, 0],
      [0, SMALL_BYTES + 1],
      [SMALL_BYTES, 1],
      [-1, 5],
      [5, -1],
      [Number.MAX_SAFE_INTEGER, 5],
    ]
    for (const [offset, length] of bad as [number, number][]) {
      expect(() => addon.attach(mapping, offset, length), `${offset} ${length}`).toThrow(RangeError)
    }
    expect(() => addon.advise(mapping, 0, 10, 'often' as never)).toThrow(RangeError)
    addon.unmap(mapping)
  })

  test('longer than the runtime allows fail without dropping the mapping twice', () => {
    const child = runChild(`
      const addon = await load()
      const mapping = addon.mapFile(fs.openSync(${JSON.stringify(bigFile)}), ${6 * GIB})
      let wide
      try { wide = addon.attach(mapping, 0, ${5 * GIB}) } catch {}
      const small = Buffer.from(addon.attach(mapping, 0, 4))
      wide = undefined
      await collect(() => false)
      console.log(addon.mappingCount(), small.toString())
    `)
    expect(child).toEqual(ok('1 at 0'))
  })
})

describe('mapFile', () => {
  test.each([
    ['a device', '/dev/null', 10, 'ENODEV'],
    ['no bytes', 'small', 0, 'EINVAL'],
  ])('refuses %s', (_, path, byteLength, code) => {
    const full = path.startsWith('/') ? path : join(folder, path)
    expect(() => map(full, byteLength)).toThrow(expect.objectContaining({ code, syscall: 'mmap' }))
  })

  test('refuses a descriptor that is not open', () => {
    expect(() => addon.mapFile(-1, 10)).toThrow(expect.objectContaining({ code: 'EBADF' }))
  })
})

describe('lifetimes', () => {
  const states = {
    open: () => ({ mapping: map(smallFile, SMALL_BYTES), window: undefined }),
    closed: () => {
      const mapping = map(smallFile, SMALL_BYTES)
      const window = addon.attach(mapping, 0, 10)
      addon.unmap(mapping)
      return { mapping, window }
    },
    gone: () => {
      const mapping = map(smallFile, SMALL_BYTES)
      addon.unmap(mapping)
      return { mapping, window: undefined }
    },
  }
  const operations = {
    attach: (mapping: number) => addon.attach(mapping, 0, 1).byteLength,
    advise: (mapping: number) => addon.advise(mapping, 0, 10, 'willneed'),
    residentBytes: (mapping: number) => addon.residentBytes(mapping) <= SMALL_BYTES,
    isFaulted: (mapping: number) => addon.isFaulted(mapping),
    unmap: (mapping: number) => addon.unmap(mapping),
  }
  test.each([
    ['attach', 'open', 1],
    ['attach', 'closed', 'EBADF'],
    ['attach', 'gone', 'EBADF'],
    ['advise', 'open', undefined],
    ['advise', 'closed', 'EBADF'],
    ['advise', 'gone', 'EBADF'],
    ['residentBytes', 'open', true],
    ['residentBytes', 'closed', 'EBADF'],
    ['residentBytes', 'gone', 'EBADF'],
    ['isFaulted', 'open', false],
    ['isFaulted', 'closed', false],
    ['isFaulted', 'gone', 'EBADF'],
    ['unmap', 'open', true],
    ['unmap', 'closed', false],
    ['unmap', 'gone', false],
  ] as const)('%s of a mapping that is %s gives %s', (operation, state, expected) => {
    const { mapping, window } = states[state]()
    let result: unknown
    try {
      result = operations[operation](mapping)
    } catch (error) {
      result = (error as NodeJS.ErrnoException).code
    }
    expect(result).toBe(expected)
    expect(window === undefined || window.byteLength === 10).toBe(true)
    addon.unmap(mapping)
  })

  test('hints and eviction do no harm', () => {
    const mapping = map(smallFile, SMALL_BYTES)
    for (const advice of ['normal', 'sequential', 'random', 'willneed', 'dontneed'] as const) {
      addon.advise(mapping, 5000, 20_000, advice)
    }
    const fd = openSync(smallFile, 'r')
    addon.evictFile(fd, 0, SMALL_BYTES)
    closeSync(fd)
    expect(Buffer.from(addon.attach(mapping, 0, SMALL_BYTES)).every((byte) => byte === 120)).toBe(true)
    addon.unmap(mapping)
  })

  test('windows outlive unmap, and the memory goes with the last of them', () => {
    const child = runChild(`
      const addon = await load()
      const mapping = mapSmall(addon)
      let windows = [0, 50_000, 99_990].map((offset) => Buffer.from(addon.attach(mapping, offset, 10)))
      addon.unmap(mapping)
      globalThis.gc()
      await sleep(20)
      const text = windows.map(String).join('')
      const before = addon.mappingCount()
      windows = undefined
      await collect(() => addon.mappingCount() === 0)
      console.log(text, before, addon.mappingCount())
    `)
    expect(child).toEqual(ok(`${'x'.repeat(30)} 1 0`))
  })

  test('workers that exit or are terminated leave nothing behind', () => {
    const child = runChild(`
      const addon = await load()
      const mapping = mapSmall(addon)
      const code = \`load().then((addon) => {
        globalThis.kept = [1, 2, 3].map((offset) => Buffer.from(addon.attach(\${mapping}, offset, 50_000)))
        parentPort.postMessage(String(kept[2].subarray(0, 2)))
        if (MODE) setInterval(() => {}, 1000)
      })\`
      const answers = await Promise.all([0, 0, 0, 0].map(() => inWorker('const MODE = 0;' + code)))
      const hanging = new Worker(prelude + 'const MODE = 1;' + code, { eval: true, execArgv: [] })
      await new Promise((resolve) => hanging.once('message', resolve))
      await hanging.terminate()
      addon.unmap(mapping)
      await collect(() => addon.mappingCount() === 0)
      console.log(answers.join(), addon.mappingCount())
    `)
    expect(child).toEqual(ok('xx,xx,xx,xx 0'))
  })
})

test('a worker that is terminated while it loads the addon takes nothing along', () => {
  // Loaded again and again, so that whenever it is terminated it is loading.
  const code = `load().then(() => {
    parentPort.postMessage('loading')
    for (;;) process.dlopen({ exports: {} }, ${JSON.stringify(ADDON_FILE)})
  })`
  const child = runChild(`
    const addon = await load()
    for (let round = 0; round < 10; round++) {
      const worker = new Worker(prelude + ${JSON.stringify(code)}, { eval: true, execArgv: [] })
      await new Promise((resolve) => worker.once('message', resolve))
      await sleep(round % 3)
      await worker.terminate()
    }
    console.log(addon.mappingCount())
  `)
  expect(child).toEqual(ok('0'))
})

describe('faults', () => {
  const readTruncated = `
    const path = fs.mkdtempSync(workerFolder) + '/cut'
    fs.writeFileSync(path, 'x'.repeat(100_000))
    const fd = fs.openSync(path, 'r+')
    const [mapping, other] = [addon.mapFile(fd, 100_000), addon.mapFile(fd, 4096)]
    const bytes = Buffer.from(addon.attach(mapping, 0, 100_000))
    fs.ftruncateSync(fd, 8192)
    const before = addon.isFaulted(mapping)
    const sum = bytes.reduce((total, byte) => total + byte, 0)
    fs.ftruncateSync(fd, 100_000)
    const report = [before, sum === 8192 * 120, addon.isFaulted(mapping), addon.isFaulted(other)].join()
  `

  test('of a truncated file read as zeros, and poison the mapping for good', () => {
    const child = runChild(`
      const addon = await load()
      const workerFolder = ${JSON.stringify(join(folder, 'main-'))}
      ${readTruncated}
      console.log(report)
    `)
    expect(child).toEqual(ok('false,true,true,false'))
  })

  test('are caught on workers, also when only workers that are gone had loaded the addon', () => {
    const inThread = `load().then((addon) => {
      const workerFolder = ${JSON.stringify(join(folder, 'worker-'))}
      ${readTruncated}
      parentPort.postMessage(report)
    })`
    const child = runChild(`
      const answers = [await inWorker(${JSON.stringify(inThread)}), await inWorker(${JSON.stringify(inThread)})]
      console.log(answers.join(' '))
      process.kill(process.pid, 'SIGBUS')
      await sleep(1000)
    `)
    // The handler is still in memory, and passes on what is not its own.
    expect(child).toMatchObject({ signal: 'SIGBUS', stdout: 'false,true,true,false false,true,true,false' })
  })

  test('leave a SIGBUS from elsewhere fatal', () => {
    const child = runChild(`
      const addon = await load()
      mapSmall(addon)
      process.kill(process.pid, 'SIGBUS')
      await sleep(1000)
      console.log('still alive')
    `)
    expect(child).toMatchObject({ status: null, signal: 'SIGBUS', stdout: '' })
  })
})
