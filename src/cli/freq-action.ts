import type { Command } from 'commander'
import type { FreqOptions, FreqReport } from '../freq.js'
import { isTerminal } from '../output/standard-error.js'
import { typedOptions } from './command-options.js'
import { checkReportFile, conduct, deliverReport, type Provided, printExplanation } from './conduct.js'
import { takePool } from './early-pool.js'

/** Do `linemill freq`. */
export async function freqAction(column: string, inputs: readonly string[], command: Command): Promise<void> {
  const options: FreqOptions = {
    output: '-',
    ...typedOptions<FreqOptions>(command),
    mainThread: true,
  }
  const { explain, progress, report: where } = command.opts()
  if (explain) {
    const { explainFreq } = await import('../freq.js')
    return printExplanation(await explainFreq(column, inputs, options))
  }
  const wantsProgress = progress ?? (options.output === '-' && (await isTerminal(1)) ? false : undefined)
  await checkReportFile(where, [...inputs, options.output])
  await using pool = await takePool(options.workers)
  const work = (provided: Provided) => pool.freq(column, inputs, { ...options, ...provided })
  const report = await conduct(wantsProgress, work)
  await deliverReport(where, report, describeValues)
}

async function describeValues(report: FreqReport): Promise<string> {
  const [{ describeReport }, { formatCount }] = await Promise.all([
    import('./report-text.js'),
    import('./sizes.js'),
  ])
  return describeReport(report, [['values', formatCount(report.valueCount)]])
}
