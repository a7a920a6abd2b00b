// Whole-process trials: competitors do one workload in turn, each in a process of its own, each answer checked.
import { execFileSync } from 'node:child_process'
import { rmSync, statSync } from 'node:fs'
import { basename } from 'node:path'
import { hashAnswer } from './answer.mjs'
import { judge } from './goals.mjs'
import { measure } from './measure.mjs'

/** More than any output of the workloads. */
const FREED_MIB = 800

/**
 * @typedef {object} Competitor
 * @property {string} name
 * @property {readonly string[]} command `node`, INPUT and OUTPUT stand for the running Node and the files
 * @property {boolean} [printsAnswer] the answer comes from standard output, not into OUTPUT
 * @property {string} [input] path, where it is another than the workload's
 * @property {string} [answer] of that input, or where this one answers in another form
 * @property {AnswerKind} [answerKind] where it is another than the workload's
 *
 * @typedef {'exact' | 'sorted' | ((text: string) => string)} AnswerKind a function gives what counts of an answer
 *
 * @typedef {object} Workload
 * @property {string} name
 * @property {string} description
 * @property {string} input path
 * @property {AnswerKind} answerKind
 * @property {string} answer sha256 of the right answer
 * @property {string} reference name of the competitor that ratios are taken against
 * @property {readonly Competitor[]} competitors
 * @property {readonly import('./goals.mjs').Goal[]} goals
 */

/**
 * Let every competitor do a workload: once to warm up, its answer checked and its memory watched, then in rounds, one
 * after another, so that what changes on the machine meanwhile meets all of them. The answers of the rounds are
 * checked as well, outside of the time.
 *
 * @param {Workload} workload
 * @param {{ rounds: number, output: string, log?: (line: string) => void }} options output: path of the file to write
 * @throws when a competitor fails or answers wrongly
 */
export async function runWorkload(workload, { rounds, output, log = () => undefined }) {
  const competitors = workload.competitors.map((one) => ({
    input: workload.input,
    answer: workload.answer,
    ...one,
  }))
  const runs = new Map(competitors.map(({ name }) => [name, []]))
  const peaks = new Map()
  try {
    for (let round = 0; round <= rounds; round++) {
      for (const competitor of competitors) {
        const isWarmUp = round === 0
        settle(output)
        const figures = await measure(
          fill(competitor.command, { node: process.execPath, INPUT: competitor.input, OUTPUT: output }),
          {
            watchesMemory: isWarmUp,
            ...(competitor.printsAnswer && { stdout: output }),
          },
        )
        await checkAnswer(workload, competitor, output)
        if (isWarmUp) peaks.set(competitor.name, figures.peakOwnBytes)
        else runs.get(competitor.name).push(figures)
        log(`${isWarmUp ? 'warm-up' : `round ${round}`}: ${competitor.name} ${figures.seconds.toFixed(3)} s`)
      }
    }
  } finally {
    rmSync(output, { force: true })
  }
  const summaries = competitors.map((competitor) => ({
    ...competitor,
    input: basename(competitor.input),
    inputBytes: statSync(competitor.input).size,
    ...summarize(runs.get(competitor.name)),
    peakOwnBytes: peaks.get(competitor.name),
  }))
  return compare(workload, summaries)
}

/**
 * Bring machine and disk into the same state before each run: what another has written is on disk, the output is made
 * anew, and free memory has just been in use. A virtual machine hands free memory back to its host within seconds, and
 * whoever writes next pays for getting it again, up to a second for this output.
 */
function settle(output) {
  rmSync(output, { force: true })
  execFileSync('sync')
  execFileSync('dd', ['if=/dev/zero', `of=${output}`, 'bs=1M', `count=${FREED_MIB}`, 'status=none'])
  rmSync(output)
}

/** Put paths in the places of their names. */
function fill(command, places) {
  return command.map((word) => (Object.hasOwn(places, word) ? places[word] : word))
}

async function checkAnswer({ name, ...workload }, competitor, output) {
  const { answer, answerKind = workload.answerKind } = competitor
  const found = await hashAnswer(output, answerKind)
  if (found === answer) return
  throw new Error(`${name}: wrong answer of ${competitor.name}: expected sha256 ${answer}, found ${found}`)
}

function summarize(figures) {
  const seconds = figures.map((one) => one.seconds)
  return {
    seconds,
    median: median(seconds),
    min: Math.min(...seconds),
    max: Math.max(...seconds),
    user: median(figures.map((one) => one.user)),
    system: median(figures.map((one) => one.system)),
    peakBytes: median(figures.map((one) => one.peakBytes)),
  }
}

/** @returns null where a figure is missing */
export function median(values) {
  if (values.includes(null)) return null
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** Add how many times faster than the reference each is, by medians, and whether the goals are reached. */
function compare({ name, description, answer, answerKind, reference, goals }, summaries) {
  const medianOf = (wanted) => summaries.find((summary) => summary.name === wanted).median
  const timesFaster = (wanted) => medianOf(reference) / medianOf(wanted)
  return {
    name,
    description,
    answer: { kind: typeof answerKind === 'function' ? answerKind.name : answerKind, sha256: answer },
    reference,
    competitors: summaries.map((summary) => ({ ...summary, timesFaster: timesFaster(summary.name) })),
    goals: goals.map((goal) => judge(goal, summaries, reference)),
  }
}
