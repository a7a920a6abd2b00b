/**
 * All that can go wrong with a run, as whole processes, each looked at for all of this: one clear message, the status
 * of DESIGN's table, the old output byte for byte, no temporary file, no process that is left, an end within bounds.
 */
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { loadAddon } from '../dist/primitives/native.js'
import {
  folder,
  leftovers,
  linemillProcess,
  type ProcessSettings,
  read,
  useProcessFolders,
  write,
} from './process-harness.js'

useProcessFolders()

const HAS_ADDON = loadAddon() !== undefined
const IS_LINUX = process.platform === 'linux'
const IS_ROOT = process.getuid?.() === 0
const WITHOUT_OVERRIDE = 'setpriv --bounding-set=-dac_override,-dac_read_search'
/** A namespace of mounts, as root or as a user who is root in it. */
const NAMESPACE = ['unshare -m', 'unshare -Urm'].find(
  (words) => IS_LINUX && spawnSync(`${words} mount -t tmpfs none /mnt`, { shell: true }).status === 0,
)

const ROWS = Array.from({ length: 20_000 }, (_, index) => `${index},name ${index}\n`)
const INPUT = `id,name\n${ROWS.join('')}`
const SAME = 'export default (line) => line'
/** A line function that does something at one line; the line numbers and bytes of messages are those of `AT`. */
const at = (body: string) =>
  `export default (line) => { if (line === '15000,name 15000') { ${body} } return line }`
const AT = `  at in.csv, line 15002, byte ${INPUT.indexOf('15000,')}\n  15000,name 15000\n`

/** What is expected of a process that fails. */
interface Failure {
  readonly status: number
  /** All of standard error, or what it must match. */
  readonly message: string | RegExp
  readonly source?: string
  /** Words in place of `run job.mjs in.csv -o old.csv`, or behind them. */
  readonly args?: readonly string[]
  readonly options?: readonly string[]
  readonly prepare?: () => void
  readonly process?: ProcessSettings
}

beforeEach(() => {
  write('in.csv', INPUT)
  write('old.csv', 'old')
})

async function check({
  status,
  message,
  source = SAME,
  args,
  options = [],
  prepare,
  process,
}: Failure): Promise<void> {
  write('job.mjs', source)
  prepare?.()
  const words = [...(args ?? ['run', 'job.mjs', 'in.csv', '-o', 'old.csv']), ...options]
  const ended = await linemillProcess(words, process)
  if (typeof message === 'string') expect(ended.stderr).toBe(`linemill: ${message}`)
  else expect(ended.stderr).toMatch(message)
  expect(ended.stderr.match(/^linemill: /gm)?.length).toBe(1)
  expect(ended).toMatchObject({ status, stdout: '', isHanging: false, hasOrphans: false })
  expect([read('old.csv'), leftovers()]).toEqual(['old', []])
}

function failures(title: string, table: Readonly<Record<string, Failure | undefined>>): void {
  describe(title, () => {
    for (const [name, failure] of Object.entries(table)) {
      test.skipIf(failure === undefined)(name, () => check(failure as Failure))
    }
  })
}

failures('inputs', {
  'that is missing': {
    args: ['run', 'job.mjs', 'in.csv', 'nowhere.csv', '-o', 'old.csv'],
    status: 66,
    message: 'no such input: nowhere.csv\n',
  },
  'that is a directory': {
    args: ['run', 'job.mjs', 'inputs', '-o', 'old.csv'],
    prepare: () => mkdirSync(join(folder, 'inputs')),
    status: 74,
    message: 'input inputs is a directory: name the files in it (inputs/*)\n',
  },
  'that may not be read': {
    prepare: () => chmodSync(join(folder, 'in.csv'), 0),
    process: bound(),
    status: 74,
    message: 'cannot open input in.csv: permission denied\n',
  },
  'that are more than may be open': {
    args: ['run', 'job.mjs', ...Array(300).fill('in.csv'), '-o', 'old.csv'],
    process: { shell: 'ulimit -n 200; exec "$@"' },
    status: 75,
    message: 'cannot open input in.csv: too many open files: raise the limit (ulimit -n)\n',
  },
  // How many a runtime needs to start, and what it says of a thread that it cannot start, depends on its version.
  'while no more modules can be opened, or no thread be started': {
    process: { shell: 'ulimit -n 22; exec "$@"' },
    status: 75,
    message: /too many open files|EMFILE/,
  },
  ...changes(),
})

