import type { Command } from 'commander'
import { isTerminal } from '../output/standard-error.js'
import type { SelectOptions } from '../select.js'
import { typedOptions } from './command-options.js'
import { checkReportFile, conduct, deliverReport, type Provided, printExplanation } from './conduct.js'
import { takePool } from './early-pool.js'

/** Do `linemill select`. */
export async function selectAction(
  columns: string,
  inputs: readonly string[],
  command: Command,
): Promise<void> {
  const options: SelectOptions = { output: '-', ...typedOptions<SelectOptions>(command), mainThread: true }
  const { explain, progress, report: where } = command.opts()
  if (explain) {
    const { explainSelect } = await import('../select.js')
    return printExplanation(await explainSelect(columns, inputs, options))
  }
  const wantsProgress = progress ?? (options.output === '-' && (await isTerminal(1)) ? false : undefined)
  await checkReportFile(where, [...inputs, options.output, options.reject])
  await using pool = await takePool(options.workers)
  const work = (provided: Provided) => pool.select(columns, inputs, { ...options, ...provided })
  const report = await conduct(wantsProgress, work)
  await deliverReport(where, report, async (done) => (await import('./report-text.js')).describeReport(done))
}
