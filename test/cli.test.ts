import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { folder, linemill, MAIN, shell, useFolders } from './cli-harness.js'

useFolders()

describe('help', () => {
  test.each(['run', 'filter', 'count', 'split', 'generate'])('%s has examples that run', async (verb) => {
    const { stdout, exitCode } = await linemill(verb, '--help')
    expect(exitCode).toBe(0)
    const examples = [...stdout.matchAll(/^ {2}\$ (.*)$/gm)].map((match) => match[1] as string)
    expect(examples.length).toBeGreaterThan(1)
    for (const example of examples) {
      const result = await shell(example)
      expect(`${example}: ${result.exitCode} ${result.exitCode === 0 ? '' : result.stderr}`).toBe(
        `${example}: 0 `,
      )
    }
  })

  test('the version is the package’s', async () => {
    const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
    for (const words of [['--version'], ['-V'], ['count', '--version'], ['count', 'in.csv', '-V']]) {
      expect((await linemill(...words)).stdout).toBe(`${version}\n`)
    }
  })

  test('no command at all is a usage error that shows the commands', async () => {
    const { exitCode, stderr, stdout } = await linemill()
    expect([exitCode, stdout]).toEqual([2, ''])
    expect(stderr).toContain('Commands:')
  })
})

describe('usage', () => {
  test.each([
    ['generat tianchi', "unknown command 'generat'\n(Did you mean generate?)"],
    ['generate tianci', "argument 'kind'. Allowed choices are tianchi, measurements, ndjson, quoted."],
    ['generate tianchi --row 5', "unknown option '--row'\n(Did you mean --rows?)"],
    [
      'generate tianchi --rows many',
      "'--rows <number>' argument 'many' is invalid. Expected a whole number.",
    ],
    ['generate tianchi --size 1.3', "'--size <size>' argument '1.3' is invalid. Expected a size"],
    ['generate tianchi --rows 1 --size 1', '--rows and --size exclude each other'],
    [
      'generate measurements --stations 0',
      '--stations must be a whole number from 1 to 10000, found the number 0',
    ],
    ['run', "missing required argument 'module'"],
    ['run clean.mjs', "missing required argument 'input'"],
    ['run clean.mjs a --arg x', "'--arg <name=value>' argument 'x' is invalid. Expected name=value."],
    [
      'run clean.mjs a --on-error ignore',
      "argument 'ignore' is invalid. Allowed choices are fail, skip, reject.",
    ],
    ['count', "missing required argument 'input'"],
    ['count a --block 1q', "'--block <size>' argument '1q' is invalid. Expected a size"],
    ['count a --format cvs', "argument 'cvs' is invalid. Allowed choices are auto, lines, csv, tsv, ndjson."],
    ['count a -d ab', "argument 'ab' is invalid. Expected one ASCII character (no line end) or 'tab'."],
  ])('%s', async (args, message) => {
    const { exitCode, stderr, stdout } = await linemill(...args.split(' '))
    expect([exitCode, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(/^linemill: /)
    expect(stderr).toContain(message)
    expect(stderr).not.toContain('    at ')
  })
})

describe('generate', () => {
  test('gives its report another file than its output, and says where the report alone is missing', async () => {
    const words = ['generate', 'ndjson', '--rows', '1', '-o', 'out.ndjson']
    const same = await linemill(...words, '--report=out.ndjson')
    expect([same.exitCode, same.stderr]).toEqual([2, expect.stringContaining('is a file of the run')])
    const nowhere = await linemill(...words, '--report=no/report.json')
    expect([nowhere.exitCode, nowhere.stderr]).toEqual([
      74,
      expect.stringContaining('all its output is in place, but its report is not written: '),
    ])
  })

  test('writes standard output or a file, the same bytes', async () => {
    const { stdout, stderr, exitCode } = await linemill('generate', 'quoted', '--rows', '100', '--crlf')
    expect([exitCode, stderr]).toEqual([0, ''])
    await linemill('generate', 'quoted', '--rows', '100', '--crlf', '-o', 'reviews.csv')
    expect(readFileSync(join(folder, 'reviews.csv'), 'utf8')).toBe(stdout)
    expect(readdirSync(folder)).toEqual(['reviews.csv'])
  })

  test('--report needs an equals sign for its value', async () => {
    const text = await linemill('generate', '--report', 'tianchi', '--rows', '2')
    expect(text.stdout.split('\n').length).toBe(4)
    expect(text.stderr).toMatch(/^kind {5}tianchi\nrecords {2}2\noutput {3}151 bytes\n/)
    const json = await linemill('generate', 'tianchi', '--rows', '2', '--report=json')
    expect(JSON.parse(json.stderr)).toMatchObject({ kind: 'tianchi', rows: 2, outputBytes: 151 })
    const file = await linemill('generate', 'tianchi', '--rows', '2', '--report=report.json')
    expect(file.stderr).toBe('')
    expect(JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8')).rows).toBe(2)
  })

  test('a reader that goes away ends it in silence', async () => {
    const { stdout, stderr, exitCode } = await shell('linemill generate tianchi --size 1G | head -n 1')
    expect([stdout.split(',')[0], stderr, exitCode]).toEqual(['user_id', '', 0])
  })

  test('an output that cannot be written is status 74', async () => {
    const { stderr, exitCode } = await linemill('generate', 'tianchi', '-o', 'nowhere/clicks.csv')
    expect(stderr).toBe('linemill: cannot write output nowhere/clicks.csv: its directory does not exist\n')
    expect(exitCode).toBe(74)
    expect((await linemill('generate', 'tianchi', '-o', '.')).stderr).toContain(
      'it is a directory: name a file in it',
    )
  })

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s leaves the old file and is status %i', async (signal, status) => {
    writeFileSync(join(folder, 'clicks.csv'), 'old')
    const args = [MAIN, 'generate', 'tianchi', '--size', '100G', '-o', 'clicks.csv']
    const child = spawn(process.execPath, args, { cwd: folder })
    while (readdirSync(folder).length < 2) await new Promise((resolve) => setTimeout(resolve, 5))
    child.kill(signal)
    expect((await once(child, 'exit'))[0]).toBe(status)
    expect(readdirSync(folder)).toEqual(['clicks.csv'])
    expect(readFileSync(join(folder, 'clicks.csv'), 'utf8')).toBe('old')
  })
})
