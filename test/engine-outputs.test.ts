/** Where a run's bytes go: files, links to them, devices, and places that are refused. */
import { execFileSync, spawn } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
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

describe('an output that is no file', () => {
  test('is written directly: /dev/null', async () => {
    expect(await run(same(), input(TEN), { output: '/dev/null' })).toMatchObject({ outputBytes: 20 })
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true)
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
