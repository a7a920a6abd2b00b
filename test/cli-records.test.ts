/** The command lines of `select`, `slice`, `head`, `tail`, `sample` and `count --where`. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { folder, linemill, shell, useFolders } from './cli-harness.js'

useFolders()

beforeEach(() => {
  writeFileSync(join(folder, 'in.csv'), 'id,kind,a b\n1,4,x\n2,1,"y,""z"""\n3,4,\n4,5,"two\nlines"\n')
  writeFileSync(join(folder, 'ragged.csv'), 'id,kind\n1,4\n2\n3,4\n')
})

function read(name: string): string {
  return readFileSync(join(folder, name), 'utf8')
}

describe('what is written', () => {
  test.each([
    [['select', 'kind,id', 'in.csv'], 'kind,id\n4,1\n1,2\n4,3\n5,4\n'],
    [['select', '3-', 'in.csv', '--no-header', '--limit', '2'], 'a b\nx\n'],
    [['select', '!kind', 'in.csv', '--limit', '2'], 'id,a b\n1,x\n2,"y,""z"""\n'],
    [['select', 'a b,1', 'in.csv', '--output-delimiter', 'tab', '--limit', '2'], 'a b\tid\nx\t1\ny,"z"\t2\n'],
    [['slice', 'in.csv', '--start', '1', '--end', '-1'], 'id,kind,a b\n2,1,"y,""z"""\n3,4,\n'],
    [['slice', 'in.csv', '--start', '-1'], 'id,kind,a b\n4,5,"two\nlines"\n'],
    [['head', '-n', '1', 'in.csv'], 'id,kind,a b\n1,4,x\n'],
    [
      ['head', 'in.csv', 'in.csv', '--records', '5'],
      'id,kind,a b\n1,4,x\n2,1,"y,""z"""\n3,4,\n4,5,"two\nlines"\n1,4,x\n',
    ],
    [['tail', '-n', '2', 'in.csv'], 'id,kind,a b\n3,4,\n4,5,"two\nlines"\n'],
    [['tail', '-n0', 'in.csv'], 'id,kind,a b\n'],
    [['sample', '0', 'in.csv'], 'id,kind,a b\n'],
    [['sample', '4', 'in.csv', '--seed', '9'], 'id,kind,a b\n1,4,x\n2,1,"y,""z"""\n3,4,\n4,5,"two\nlines"\n'],
    [['sample', 'in.csv', '--fraction', '1', '--limit', '1'], 'id,kind,a b\n1,4,x\n'],
    [['count', 'in.csv', '--where', 'kind === 4'], '2\n'],
    [['count', 'in.csv', 'in.csv', '--where', 'id > 1'], '3 in.csv\n3 in.csv\n6 total\n'],
  ])('%j', async (args, output) => {
    const { exitCode, stdout, stderr } = await linemill(...args)
    expect([exitCode, stderr, stdout]).toEqual([0, '', output])
  })
})

test('a sample is the same for any workers, and its records are a part of the input', async () => {
  writeFileSync(join(folder, 'n.txt'), Array.from({ length: 5000 }, (_, index) => `${index}\n`).join(''))
  const one = await linemill('sample', '50', 'n.txt', '-w', '1')
  const two = await linemill(
    'sample',
    '50',
    'n.txt',
    '-w',
    '2',
    '--block',
    '100',
    '-o',
    'out.txt',
    '--report',
  )
  expect([one.stdout, two.stderr]).toEqual([read('out.txt'), expect.stringMatching(/^passed {8}50$/m)])
  const other = await linemill('sample', '50', 'n.txt', '--seed', '2')
  expect(other.stdout).not.toBe(one.stdout)
})

test('head ends where its reader ends, and writes no more than it must', async () => {
  const { exitCode, stdout } = await shell('linemill head -n 100 in.csv | head -n 1')
  expect([exitCode, stdout]).toEqual([0, 'id,kind,a b'])
})

describe('--explain', () => {
  test.each([
    [
      ['select', 'kind,id', 'in.csv'],
      [/^job {11}copies the columns/m, /^columns {7}kind, id$/m],
    ],
    [
      ['slice', 'in.csv', '--start', '-2'],
      [/^records {7}-2 to the end, below 0 from the end; all are counted first$/m],
    ],
    [
      ['head', 'in.csv'],
      [/^job {11}passes some of the records on/m, /^records {7}0 to before 10$/m],
    ],
    [['tail', 'in.csv'], [/^records {7}-10 to the end/m]],
    [
      ['sample', '3', 'in.csv'],
      [/^job {11}passes a sample/m, /^records {7}3, by seed 1$/m],
    ],
    [['sample', 'in.csv', '--fraction', '.5'], [/^records {7}each by itself, 0.5 of them, by seed 1$/m]],
    [
      ['count', 'in.csv', '--where', 'kind === 4'],
      [/^job {11}counts the records that pass$/m, /^native {8}kind === 4$/m],
    ],
  ])('%j', async (args, patterns) => {
    const { exitCode, stdout } = await linemill(...args, '--explain')
    expect(exitCode).toBe(0)
    for (const pattern of patterns) expect(stdout).toMatch(pattern)
  })
})

describe('select', () => {
  test('fails, skips or rejects records that are ragged or cannot be written, and changes no file where it fails', async () => {
    writeFileSync(join(folder, 'out.csv'), 'old')
    const failed = await linemill('select', 'kind', 'ragged.csv', '-o', 'out.csv')
    expect([failed.exitCode, failed.stderr, read('out.csv')]).toEqual([
      1,
      'linemill: expected 2 fields, found 1\n  at ragged.csv, line 3, record 2, byte 12\n  2\n',
      'old',
    ])
    const refused = await linemill('select', '3', 'in.csv', '--output-delimiter', 'tab')
    expect(refused.stderr).toMatch(/^linemill: column a b holds the output's delimiter or a line end/)
    expect(refused.stderr).toMatch(/^ {2}at in.csv, line 5, record 4, byte 37$/m)
    const args = ['--on-error', 'reject', '--reject', 'r.csv', '--output-delimiter', 'tab']
    const rejected = await linemill('select', '3,1', 'in.csv', ...args)
    expect([rejected.exitCode, rejected.stdout]).toEqual([0, 'a b\tid\nx\t1\ny,"z"\t2\n\t3\n'])
    expect(read('r.csv')).toBe('id,kind,a b\n4,5,"two\nlines"\n')
    expect(rejected.stderr).toMatch(/1 of 4 records rejected to r.csv; the first: in.csv, line 5/)
  })
})

describe('refused', () => {
  test.each([
    ['select id', "missing required argument 'input'"],
    ['select kin in.csv -o out.csv', 'unknown column "kin", did you mean "kind"?'],
    ['select id in.csv --output-delimiter ab', 'Expected one ASCII character'],
    ['select id in.csv --output-delimiter "', '--output-delimiter must differ from the quote'],
    ['select id in.csv ragged.csv', 'differs from that of'],
    ['slice in.csv --start x', 'Expected a whole number'],
    ['slice in.csv --limit 3', "unknown option '--limit'"],
    ['head in.csv -n -1', 'Expected a whole number'],
    ['tail in.csv ragged.csv', 'differs from that of'],
    ['sample 3', 'expected at least one input, found none'],
    ['sample in.csv', 'sample expects how many records before the files, or --fraction, found "in.csv"'],
    ['sample in.csv --fraction 2', 'Expected a number from 0 to 1'],
    ['count in.csv --where id>0 --lines', '--lines counts lines and --where records'],
    ['head in.csv -o in.csv', 'in.csv'],
  ])('%s', async (args, message) => {
    const { exitCode, stdout, stderr } = await linemill(...args.split(' '))
    expect([exitCode, stdout]).toEqual([2, ''])
    expect(stderr).toContain(message)
    expect(existsSync(join(folder, 'out.csv'))).toBe(false)
  })
})
