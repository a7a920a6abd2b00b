/** `mapFile`: windows over files of any size, a SharedArrayBuffer where Node can make one, and lifetimes. */
import { constants } from 'node:buffer'
import { spawnSync } from 'node:child_process'
import {
  appendFileSync,
  closeSync,
  ftruncateSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { LinemillError } from '../dist/errors.js'
import { type MappedFile, mapFile } from '../dist/map-file.js'
import { loadAddon } from '../dist/primitives/native.js'

const GIB = 2 ** 30
const BIG_BYTES = 6 * GIB
/** Around each limit that an offset may trip over, aligned to nothing. */
const MARKS = [0, 2 * GIB - 1, 2 * GIB + 101, 4 * GIB - 5, 4 * GIB + 4097, 5 * GIB + 123, BIG_BYTES - 20]
const TEXT = 'some text, more than a word\n'.repeat(1000)

const folder = mkdtempSync(join(tmpdir(), 'linemill-map-file-'))
const small = join(folder, 'small')
const big = join(folder, 'big')

beforeAll(() => {
  writeFileSync(small, TEXT)
  const fd = openSync(big, 'w')
  ftruncateSync(fd, BIG_BYTES)
  for (const offset of MARKS) writeSync(fd, `at ${offset}`, offset)
  closeSync(fd)
})
afterAll(() => rmSync(folder, { recursive: true }))

/** The call came to three lines of Node at different times. */
function canShare(): boolean {
  const [major, minor, patch] = process.versions.node.split('.').map(Number)
  if (major === 22) return minor > 23 || (minor === 23 && patch >= 3)
  return major > 26 || (major === 24 && minor >= 16) || (major === 26 && minor >= 1)
}

function text(buffer: ArrayBufferLike, start = 0, end = buffer.byteLength): string {
  return Buffer.from(new Uint8Array(buffer, start, end - start)).toString('latin1')
}

function failureOf(call: () => unknown): LinemillError {
  try {
    call()
  } catch (thrown) {
    if (thrown instanceof LinemillError) return thrown
    throw new Error('expected a LinemillError', { cause: thrown })
  }
  throw new Error('expected a failure')
}

describe.runIf(loadAddon() !== undefined)('with the addon', () => {
  test('windows begin at any offset of a file of any size', () => {
    const file = mapFile(big)
    expect(file).toMatchObject({ path: big, byteLength: BIG_BYTES, isFaulted: false })
    for (const offset of MARKS) {
      const mark = `at ${offset}`
      const window = file.window(offset, mark.length)
      expect([window instanceof ArrayBuffer, text(window)]).toEqual([true, mark])
      const shared = file.sharedBuffer(offset, mark.length)
      if (shared !== undefined) expect(text(shared)).toBe(mark)
    }
    const wide = file.window(2 * GIB, 2.5 * GIB)
    expect(text(wide, 2 * GIB - 5, 2 * GIB + 8)).toBe(`at ${4 * GIB - 5}`)
    expect(file.window(BIG_BYTES - 20).byteLength).toBe(20)
    file.close()
  })

  test('the whole of a big file is one window where Node allows it, else an error says how much it allows', () => {
    const file = mapFile(big)
    if (constants.MAX_LENGTH < BIG_BYTES) {
      const error = failureOf(() => file.window())
      expect(error.code).toBe('ERR_RESOURCE')
      expect(error.message).toContain(`longer than the ${constants.MAX_LENGTH} that Node`)
      expect(file.window(0, constants.MAX_LENGTH).byteLength).toBe(constants.MAX_LENGTH)
    } else {
      expect(text(file.window(), 5 * GIB + 123, 5 * GIB + 136)).toBe(`at ${5 * GIB + 123}`)
      const shared = file.sharedBuffer()
      if (shared !== undefined)
        expect(text(shared, BIG_BYTES - 20, BIG_BYTES - 7)).toBe(`at ${BIG_BYTES - 20}`)
    }
    file.close()
  })

  test('writing into a window changes what windows show, and no file', () => {
    const file = mapFile(small)
    const [one, other] = [new Uint8Array(file.window(100, 10)), new Uint8Array(file.window(0, 200))]
    one[3] = 33
    expect(other[103]).toBe(33)
    expect(readFileSync(small, 'latin1')).toBe(TEXT)
    file.close()
  })

  test('a file without bytes has empty windows', () => {
    const path = join(folder, 'empty')
    writeFileSync(path, '')
    const file = mapFile(path)
    expect([file.byteLength, file.window().byteLength, file.isFaulted]).toEqual([0, 0, false])
    expect(file.sharedBuffer()?.byteLength).toBe(canShare() ? 0 : undefined)
    expect(failureOf(() => file.window(0, 1)).code).toBe('ERR_USAGE')
    file.close()
    expect(failureOf(() => file.window()).message).toBe(`${path} is closed: map it again`)
  })

  test('it need not be text, and what is appended is not seen', () => {
    const path = join(folder, 'archive.gz')
    writeFileSync(path, Buffer.from([0x1f, 0x8b, 0, 255]))
    const file = mapFile(path)
    appendFileSync(path, 'more')
    expect([...new Uint8Array(file.window())]).toEqual([0x1f, 0x8b, 0, 255])
    file.close()
  })

  test.each<[string, number | undefined, number | undefined]>([
    ['before the first byte', -1, 5],
    ['behind the last byte', TEXT.length + 1, undefined],
    ['one byte too many', 1, TEXT.length],
    ['a negative length', 5, -1],
    ['half a byte', 0.5, 1],
    ['no number', Number.NaN, 1],
    ['far too many', 0, Number.MAX_SAFE_INTEGER],
    ['sums that round', Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  ])('a window of what is not there is refused: %s', (_name, offset, length) => {
    const file = mapFile(small)
    for (const make of [() => file.window(offset, length), () => file.sharedBuffer(offset, length)]) {
      const error = failureOf(make)
      expect(error.code).toBe('ERR_USAGE')
      expect(error.message).toContain(`must lie within its ${TEXT.length} bytes, found offset ${offset}`)
    }
    expect([file.window(TEXT.length).byteLength, file.window(0, 0).byteLength]).toEqual([0, 0])
    file.close()
  })

  test.each([
    ['a file that is not there', join(folder, 'nothere'), 'ERR_INPUT_NOT_FOUND'],
    ['a folder', folder, 'ERR_INPUT'],
    ['a device', '/dev/null', 'ERR_INPUT'],
  ])('%s is refused', (_name, path, code) => {
    const error = failureOf(() => mapFile(path))
    expect([error.code, error.message.includes(path)]).toEqual([code, true])
  })

  test('close may come twice, before or behind the windows, and by `using`', () => {
    const file = mapFile(small)
    const window = file.window(5, 4)
    file.close()
    file.close()
    file[Symbol.dispose]()
    expect(text(window)).toBe('text')
    expect(failureOf(() => file.window()).code).toBe('ERR_USAGE')
    expect(failureOf(() => file.sharedBuffer()).code).toBe('ERR_USAGE')
    expect(file.isFaulted).toBe(false)
  })

  test.each([
    ['open', (_file: MappedFile) => undefined],
    ['closed', (file: MappedFile) => file.close()],
  ])('what is cut off reads as zeros and is told, of a file that is %s', (_name, change) => {
    const path = join(folder, 'cut')
    writeFileSync(path, 'x'.repeat(100_000))
    const file = mapFile(path)
    const bytes = new Uint8Array(file.window())
    truncateSync(path, 8192)
    expect(file.isFaulted).toBe(false)
    expect(bytes.filter((byte) => byte === 120).length).toBe(8192)
    change(file)
    expect(file.isFaulted).toBe(true)
    file.close()
    expect(file.isFaulted).toBe(true)
  })

  test('more mappings than there is room for are refused, and the others work', () => {
    const files: MappedFile[] = []
    const error = failureOf(() => {
      for (;;) files.push(mapFile(small))
    })
    expect([error.code, files.length > 30_000]).toEqual(['ERR_RESOURCE', true])
    expect(error.message).toContain('too many mappings are open')
    expect(text((files.at(-1) as MappedFile).window(5, 4))).toBe('text')
    for (const file of files) file.close()
    mapFile(small).close()
  })

  test('there is a shared buffer exactly where Node has the call', () => {
    const file = mapFile(small)
    const shared = file.sharedBuffer()
    expect(shared !== undefined).toBe(canShare())
    expect(shared === undefined || shared instanceof SharedArrayBuffer).toBe(true)
    file.close()
  })

  test.runIf(canShare())(
    'a shared buffer that is posted is the same memory in the other thread',
    async () => {
      const file = mapFile(small)
      const shared = file.sharedBuffer(0, 4096) as SharedArrayBuffer
      file.close()
      const code = `
      const { parentPort, workerData } = require('node:worker_threads')
      const words = new Int32Array(workerData)
      const before = Buffer.from(workerData).toString('latin1', 5, 9)
      Atomics.store(words, 100, -5)
      parentPort.postMessage(before)`
      const worker = new Worker(code, { eval: true, workerData: shared })
      const answer = await new Promise((resolve, reject) => worker.on('message', resolve).on('error', reject))
      await worker.terminate()
      expect([answer, Atomics.load(new Int32Array(shared), 100)]).toEqual(['text', -5])
      expect(readFileSync(small, 'latin1')).toBe(TEXT)
    },
  )
})

describe.runIf(loadAddon() !== undefined)('lifetimes', () => {
  const MODULES = {
    main: new URL('../dist/index.js', import.meta.url).href,
    native: new URL('../dist/primitives/native.js', import.meta.url).href,
  }

  /**
   * Run a script in a process of its own that can collect garbage. In it, `count()` tells the mappings that hold
   * memory, `collect()` collects until there is none, and `inWorker(code, data)` runs code in a thread that has
   * `mapFile` and `data`, until it posts; the thread then stays until it is told to end.
   */
  function runChild(body: string) {
    const path = join(folder, 'child.mjs')
    const prelude = `
      const { parentPort, workerData: data } = require('node:worker_threads')
      const keep = setInterval(() => {}, 1000)
      parentPort.once('message', () => clearInterval(keep))
      const start = async () => { const { mapFile } = await import('${MODULES.main}'); parentPort.postMessage(CODE(mapFile)) }
      start()`
    writeFileSync(
      path,
      `import { once } from 'node:events'
      import { Worker } from 'node:worker_threads'
      import { setTimeout as sleep } from 'node:timers/promises'
      import { mapFile } from '${MODULES.main}'
      import { loadAddon } from '${MODULES.native}'
      const count = () => loadAddon().mappingCount()
      const collect = async () => { for (let i = 0; i < 400 && count() > 0; i++) { globalThis.gc(); await sleep(5) } }
      const show = (buffer) => Buffer.from(buffer).toString('latin1', 5, 9)
      const inWorker = async (code, workerData) => {
        const worker = new Worker(${JSON.stringify(prelude)}.replace('CODE', '(' + code + ')'), { eval: true, workerData, execArgv: [] })
        const [answer] = await once(worker, 'message')
        return { worker, answer }
      }
      let file = mapFile(${JSON.stringify(small)})
      ${body}`,
    )
    const child = spawnSync(process.execPath, ['--expose-gc', path], { encoding: 'utf8', timeout: 50_000 })
    const { status, signal, stdout, stderr } = child
    return { status, signal, stdout: stdout.trim(), stderr: stderr.trim() }
  }

  /** Buffers of each kind that this Node makes. */
  const KINDS = ['window', ...(canShare() ? ['sharedBuffer'] : [])]
  const done = (stdout: string) => ({ status: 0, signal: null, stdout, stderr: '' })

  test.each(KINDS)('a %s outlives close, and the memory goes with it', (kind) => {
    const child = runChild(`
      let one = file.${kind}(), other = file.${kind}(0, 100)
      file.close()
      globalThis.gc(); await sleep(20)
      const shown = show(one) + show(other) + count()
      one = undefined
      globalThis.gc(); await sleep(20)
      const half = count()
      other = undefined
      await collect()
      console.log(shown, half, count())`)
    expect(child).toEqual(done('texttext1 1 0'))
  })

  test.each(KINDS)('a %s that is dropped before close takes nothing along', (kind) => {
    const child = runChild(`
      let one = file.${kind}()
      one = undefined
      for (let i = 0; i < 10; i++) { globalThis.gc(); await sleep(5) }
      const shown = show(file.${kind}()) + count()
      file.close()
      await collect()
      console.log(shown, count())`)
    expect(child).toEqual(done('text1 0'))
  })

  test.each(['exits', 'is terminated'])('a worker that %s while it holds a window leaves nothing', (way) => {
    const child = runChild(`
      const code = (mapFile) => {
        globalThis.file = mapFile(${JSON.stringify(small)})
        globalThis.kept = [file.window(), file.sharedBuffer()]
        file.close()
        return Buffer.from(kept[0]).toString('latin1', 5, 9)
      }
      const { worker, answer } = await inWorker(code)
      const during = count()
      file.close()
      if (${way === 'exits'}) { worker.postMessage('end'); await once(worker, 'exit') }
      else await worker.terminate()
      await collect()
      console.log(answer, during, count())`)
    expect(child).toEqual(done('text 2 0'))
  })

  test.runIf(canShare())('a shared buffer lasts as long as any thread holds it', () => {
    const child = runChild(`
      const code = () => {
        globalThis.kept = data
        return Buffer.from(kept).toString('latin1', 5, 9)
      }
      let shared = file.sharedBuffer()
      const one = await inWorker(code, shared), other = await inWorker(code, shared)
      shared = undefined
      file.close()
      for (let i = 0; i < 10; i++) { globalThis.gc(); await sleep(5) }
      const held = count()
      await one.worker.terminate()
      for (let i = 0; i < 10; i++) { globalThis.gc(); await sleep(5) }
      const heldByOne = count()
      other.worker.postMessage('end')
      await once(other.worker, 'exit')
      await collect()
      console.log(one.answer, other.answer, held, heldByOne, count())`)
    expect(child).toEqual(done('text text 1 1 0'))
  })

  test.runIf(canShare())('a worker that made a shared buffer may be gone before those who hold it', () => {
    const child = runChild(`
      file.close()
      const code = (mapFile) => {
        const file = mapFile(${JSON.stringify(small)})
        const shared = file.sharedBuffer()
        file.close()
        return shared
      }
      const { worker, answer } = await inWorker(code)
      await worker.terminate()
      globalThis.gc(); await sleep(20)
      console.log(show(answer), count())`)
    expect(child).toEqual(done('text 1'))
  })

  test('a process ends as it should, whatever is still held', () => {
    const child = runChild(`
      globalThis.kept = [file.window(), file.sharedBuffer()]
      const code = (mapFile) => {
        globalThis.kept = [data, mapFile(${JSON.stringify(small)}).window()]
        return 'held'
      }
      const { answer } = await inWorker(code, kept[1])
      console.log(answer)
      process.exit(0)`)
    expect(child).toEqual(done('held'))
  })
})

test.runIf(loadAddon() === undefined)('without the addon it says what is missing', () => {
  expect(failureOf(() => mapFile(small))).toMatchObject({
    code: 'ERR_USAGE',
    message: expect.stringContaining('npm run build:native'),
  })
})
