import { LinemillError } from '../errors.js'
import type { CommonOptions } from '../options.js'
import { writeToStandardError } from '../output/standard-error.js'
import { streamTo } from '../output/stream-to.js'
import type { Explanation } from '../report.js'
import { openInterruption } from './interruption.js'
import { openProgress } from './progress.js'

/** What every verb's library options have that the command line provides. */
export type Provided = Required<Pick<CommonOptions, 'signal' | 'onProgress' | 'onWarning'>>

/**
 * Do a verb's work with progress, warnings and signals; the exit status says if a signal cancelled it.
 *
 * @param settings.isAll whether the work includes all output. Default true; else signals end the process behind it.
 */
export async function conduct<R>(
  wantsProgress: boolean | undefined,
  work: (provided: Provided) => Promise<R>,
  { isAll } = { isAll: true },
): Promise<R> {
  const interruption = openInterruption()
  const display = await openProgress(wantsProgress)
  try {
    const done = await work({
      signal: interruption.signal,
      onProgress: (progress) => display.update(progress),
      onWarning: (message) => display.say(`linemill: warning: ${message}`),
    })
    if (isAll) interruption.workIsDone()
    else interruption.close()
    return done
  } catch (thrown) {
    interruption.close()
    const isCancelled = thrown instanceof LinemillError && thrown.code === 'ERR_CANCELLED'
    if (isCancelled) process.exitCode = interruption.status
    throw thrown
  } finally {
    display.close()
  }
}

/**
 * Refuse a report file that is a file of the run.
 *
 * @throws LinemillError ERR_USAGE
 */
export async function checkReportFile(
  where: string | boolean | undefined,
  files: readonly (string | undefined)[],
): Promise<void> {
  if (typeof where !== 'string' || where === '' || where === 'json') return
  const { isSameFile } = await import('../output/target.js')
  for (const file of files) {
    if (file !== undefined && (await isSameFile(where, file))) {
      throw new LinemillError('ERR_USAGE', `the report's file ${where} is a file of the run: name another`)
    }
  }
}

/** Give a report to where `--report` says: in words or as JSON to standard error, or as JSON to a file. */
export async function deliverReport<R extends object>(
  where: string | boolean | undefined,
  report: R,
  describe: (report: R) => string | Promise<string>,
): Promise<void> {
  if (where === undefined || where === false) return
  if (where === true || where === '') return writeToStandardError(await describe(report))
  const { reportToJson } = await import('./report-json.js')
  const json = reportToJson(report)
  if (where === 'json') return writeToStandardError(json)
  try {
    await streamTo(where, [Buffer.from(json)])
  } catch (thrown) {
    if (!(thrown instanceof LinemillError) || thrown.code !== 'ERR_OUTPUT') throw thrown
    const message = `the run is done, all its output is in place, but its report is not written: ${thrown.message}`
    throw new LinemillError(thrown.code, message, { cause: thrown.cause })
  }
}

/** Print what `--explain` says to standard output. */
export async function printExplanation(explanation: Explanation): Promise<void> {
  const { describeExplanation } = await import('./report-text.js')
  await printResult(describeExplanation(explanation))
}

/** Print a result to standard output. */
export async function printResult(text: string): Promise<void> {
  await streamTo('-', [Buffer.from(text)])
}