/** Inputs that somebody changes during the run, read in both ways. */
function changes(): Record<string, Failure> {
  const strategies = HAS_ADDON ? ['mapped', 'pread'] : ['pread']
  // Blocks of 4 KiB, so that some are read before the change and some after.
  const during = (what: string) => `import fs from 'node:fs'
    let isDone = false
    export default (line) => {
      if (line.startsWith('1000,') && !isDone) { isDone = true; ${what} }
      return line
    }`
  return Object.fromEntries(
    strategies.flatMap((strategy): [string, Failure][] => {
      const options = ['--strategy', strategy, '--block', '4K']
      const cut = /^linemill: input in\.csv (was truncated|shrank|was shrunk).*\n$/
      const failure = { options, status: 74 }
      return [
        [
          `that is truncated: ${strategy}`,
          { ...failure, source: during("fs.truncateSync('in.csv', 9000)"), message: cut },
        ],
        [
          `that is emptied: ${strategy}`,
          { ...failure, source: during("fs.truncateSync('in.csv', 0)"), message: cut },
        ],
        [
          `that is overwritten: ${strategy}`,
          {
            ...failure,
            source: during("fs.writeSync(fs.openSync('in.csv', 'r+'), 'ID,NAME')"),
            message: `input in.csv was rewritten during the run (${INPUT.length} bytes at the start): run again when nobody writes to it\n`,
          },
        ],
      ]
    }),
  )
}

failures('a module', {
  'that is missing': {
    args: ['run', 'nowhere.mjs', 'in.csv', '-o', 'old.csv'],
    status: 2,
    message: /^linemill: no such module: .*nowhere\.mjs\n$/,
  },
  'that throws': {
    source: "throw new Error('at load')",
    status: 2,
    message: /does not load: Error: at load\n/,
  },
  'that ends its worker': {
    source: 'process.exit(0)',
    status: 1,
    message: /the job called process\.exit\(0\)/,
  },
})

failures('a function', {
  'that throws': {
    source: at("throw new Error('no')"),
    status: 1,
    message: new RegExp(`^linemill: the user's function threw Error: no\n${AT} {4}Error: no\n.*job\\.mjs:1`),
  },
  'that returns a promise': {
    source: at('return Promise.resolve(line)'),
    status: 1,
    message: `a line function returned a promise, but it must be synchronous: do asynchronous work in setup or finish\n${AT}`,
  },
  ...Object.fromEntries(
    [0, 7].map((code) => [
      `that calls process.exit(${code})`,
      {
        source: at(`process.exit(${code})`),
        status: 1,
        message: `the job called process.exit(${code}): a job must not call process.exit(), it throws an error to end the run\n${AT}`,
      },
    ]),
  ),
  'that loops for ever': {
    source: at('for (;;);'),
    options: ['--timeout', '0.3'],
    status: 1,
    message: `the user's function takes longer than 0.3 s, the most that --timeout allows, over one line\n${AT}`,
  },
  'that waits for ever': {
    source: at('Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)'),
    options: ['--timeout', '0.3'],
    status: 1,
    message: `the user's function takes longer than 0.3 s, the most that --timeout allows, over one line\n${AT}`,
  },
  // A thread in a system call cannot be ended; without the addon only SIGKILL ends the process then.
  'that waits in the system for ever': {
    source: `import { openSync } from 'node:fs'\n${at("openSync('fifo')")}`,
    prepare: makeFifo,
    options: ['--timeout', '0.3'],
    status: HAS_ADDON ? 1 : 137,
    message: `the user's function takes longer than 0.3 s, the most that --timeout allows, over one line\n${AT}`,
  },
  'that fills its heap in small steps': {
    source: at('const kept = []; for (;;) kept.push({ line, more: [line] })'),
    process: { env: { NODE_OPTIONS: '--max-old-space-size=30' } },
    status: 1,
    message: `a worker ran out of memory: keep less in the job, or give it more (NODE_OPTIONS=--max-old-space-size=MiB); it was between bytes 0 and ${INPUT.length} of in.csv\n`,
  },
  // The runtime tells of it at length and aborts; nothing but its own words comes before ours.
  'that fills its heap in one step': HAS_ADDON
    ? {
        source: at('const kept = []; for (;;) kept.push(new Array(1e7).fill(1.5))'),
        process: { env: { NODE_OPTIONS: '--max-old-space-size=30' } },
        status: 1,
        message: /JavaScript heap out of memory[\s\S]*\nlinemill: the process was aborted, .*keep less.*\n$/,
      }
    : undefined,
  'that throws later': {
    source: at("setImmediate(() => { throw new Error('later') })"),
    status: 1,
    message: /^linemill: the job threw outside of its functions: Error: later\n/,
  },
  'that rejects a promise which nobody waits for': {
    source: at("Promise.reject(new Error('unseen'))"),
    status: 1,
    message: /^linemill: the job threw outside of its functions: Error: unseen\n/,
  },
})

