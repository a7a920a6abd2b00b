import type { OutputDialect } from '../batch/encode.js'
import { now } from '../clock.js'
import { formatOf, hasFields } from '../format/format.js'
import type { KernelDescription } from '../kernel/built-in.js'
import type { Settings } from '../options.js'
import { commitAll } from '../output/commit-all.js'
import { MemorySink } from '../output/sink.js'
import type { Report } from '../report.js'
import type { Pool } from '../worker/pool.js'
import { checkSignal, orCancelled } from './cancellation.js'
import { type Execution, execute, NO_JOB } from './execute.js'
import { makeFigures } from './figures.js'
import { openSinks, writeHeaders } from './job-output.js'
import type { Prepared } from './prepare.js'
import { checkInputs } from './watch.js'

/** What a built-in kernel makes of the records, and how that is written. */
export interface Transform {
  readonly kernel: KernelDescription
  /** With its line feed; empty for none. */
  readonly header: Buffer
  /** Header of the file of rejects: they stand there as in the input. */
  readonly rejectHeader: Buffer
  /** Whether the kernel writes anything. Default true. */
  readonly isWritten?: boolean
  /**
   * Make the output, in pieces, of what the kernel came to in each thread; it writes nothing itself then. Inputs are still
   * open.
   */
  readonly finish?: (execution: Execution) => Iterable<Buffer>
  /** How fields are written, where the kernel writes fields. */
  readonly outputDialect?: OutputDialect
}

/** Run a built-in kernel over all records and put what it writes in its place, all of it or nothing. */
export async function transform(
  prepared: Prepared,
  pool: Pool,
  { kernel, header, rejectHeader, isWritten = true, finish, outputDialect }: Transform,
  settings: Settings,
  began: number,
): Promise<{ report: Report; execution: Execution }> {
  const sinks = isWritten ? await openSinks(prepared, settings) : []
  const workBegan = now()
  try {
    warnOfExtension(prepared, settings, outputDialect !== undefined)
    if (isWritten) await orCancelled(writeHeaders(sinks, { header, rejectHeader }), settings.signal)
    const { onError, workers } = settings
    const task = { ...NO_JOB, ...(outputDialect && { outputDialect }), recordAllowed: true, kernel, onError }
    const execution = await execute(prepared, pool, task, finish === undefined ? sinks : [], settings)
    let finishedBytes = 0
    for (const piece of finish?.(execution) ?? []) {
      finishedBytes += piece.length
      await orCancelled(sinks[0].write([piece]), settings.signal)
    }
    checkInputs(prepared, settings)
    checkSignal(settings.signal)
    // HAZARD: loaded before the commit: a signal that comes when outputs are in their places ends what is left.
    const passedOver = execution.errors > 0 ? await import('./passed-over.js') : undefined
    await commitAll(sinks)
    if (passedOver) settings.onWarning(passedOver.describeErrors(prepared, execution, settings))
    const outputBytes = header.length + finishedBytes + (execution.bytesWritten[0] ?? 0)
    const figures = makeFigures(prepared, settings, execution, {
      ...{ workers, outputBytes, began, workBegan },
      isRestricted: kernel.name === 'where',
    })
    const [sink] = sinks
    const report = sink instanceof MemorySink ? { ...figures, output: sink.bytes() } : figures
    return { report, execution }
  } catch (thrown) {
    for (const sink of sinks) await sink.abort()
    throw thrown
  }
}

/** Records pass as they stand, and fields do not become objects: that an output's name says otherwise is most likely a slip. */
function warnOfExtension({ format }: Prepared, { output, onWarning }: Settings, areFields: boolean): void {
  const named = formatOf(output ?? '')
  if (output === undefined || format === 'lines' || named === 'lines' || named === format) return
  if (areFields && hasFields(named)) return
  const what = areFields ? 'fields parted as' : 'records as they stand'
  const other = hasFields(named) ? `; select writes columns as ${named}` : ''
  onWarning(`${output} gets ${what} in the inputs, which are ${format}${other}`)
}
