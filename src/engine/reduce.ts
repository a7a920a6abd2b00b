import { now } from '../clock.js'
import type { KernelDescription } from '../kernel/built-in.js'
import type { Settings } from '../options.js'
import { commitAll } from '../output/commit-all.js'
import type { Report } from '../report.js'
import type { Pool } from '../worker/pool.js'
import { checkSignal, orCancelled } from './cancellation.js'
import { type Execution, execute, NO_JOB, type Workers } from './execute.js'
import { makeFigures } from './figures.js'
import { openSinks } from './job-output.js'
import type { Prepared } from './prepare.js'
import { encodeTable, type Table, type TableFormat } from './table.js'
import { checkInputs } from './watch.js'

/** A built-in reduction, and how its result is written. */
export interface Reduction {
  readonly kernel: KernelDescription
  readonly format: TableFormat
  /** Make the result of what the kernel came to in each thread; inputs are still open. */
  readonly finish: (execution: Execution) => Table | Promise<Table>
}

/**
 * Run a built-in kernel that writes nothing, and write what it came to as a table: all of it or nothing. Without
 * `output` it is written nowhere, and whoever calls takes it from what is returned.
 */
export async function reduce(
  prepared: Prepared,
  pool: Pool | Workers,
  { kernel, format, finish }: Reduction,
  settings: Settings,
  began: number,
): Promise<{ report: Report; table: Table }> {
  const sinks = settings.output === undefined ? [] : await openSinks(prepared, settings)
  const workBegan = now()
  try {
    const { onError, signal, workers } = settings
    const execution = await execute(prepared, pool, { ...NO_JOB, kernel, onError }, [], settings)
    const table = await orCancelled(Promise.resolve(finish(execution)), signal)
    let outputBytes = 0
    for (const piece of sinks.length > 0 ? encodeTable(table, format) : []) {
      outputBytes += piece.length
      await orCancelled(sinks[0].write([piece]), signal)
    }
    checkInputs(prepared, settings)
    checkSignal(signal)
    // HAZARD: loaded before the commit: a signal that comes when outputs are in their places ends what is left.
    const passedOver = execution.errors > 0 ? await import('./passed-over.js') : undefined
    await commitAll(sinks)
    if (passedOver) settings.onWarning(passedOver.describeErrors(prepared, execution, settings))
    const report = makeFigures(prepared, settings, execution, {
      ...{ workers, outputBytes, began, workBegan },
      isRestricted: kernel.name === 'where',
    })
    return { report, table }
  } catch (thrown) {
    for (const sink of sinks) await sink.abort()
    throw thrown
  }
}
