import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { EXAMPLES, folder, linemill, MAIN, useFolders } from './cli-harness.js'

useFolders()

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
    expect(stderr).not.toMatch(/ at .*(dist|node:internal)/)
    expect(readdirSync(folder).sort()).toEqual(['boom.mjs', 'clicks.csv'])
  })

  test('SIGINT while it runs leaves the old output and is status 130; progress is told without a terminal', async () => {
    const slow = 'export default (line) => { for (let i = 0; i < 1e6; i++); return line }\n'
    writeFileSync(join(folder, 'slow.mjs'), slow)
    writeFileSync(join(folder, 'out.csv'), 'old')
    const args = [MAIN, 'run', 'slow.mjs', 'clicks.csv', '-o', 'out.csv', '--progress']
    const child = spawn(process.execPath, args, { cwd: folder })
    let told = ''
    child.stderr.on('data', (bytes) => {
      if (told === '') child.kill('SIGINT')
      told += String(bytes)
    })
    expect((await once(child, 'close'))[0]).toBe(130)
    expect(told).toMatch(/^linemill: 0% {2}0 bytes of 2\.2 MB, .*\nlinemill: .*cancelled.*\n$/)
    expect(readFileSync(join(folder, 'out.csv'), 'utf8')).toBe('old')
    expect(readdirSync(folder).sort()).toEqual(['clicks.csv', 'out.csv', 'slow.mjs'])
  })

  test('each way to fail has its status', async () => {
    writeFileSync(join(folder, 'open.csv'), 'a,b\n"1,2\n')
    const status = async (...args: string[]) => {
      const { exitCode, stderr } = await linemill(...args)
      return `${exitCode} ${stderr}`
    }
    expect(await status('count', 'missing.csv')).toMatch(/^66 linemill: /)
    expect(await status('count', '.')).toMatch(/^74 linemill: /)
    expect(await status('count', 'open.csv')).toMatch(/^1 linemill: /)
    expect(await status('run', 'missing.mjs', 'clicks.csv')).toMatch(/^2 linemill: /)
    expect(await status('run', `${EXAMPLES}clean.mjs`, 'clicks.csv', '-o', 'nowhere/out.csv')).toMatch(
      /^74 linemill: /,
    )
    expect(await status('count', 'clicks.csv', '-w', '0')).toMatch(/^2 linemill: /)
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
