import { isWriting } from './output/descriptor.js'
import { removeTemporaryFiles, watchTemporaries } from './output/temporary.js'
import { loadAddon } from './primitives/native.js'
import { isThreadEnding } from './worker/ending-threads.js'

const ABORT_STATUS = 1
const ABORT_TEXT =
  'linemill: the process was aborted, as is told above; most often the job keeps more than memory holds: keep less, or give it more (NODE_OPTIONS=--max-old-space-size=MiB). Outputs are as they were.\n'

/**
 * Let an abort of this process be told and leave no temporary file. The runtime aborts where a worker's heap overflows
 * in one great step, which no code survives; smaller steps end the worker alone.
 */
export function tellAborts(): void {
  watchTemporaries((paths) => prepareAbort(ABORT_TEXT, paths, ABORT_STATUS))
}

/**
 * End the process, also while threads are stuck in system calls: a job's that wait for a program or a file, or a
 * write to a pipe that nobody reads. `process.exit` would wait for them. Without the addon the status of a process that
 * must end so is that of SIGKILL.
 */
export function endProcess(status: number): never {
  if (isThreadEnding() || isWriting()) {
    removeTemporaryFiles()
    process.kill(process.pid, prepareAbort('', [], status) ? 'SIGABRT' : 'SIGKILL')
  }
  process.exit(status)
}

/** How long threads may take to end where only that keeps the process's status. */
const END_MILLISECONDS = 500

/** End the process; without the addon threads that are just ending may do so first, which saves the status. */
export function endSoon(status: number, waited = 0): void {
  const canKeep = waited < END_MILLISECONDS && isThreadEnding() && loadAddon() === undefined
  if (canKeep) setTimeout(() => endSoon(status, waited + 10), 10)
  else endProcess(status)
}

function prepareAbort(text: string, paths: readonly string[], status: number): boolean {
  const addon = loadAddon()
  addon?.prepareAbort(text, paths.map((path) => `${path}\0`).join(''), status)
  return addon !== undefined
}
