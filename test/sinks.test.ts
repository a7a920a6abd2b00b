/** Where outputs go: files by any name and link, what is refused, and that nothing half-written stays. */
import { spawn, spawnSync } from 'node:child_process'
import {
  closeSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const MAIN = fileURLToPath(new URL('../dist/cli/main.cjs', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'linemill-sinks-'))
afterAll(() => rmSync(folder, { recursive: true }))

beforeAll(() => {
  writeFileSync(join(folder, 'in.csv'), 'a\n1\nx\n3\n')
  writeFileSync(join(folder, 'same.mjs'), 'export default (line) => line')
  const record = `{ columns: { a: 'int32' }, output: 'input', record: (row, out) => { if (row.a) out.record() } }`
  writeFileSync(join(folder, 'numbers.mjs'), `export default ${record}`)
  const mark = `import { writeFileSync } from 'node:fs'`
  writeFileSync(
    join(folder, 'endless.mjs'),
    `${mark}; export default () => { writeFileSync('looping', ''); for (;;); }`,
  )
})

function linemill(...words: readonly string[]) {
  const { stdout, stderr, status } = spawnSync(process.execPath, [MAIN, ...words], {
    cwd: folder,
    encoding: 'utf8',
    timeout: 30_000,
  })
  return { stdout, stderr, status }
}

function read(name: string): string {
  return readFileSync(join(folder, name), 'utf8')
}

describe('a file of rejects that is the output is refused, and the output stays', () => {
  test.each([
    ['by a symlink', 'kept.csv', 'link.csv'],
    ['by a symlink to its folder', 'real/new.csv', 'linked/new.csv'],
    ['by another spelling', 'kept.csv', './real/../kept.csv'],
    ['by a hard link', 'hard.csv', 'kept.csv'],
  ])('%s', (_how, output, reject) => {
    mkdirSync(join(folder, 'real'), { recursive: true })
    if (!existsSync(join(folder, 'linked'))) symlinkSync('real', join(folder, 'linked'))
    if (!existsSync(join(folder, 'link.csv'))) symlinkSync('kept.csv', join(folder, 'link.csv'))
    writeFileSync(join(folder, 'kept.csv'), 'kept')
    if (!existsSync(join(folder, 'hard.csv'))) linkSync(join(folder, 'kept.csv'), join(folder, 'hard.csv'))
    const { stderr, status } = linemill(
      ...['run', 'numbers.mjs', 'in.csv', '-o', output, '--on-error', 'reject', '--reject', reject],
    )
    expect(stderr).toContain('must be different files')
    expect([status, read('kept.csv')]).toEqual([2, 'kept'])
  })

  test('two files receive what is theirs', () => {
    const { status } = linemill(
      ...['run', 'numbers.mjs', 'in.csv', '-o', 'good.csv', '--on-error', 'reject', '--reject', 'bad.csv'],
    )
    expect([status, read('good.csv'), read('bad.csv')]).toEqual([0, 'a\n1\n3\n', 'a\nx\n'])
  })
})

describe('standard output that is a file', () => {
  /** Run with standard output appended to a file. */
  function appendTo(name: string, ...words: readonly string[]) {
    const fd = openSync(join(folder, name), 'a')
    try {
      const stdio: ['ignore', number, 'pipe'] = ['ignore', fd, 'pipe']
      const options = { cwd: folder, stdio, encoding: 'utf8' } as const
      return spawnSync(process.execPath, [MAIN, ...words], options)
    } finally {
      closeSync(fd)
    }
  }

  test('is refused if it is the input', () => {
    const { stderr, status } = appendTo('in.csv', 'run', 'same.mjs', 'in.csv')
    expect(stderr).toContain('output standard output is the input in.csv')
    expect([status, read('in.csv')]).toEqual([2, 'a\n1\nx\n3\n'])
  })

  test('is refused if it takes the rejects', () => {
    writeFileSync(join(folder, 'both.csv'), 'kept')
    const reject = ['--on-error', 'reject', '--reject', 'both.csv']
    const { stderr, status } = appendTo('both.csv', 'run', 'numbers.mjs', 'in.csv', ...reject)
    expect(stderr).toContain('must be different files')
    expect([status, read('both.csv')]).toEqual([2, 'kept'])
  })
})

describe('with --sync', () => {
  const TELL = fileURLToPath(new URL('./jobs/tell-syncs.mjs', import.meta.url))
  const OUTPUTS = ['-o', 'synced.csv', '--on-error', 'reject', '--reject', 'rejects.csv']

  function told(environment: Readonly<Record<string, string>>, ...more: string[]) {
    const args = ['--import', TELL, MAIN, 'run', 'numbers.mjs', 'in.csv', ...OUTPUTS, ...more]
    const options = { cwd: folder, encoding: 'utf8', env: { ...process.env, ...environment } } as const
    const { status, stderr } = spawnSync(process.execPath, args, options)
    return { status, told: stderr.trim().split('\n') }
  }

  test('every file is synced before the first is renamed, and its directory behind', () => {
    const renames = ['rename to synced.csv', 'rename to rejects.csv']
    const warning = expect.stringMatching(
      /^linemill: warning: 1 of 3 records rejected to rejects\.csv; the first: /,
    )
    expect(told({}, '--sync')).toEqual({
      status: 0,
      told: ['sync file', 'sync file', renames[0], 'sync directory', renames[1], 'sync directory', warning],
    })
    expect(told({})).toEqual({ status: 0, told: [...renames, warning] })
  })

  test.each([
    ['2', 'cannot write output rejects.csv: EIO: i/o error'],
    ['3', 'cannot write output synced.csv: its directory cannot be synced: EIO: i/o error'],
    ['4', 'cannot write output rejects.csv: its directory cannot be synced: EIO: i/o error'],
  ])('what cannot be synced leaves all old files: call %s', (call, message) => {
    writeFileSync(join(folder, 'synced.csv'), 'old')
    rmSync(join(folder, 'rejects.csv'), { force: true })
    const { status, told: lines } = told({ FAIL_SYNC: call }, '--sync')
    expect([status, lines.at(-1)]).toEqual([74, expect.stringContaining(message)])
    expect(read('synced.csv')).toBe('old')
    expect(existsSync(join(folder, 'rejects.csv'))).toBe(false)
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([])
  })
})

test.each(['in.csv', 'out.csv', './out.csv'])('a report is not written over %s', (file) => {
  const { stderr, status } = linemill('run', 'same.mjs', 'in.csv', '-o', 'out.csv', `--report=${file}`)
  expect(stderr).toContain('is a file of the run')
  expect([status, read('in.csv')]).toEqual([2, 'a\n1\nx\n3\n'])
})

test('a pipe behind /dev/stdout is written directly', () => {
  expect(linemill('run', 'same.mjs', 'in.csv', '-o', '/dev/stdout')).toEqual({
    stdout: 'a\n1\nx\n3\n',
    stderr: '',
    status: 0,
  })
})

test('a pipe is written while the run goes on, also with --gather end', () => {
  writeFileSync(join(folder, 'long.txt'), `${'x'.repeat(99)}\n`.repeat(100_000))
  // The last line waits until the first has been read, or for too long.
  const source = `
    import { existsSync, writeFileSync } from 'node:fs'
    const pause = new Int32Array(new SharedArrayBuffer(4))
    export default (line, out, { lineNumber }) => {
      if (lineNumber < 100_000) return line
      for (let tries = 0; !existsSync('seen'); tries++) {
        if (tries > 1000) return writeFileSync('late', '')
        Atomics.wait(pause, 0, 0, 10)
      }
    }`
  writeFileSync(join(folder, 'wait.mjs'), source)
  const command = '"$@" run wait.mjs long.txt --gather end --block 1M | { head -n 1; touch seen; }'
  const args = ['-c', command, 'sh', process.execPath, MAIN]
  const { stdout, stderr } = spawnSync('sh', args, { cwd: folder, encoding: 'utf8' })
  expect([stdout.length, stderr, existsSync(join(folder, 'late'))]).toEqual([100, '', false])
})

test('a name as long as the system takes, in characters of three bytes', () => {
  const name = `${'数'.repeat(80)}.csv`
  expect(linemill('run', 'same.mjs', 'in.csv', '-o', name).status).toBe(0)
  expect(read(name)).toBe('a\n1\nx\n3\n')
})

test.each(['nowhere/', ''])('the output "%s" is refused before the work', (name) => {
  const { stderr, status } = linemill('run', 'same.mjs', 'in.csv', '-o', name)
  expect([stderr.includes('expected the name of a file'), status]).toEqual([true, 74])
})

describe('a signal leaves the old output and no temporary file', () => {
  const moments = {
    prepared: () => readdirSync(folder).some((name) => name.endsWith('.tmp')),
    looping: () => existsSync(join(folder, 'looping')),
  }
  test.each([
    ['SIGINT', 1, 'prepared'],
    ['SIGTERM', 1, 'prepared'],
    ['SIGHUP', 1, 'prepared'],
    ['SIGINT', 1, 'looping'],
    ['SIGTERM', 1, 'looping'],
    ['SIGHUP', 1, 'looping'],
    ['SIGINT', 2, 'prepared'],
    ['SIGTERM', 2, 'looping'],
  ] as const)('%s, %i times, once %s', async (signal, times, moment) => {
    writeFileSync(join(folder, 'old.csv'), 'old')
    rmSync(join(folder, 'looping'), { force: true })
    const child = spawn(process.execPath, [MAIN, 'run', 'endless.mjs', 'in.csv', '-o', 'old.csv'], {
      cwd: folder,
      stdio: 'ignore',
    })
    const ended = new Promise((resolve) => child.once('exit', (...how) => resolve(how)))
    while (!moments[moment]()) await pause(20)
    for (let time = 0; time < times; time++) {
      child.kill(signal)
      await pause(100)
    }
    const status = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 }[signal]
    expect([
      [status, null],
      [null, signal],
    ]).toContainEqual(await ended)
    expect(read('old.csv')).toBe('old')
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([])
  })
})

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
