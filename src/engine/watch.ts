import { now } from '../clock.js'
import { asLinemillError, LinemillError } from '../errors.js'
import { inputChange } from '../input/open.js'
import type { Settings } from '../options.js'
import { cancelled } from './cancellation.js'
import type { Failures } from './failures.js'
import type { Prepared } from './prepare.js'

const PROGRESS_MILLISECONDS = 100

/** Report progress, by how many blocks are finished, and pass on the signal's abort, until the returned function is called. */
export function watch(
  finished: () => number,
  prepared: Prepared,
  settings: Settings,
  failures: Failures,
): () => void {
  const { signal, onProgress } = settings
  const abort = (): void => failures.add(-1, cancelled(signal))
  if (signal?.aborted) abort()
  signal?.addEventListener('abort', abort, { once: true })
  const began = now()
  const bytesTotal = prepared.byteLength
  const report = (): void => {
    const blocksDone = finished()
    const blocksTotal = prepared.plan.blockCount
    const bytesDone = Math.min(bytesTotal, blocksDone * prepared.plan.blockBytes)
    const seconds = (now() - began) / 1000
    try {
      onProgress?.({ bytesDone, bytesTotal, blocksDone, blocksTotal, seconds })
    } catch (thrown) {
      clearInterval(timer)
      failures.add(-1, asLinemillError(thrown, 'ERR_USER_FUNCTION', 'onProgress threw '))
    }
  }
  // The timer also keeps the process alive: waiting for a signal of the control words alone does not.
  const timer = setInterval(report, PROGRESS_MILLISECONDS)
  return () => {
    signal?.removeEventListener('abort', abort)
    clearInterval(timer)
    report()
  }
}

/** Compare the inputs with what they were when they were opened. Call before the output is put in place. */
export function checkInputs(prepared: Prepared, settings: Settings): void {
  for (const input of prepared.inputs) {
    const change = inputChange(input)
    if (change === undefined) continue
    const was = `${input.stat.size} bytes at the start`
    if (change === 'grown' && !settings.strictSize) {
      settings.onWarning(`input ${input.name} grew during the run; only its ${was} were processed`)
      continue
    }
    throw new LinemillError(
      'ERR_INPUT',
      `input ${input.name} was ${change} during the run (${was}): run again when nobody writes to it`,
    )
  }
}
