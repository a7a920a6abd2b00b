import type { Command } from 'commander'
import { explainSplit, type SplitOptions, type SplitReport, split } from '../split.js'
import { typedOptions } from './command-options.js'
import { checkReportFile, conduct, deliverReport, printExplanation } from './conduct.js'

/** Do `linemill split`. */
export async function splitAction(inputs: readonly string[], command: Command): Promise<void> {
  const options = typedOptions<SplitOptions>(command)
  const { explain, progress, report: where } = command.opts()
  if (explain) return printExplanation(await explainSplit(inputs, options))
  await checkReportFile(where, [...inputs, options.output])
  const report = await conduct(progress, (provided) => split(inputs, { ...options, ...provided }))
  await deliverReport(where, report, describeSplit)
}

async function describeSplit(report: SplitReport): Promise<string> {
  const [{ describeReport }, { formatCount }] = await Promise.all([
    import('./report-text.js'),
    import('./sizes.js'),
  ])
  const { parts, firstPart, lastPart } = report
  const files =
    parts === 1 ? `1 file, ${firstPart}` : `${formatCount(parts)} files, ${firstPart} to ${lastPart}`
  return describeReport(report, [['parts', files]])
}
