/** How runs behave around their work: what jobs print, what they return, how they are cancelled, how pools end. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPool, explainRun, type RunOptions, run } from 'linemill'
import { afterAll, describe, expect, test } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'linemill-conduct-'))
afterAll(() => rmSync(folder, { recursive: true }))

const INPUT = write('in.csv', `a,b\n${Array.from({ length: 20_000 }, (_, i) => `${i},${i % 7}\n`).join('')}`)
const INDEX = new URL('../dist/index.js', import.meta.url).href

function write(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

let jobCount = 0
function job(source: string): string {
  return write(`job-${jobCount++}.mjs`, source)
}

async function failure(source: string, options: RunOptions = {}): Promise<Error & { code: string }> {
  return run(job(source), INPUT, { blockBytes: 4096, workers: 2, ...options }).then(
    () => expect.unreachable('it should fail'),
    (error) => error,
  )
}

/** Run a script in a process of its own, which must end by itself. */
function script(source: string) {
  const path = write(`script-${jobCount++}.mjs`, source.replaceAll('LINEMILL', INDEX))
  return spawnSync(process.execPath, [path], { encoding: 'utf8', timeout: 20_000, cwd: folder })
}

test.each([1, 2])('all that a job prints reaches standard error, with %i workers', (workers) => {
  const path = job(`export default (line) => { console.log('out', line); console.error('err', line) }`)
  const { stdout, stderr, status } = script(
    `import { run } from 'LINEMILL'; await run(${JSON.stringify(path)}, 'in.csv', { workers: ${workers}, blockBytes: 8192 })`,
  )
  expect({ stdout, status }).toEqual({ stdout: '', status: 0 })
  const lines = stderr.split('\n')
  expect(lines.filter((line) => line.startsWith('out ')).length).toBe(20_001)
  expect(lines.filter((line) => line.startsWith('err ')).length).toBe(20_001)
})

describe('what would be lost in silence is an error', () => {
  test.each([
    ['a record function that returns its row', 'export default { record: (row) => [row.a] }'],
    ['a record function that returns a string', 'export default { record: (row) => row.a }'],
    ['a record function that returns a number', 'export default { record: (row) => Number(row.a) }'],
    ['a record function that returns whether', "export default { record: (row) => row.b === '3' }"],
    ['a record function that returns an object', 'export default { record: (row) => ({ a: row.a }) }'],
    ['a record function that returns the row', 'export default { record: (row) => row }'],
    ['a batch function that returns bytes', 'export default { batch: (batch) => batch.bytes }'],
  ])('%s', async (_name, source) => {
    const { code, message } = await failure(source)
    expect(code).toBe('ERR_USER_FUNCTION')
    expect(message).toContain('must return nothing')
  })

  test('what an emitter or a condition returns is no result', async () => {
    const source = `export default { record: (row, out) => row.b === '3' && out.row(row.a) }`
    const { output } = await run(job(source), INPUT)
    expect(output?.toString().split('\n').length).toBe(2858)
  })

  test('a combine that returns nothing', async () => {
    const source =
      'export default { init: () => ({ n: 0 }), line: (l, s) => { s.n++ }, combine(a, b) { a.n += b.n } }'
    expect((await failure(source)).message).toContain('combine must return the combined state')
  })

  test('an init whose state cannot be changed', async () => {
    const source = 'export default { init: () => 0, line: (l, n) => n + 1, combine: (a, b) => a + b }'
    expect((await failure(source)).message).toContain('init must return an object')
  })

  test('a field in a line function', async () => {
    const { message } = await failure(`export default (line, out) => { out.field('a').end() }`)
    expect(message).toContain('a line has no fields')
  })

  test('a ragged record where no field is read', async () => {
    const ragged = write('ragged.csv', 'a,b\n1,2\n3\n')
    const path = job(`export default { columns: {}, output: [], record: (row, out) => { out.record() } }`)
    await expect(run(path, ragged)).rejects.toMatchObject({ code: 'ERR_RAGGED', position: { lineNumber: 3 } })
  })
})

describe('values that are thrown and are no errors', () => {
  test.each([
    ['by a line function', 'export default () => { throw Object.create(null) }', 'ERR_USER_FUNCTION'],
    ['when the module loads', 'throw null', 'ERR_MODULE'],
    [
      'outside of its functions',
      'export default { setup: () => new Promise(() => setTimeout(() => { throw null })), line: (l) => l }',
      'ERR_USER_FUNCTION',
    ],
  ])('%s', async (_name, source, code) => {
    const error = await failure(source)
    expect([error.code, error.message.includes('internal')]).toEqual([code, false])
  })
})

test('a progress function that throws fails the run', async () => {
  const onProgress = (): never => {
    throw new Error('no bar')
  }
  const error = await failure('export default (line) => line', { onProgress })
  expect([error.code, error.message]).toEqual(['ERR_USER_FUNCTION', 'onProgress threw Error: no bar'])
})

