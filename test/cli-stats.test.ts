/** The command line of `stats`: what it prints, what it refuses, and what it explains. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { folder, linemill, useFolders } from './cli-harness.js'

useFolders()

beforeEach(() => {
  writeFileSync(join(folder, 'in.csv'), 'id,kind,note\n1,4,x\n2,1.5,"y,""z"""\n3,,\n')
})

const HEADER =
  'column,type,records,empty,distinct,min,max,sum,mean,std,q1,median,q3,shortest,longest,estimated\n'

test('prints a record for each column', async () => {
  const { exitCode, stdout, stderr } = await linemill('stats', 'in.csv')
  expect([exitCode, stderr]).toEqual([0, ''])
  expect(stdout).toBe(
    `${HEADER}id,integer,3,0,3,1,3,6,2,1,1.5,2,2.5,1,1,\n` +
      'kind,decimal,3,1,2,1.5,4,5.5,2.75,1.7677669529663689,2.125,2.75,3.375,1,3,\n' +
      'note,text,3,1,2,x,"y,""z""",,,,,,,1,5,\n',
  )
})

test('writes it to a file, of some columns, in another format, without a header', async () => {
  const args = ['--columns', '2,1', '--output-format', 'tsv', '-o', 'out.txt', '--report']
  const { exitCode, stdout, stderr } = await linemill('stats', 'in.csv', ...args)
  expect([exitCode, stdout]).toEqual([0, ''])
  expect(stderr).toMatch(/^records +3$/m)
  const lines = readFileSync(join(folder, 'out.txt'), 'utf8').split('\n')
  expect(lines.map((line) => line.split('\t')[0])).toEqual(['column', 'kind', 'id', ''])
  const bare = await linemill(
    'stats',
    'in.csv',
    '--no-header',
    '--columns',
    'c1',
    '--output-format',
    'ndjson',
  )
  expect(JSON.parse(bare.stdout)).toMatchObject({ column: 'c1', type: 'text', records: 4, sum: null })
})

test('refuses what it has not, and says what to do', async () => {
  for (const [args, message] of [
    [['in.csv', '--columns', 'kinds'], 'unknown column "kinds", did you mean "kind"?'],
    [['in.csv', '--on-error', 'reject'], 'Allowed choices are fail, skip'],
    [['in.csv', '-o', 'out.parquet'], 'not as .parquet says: name another file'],
    [['in.csv', '--output-format', 'lines'], 'Allowed choices are csv, tsv, ndjson'],
    [['in.csv', '--format', 'ndjson'], 'stats of ndjson wants --columns: names of the properties'],
  ] as const) {
    const { exitCode, stderr } = await linemill('stats', ...args)
    expect(exitCode, stderr).toBe(2)
    expect(stderr).toContain(message)
  }
})

test('explains what it would do', async () => {
  const { exitCode, stdout } = await linemill('stats', 'in.csv', '--columns', 'kind', '--explain')
  expect(exitCode).toBe(0)
  expect(stdout).toMatch(/^job +collects what there is to say about each column/m)
  expect(stdout).toMatch(/^columns +kind$/m)
})
