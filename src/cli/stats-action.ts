import type { Command } from 'commander'
import { isTerminal } from '../output/standard-error.js'
import type { StatsOptions } from '../stats.js'
import { typedOptions } from './command-options.js'
import { checkReportFile, conduct, deliverReport, type Provided, printExplanation } from './conduct.js'
import { takePool } from './early-pool.js'

/** Do `linemill stats`. */
export async function statsAction(inputs: readonly string[], command: Command): Promise<void> {
  const options: StatsOptions = { output: '-', ...typedOptions<StatsOptions>(command), mainThread: true }
  const { explain, progress, report: where } = command.opts()
  if (explain) {
    const { explainStats } = await import('../stats.js')
    return printExplanation(await explainStats(inputs, options))
  }
  const wantsProgress = progress ?? (options.output === '-' && (await isTerminal(1)) ? false : undefined)
  await checkReportFile(where, [...inputs, options.output])
  await using pool = await takePool(options.workers)
  const report = await conduct(wantsProgress, (provided: Provided) =>
    pool.stats(inputs, { ...options, ...provided }),
  )
  await deliverReport(where, report, async (done) => (await import('./report-text.js')).describeReport(done))
}
