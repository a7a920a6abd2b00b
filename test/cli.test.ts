import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { EXIT_STATUS } from '../dist/cli/exit-status.js'
import { describeFailure, failureStatus } from '../dist/cli/failure.js'
import { reportToJson } from '../dist/cli/report-json.js'
import {
  formatBufferSize,
  formatBytes,
  formatCount,
  formatMinutes,
  formatSeconds,
} from '../dist/cli/sizes.js'
import { readArg, readDelimiter, readNames, readQuote, readSize } from '../dist/cli/typed-values.js'
import { LinemillError } from '../dist/errors.js'

const MAIN = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url))
const EXAMPLES = fileURLToPath(new URL('../examples/', import.meta.url))
const ROOT = mkdtempSync(join(tmpdir(), 'linemill-cli-'))
afterAll(() => rmSync(ROOT, { recursive: true }))

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(ROOT, 'test-'))
})

function linemill(...args: string[]) {
  return execa(process.execPath, [MAIN, ...args], { cwd: folder, reject: false, stripFinalNewline: false })
}

/** Run a command line of bash in which `linemill` is this one. */
function shell(line: string) {
  const define = `linemill() { ${JSON.stringify(process.execPath)} ${JSON.stringify(MAIN)} "$@"; }`
  return execa('bash', ['-c', `${define}; set -o pipefail; ${line}`], { cwd: folder, reject: false })
}

