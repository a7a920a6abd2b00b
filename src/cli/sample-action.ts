import type { Command } from 'commander'
import { LinemillError } from '../errors.js'
import { isTerminal } from '../output/standard-error.js'
import type { SampleOptions } from '../sample.js'
import { typedOptions } from './command-options.js'
import { checkReportFile, conduct, deliverReport, type Provided, printExplanation } from './conduct.js'
import { takePool } from './early-pool.js'

/** Do `linemill sample`. */
export async function sampleAction(
  first: string,
  others: readonly string[],
  command: Command,
): Promise<void> {
  const typed = typedOptions<SampleOptions>(command)
  const isNumber = typed.fraction === undefined
  const inputs = isNumber ? others : [first, ...others]
  const size = isNumber ? { records: readRecords(first) } : {}
  if (inputs.length === 0) throw new LinemillError('ERR_USAGE', 'expected at least one input, found none')
  const options: SampleOptions = { output: '-', ...typed, ...size, mainThread: true }
  const { explain, progress, report: where } = command.opts()
  if (explain) {
    const { explainSample } = await import('../sample.js')
    return printExplanation(await explainSample(inputs, options))
  }
  const wantsProgress = progress ?? (options.output === '-' && (await isTerminal(1)) ? false : undefined)
  await checkReportFile(where, [...inputs, options.output])
  await using pool = await takePool(options.workers)
  const report = await conduct(wantsProgress, (provided: Provided) => {
    return pool.sample(inputs, { ...options, ...provided })
  })
  await deliverReport(where, report, async (done) => (await import('./report-text.js')).describeReport(done))
}

function readRecords(typed: string): number {
  if (/^\d+$/.test(typed)) return Number(typed)
  throw new LinemillError(
    'ERR_USAGE',
    `sample expects how many records before the files, or --fraction, found ${JSON.stringify(typed)}`,
  )
}