failures('a worker that dies between claim and publish', {
  'in a line function': {
    source: at('process.reallyExit(9)'),
    options: ['--block', '4K'],
    status: 1,
    message: /^linemill: a worker ended with status 9 .*; it was between bytes \d+ and \d+ of in\.csv\n$/,
  },
  'with a timeout, which tells the line': {
    source: at('process.reallyExit(9)'),
    options: ['--timeout', '60'],
    status: 1,
    message: `a worker ended with status 9 in the middle of the run: a job must not call process.exit()\n${AT}`,
  },
})

failures('an output', {
  'in no directory': {
    args: ['run', 'job.mjs', 'in.csv', '-o', 'nowhere/out.csv'],
    status: 74,
    message: 'cannot write output nowhere/out.csv: its directory does not exist\n',
  },
  'that is a directory': {
    args: ['run', 'job.mjs', 'in.csv', '-o', '.'],
    status: 74,
    message: 'cannot write output .: it is a directory: name a file in it\n',
  },
  'that may not be written': {
    prepare: () => chmodSync(join(folder, 'old.csv'), 0o444),
    process: bound(),
    status: 74,
    message: 'cannot write output old.csv: permission denied\n',
  },
  'in a directory that may not be written': {
    prepare: () => chmodSync(folder, 0o555),
    process: bound(),
    status: 74,
    message: 'cannot write output old.csv: permission denied\n',
  },
  'on a full device': {
    args: ['run', 'job.mjs', 'in.csv', '-o', '/dev/full'],
    status: 74,
    message: 'cannot write output /dev/full: the disk is full\n',
  },
  'that is standard output, on a full device': {
    args: ['run', 'job.mjs', 'in.csv'],
    process: { shell: '"$@" > /dev/full' },
    status: 74,
    message: 'cannot write output standard output: the disk is full\n',
  },
  'that is the result of a count, on a full device': {
    args: ['count', 'in.csv'],
    process: { shell: '"$@" > /dev/full' },
    status: 74,
    message: 'cannot write output standard output: the disk is full\n',
  },
  'larger than a file may be': {
    process: { shell: 'ulimit -f 100; exec "$@"' },
    status: 74,
    message: 'cannot write output old.csv: the file is larger than the system allows (ulimit -f)\n',
  },
  'on a full disk': NAMESPACE === undefined ? undefined : onSmallDisk([]),
  'on a full disk, synced': NAMESPACE === undefined ? undefined : onSmallDisk(['--sync', '--gather', 'end']),
})