describe('an abort', () => {
  test.each([
    [
      'while the module loads',
      'await new Promise(() => setInterval(() => {}, 1000)); export default (l) => l',
    ],
    ['in teardown', 'export default { line: (l) => l, teardown: () => new Promise(() => {}) }'],
    [
      'in finish',
      'export default { init: () => ({}), line: () => {}, combine: (a) => a, finish: () => { for (;;); } }',
    ],
    ['in an endless line function', 'export default () => { for (;;); }'],
  ])('%s ends the run and leaves the old output', async (_name, source) => {
    const output = write('kept.csv', 'old')
    const began = performance.now()
    const error = await failure(source, { output, signal: AbortSignal.timeout(300) })
    expect(error.code).toBe('ERR_CANCELLED')
    expect(performance.now() - began).toBeLessThan(10_000)
    expect(execFileSync('cat', [output], { encoding: 'utf8' })).toBe('old')
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([])
  })

  test('leaves a pool that works', async () => {
    await using pool = createPool({ workers: 2 })
    const endless = job('export default () => { for (;;); }')
    const signal = AbortSignal.timeout(200)
    await expect(pool.run(endless, INPUT, { signal })).rejects.toMatchObject({ code: 'ERR_CANCELLED' })
    expect((await pool.count(INPUT)).count).toBe(20_000)
  })
})

describe('a pool', () => {
  test.each([
    ['that was used', `const pool = createPool({ workers: 2 }); await pool.count('in.csv')`],
    ['that was only started', 'createPool({ workers: 2 }).start()'],
    ['that was closed', `const pool = createPool(); await pool.count('in.csv'); await pool.close()`],
  ])('%s does not keep the process', (_name, source) => {
    const { status, signal, stderr } = script(`import { createPool } from 'LINEMILL'; ${source}`)
    expect({ status, signal, stderr }).toEqual({ status: 0, signal: null, stderr: '' })
  })

  test('works in a script on the command line', () => {
    const main = new URL('../dist/index.js', import.meta.url).href
    const source = `import { count } from '${main}'; console.log((await count('in.csv')).count)`
    const args = ['--expose-gc', '--input-type=module', '-e', source]
    const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' })
    expect({ stdout, stderr }).toEqual({ stdout: '20000\n', stderr: '' })
  })

  test('that is closed fails the calls that wait', async () => {
    const pool = createPool({ workers: 1 })
    const calls = [pool.run(job('export default () => { for (;;); }'), INPUT), pool.count(INPUT)]
    const settled = Promise.allSettled(calls)
    await new Promise((resolve) => setTimeout(resolve, 300))
    await pool.close()
    expect((await settled).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    await expect(pool.count(INPUT)).rejects.toThrow('the pool is closed')
  })

  test('has the same workers after a call was aborted, wherever it was', async () => {
    await using pool = createPool({ workers: 1 })
    const path = job(`import { threadId } from 'node:worker_threads'
      export const self = () => String(threadId)
      export const slow = () => { Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1) }`)
    const self = async () => String((await pool.run(path, INPUT, { exportName: 'self', limit: 1 })).output)
    const before = await self()
    for (let milliseconds = 0; milliseconds < 8; milliseconds++) {
      const signal = AbortSignal.timeout(milliseconds)
      const call = pool.run(path, INPUT, { exportName: 'slow', signal })
      await expect(call).rejects.toMatchObject({ code: 'ERR_CANCELLED' })
    }
    expect(await self()).toBe(before)
  })

  test('loads a module again that did not load', async () => {
    await using pool = createPool({ workers: 1 })
    const path = job('export default (line) =>')
    await expect(pool.run(path, INPUT)).rejects.toMatchObject({ code: 'ERR_MODULE' })
    writeFileSync(path, 'export default (line) => line')
    expect((await pool.run(path, INPUT)).records).toBe(20_001)
  })
})

test('explaining a run of a missing input ends', async () => {
  const path = job('export default (line) => line')
  await expect(explainRun(path, join(folder, 'nothere'))).rejects.toMatchObject({
    code: 'ERR_INPUT_NOT_FOUND',
  })
})

test('a module that runs itself is told so', () => {
  const { stderr, status } = script(
    `import { run } from 'LINEMILL'; export default (line) => line; await run(import.meta.url, 'in.csv', { workers: 1 })`,
  )
  expect(status).toBe(1)
  expect(stderr).toContain('called inside one of its own workers')
})

test('the output bytes of a report are all of the output', async () => {
  const source = `export default { output: ['n'], init: () => ({ n: 0 }), line: (l, s) => { s.n++ },
    combine: (a, b) => ({ n: a.n + b.n }), finish: (s) => [[s.n]] }`
  const report = await run(job(source), INPUT)
  expect(report.output?.toString()).toBe('n\n20001\n')
  expect(report.outputBytes).toBe(report.output?.length)
})
