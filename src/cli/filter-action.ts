import type { Command } from 'commander'
import type { FilterOptions } from '../filter.js'
import { isTerminal } from '../output/standard-error.js'
import { typedOptions } from './command-options.js'
import {
  checkReportFile,
  conduct,
  deliverReport,
  type Provided,
  printExplanation,
  printResult,
} from './conduct.js'
import { takePool } from './early-pool.js'

/** Do `linemill filter`. */
export async function filterAction(
  expression: string,
  inputs: readonly string[],
  command: Command,
): Promise<void> {
  const typed = typedOptions<FilterOptions>(command)
  const options: FilterOptions = { ...(!typed.count && { output: '-' }), ...typed, mainThread: true }
  const { explain, progress, report: where } = command.opts()
  if (explain) {
    const { explainFilter } = await import('../filter.js')
    return printExplanation(await explainFilter(expression, inputs, options))
  }
  const wantsProgress = progress ?? (options.output === '-' && (await isTerminal(1)) ? false : undefined)
  await checkReportFile(where, [...inputs, options.output, options.reject])
  await using pool = await takePool(options.workers)
  const work = (provided: Provided) => pool.filter(expression, inputs, { ...options, ...provided })
  const report = await conduct(wantsProgress, work, { isAll: !options.count })
  if (options.count) await printResult(`${report.passed}\n`)
  await deliverReport(where, report, async (done) => (await import('./report-text.js')).describeReport(done))
}
