import { isatty } from 'node:tty'
import type { Command } from 'commander'
import type { RunOptions } from '../options.js'
import { explainRun, run } from '../run.js'
import { conduct, deliverReport, printResult } from './conduct.js'
import { typedOptions } from './option-table.js'
import { describeExplanation, describeReport } from './report-text.js'

/** Do `linemill run`. */
export async function runAction(module: string, inputs: readonly string[], command: Command): Promise<void> {
  const options: RunOptions = { output: '-', ...typedOptions<RunOptions>(command) }
  const { explain, progress, report: where } = command.opts()
  if (explain) return printResult(describeExplanation(await explainRun(module, inputs, options)))
  const wantsProgress = progress ?? (options.output === '-' && isatty(1) ? false : undefined)
  const report = await conduct(wantsProgress, (provided) => run(module, inputs, { ...options, ...provided }))
  await deliverReport(where, report, describeReport)
}
