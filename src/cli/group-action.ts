import type { Command } from 'commander'
import type { GroupOptions, GroupReport } from '../group.js'
import { isTerminal } from '../output/standard-error.js'
import { typedOptions } from './command-options.js'
import { checkReportFile, conduct, deliverReport, type Provided, printExplanation } from './conduct.js'
import { takePool } from './early-pool.js'

/** Do `linemill group`. */
export async function groupAction(
  columns: string,
  inputs: readonly string[],
  command: Command,
): Promise<void> {
  const options: GroupOptions = {
    output: '-',
    ...typedOptions<GroupOptions>(command),
    mainThread: true,
  }
  const { explain, progress, report: where } = command.opts()
  if (explain) {
    const { explainGroupBy } = await import('../group.js')
    return printExplanation(await explainGroupBy(columns, inputs, options))
  }
  const wantsProgress = progress ?? (options.output === '-' && (await isTerminal(1)) ? false : undefined)
  await checkReportFile(where, [...inputs, options.output])
  await using pool = await takePool(options.workers)
  const work = (provided: Provided) => pool.groupBy(columns, inputs, { ...options, ...provided })
  const report = await conduct(wantsProgress, work)
  await deliverReport(where, report, describeGroups)
}

async function describeGroups(report: GroupReport): Promise<string> {
  const [{ describeReport }, { formatCount }] = await Promise.all([
    import('./report-text.js'),
    import('./sizes.js'),
  ])
  return describeReport(report, [['groups', formatCount(report.groupCount)]])
}
