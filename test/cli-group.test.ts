/** The command lines of `group` and `freq`: what they print, what they refuse and where, and what they explain. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { folder, linemill, useFolders } from './cli-harness.js'

useFolders()

beforeEach(() => {
  writeFileSync(join(folder, 'in.csv'), 'shop,day,price\na,1,2.5\n"b,c",1,0.1\na,2,\nb,2,0.2\n"a",1,junk\n')
  writeFileSync(join(folder, 'm.txt'), 'Oslo;-0.5\nRome;21.3\nOslo;1.2\n')
})

function read(name: string): string {
  return readFileSync(join(folder, name), 'utf8')
}

describe('group', () => {
  test('prints a record for each key, in order of appearance', async () => {
    const { exitCode, stdout, stderr } = await linemill('group', 'shop', 'in.csv')
    expect([exitCode, stderr]).toEqual([0, ''])
    expect(stdout).toBe('shop,count\na,3\n"b,c",1\nb,1\n')
  })

  test('takes several keys, aggregates, an order, and a number of rows', async () => {
    const words = ['--agg', 'count,last(day) as "last day"', '--sort', '-count,shop', '--top', '2']
    const { stdout } = await linemill('group', 'day,shop', 'in.csv', ...words)
    expect(stdout).toBe('day,shop,count,last day\n1,a,2,1\n2,a,1,2\n')
  })

  test('reads columns by number where there is no header', async () => {
    const words = [
      '--agg',
      'min(2),mean(2),max(2)',
      '-d',
      ';',
      '--no-header',
      '--format',
      'csv',
      '--sort',
      'c1',
    ]
    const { stdout } = await linemill('group', '1', 'm.txt', ...words)
    expect(stdout).toBe('c1,min(c2),mean(c2),max(c2)\nOslo,-0.5,0.35,1.2\nRome,21.3,21.3,21.3\n')
  })

  test('fails at a field that is no number, leaving the old output; or skips its record', async () => {
    writeFileSync(join(folder, 'out.csv'), 'old')
    const words = ['group', 'shop', 'in.csv', '--agg', 'count,sum(price)', '-o', 'out.csv']
    const failed = await linemill(...words)
    expect([failed.exitCode, read('out.csv')]).toEqual([1, 'old'])
    expect(failed.stderr).toBe(
      'linemill: column price: expected a number, found "junk"\n' +
        '  at in.csv, line 6, record 5, byte 48\n  "a",1,junk\n',
    )
    const skipped = await linemill(...words, '--on-error', 'skip', '--sync')
    expect([skipped.exitCode, read('out.csv')]).toEqual([
      0,
      'shop,count,sum(price)\na,2,2.5\n"b,c",1,0.1\nb,1,0.2\n',
    ])
    expect(skipped.stderr).toBe(
      'linemill: warning: 1 of 5 records skipped; the first: in.csv, line 6: column price: expected a number, found "junk"\n',
    )
  })

  test('refuses what it does not have', async () => {
    const wrong = await linemill('group', 'shop', 'in.csv', '--agg', 'sum(prise)')
    expect([wrong.exitCode, wrong.stderr]).toEqual([
      2,
      'linemill: unknown column "prise", did you mean "price"? the columns are shop, day, price\n',
    ])
    const reject = await linemill('group', 'shop', 'in.csv', '--on-error', 'reject')
    expect(reject.exitCode).toBe(2)
  })

  test('is written as the extension of the output says, or not at all', async () => {
    writeFileSync(join(folder, 'in.ndjson'), '{"shop":"a"}\n{"shop":"b"}\n')
    const json = '{"shop":"a","count":1}\n{"shop":"b","count":1}\n'
    for (const [input, output, expected] of [
      ['in.csv', 'OUT.TSV', 'shop\tcount\na\t3\nb,c\t1\nb\t1\n'],
      ['in.csv', 'out.jsonl', '{"shop":"a","count":3}\n{"shop":"b,c","count":1}\n{"shop":"b","count":1}\n'],
      ['in.ndjson', 'out.csv', 'shop,count\na,1\nb,1\n'],
      ['in.ndjson', 'out.json', json],
      ['in.ndjson', 'out.txt', json],
    ] as const) {
      expect((await linemill('group', 'shop', input, '-o', output)).stderr).toBe('')
      expect(read(output)).toBe(expected)
    }
    for (const output of ['no.json', 'no.parquet', 'no.xlsx']) {
      const { exitCode, stderr } = await linemill('group', 'shop', 'in.csv', '-o', output)
      expect([exitCode, stderr]).toEqual([
        2,
        `linemill: a result is written as csv, tsv or ndjson, not as ${output.slice(2)} says: name another file, or say which (--output-format)\n`,
      ])
      expect(existsSync(join(folder, output))).toBe(false)
    }
    await linemill('group', 'shop', 'in.csv', '-o', 'yes.json', '--output-format', 'csv')
    expect(read('yes.json')).toMatch(/^shop,count\n/)
  })

  test('explains, and reports', async () => {
    const { stdout } = await linemill('group', 'shop', 'in.csv', '--agg', 'mean(price)', '--explain')
    expect(stdout).toMatch(/^job +groups records in each thread; the groups are combined at the end$/m)
    expect(stdout).toMatch(/^columns +shop, price$/m)
    expect(stdout).toMatch(/^keys +shop$/m)
    expect(stdout).toMatch(/^of each +mean\(price\)$/m)
    const { stderr } = await linemill('group', 'shop', 'in.csv', '--report')
    expect(stderr).toMatch(/^groups +3$/m)
    expect(stderr).toMatch(/^records +5$/m)
  })
})

describe('freq', () => {
  test('prints the most frequent values', async () => {
    const { exitCode, stdout, stderr } = await linemill('freq', 'day', 'in.csv', '--report')
    expect([exitCode, stdout]).toEqual([0, 'value,count\n1,3\n2,2\n'])
    expect(stderr).toMatch(/^values +2$/m)
    const top = await linemill('freq', 'shop', 'in.csv', '--top', '1', '--output-format', 'ndjson')
    expect(top.stdout).toBe('{"value":"a","count":3}\n')
    const { stdout: explained } = await linemill('freq', 'shop', 'in.csv', '--explain')
    expect(explained).toMatch(/^of each +count$/m)
  })
})