describe('help', () => {
  test.each(['run', 'count', 'generate'])('%s has examples that run', async (verb) => {
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
    expect((await linemill('--version')).stdout).toBe(`${version}\n`)
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
    ['generate tianchi --rows 1 --size 1', 'rows and size exclude each other'],
    ['generate measurements --stations 0', '--stations must be a whole number from 1 to 10000, found 0'],
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
    expect(stderr).toBe('linemill: cannot write nowhere/clicks.csv: ENOENT: no such file or directory\n')
    expect(exitCode).toBe(74)
    expect((await linemill('generate', 'tianchi', '-o', '.')).stderr).toContain(
      'expected a file, found a directory',
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

describe('run and count', () => {
  beforeEach(async () => {
    await linemill('generate', 'tianchi', '--rows', '50000', '-o', 'clicks.csv')
  })

  function clicks(): string[] {
    return readFileSync(join(folder, 'clicks.csv'), 'utf8').trimEnd().split('\n')
  }

  test('the line example', async () => {
    const { exitCode, stdout } = await linemill(
      'run',
      `${EXAMPLES}clean.mjs`,
      'clicks.csv',
      '-o',
      'clean.csv',
    )
    expect([exitCode, stdout]).toEqual([0, ''])
    const wanted = clicks()
      .filter((line) => !line.includes(',,'))
      .map((line) => `${line.replace(' ', 'T')}\n`)
    expect(readFileSync(join(folder, 'clean.csv'), 'utf8')).toBe(wanted.join(''))
  })

  test('the record example, to standard output', async () => {
    const { exitCode, stdout } = await linemill('run', `${EXAMPLES}buyers.mjs`, 'clicks.csv')
    expect(exitCode).toBe(0)
    const bought = clicks()
      .map((line) => line.split(','))
      .filter((fields) => fields[2] === '4')
    expect(stdout).toBe(
      ['user_id,time', ...bought.map((fields) => `${fields[0]},${fields[5]}`), ''].join('\n'),
    )
  })

  test('the reduction example', async () => {
    const { exitCode, stdout } = await linemill('run', `${EXAMPLES}top-categories.mjs`, 'clicks.csv')
    expect(exitCode).toBe(0)
    const counts = new Map<string, number>()
    for (const line of clicks().slice(1)) {
      const category = line.split(',')[4] as string
      counts.set(category, (counts.get(category) ?? 0) + 1)
    }
    const [category, count] = [...counts].sort((a, b) => b[1] - a[1])[0] as [string, number]
    expect(stdout).toContain(category)
    expect(stdout).toContain(String(count))
  })

  test('options reach the run, --arg and --export among them', async () => {
    writeFileSync(
      join(folder, 'tag.mjs'),
      'export const tag = (line, out, { args }) => [args.a, args.b, line].join("|")\n',
    )
    const args = [
      '--arg',
      'a=1',
      '--arg',
      'b=x=y',
      '--export',
      'tag',
      '--limit',
      '2',
      '-w',
      '1',
      '--block',
      '1K',
    ]
    const { stdout } = await linemill('run', 'tag.mjs', 'clicks.csv', ...args)
    expect(stdout).toBe(
      clicks()
        .slice(0, 2)
        .map((line) => `1|x=y|${line}\n`)
        .join(''),
    )
  })

  test('count counts records, lines and several inputs', async () => {
    writeFileSync(join(folder, 'quoted.csv'), 'a;b\n"1\n2";3\n|x|;y\n')
    expect((await linemill('count', 'clicks.csv')).stdout).toBe('50000\n')
    expect((await linemill('count', '--lines', 'clicks.csv')).stdout).toBe('50001\n')
    expect((await linemill('count', '-d', ';', 'quoted.csv')).stdout).toBe('2\n')
    expect((await linemill('count', '-d', ';', '--quote', 'none', 'quoted.csv')).stdout).toBe('3\n')
    expect((await linemill('count', '--no-header', 'clicks.csv', 'quoted.csv', '-d', ';')).stdout).toBe(
      '50001 clicks.csv\n    3 quoted.csv\n50004 total\n',
    )
  })

  test('a function that throws: status 1, the place, the line, the stack, no output', async () => {
    writeFileSync(
      join(folder, 'boom.mjs'),
      "export default (line) => { if (line.includes(',4,')) throw new Error('sold!'); return line }\n",
    )
    const { exitCode, stderr } = await linemill('run', 'boom.mjs', 'clicks.csv', '-o', 'out.csv')
    const index = clicks().findIndex((line) => line.includes(',4,'))
    const offset = clicks().slice(0, index).join('\n').length + 1
    expect(exitCode).toBe(1)
    expect(stderr).toMatch(/^linemill: /)
    expect(stderr).toContain(`  at clicks.csv, line ${index + 1}`)
    expect(stderr).toContain(`, byte ${offset}\n  ${clicks()[index]}\n`)
    expect(stderr).toMatch(/^ {4}Error: sold!\n.*boom\.mjs:1/m)
    expect(readdirSync(folder).sort()).toEqual(['boom.mjs', 'clicks.csv'])
  })

  test('each way to fail has its status', async () => {
    writeFileSync(join(folder, 'open.csv'), 'a,b\n"1,2\n')
    const status = async (...args: string[]) => (await linemill(...args)).exitCode
    expect(await status('count', 'missing.csv')).toBe(66)
    expect(await status('count', '.')).toBe(74)
    expect(await status('count', 'open.csv')).toBe(1)
    expect(await status('run', 'missing.mjs', 'clicks.csv')).toBe(2)
    expect(await status('run', `${EXAMPLES}clean.mjs`, 'clicks.csv', '-o', 'nowhere/out.csv')).toBe(74)
    expect(await status('count', 'clicks.csv', '-w', '0')).toBe(2)
  })

  test('--explain says what would be done and does nothing', async () => {
    const args = ['clicks.csv', '-o', 'out.csv', '--explain', '-w', '2']
    const { exitCode, stdout } = await linemill('run', `${EXAMPLES}buyers.mjs`, ...args)
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/^input {9}clicks\.csv: 2\.2 MB, csv, (mapped|pread) \(/)
    expect(stdout).toMatch(/^columns {7}user_id int32, behavior_type int8, time string$/m)
    expect(stdout).toMatch(/^workers {7}2$/m)
    expect(readdirSync(folder)).toEqual(['clicks.csv'])
  })

  test('--report and --progress go to standard error', async () => {
    const { stdout, stderr } = await linemill('count', 'clicks.csv', '--report=json')
    expect(stdout).toBe('50000\n')
    expect(JSON.parse(stderr)).toMatchObject({ count: 50_000, records: 50_000 })
    const args = ['clicks.csv', '-o', 'out.csv', '--report', '--progress']
    const text = await linemill('run', `${EXAMPLES}clean.mjs`, ...args)
    expect(text.stdout).toBe('')
    expect(text.stderr).toMatch(/^records {7}50,001$/m)
    expect(text.stderr).toMatch(/^time {10}.* MB\/s$/m)
  })
})

describe('words', () => {
  test('sizes are read', () => {
    const sizes = {
      0: 0,
      7: 7,
      '64K': 65_536,
      '1.5M': 1_572_864,
      '2g': 2 ** 31,
      '1GiB': 2 ** 30,
      '3 KB': 3072,
      '5B': 5,
    }
    for (const [typed, bytes] of Object.entries(sizes)) expect(readSize(typed)).toBe(bytes)
    for (const typed of ['', 'K', '-1', '1.3', '1X', '0x10', '1e3', '9999999T']) {
      expect(() => readSize(typed), typed).toThrow('Expected a size')
    }
  })

  test('characters, names and args are read', () => {
    expect([readDelimiter('tab'), readDelimiter('\\t'), readDelimiter('\t'), readDelimiter(';')]).toEqual([
      '\t',
      '\t',
      '\t',
      ';',
    ])
    expect(readQuote("'")).toBe("'")
    for (const typed of ['', 'ab', 'é', '\n']) expect(() => readQuote(typed)).toThrow('Expected one ASCII')
    expect(readNames('a,b c')).toEqual(['a', 'b c'])
    expect(() => readNames('a,,b')).toThrow('none of them empty')
    expect(readArg('b=2=3', readArg('a='))).toEqual({ a: '', b: '2=3' })
    expect(() => readArg('=x')).toThrow('Expected name=value')
  })

  test('amounts are written', () => {
    expect([0, 999, 1000, 531_772_512].map(formatBytes)).toEqual([
      '0 bytes',
      '999 bytes',
      '1.0 kB',
      '531.8 MB',
    ])
    expect([1, 1536, 2 ** 20].map(formatBufferSize)).toEqual(['1 bytes', '1.5 KiB', '1 MiB'])
    expect([7, 1000, 12_256_906].map(formatCount)).toEqual(['7', '1,000', '12,256,906'])
    expect([0.1234, 12.34, 125].map(formatSeconds)).toEqual(['0.123 s', '12.3 s', '2 min 5 s'])
    expect([0, 59, 3599, 11_520].map(formatMinutes)).toEqual(['0 s', '59 s', '59 min 59 s', '3 h 12 min'])
  })

  test('a report becomes JSON whatever a reduction returned', () => {
    const result = {
      big: 2n ** 60n,
      small: 5n,
      map: new Map([['a', 1n]]),
      set: new Set([1]),
      bytes: Buffer.from('hi'),
      floats: new Float64Array([1.5]),
    }
    expect(JSON.parse(reportToJson({ result })).result).toEqual({
      big: '1152921504606846976',
      small: 5,
      map: [['a', 1]],
      set: [1],
      bytes: 'aGk=',
      floats: [1.5],
    })
  })

  test('a failure is told with its place; a user’s function with its stack; nothing moves the cursor', () => {
    const cause = new TypeError('x is not a function')
    cause.stack = 'TypeError: x is not a function\n    at clean.mjs:3:1'
    const position = { inputName: 'clicks.csv', lineNumber: 17, recordNumber: 16, inputOffset: 1234 }
    const error = new LinemillError('ERR_USER_FUNCTION', 'the function threw', {
      cause,
      position,
      excerpt: 'a\t\x1b[31m\n\u009b',
    })
    expect(describeFailure(error, false)).toBe(
      'linemill: the function threw\n  at clicks.csv, line 17, record 16, byte 1234\n  a\t\\x1b[31m\\n\\x9b\n' +
        '    TypeError: x is not a function\n        at clean.mjs:3:1\n',
    )
    const usage = new LinemillError('ERR_USAGE', 'blockBytes must be a whole number from 1 to 2, found 3')
    expect(describeFailure(usage, false)).toBe(
      'linemill: --block must be a whole number from 1 to 2, found 3\n',
    )
    expect(describeFailure(new LinemillError('ERR_READER_CLOSED', 'gone'), false)).toBe('')
    expect(describeFailure(new TypeError('bad'), true)).toContain('    at ')
    expect(failureStatus(new TypeError('bad'))).toBe(1)
  })

  test('statuses are those that are documented', () => {
    expect(new Set(Object.values(EXIT_STATUS))).toEqual(new Set([0, 1, 2, 66, 74, 75, 130]))
  })
})
