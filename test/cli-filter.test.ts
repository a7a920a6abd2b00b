/** The command line of `filter`: what it prints, what it refuses and where, and what it explains. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { folder, linemill, useFolders } from './cli-harness.js'

useFolders()

beforeEach(() => {
  writeFileSync(join(folder, 'in.csv'), 'id,kind,a b\n1,4,x\n2,1,"y,""z"""\n3,4,\n4,junk,x\n')
  writeFileSync(join(folder, 'ragged.csv'), 'id,kind\n1,4\n2\n3,4\n')
})

function read(name: string): string {
  return readFileSync(join(folder, name), 'utf8')
}

test('a condition that is given twice must hold both ways, and is counted', async () => {
  const words = ['--where', 'id > 1', '--where', 'id < 4 || kind === 4']
  const { stdout } = await linemill('select', 'id', 'in.csv', ...words)
  expect(stdout).toBe('id\n2\n3\n')
  const counted = await linemill('count', 'in.csv', ...words, '--report')
  expect([counted.stdout, counted.stderr]).toEqual(['2\n', expect.stringMatching(/^passed +2$/m)])
})

test('names of the function that an expression becomes are not told', async () => {
  const { stderr } = await linemill('filter', 'kind.startWith("4")', 'in.csv')
  expect(stderr).toContain('the expression threw TypeError: (a column).startWith is not a function\n')
})

test('an output whose name says what it will not be is refused, or warned of', async () => {
  const refused = await linemill('filter', 'kind === 4', 'in.csv', '-o', 'out.csv.gz')
  expect([refused.exitCode, existsSync(join(folder, 'out.csv.gz'))]).toEqual([2, false])
  expect(refused.stderr).toContain('write it without .gz, and compress it then')
  const warned = await linemill('select', 'id', 'in.csv', '-o', 'out.ndjson')
  expect([warned.exitCode, warned.stderr]).toEqual([
    0,
    'linemill: warning: out.ndjson gets fields parted as in the inputs, which are csv\n',
  ])
  writeFileSync(join(folder, 'in.ndjson'), '{"id":1}\n')
  const hinted = await linemill('filter', 'id === 1', 'in.ndjson', '-o', 'out.csv')
  expect(hinted.stderr).toContain('which are ndjson; select writes columns as csv\n')
  const made = await linemill('select', 'id', 'in.ndjson', '-o', 'out.csv')
  expect([made.stderr, read('out.csv')]).toEqual(['', 'id\n1\n'])
})

test('options about fields are refused where there are none', async () => {
  writeFileSync(join(folder, 'in.ndjson'), '{"id":1}\n')
  const { exitCode, stderr } = await linemill('count', 'in.ndjson', '-d', ';')
  expect([exitCode, stderr]).toEqual([
    2,
    'linemill: input in.ndjson is read as ndjson, by its extension, and --delimiter is about csv and tsv: give its --format\n',
  ])
})

describe('records', () => {
  test('go to standard output, behind the header', async () => {
    const { exitCode, stdout, stderr } = await linemill('filter', 'kind === 4', 'in.csv')
    expect([exitCode, stderr]).toEqual([0, ''])
    expect(stdout).toBe('id,kind,a b\n1,4,x\n3,4,\n')
  })

  test('go to a file, put in place at the end', async () => {
    writeFileSync(join(folder, 'out.csv'), 'old')
    const failed = await linemill('filter', 'BigInt(kind) > 0n', 'in.csv', '-o', 'out.csv')
    expect([failed.exitCode, read('out.csv')]).toEqual([1, 'old'])
    expect(failed.stderr).toBe(
      'linemill: the expression threw SyntaxError: Cannot convert junk to a BigInt\n' +
        '  at in.csv, line 5, record 4, byte 37\n  4,junk,x\n',
    )
    const { exitCode } = await linemill(
      'filter',
      `col('a b') === 'y,"z"'`,
      'in.csv',
      '-o',
      'out.csv',
      '--sync',
    )
    expect([exitCode, read('out.csv')]).toEqual([0, 'id,kind,a b\n2,1,"y,""z"""\n'])
  })

  test('are those for which it does not hold, with --invert; what is no number is among them', async () => {
    const { stdout } = await linemill('filter', 'kind === 4', 'in.csv', '--invert')
    expect(stdout).toBe('id,kind,a b\n2,1,"y,""z"""\n4,junk,x\n')
  })

  test('are counted with --count, and nothing else is printed', async () => {
    const { stdout } = await linemill('filter', 'kind === 4', 'in.csv', 'in.csv', '--count')
    expect(stdout).toBe('4\n')
    const inverted = await linemill('filter', 'kind === 4', 'in.csv', '--count', '--invert', '--limit', '3')
    expect(inverted.stdout).toBe('1\n')
  })

  test('that are ragged fail, are skipped, or are rejected', async () => {
    const failed = await linemill('filter', 'kind === 4', 'ragged.csv')
    expect([failed.exitCode, failed.stderr]).toEqual([
      1,
      'linemill: expected 2 fields, found 1\n  at ragged.csv, line 3, record 2, byte 12\n  2\n',
    ])
    const skipped = await linemill('filter', 'kind === 4', 'ragged.csv', '--on-error', 'skip', '--report')
    expect(skipped.stdout).toBe('id,kind\n1,4\n3,4\n')
    expect(skipped.stderr).toMatch(/^errors {8}1$/m)
    expect(skipped.stderr).toMatch(/^passed {8}2$/m)
    await linemill('filter', 'kind === 4', 'ragged.csv', '--on-error', 'reject', '--reject', 'r.csv')
    expect(read('r.csv')).toBe('id,kind\n2\n')
  })
})

test('--explain says which way it goes, and why', async () => {
  const native = await linemill('filter', 'kind === 4 && id > 1', 'in.csv', '--explain')
  expect(native.stdout).toMatch(/^job {11}lets records pass as they stand, in input order$/m)
  expect(native.stdout).toMatch(/^columns {7}kind, id$/m)
  expect(native.stdout).toMatch(/^native {8}kind === 4 && id > 1$/m)
  expect(native.stdout).not.toMatch(/^function/m)
  const both = await linemill('filter', 'kind === 4 && id % 2 === 0', 'in.csv', '--explain', '--invert')
  expect(both.stdout).toMatch(/^native {8}kind === 4$/m)
  expect(both.stdout).toMatch(/^function {6}id % 2 === 0$/m)
  expect(both.stdout).toMatch(
    /^because {7}id % 2 === 0: it is not the comparison of a column with what is written out$/m,
  )
  expect(both.stdout).toMatch(/^inverted {6}records pass for which that does not hold$/m)
  const count = await linemill('filter', 'kind === 4', 'in.csv', '--explain', '--count')
  expect(count.stdout).toMatch(/^job {11}counts the records that pass$/m)
})

describe('refused before the work', () => {
  test.each([
    [
      'kind == = 4',
      'linemill: the expression does not parse: Unexpected token\n  kind == = 4\n          ^\n',
    ],
    ['kind = 4', 'linemill: = changes a value: write === to compare\n  kind = 4\n  ^\n'],
    [
      'id > 0 && kin === 4',
      'linemill: unknown column kin, did you mean kind? the columns are id, kind, col("a b")\n' +
        '  id > 0 && kin === 4\n            ^\n',
    ],
    ['', 'linemill: expected an expression, found nothing\n  \n  ^\n'],
    [
      'kind === true',
      "linemill: a field is a number or a text, and an empty one '': compare with 4, 'true' or ''\n" +
        '  kind === true\n  ^\n',
    ],
  ])('%s', async (expression, message) => {
    const { exitCode, stdout, stderr } = await linemill('filter', expression, 'in.csv', '-o', 'out.csv')
    expect([exitCode, stdout, stderr]).toEqual([2, '', message])
    expect(existsSync(join(folder, 'out.csv'))).toBe(false)
  })

  test.each([
    ['kind===4', 2, "missing required argument 'input'"],
    ['kind===4 in.csv --count -o out.csv', 2, '--count writes no records, so there is nothing for --output'],
    ['kind===4 in.csv -o in.csv', 2, 'in.csv'],
    ['kind===4 in.csv ragged.csv', 2, 'differs from that of'],
    ['kind===4 in.csv --inver', 2, "unknown option '--inver'\n(Did you mean --invert?)"],
    ['kind===4 in.csv --timeout 3', 2, "unknown option '--timeout'"],
  ])('%s', async (args, status, message) => {
    const { exitCode, stdout, stderr } = await linemill('filter', ...args.split(' '))
    expect([exitCode, stdout]).toEqual([status, ''])
    expect(stderr).toContain(message)
  })
})