/** A tmpfs of 128 KiB over the folder `disk`, which holds the old output; what is left on it is told at the end. */
function onSmallDisk(options: readonly string[]): Failure {
  const steps = [
    'mount -t tmpfs -o size=128k none disk',
    'cp old.csv disk/old.csv',
    '"$@"; status=$?',
    'cp disk/old.csv old.csv; cp disk/.linemill* . 2>/dev/null',
    'exit $status',
  ]
  return {
    args: ['run', 'job.mjs', 'in.csv', '-o', 'disk/old.csv', ...options],
    prepare: () => mkdirSync(join(folder, 'disk')),
    process: { shell: `exec ${NAMESPACE} bash -c '${steps.join('; ')}' bash "$@"` },
    status: 74,
    message: 'cannot write output disk/old.csv: the disk is full\n',
  }
}

describe('two outputs', () => {
  /** A job that makes a directory in the place of the rejects, so that the second output cannot be put there. */
  const source = `import fs from 'node:fs'
    export default {
      output: 'input',
      record(row, out) {
        if (row.id === '5') fs.mkdirSync('bad.csv')
        if (row.id === '7') throw new Error('bad')
        out.record()
      },
    }`
  const words = ['--on-error', 'reject', '--reject', 'bad.csv', '--block', '1M']
  const failure = { source, status: 74, message: /^linemill: cannot write output bad\.csv: .*\n$/ }

  test('of which the second cannot be put in its place: the first is as it was', () =>
    check({ ...failure, options: words }))

  test('the first was not there: it is not there', async () => {
    await check({ ...failure, args: ['run', 'job.mjs', 'in.csv', '-o', 'new.csv', ...words] })
    expect(existsSync(join(folder, 'new.csv'))).toBe(false)
  })

  test('through links', async () => {
    symlinkSync('old.csv', join(folder, 'link.csv'))
    await check({ ...failure, args: ['run', 'job.mjs', 'in.csv', '-o', 'link.csv', ...words] })
  })
})

describe('what is no failure', () => {
  test('an empty input', async () => {
    write('empty.csv', '')
    write('job.mjs', SAME)
    for (const args of [
      ['run', 'job.mjs', 'empty.csv', '-o', 'old.csv'],
      ['count', 'empty.csv'],
    ]) {
      const stdout = args[0] === 'count' ? '0\n' : ''
      expect(await linemillProcess(args)).toMatchObject({ status: 0, stdout, stderr: '', hasOrphans: false })
    }
    expect([read('old.csv'), leftovers()]).toEqual(['', []])
  })

  test.each(['run job.mjs in.csv', 'count in.csv', 'run --help', 'generate tianchi --size 1M'])(
    'a reader that closes the pipe: %s',
    async (words) => {
      write('job.mjs', 'export default (line) => Array(50).fill(line)')
      const shell = 'set -o pipefail; "$@" | true'
      const ended = await linemillProcess(words.split(' '), { shell })
      expect(ended).toEqual({ status: 0, stdout: '', stderr: '', isHanging: false, hasOrphans: false })
    },
  )

  test('more inputs than were once mapped at a time', async () => {
    write('job.mjs', SAME)
    write('one.csv', 'a\n')
    const args = [
      'run',
      'job.mjs',
      ...Array(1500).fill('one.csv'),
      '-o',
      'old.csv',
      '--strategy',
      HAS_ADDON ? 'mapped' : 'pread',
    ]
    expect(await linemillProcess(args)).toMatchObject({ status: 0, stderr: '' })
    expect(read('old.csv')).toBe('a\n'.repeat(1500))
  })

  test('a pipe whose reader takes its time, with a timeout', async () => {
    write('job.mjs', 'export default (line, out) => { for (let i = 0; i < 20; i++) out.line(line) }')
    const shell = 'set -o pipefail; "$@" | (sleep 1.5; wc -l)'
    const args = ['run', 'job.mjs', 'in.csv', '--timeout', '0.5', '--memory', '64K']
    expect(await linemillProcess(args, { shell })).toMatchObject({
      status: 0,
      stdout: `${20 * 20_001}\n`,
      stderr: '',
    })
  })
})

/** Root, but bound by the permissions of files; anybody else is. */
function bound(): ProcessSettings {
  return IS_ROOT ? { shell: `exec ${WITHOUT_OVERRIDE} "$@"` } : {}
}

function makeFifo(): void {
  spawnSync('mkfifo', [join(folder, 'fifo')])
}
