import type { Command } from 'commander'
import { type GenerateKind, type GenerateOptions, type GenerateReport, generate } from '../generate.js'
import { typedOptions } from './command-options.js'
import { checkReportFile, conduct, deliverReport } from './conduct.js'
import { alignLines } from './report-text.js'
import { formatBytes, formatCount, formatRate, formatSeconds } from './sizes.js'

/** Do `linemill generate`. */
export async function generateAction(kind: GenerateKind, command: Command): Promise<void> {
  const options = typedOptions<GenerateOptions>(command)
  await checkReportFile(command.opts().report, [options.output ?? '-'])
  const report = await conduct(false, ({ signal }) => generate(kind, { ...options, signal }))
  await deliverReport(command.opts().report, report, describeGenerated)
}

function describeGenerated({ kind, rows, outputBytes, seconds }: GenerateReport): string {
  return alignLines([
    ['kind', kind],
    ['records', formatCount(rows)],
    ['output', formatBytes(outputBytes)],
    ['time', `${formatSeconds(seconds)}, ${formatRate(outputBytes, seconds)}`],
  ])
}
