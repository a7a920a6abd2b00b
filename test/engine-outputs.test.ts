/** Where a run's bytes go: files, links to them, devices, and places that are refused. */
import { execFileSync, spawn } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { describe, expect, test } from 'vitest'
import { failureOf, input, job, leftovers, outputOf, pathOf, run, useEngine } from './engine-harness.js'

useEngine()

const TEN = Array.from({ length: 10 }, (_, index) => `${index}\n`).join('')
const same = (): string => job('export default (line) => line')
const failing = (): string =>
  job("export default (line) => { if (line === '7') throw new Error('no'); return line }")

describe('an output file', () => {
  test('is put in place whole, and keeps its permissions', async () => {
    const output = pathOf('whole')
    writeFileSync(output, 'old')
    chmodSync(output, 0o640)
    await run(same(), input(TEN), { output, sync: true })
    expect([readFileSync(output, 'utf8'), statSync(output).mode & 0o777, leftovers()]).toEqual([
      TEN,
      0o640,
      [],
    ])
  })

  test('may go through slots as small as can be, of all the memory that there is by default', async () => {
    const output = pathOf('small')
    await run(same(), input(TEN), { output, slotBytes: 1, gather: 'end' })
    expect(readFileSync(output, 'utf8')).toBe(TEN)
  })

  test('stays as it was when the run fails, and none is made', async () => {
    const output = pathOf('old')
    writeFileSync(output, 'old')
    for (const memory of [{}, { slotBytes: 1, memoryBytes: 1 }]) {
      expect((await failureOf(run(failing(), input(TEN), { output, ...memory }))).code).toBe(
        'ERR_USER_FUNCTION',
      )
      expect((await failureOf(run(failing(), input(TEN), { output: pathOf('new'), ...memory }))).code).toBe(
        'ERR_USER_FUNCTION',
      )
    }
    expect([readFileSync(output, 'utf8'), existsSync(pathOf('new')), leftovers()]).toEqual(['old', false, []])
  })

  test('may be a symlink, which stays one', async () => {
    writeFileSync(pathOf('named'), 'old')
    symlinkSync('named', pathOf('link'))
    await run(same(), input(TEN), { output: pathOf('link') })
    expect([readFileSync(pathOf('named'), 'utf8'), lstatSync(pathOf('link')).isSymbolicLink()]).toEqual([
      TEN,
      true,
    ])
  })

  test('may be a symlink to one elsewhere: the temporary file lies in the folder of the file that is named', async () => {
    mkdirSync(pathOf('far'))
    writeFileSync(pathOf('far/named'), 'old')
    symlinkSync('far/named', pathOf('near-link'))
    symlinkSync(pathOf('near-link'), pathOf('link-to-link'))
    const source = `import { readdirSync } from 'node:fs'
      export default () => String(readdirSync(${JSON.stringify(pathOf('far'))}).some((name) => name.endsWith('.tmp')))`
    await run(job(source), input('0\n'), { output: pathOf('link-to-link') })
    expect([readFileSync(pathOf('far/named'), 'utf8'), readdirSync(pathOf('far'))]).toEqual([
      'true\n',
      ['named'],
    ])
    expect(lstatSync(pathOf('link-to-link')).isSymbolicLink()).toBe(true)
  })

  test('is refused if it is an input, by any name', async () => {
    const text = input(TEN)
    symlinkSync(text, pathOf('input-link'))
    linkSync(text, pathOf('input-hard-link'))
    for (const output of [text, pathOf('input-link'), pathOf('input-hard-link')]) {
      const error = await failureOf(run(same(), [input('x'), text], { output }))
      expect(error).toMatchObject({
        code: 'ERR_USAGE',
        message: expect.stringContaining(`output ${output} is the input ${text}`),
      })
      const rejected = run(same(), text, { output: pathOf('other'), onError: 'reject', reject: output })
      expect((await failureOf(rejected)).code).toBe('ERR_USAGE')
    }
    expect([readFileSync(text, 'utf8'), leftovers(), existsSync(pathOf('other'))]).toEqual([TEN, [], false])
  })

  test('is refused if it is a folder, in none, or a link to nothing', async () => {
    mkdirSync(pathOf('folder'))
    symlinkSync('nothing', pathOf('dangling'))
    for (const [name, message] of [
      ['folder', 'it is a directory'],
      ['none/file', 'its directory does not exist'],
      ['dangling', 'symlink to a file that does not exist'],
    ]) {
      const error = await failureOf(run(same(), input(TEN), { output: pathOf(name) }))
      expect(error).toMatchObject({ code: 'ERR_OUTPUT', message: expect.stringContaining(message) })
    }
  })

  test.skipIf(process.getuid?.() === 0)('is refused if it may not be written', async () => {
    const output = pathOf('read-only')
    writeFileSync(output, 'old')
    chmodSync(output, 0o444)
    const error = await failureOf(run(same(), input(TEN), { output }))
    expect(error).toMatchObject({ code: 'ERR_OUTPUT', message: expect.stringContaining('permission denied') })
    expect(readFileSync(output, 'utf8')).toBe('old')
  })

  test('is complete however small the region: ten times the input, and one block a hundred times the region', async () => {
    const tenfold = job('export default (line) => Array(10).fill(line + line)')
    const lines = Array.from({ length: 20_000 }, (_, index) => `line ${index}`)
    const text = input(lines.join('\n'))
    const expected = lines.map((line) => `${line}${line}\n`.repeat(10)).join('')
    for (const options of [
      { memoryBytes: 32 * 1024 },
      { memoryBytes: 32 * 1024, gather: 'end' as const },
      { memoryBytes: 3 * 4096, slotBytes: 4096, blockBytes: 2 ** 20 },
    ]) {
      const output = pathOf('tenfold')
      const report = await run(tenfold, text, { blockBytes: 4096, output, ...options })
      expect(readFileSync(output, 'utf8') === expected).toBe(true)
      expect(report).toMatchObject({ outputBytes: expected.length, records: 20_000 })
      expect(report.drains).toBeGreaterThan(10)
    }
  })
})

