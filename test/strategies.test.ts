/** How an input's bytes are obtained: which strategy is taken for what, and the same bytes whichever it is. */
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import fs, { existsSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { createServer } from 'node:net'
import { explainCount, explainRun } from 'linemill'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { countOnPool } from '../dist/count.js'
import { loadAddon } from '../dist/primitives/native.js'
import { MAIN } from './cli-harness.js'
import { enginePool, failureOf, input, job, outputOf, pathOf, run, useEngine } from './engine-harness.js'
import { hasProgram } from './system-programs.js'

useEngine()

const HAS_ADDON = loadAddon() !== undefined
const TEXT = `id,text\n${Array.from({ length: 500 }, (_, index) => `${index},"a\n${index}"\n`).join('')}`
const COPY = job("export default { output: 'input', record(row, out) { out.record() } }")

afterEach(() => vi.restoreAllMocks())

describe('what is no regular file is refused, with what it is and what to do', () => {
  const refused = 'and only regular files can be read so far'

  async function refusal(name: string): Promise<string> {
    const errors = [await failureOf(run(COPY, name)), await failureOf(countOnPool(enginePool(), name))]
    for (const { code } of errors) expect(code).toBe('ERR_INPUT')
    expect(errors[1].message).toBe(errors[0].message)
    return errors[0].message
  }

  test('a FIFO, without waiting for its writer', async () => {
    const fifo = pathOf('fifo.csv')
    execFileSync('mkfifo', [fifo])
    expect(await refusal(fifo)).toBe(
      `input ${fifo} is a pipe (FIFO), ${refused}: save its bytes to a file first`,
    )
  })

  test('a device, a socket, standard input', async () => {
    expect(await refusal('/dev/null')).toContain(
      `/dev/null is a character device, ${refused}: save its bytes`,
    )
    expect(await refusal('-')).toBe(`standard input is a stream, ${refused}: save it to a file first`)
    const socket = pathOf('socket.csv')
    const server = createServer().listen(socket)
    try {
      expect(await refusal(socket)).toContain(`is a socket, ${refused}`)
    } finally {
      server.close()
    }
  })

  // Without a size, with a size of a page whatever they hold, and on file systems that are not known by name.
  for (const [name, whose] of [
    ['/proc/self/status', 'of proc'],
    ['/sys/kernel/mm/transparent_hugepage/enabled', 'of sysfs'],
    ['/sys/kernel/profiling', 'of sysfs'],
    ['/sys/fs/cgroup/cgroup.procs', 'without a size'],
    ['/sys/fs/cgroup/unified/cgroup.procs', 'without a size'],
  ]) {
    test.runIf(existsSync(name) && readFileSync(name).length > 0)(name, async () => {
      const found = `a virtual file ${whose}, which is made while it is read`
      expect(await refusal(name)).toBe(
        `input ${name} is ${found}, ${refused}: copy it first (cat ${name} > copy)`,
      )
    })
  }
})

describe('auto', () => {
  test.runIf(HAS_ADDON)('maps a local file', async () => {
    const { inputs } = await run(COPY, input(TEXT))
    expect(inputs[0]).toMatchObject({ strategy: 'mapped', strategyReason: 'a regular file' })
  })

  test.runIf(HAS_ADDON).each([
    [0x6969, 'NFS'],
    [0xff534d42, 'CIFS'],
    [0xfe534d42, 'SMB2'],
    [0x01021997, '9P'],
    [0x65735546, 'FUSE'],
  ])('reads where the file system is of type %i, which is %s', async (type, name) => {
    const real = fs.statfsSync
    fs.statfsSync = (() => ({ type })) as unknown as typeof fs.statfsSync
    syncBuiltinESMExports()
    try {
      const path = input(TEXT)
      const { inputs, output } = await run(COPY, path)
      expect(inputs[0]).toMatchObject({ strategy: 'pread', strategyReason: `on ${name}` })
      expect(String(output)).toBe(TEXT)
      expect((await run(COPY, path, { strategy: 'mapped' })).inputs[0].strategy).toBe('mapped')
    } finally {
      fs.statfsSync = real
      syncBuiltinESMExports()
    }
  })

  test.runIf(HAS_ADDON).each(['ENODEV', 'ENOMEM', 'EACCES', 'EINVAL', 'EPERM'])(
    'reads where mapping fails with %s, and says so; mapped, asked for, fails',
    async (code) => {
      vi.spyOn(loadAddon()!, 'mapFile').mockImplementation(() => {
        throw Object.assign(new Error(`${code}: told to, mmap`), { code, syscall: 'mmap' })
      })
      const path = input(TEXT)
      const expected = { strategy: 'pread', strategyReason: `mapping failed: ${code}: told to, mmap` }
      const { inputs, output } = await run(COPY, path)
      expect([inputs[0], String(output)]).toEqual([expect.objectContaining(expected), TEXT])
      expect((await explainRun(COPY, path)).inputs[0]).toMatchObject(expected)
      expect((await countOnPool(enginePool(), path)).inputs[0]).toMatchObject(expected)
      expect((await explainCount(path)).inputs[0]).toMatchObject(expected)
      expect(await failureOf(run(COPY, path, { strategy: 'mapped' }))).toMatchObject({
        code: 'ERR_INPUT',
        message: `cannot map input ${path}: ${code}: told to, mmap: \`strategy\` auto or pread reads it`,
      })
    },
  )

  test('reads an empty file', async () => {
    const { inputs, output } = await run(COPY, input(''))
    expect(inputs[0]).toMatchObject({ strategy: 'pread', strategyReason: 'empty' })
    expect(String(output)).toBe('')
  })
})

describe.runIf(HAS_ADDON && process.platform === 'linux')(
  'where the address space is too small to map',
  () => {
    const path = pathOf('large.txt')
    const FILE_BYTES = 4 * 2 ** 30

    /** Run the command line with so much address space as it takes for a small file, and a part of the large one. */
    function limited(...args: string[]) {
      const script = `
      const { readFileSync } = require('node:fs')
      process.on('exit', () => console.error(/VmPeak:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]))
      process.argv.splice(1, 0, ${JSON.stringify(MAIN)})
      import(${JSON.stringify(MAIN)})`
      const small = spawnSync(process.execPath, ['-e', script, 'count', input('a\n')], { encoding: 'utf8' })
      const limitKib = Number(small.stderr) + FILE_BYTES / 2 / 1024
      const line = `ulimit -v ${limitKib}; exec "$0" "$@"`
      return spawnSync('bash', ['-c', line, process.execPath, MAIN, ...args], { encoding: 'utf8' })
    }

    test('count reads, and says why', () => {
      writeFileSync(path, 'one\ntwo\n')
      truncateSync(path, FILE_BYTES)
      const { stdout, stderr, status } = limited('count', path, '--report')
      expect({ stdout, status }).toEqual({ stdout: '3\n', status: 0 })
      expect(stderr).toContain('lines, pread (mapping failed: ENOMEM: Cannot allocate memory, mmap)')
      expect(stderr).not.toContain('warning')
    })

    test('--strategy mapped says what was found and what to do', () => {
      const { stderr, status } = limited('count', path, '--strategy', 'mapped')
      expect({ stderr, status }).toEqual({
        stderr: `linemill: cannot map input ${path}: ENOMEM: Cannot allocate memory, mmap: --strategy auto or pread reads it\n`,
        status: 74,
      })
    })
  },
)

const source = pathOf('fuse-source')
const mount = pathOf('fuse')

function canMount(): boolean {
  if (!hasProgram('bindfs', 'a FUSE file system')) return false
  mkdirSync(source)
  mkdirSync(mount)
  const { status, stderr } = spawnSync('bindfs', [source, mount], { encoding: 'utf8' })
  if (status === 0) execFileSync('umount', ['-l', mount])
  else console.warn(`FUSE cannot be mounted here, its tests are skipped: ${stderr}`)
  return status === 0
}

const WHY = HAS_ADDON ? 'on FUSE' : 'the native addon is missing'

describe.runIf(canMount())('on a real FUSE file system', () => {
  /** Mount, do the work, unmount. */
  async function mounted(work: (server: ReturnType<typeof spawn>) => Promise<void>): Promise<void> {
    const server = spawn('bindfs', ['-f', source, mount], { stdio: ['ignore', 'inherit', 'inherit'] })
    const ended = new Promise((resolve) => server.once('exit', resolve))
    try {
      while (!existsSync(`${mount}/in.csv`)) {
        if (server.exitCode !== null) throw new Error(`bindfs ended with status ${server.exitCode}`)
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
      await work(server)
    } finally {
      spawnSync('umount', ['-l', mount])
      server.kill()
      await ended
    }
  }

  test('auto reads, and both strategies give the bytes', async () => {
    writeFileSync(`${source}/in.csv`, TEXT)
    await mounted(async () => {
      const path = `${mount}/in.csv`
      const { inputs, output } = await run(COPY, path)
      expect(inputs[0]).toMatchObject({ strategy: 'pread', strategyReason: WHY })
      expect(String(output)).toBe(TEXT)
      if (HAS_ADDON) expect(await outputOf(COPY, path, { strategy: 'mapped' })).toBe(TEXT)
    })
  })

  test.each([
    ['auto', /^cannot read input .*in\.csv at byte \d+: .*ENOTCONN/],
    ['mapped', /could not be read, while it was mapped/],
  ] as const)(
    'a server that dies in the middle fails the run, old output kept: %s',
    async (strategy, said) => {
      if (strategy === 'mapped' && !HAS_ADDON) return
      const output = input('old', 'fuse-output')
      // What the kernel has read ahead may still be read: far less than all of this.
      writeFileSync(`${source}/in.csv`, 'some line\n'.repeat(4_000_000))
      const kill = job(`export default (line, out, { lineNumber, args }) => {
      if (lineNumber === 1000) process.kill(Number(args.server), 'SIGKILL')
      return line
    }`)
      await mounted(async ({ pid }) => {
        const options = { strategy, args: { server: String(pid) }, output, blockBytes: 65536 }
        const { code, message } = await failureOf(run(kill, `${mount}/in.csv`, options))
        expect([code, message]).toEqual(['ERR_INPUT', expect.stringMatching(said)])
      })
      expect(readFileSync(output, 'utf8')).toBe('old')
    },
  )
})
