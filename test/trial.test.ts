/** The harness of the benchmarks: a wrong answer must never be timed, and its figures must be what it says. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { hashAnswer, hashOfLines } from '../bench/answer.mjs'
import { runWorkload } from '../bench/trial.mjs'

const FOLDER = mkdtempSync(join(tmpdir(), 'linemill-trial-'))
afterAll(() => rmSync(FOLDER, { recursive: true }))

const input = join(FOLDER, 'input')
const output = join(FOLDER, 'output')
writeFileSync(input, 'b\na\n')
const copy = ['node', '-e', 'fs.copyFileSync(...process.argv.slice(1))', 'INPUT', 'OUTPUT']
const reverse = ['node', '-e', "console.log('a'); console.log('b')"]
const late = ['node', '-e', "setTimeout(() => fs.writeFileSync(process.argv[1], 'b\\na\\n'), 150)", 'OUTPUT']

async function run(commands: Record<string, string[]>, kind: 'exact' | 'sorted' = 'exact') {
  const competitors = Object.entries(commands).map(([name, command]) => ({
    name,
    command,
    printsAnswer: command === reverse,
  }))
  const answer = await hashAnswer(input, kind)
  const goals = [{ competitor: 'copy', timesFaster: 2 }]
  const log: string[] = []
  const workload = {
    name: 'w',
    description: '',
    input,
    answerKind: kind,
    answer,
    reference: 'late',
    goals,
    competitors,
  }
  const result = await runWorkload(workload, { rounds: 2, output, log: (line: string) => log.push(line) })
  return { result, log }
}

test('rounds are interleaved, ratios are of medians', async () => {
  const { result, log } = await run({ late, copy })
  const order = log.map((line) => line.replace(/ [\d.]+ s$/, ''))
  expect(order).toEqual(
    ['warm-up', 'round 1', 'round 2'].flatMap((turn) => [`${turn}: late`, `${turn}: copy`]),
  )
  const [slow, fast] = result.competitors
  expect(slow.seconds).toHaveLength(2)
  expect(slow.min).toBeGreaterThan(0.15)
  const [least, most] = slow.seconds.toSorted((a: number, b: number) => a - b)
  expect([slow.min, slow.median, slow.max]).toEqual([least, (least + most) / 2, most])
  expect(slow.timesFaster).toBe(1)
  expect(fast.timesFaster).toBe(slow.median / fast.median)
  const [goal] = result.goals
  expect(goal.isReached).toBe(goal.found >= 2)
  expect(existsSync(output)).toBe(false)
})

test('lines in another order are an answer only where the workload says so', async () => {
  await expect(run({ late: reverse, copy })).rejects.toThrow('wrong answer of late')
  const { result } = await run({ late: reverse, copy }, 'sorted')
  expect(result.competitors).toHaveLength(2)
})

test('a competitor that fails is told with what it said', async () => {
  await expect(run({ late, copy: ['node', '-e', "console.error('why'); process.exit(3)"] })).rejects.toThrow(
    /status 3\s+why/,
  )
  expect(existsSync(output)).toBe(false)
})

test('an answer left over from another run does not count', async () => {
  await expect(run({ late, copy: ['node', '-e', ''] })).rejects.toThrow('ENOENT')
})

test('the plain answer is made line by line', async () => {
  const hash = await hashOfLines(input, (line: string, index: number) =>
    index === 0 ? undefined : `${line}!\n`,
  )
  const expected = join(FOLDER, 'expected')
  writeFileSync(expected, 'a!\n')
  expect(hash).toBe(await hashAnswer(expected))
})