test('the module of the job is no place for its output', async () => {
  const module = job('export default (line) => line')
  for (const options of [{ output: module }, { onError: 'reject', reject: module }] as const) {
    const { code, message } = await failureOf(run(module, input('a\n'), options))
    expect([code, message]).toEqual(['ERR_USAGE', expect.stringContaining("is the job's own module")])
  }
  expect(readFileSync(module, 'utf8')).toBe('export default (line) => line')
})

describe('an output that is no file', () => {
  test('is written directly: /dev/null', async () => {
    expect(await run(same(), input(TEN), { output: '/dev/null' })).toMatchObject({ outputBytes: 20 })
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true)
  })

  test('takes the rejects too: /dev/null', async () => {
    const both = { output: '/dev/null', onError: 'reject', reject: '/dev/null' } as const
    expect(await run(failing(), input(TEN), both)).toMatchObject({ errors: 1, outputBytes: 18 })
  })

  test('is written directly: a FIFO', async () => {
    execFileSync('mkfifo', [pathOf('fifo')])
    const reader = spawn('cat', [pathOf('fifo')])
    let got = ''
    reader.stdout.on('data', (text) => {
      got += text
    })
    const ended = new Promise((resolve) => reader.on('close', resolve))
    await run(same(), input(TEN.repeat(20_000)), { output: pathOf('fifo'), blockBytes: 4096 })
    await ended
    expect(got === TEN.repeat(20_000)).toBe(true)
  })

  test('waits for the reader of a FIFO, and no longer than it is told', async () => {
    execFileSync('mkfifo', [pathOf('late')])
    const aborted = run(same(), input(TEN), { output: pathOf('late'), signal: AbortSignal.timeout(100) })
    expect((await failureOf(aborted)).code).toBe('ERR_CANCELLED')
    const reader = spawn('sh', ['-c', `sleep 0.2; cat ${pathOf('late')}`])
    let got = ''
    reader.stdout.on('data', (text) => {
      got += text
    })
    const ended = new Promise((resolve) => reader.on('close', resolve))
    await run(same(), input(TEN), { output: pathOf('late') })
    await ended
    expect(got).toBe(TEN)
  })

  test('whose reader goes away ends the run', async () => {
    execFileSync('mkfifo', [pathOf('short')])
    const reader = spawn('head', ['-c', '5', pathOf('short')])
    const ended = new Promise((resolve) => reader.on('close', resolve))
    const error = await failureOf(
      run(same(), input(TEN.repeat(200_000)), { output: pathOf('short'), blockBytes: 4096 }),
    )
    expect(error.code).toBe('ERR_READER_CLOSED')
    await ended
  })

  test('is the report, where none is named', async () => {
    expect(await outputOf(same(), input(TEN))).toBe(TEN)
  })
})
