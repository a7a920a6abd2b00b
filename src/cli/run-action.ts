import type { Command } from 'commander'
import { tellAborts } from '../ending.js'
import type { RunOptions } from '../options.js'
import { isTerminal } from '../output/standard-error.js'
import { typedOptions } from './command-options.js'
import { checkReportFile, conduct, deliverReport, printExplanation } from './conduct.js'
import { takePool } from './early-pool.js'

/** Do `linemill run`. */
export async function runAction(module: string, inputs: readonly string[], command: Command): Promise<void> {
  const options: RunOptions = { output: '-', ...typedOptions<RunOptions>(command) }
  const { explain, progress, report: where } = command.opts()
  if (explain) {
    const { explainRun } = await import('../run.js')
    return printExplanation(await explainRun(module, inputs, options))
  }
  const wantsProgress = progress ?? (options.output === '-' && (await isTerminal(1)) ? false : undefined)
  await checkReportFile(where, [...inputs, options.output, options.reject])
  if (!process.env.LINEMILL_DEBUG) tellAborts()
  await using pool = await takePool(options.workers)
  const report = await conduct(wantsProgress, (provided) =>
    pool.run(module, inputs, { ...options, ...provided }),
  )
  await deliverReport(where, report, async (done) => (await import('./report-text.js')).describeReport(done))
}
