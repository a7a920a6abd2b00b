/** The command line of `split`: what it says, what it refuses, and that nothing half-done stays. */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeEach, describe, expect, test } from 'vitest'
import { folder, linemill, MAIN, useFolders } from './cli-harness.js'

useFolders()

const RECORDS = Array.from({ length: 1000 }, (_, index) => `${index},"line\r\n${index}"`)

beforeEach(() => writeFileSync(join(folder, 'in.csv'), `id,text\r\n${RECORDS.join('\r\n')}\r\n`))

function read(name: string): string {
  return readFileSync(join(folder, name), 'utf8')
}

/** What is in the folder beside the input. */
function made(): string[] {
  return readdirSync(folder)
    .filter((name) => name !== 'in.csv')
    .sort()
}

describe('the files', () => {
  test('have so many records each, and the header', async () => {
    const { exitCode, stdout, stderr } = await linemill('split', 'in.csv', '--records', '300', '-o', 'parts')
    expect([exitCode, stdout, stderr]).toEqual([0, '', ''])
    const names = readdirSync(join(folder, 'parts')).sort()
    expect(names).toEqual(['part-0000.csv', 'part-0001.csv', 'part-0002.csv', 'part-0003.csv'])
    for (const [index, name] of names.entries()) {
      const records = RECORDS.slice(300 * index, 300 * (index + 1))
      expect(read(`parts/${name}`)).toBe(['id,text', ...records, ''].join('\n'))
    }
  })

  test('have so many bytes each, of several inputs; the first alone has the header; a name of their own', async () => {
    const args = [
      'in.csv',
      'in.csv',
      '--bytes',
      '8K',
      '--no-repeat-header',
      '--name',
      'x{index}.txt',
      '-w',
      '2',
    ]
    const { exitCode } = await linemill('split', ...args, '--block', '1000', '-o', 'parts', '--sync')
    expect(exitCode).toBe(0)
    const names = readdirSync(join(folder, 'parts')).sort()
    expect(names[0]).toBe('x0000.txt')
    const contents = names.map((name) => read(`parts/${name}`))
    expect(contents.join('')).toBe(['id,text', ...RECORDS, ...RECORDS, ''].join('\n'))
    for (const content of contents.slice(0, -1)) {
      expect(content.length).toBeGreaterThan(7000) // a carriage return of each record is left out
      expect(content.length).toBeLessThan(8192 + 20)
    }
  })

  test('are told of by --report, and by --explain before', async () => {
    const args = ['split', 'in.csv', '--records', '300', '-o', 'parts/']
    const explained = await linemill(...args, '--explain')
    expect([explained.exitCode, made()]).toEqual([0, []])
    expect(explained.stdout).toMatch(/^job {11}copies records to files as they stand, nothing is decoded$/m)
    expect(explained.stdout).toMatch(
      /^parts {9}parts\/part-\{index\}\.csv, 300 records each, each with the header$/m,
    )
    const bytes = await linemill('split', 'in.csv', '--bytes', '10K', '-o', 'parts', '--explain')
    expect(bytes.stdout).toMatch(/^parts .*, about 10\.2 kB each, at most \d files, each with the header$/m)
    const { stderr } = await linemill(...args, '--report', '--limit', '301')
    expect(stderr).toMatch(/^records {7}301$/m)
    expect(stderr).toMatch(/^parts {9}2 files, parts\/part-0000\.csv to parts\/part-0001\.csv$/m)
    const json = await linemill('split', 'in.csv', '--records', '5000', '-o', 'one', '--report=json')
    expect(JSON.parse(json.stderr)).toMatchObject({ parts: 1, records: 1000, firstPart: 'one/part-0000.csv' })
    const progress = await linemill('split', 'in.csv', '--records', '5000', '-o', 'two', '--progress')
    expect(progress.stderr).toMatch(/^linemill: \d+% {2}/)
  })

  test('may be put into a directory by a symlink, beside what is there', async () => {
    mkdirSync(join(folder, 'real'))
    writeFileSync(join(folder, 'real/notes'), 'kept')
    symlinkSync('real', join(folder, 'link'))
    expect((await linemill('split', 'in.csv', '--records', '999', '-o', 'link')).exitCode).toBe(0)
    expect(readdirSync(join(folder, 'real')).sort()).toEqual(['notes', 'part-0000.csv', 'part-0001.csv'])
    expect((await linemill('split', 'in.csv', '--records', '999', '-o', '.')).exitCode).toBe(0)
    expect(made()).toEqual(['link', 'part-0000.csv', 'part-0001.csv', 'real'])
  })
})

