import type { Command } from 'commander'
import { isTerminal } from '../output/standard-error.js'
import { createPool, type LinemillPool } from '../pool.js'
import type { Explanation } from '../report.js'
import type { HeadOptions, SliceOptions, SliceReport } from '../slice.js'
import { typedOptions } from './command-options.js'
import { checkReportFile, conduct, deliverReport, type Provided, printExplanation } from './conduct.js'
import { takeEarlyPool } from './early-pool.js'

type Options = SliceOptions & HeadOptions

/** What is done of a verb that passes some of the records on. */
interface Doing {
  readonly work: (pool: LinemillPool, options: Options) => Promise<SliceReport>
  readonly explain: (options: Options) => Promise<Explanation>
}

/** Do `linemill slice`. */
export function sliceAction(inputs: readonly string[], command: Command): Promise<void> {
  return act(inputs, command, {
    work: (pool, options) => pool.slice(inputs, options),
    explain: async (options) => (await import('../slice.js')).explainSlice(inputs, options),
  })
}

/** Do `linemill head`. */
export function headAction(inputs: readonly string[], command: Command): Promise<void> {
  return act(inputs, command, {
    work: (pool, options) => pool.head(inputs, options),
    explain: async (options) => (await import('../slice.js')).explainHead(inputs, options),
  })
}

/** Do `linemill tail`. */
export function tailAction(inputs: readonly string[], command: Command): Promise<void> {
  return act(inputs, command, {
    work: (pool, options) => pool.tail(inputs, options),
    explain: async (options) => (await import('../slice.js')).explainTail(inputs, options),
  })
}

async function act(inputs: readonly string[], command: Command, { work, explain }: Doing): Promise<void> {
  const options: Options = { output: '-', ...typedOptions<Options>(command), mainThread: true }
  const { explain: wantsExplanation, progress, report: where } = command.opts()
  if (wantsExplanation) return printExplanation(await explain(options))
  const wantsProgress = progress ?? (options.output === '-' && (await isTerminal(1)) ? false : undefined)
  await checkReportFile(where, [...inputs, options.output])
  // Workers that were not started early start when they are needed: for a few records there may be one.
  await using pool = (await takeEarlyPool(options.workers)) ?? poolOf(options)
  const done = (provided: Provided) => work(pool, { ...options, ...provided })
  const report = await conduct(wantsProgress, done)
  await deliverReport(where, report, async (done) => (await import('./report-text.js')).describeReport(done))
}

function poolOf({ workers }: Options): LinemillPool {
  return createPool(workers === undefined ? {} : { workers })
}
