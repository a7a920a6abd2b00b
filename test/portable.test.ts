/** The command line where the addon is missing: the same bytes, one warning; see also `npm run test:portable`. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { afterAll, describe, expect, test } from 'vitest'
import { MAIN } from './cli-harness.js'
import { layWithoutAddon } from './without-addon.js'

const JOBS = fileURLToPath(new URL('./jobs/matrix.mjs', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'linemill-portable-'))
const PORTABLE_MAIN = join(folder, 'dist/cli/main.cjs')
layWithoutAddon(folder)
afterAll(() => rmSync(folder, { recursive: true }))

function write(name: string, text: string): string {
  writeFileSync(join(folder, name), text)
  return name
}

const QUOTED = write(
  'quoted.csv',
  `id,text\r\n${Array.from({ length: 700 }, (_, i) => `${i},"a ""${'\n'.repeat(i % 4)}\u20ac"\r\n`).join('')}`,
)
const WORDS = write('words.txt', `\ufeff${'one\ntwo\r\n\n\xe9three\n'.repeat(900)}not ended`)
const OBJECTS = write('objects.ndjson', '{"a":1}\n\n{"a":"\\n"}\n'.repeat(300))
const OPEN = write('open.csv', `a,b\n${'1,2\n'.repeat(500)}3,"never closed\n`)

/** Linemill with or without its addon; LINEMILL_PRIMITIVES is unset, so that the choice is its own. */
async function linemill(main: string, args: readonly string[]) {
  const { stdout, stderr, exitCode } = await execa(process.execPath, [main, ...args], {
    cwd: folder,
    reject: false,
    encoding: 'buffer',
    env: { LINEMILL_PRIMITIVES: '', LINEMILL_PREBUILD: '' },
  })
  return { stdout: Buffer.from(stdout).toString('latin1'), stderr: Buffer.from(stderr).toString(), exitCode }
}

const COMMANDS: readonly (readonly string[])[] = [
  ['count', QUOTED],
  ['count', '--lines', QUOTED],
  ['count', WORDS, QUOTED, '--format', 'lines', '--block', '7'],
  ['count', OPEN],
  ['run', JOBS, WORDS, '--export', 'sameLine', '--block', '4K'],
  ['run', JOBS, WORDS, '--export', 'changedLine', '-w', '1'],
  ['run', JOBS, QUOTED, '--export', 'shownRecord', '--block', '61', '--gather', 'end'],
  ['run', JOBS, QUOTED, '--export', 'copiedRecord', '--block', '1K', '-w', '3'],
  ['run', JOBS, QUOTED, '--export', 'shownBatch', '--block', '500'],
  ['run', JOBS, QUOTED, '--export', 'reducedRecord', '--block', '500'],
  ['run', JOBS, OBJECTS, '--export', 'copiedText', '--block', '100'],
  ['run', JOBS, QUOTED, '--export', 'shownRecord', '--arg', 'from=500', '--block', '100'],
  ['run', JOBS, OPEN, '--export', 'shownRecord', '--block', '100'],
]

describe('without the addon', () => {
  test.each(COMMANDS.map((args) => [args.join(' ').replace(JOBS, 'matrix.mjs'), args] as const))(
    '%s',
    async (_name, args) => {
      const expected = await linemill(MAIN, args)
      const { stdout, stderr, exitCode } = await linemill(PORTABLE_MAIN, args)
      expect({ stdout, exitCode }).toEqual({ stdout: expected.stdout, exitCode: expected.exitCode })
      const [warning, ...others] = stderr.split('\n')
      expect(warning).toMatch(
        /^linemill: warning: the native addon does not load, .*No native build was found/,
      )
      expect(others.join('\n')).toBe(expected.stderr)
    },
  )

  test('the warning names the command that builds it here', async () => {
    const { stderr } = await linemill(PORTABLE_MAIN, ['count', WORDS])
    expect(stderr).toContain(
      `build it with \`npm run build:native --prefix ${JSON.stringify(`${folder}/`)}\``,
    )
  })

  test('an addon that is none of this system is as good as missing, and the reason is told', async () => {
    const built = join(folder, 'build/Release')
    mkdirSync(built, { recursive: true })
    writeFileSync(join(built, 'linemill.node'), 'no shared object')
    const { stdout, stderr } = await linemill(PORTABLE_MAIN, ['count', WORDS])
    rmSync(join(folder, 'build'), { recursive: true })
    expect([stdout, stderr.split('\n').length]).toEqual(['3601', 1])
    expect(stderr).toMatch(/Reason: Error: .*linemill\.node/)
  })

  test('it says what it uses and why', async () => {
    const { stderr } = await linemill(PORTABLE_MAIN, ['count', WORDS, '--report'])
    expect(stderr).toContain('lines, pread (the native addon is missing)')
    expect(stderr).toMatch(/instructions +portable/)
  })

  test('generate writes the same file, without a warning', async () => {
    for (const kind of ['tianchi', 'measurements', 'ndjson', 'quoted']) {
      const args = ['generate', kind, '--rows', '500', '-o', 'made']
      await linemill(MAIN, args)
      const expected = readFileSync(join(folder, 'made'))
      expect(await linemill(PORTABLE_MAIN, args)).toEqual({ stdout: '', stderr: '', exitCode: 0 })
      expect(readFileSync(join(folder, 'made')).equals(expected)).toBe(true)
    }
  })

  test.each([
    [['count', WORDS, '--strategy', 'mapped'], '--strategy mapped needs the native addon'],
    [['count', WORDS, '--primitives', 'native'], 'native primitives were asked for'],
  ])('%j is an error that says how to build it', async (args, problem) => {
    const { stderr, exitCode } = await linemill(PORTABLE_MAIN, args)
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining(problem)])
    expect(stderr).toContain('npm run build:native --prefix')
  })
})