describe('refused before the work', () => {
  test.each([
    ['-o parts', 2, 'one of --records and --bytes must be given, found neither'],
    ['-o parts --records 1 --bytes 1', 2, 'one of --records and --bytes must be given, found both'],
    ['-o parts --records 0', 2, '--records must be a whole number from 1 to'],
    ['--records 1', 2, '--output must be the name of a directory, found none'],
    ['--records 1 -o -', 2, '--output must be the name of a directory, found "-"'],
    ['--records 1 -o parts --name part', 2, '--name must be the name of a file with one {index}'],
    ['--records 1 -o parts --name a/{index}', 2, '--name must be the name of a file with one {index}'],
    ['--records 1 -o parts --name {index}{name}', 2, '--name must be the name of a file with one {index}'],
    ['--records 1 -o in.csv', 74, 'cannot write output in.csv: it is no directory'],
    ['--records 1 -o none/parts', 74, 'cannot write output none/parts: its directory does not exist'],
    ['--records 1 -o dangling', 74, 'it is a symlink to nothing'],
    ['--records 1 -o full', 74, 'it has part-7.csv already, and parts of two runs would look like one'],
    ['--records 1 -o parts --report=in.csv', 2, "the report's file in.csv is a file of the run"],
    ['other.csv --records 1 -o parts', 2, 'but that of other.csv differs from that of in.csv'],
    ['missing.csv --records 1 -o parts', 66, 'no such input: missing.csv'],
  ])('%s', async (args, status, message) => {
    mkdirSync(join(folder, 'full'))
    writeFileSync(join(folder, 'full/part-7.csv'), 'old')
    writeFileSync(join(folder, 'other.csv'), 'x\n1\n')
    symlinkSync('nothing', join(folder, 'dangling'))
    const before = made()
    const { exitCode, stderr, stdout } = await linemill('split', 'in.csv', ...args.split(' '))
    expect([exitCode, stdout]).toEqual([status, ''])
    expect(stderr).toMatch(/^linemill: /)
    expect(stderr).toContain(message)
    expect([made(), readdirSync(join(folder, 'full'))]).toEqual([before, ['part-7.csv']])
  })
})

describe('all or none', () => {
  test.each(['new', 'there'])('a record at fault, the directory is %s', async (directory) => {
    mkdirSync(join(folder, 'there'))
    writeFileSync(join(folder, 'open.csv'), `${read('in.csv')}9,"open\n`)
    const args = ['open.csv', '--records', '10', '-o', directory, '--block', '100', '-w', '2']
    const { exitCode, stderr } = await linemill('split', ...args)
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining('is never closed')])
    expect([made(), readdirSync(join(folder, 'there'))]).toEqual([['open.csv', 'there'], []])
  })

  const FAIL = fileURLToPath(new URL('./jobs/fail-rename.mjs', import.meta.url))

  test.each([
    ['new', '1'],
    ['new', '4'],
    ['there', '2'],
  ])('a rename that fails, the directory is %s, rename %s', (directory, fail) => {
    mkdirSync(join(folder, 'there'))
    writeFileSync(join(folder, 'there/notes'), 'kept')
    const args = ['--import', FAIL, MAIN, 'split', 'in.csv', '--records', '400', '-o', directory]
    const env = { ...process.env, FAIL_RENAME: fail }
    const { status, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8', env })
    expect([status, stderr]).toEqual([74, expect.stringContaining(`cannot write output ${directory}: EIO`)])
    expect([made(), readdirSync(join(folder, 'there'))]).toEqual([['there'], ['notes']])
  })

  test.each([
    ['SIGINT', 1, 'new'],
    ['SIGTERM', 1, 'there'],
    ['SIGTERM', 2, 'new'],
    ['SIGINT', 2, 'there'],
  ] as const)('%s, %i times, the directory is %s', async (signal, times, directory) => {
    mkdirSync(join(folder, 'there'))
    // Enough files that it cannot be done before the signal comes.
    writeFileSync(join(folder, 'long.txt'), 'x\n'.repeat(400_000))
    const args = [MAIN, 'split', 'long.txt', '--records', '1', '-o', directory]
    const child = spawn(process.execPath, args, { cwd: folder, stdio: 'ignore' })
    const ended = new Promise((resolve) => child.once('exit', (...how) => resolve(how)))
    const holder = join(folder, directory === 'new' ? '.' : 'there')
    const isBegun = () =>
      readdirSync(holder).some((name) => name.endsWith('.tmp') && hasFiles(join(holder, name)))
    while (!isBegun()) await new Promise((resolve) => setTimeout(resolve, 10))
    for (let time = 0; time < times; time++) child.kill(signal)
    const status = { SIGINT: 130, SIGTERM: 143 }[signal]
    expect([
      [status, null],
      [null, signal],
    ]).toContainEqual(await ended)
    expect([made(), readdirSync(join(folder, 'there'))]).toEqual([['long.txt', 'there'], []])
  })

  function hasFiles(directory: string): boolean {
    return existsSync(directory) && readdirSync(directory).length > 0
  }
})
