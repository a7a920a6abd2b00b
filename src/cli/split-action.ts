import type { Command } from 'commander'
import { explainSplit, type SplitOptions, type SplitReport, split } from '../split.js'
import { checkReportFile, conduct, deliverReport, printResult } from './conduct.js'
import { typedOptions } from './option-table.js'
import { describeExplanation, describeReport } from './report-text.js'
import { formatCount } from './sizes.js'

/** Do `linemill split`. */
export async function splitAction(inputs: readonly string[], command: Command): Promise<void> {
  const options = typedOptions<SplitOptions>(command)
  const { explain, progress, report: where } = command.opts()
  if (explain) return printResult(describeExplanation(await explainSplit(inputs, options)))
  await checkReportFile(where, [...inputs, options.output])
  const report = await conduct(progress, (provided) => split(inputs, { ...options, ...provided }))
  await deliverReport(where, report, (done) => describeReport(done, [['parts', describeParts(done)]]))
}

function describeParts({ parts, firstPart, lastPart }: SplitReport): string {
  return parts === 1 ? `1 file, ${firstPart}` : `${formatCount(parts)} files, ${firstPart} to ${lastPart}`
}
