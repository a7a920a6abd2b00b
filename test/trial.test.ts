/** The harness of the benchmarks: a wrong answer must never be timed, and its figures must be what it says. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { buyerOfLine, hashAnswer, hashOfLines } from '../bench/answer.mjs'
import { describeGoal, judge } from '../bench/goals.mjs'
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

test('a competitor may have an input and an answer of its own', async () => {
  const other = join(FOLDER, 'other')
  writeFileSync(other, 'b\na\nc\n')
  const run = (answer: string) =>
    runWorkload(
      {
        name: 'w',
        description: '',
        input,
        answerKind: 'exact',
        answer: hash,
        reference: 'one',
        competitors: [
          { name: 'one', command: copy },
          { name: 'other', command: copy, input: other, answer },
        ],
        goals: [{ competitor: 'other', perByte: 1000 }],
      },
      { rounds: 1, output },
    )
  const hash = await hashAnswer(input)
  await expect(run(hash)).rejects.toThrow('wrong answer of other')
  const result = await run(await hashAnswer(other))
  const [one, more] = result.competitors
  expect([one.inputBytes, more.inputBytes]).toEqual([4, 6])
  expect(result.goals[0].found).toBe(more.median / 6 / (one.median / 4))
})

test('goals are judged by what they compare', () => {
  const summaries = [
    { name: 'plain', median: 4, inputBytes: 10, peakOwnBytes: 5e6 },
    { name: 'ours', median: 1, inputBytes: 2, peakOwnBytes: 155e6 },
    { name: 'other', median: 1.5, inputBytes: 2, peakOwnBytes: null },
  ]
  const told = (goal: object) => {
    const judged = judge({ competitor: 'ours', ...goal }, summaries, 'plain')
    return `${judged.isReached} ${describeGoal(judged)}`
  }
  expect(told({ timesFaster: 4 })).toBe('true Goal: ours at least 4 times faster than plain: 4.00, reached.')
  expect(told({ timesFaster: 2, than: 'other' })).toMatch(/^false .* than other: 1\.50, missed/)
  expect(told({ secondsBeyond: -3 })).toMatch(
    /^true .* at most -3\.000 s more than plain: -3\.000 s, reached/,
  )
  expect(told({ secondsBeyond: -0.6, than: 'other' })).toMatch(/^false /)
  expect(told({ perByte: 1.25 })).toMatch(/^true .* at most 1\.25 times the seconds per byte of plain: 1\.25/)
  expect(told({ perByte: 1.2 })).toMatch(/^false /)
  expect(told({ ownBytesBeyond: 150e6 })).toMatch(/^true .* 150 MB of own memory more than plain: 150 MB/)
  expect(told({ ownBytesBeyond: 149e6 })).toMatch(/^false /)
  // What was not measured reaches nothing.
  expect(told({ ownBytesBeyond: 1e12, than: 'other' })).toMatch(/^false /)
})

test('the buyers of a line are told apart by their third field', () => {
  expect(buyerOfLine('user_id,item_id', 0)).toBe('user_id,behavior_type\n')
  expect(buyerOfLine('12,4,1,,4,2014-12-01 04', 1)).toBeUndefined()
  expect(buyerOfLine('12,7,4,,1,2014-12-01 04', 2)).toBe('12,4\n')
})
