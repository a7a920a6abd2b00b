import type { Command } from 'commander'
import { type CountOptions, type CountReport, count, explainCount } from '../count.js'
import { areLarge } from '../input/large.js'
import type { LinemillPool } from '../pool.js'
import { typedOptions } from './command-options.js'
import {
  checkReportFile,
  conduct,
  deliverReport,
  type Provided,
  printExplanation,
  printResult,
} from './conduct.js'

/** Do `linemill count`. */
export async function countAction(inputs: readonly string[], command: Command): Promise<void> {
  const options = { ...typedOptions<CountOptions>(command), mainThread: true }
  const { explain, progress, report: where } = command.opts()
  if (explain) return printExplanation(await explainCount(inputs, options))
  await checkReportFile(where, inputs)
  await using pool = await takeEarly(inputs, options)
  const work = (provided: Provided) =>
    pool === undefined
      ? count(inputs, { ...options, ...provided })
      : pool.count(inputs, { ...options, ...provided })
  const report = await conduct(progress, work, { isAll: false })
  await printResult(describeCounts(report))
  await deliverReport(where, report, async (done) => (await import('./report-text.js')).describeReport(done))
}

/** The workers that were started for these inputs, where they are large. */
async function takeEarly(
  inputs: readonly string[],
  { workers }: CountOptions,
): Promise<LinemillPool | undefined> {
  if (!areLarge(inputs)) return undefined
  const { takeEarlyPool } = await import('./early-pool.js')
  return takeEarlyPool(workers)
}

/** The count alone; of several inputs, a line each, then the total. */
function describeCounts({ count: total, perInput }: CountReport): string {
  if (perInput.length < 2) return `${total}\n`
  const lines = [...perInput, { name: 'total', count: total }]
  const width = String(total).length
  return lines.map((line) => `${String(line.count).padStart(width)} ${line.name}\n`).join('')
}
