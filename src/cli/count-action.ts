import type { Command } from 'commander'
import { type CountOptions, type CountReport, count, explainCount } from '../count.js'
import { checkReportFile, conduct, deliverReport, type Provided, printResult } from './conduct.js'
import { typedOptions } from './option-table.js'
import { describeExplanation, describeReport } from './report-text.js'

/** Do `linemill count`. */
export async function countAction(inputs: readonly string[], command: Command): Promise<void> {
  const options = { ...typedOptions<CountOptions>(command), mainThread: true }
  const { explain, progress, report: where } = command.opts()
  if (explain) return printResult(describeExplanation(await explainCount(inputs, options)))
  await checkReportFile(where, inputs)
  const work = (provided: Provided) => count(inputs, { ...options, ...provided })
  const report = await conduct(progress, work, { isAll: false })
  await printResult(describeCounts(report))
  await deliverReport(where, report, describeReport)
}

/** The count alone; of several inputs, a line each, then the total. */
function describeCounts({ count: total, perInput }: CountReport): string {
  if (perInput.length < 2) return `${total}\n`
  const lines = [...perInput, { name: 'total', count: total }]
  const width = String(total).length
  return lines.map((line) => `${String(line.count).padStart(width)} ${line.name}\n`).join('')
}
