import { endSoon } from '../ending.js'
import { isCommitting, removeTemporaryFiles } from '../output/temporary.js'
import { signalStatus } from './exit-status.js'

/** SIGINT, SIGTERM and SIGHUP, as something to cancel by. */
export interface Interruption {
  readonly signal: AbortSignal
  /** The exit status, once a signal came. */
  readonly status: number | undefined
  /**
   * Say that the work is done, and its outputs in their places: a signal comes too late to cancel anything. It ends the
   * process with status 0, if that does not end soon by itself.
   */
  workIsDone(): void
  /** Leave signals to the platform again. */
  close(): void
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

function endLater(milliseconds: number): void {
  setTimeout(() => endSoon(0), milliseconds).unref()
}

/** How long a process whose work is done may take to end. */
const END_MILLISECONDS = 1000

/**
 * Let the first signal cancel, so that nothing half-written stays; a second one ends the process at once, unless
 * outputs are just being put in their places, which takes a moment and must be whole; a third one in any case.
 */
export function openInterruption(): Interruption {
  const controller = new AbortController()
  let status: number | undefined
  let count = 0
  let isDone = false
  const onSignal = (name: NodeJS.Signals): void => {
    count++
    if (isDone) endLater(count > 1 ? 0 : END_MILLISECONDS)
    else if (count > 2 || (count === 2 && !isCommitting())) endNow(name)
    else if (count === 1) {
      status = signalStatus(name)
      controller.abort()
    }
  }
  const close = (): void => {
    for (const name of SIGNALS) process.off(name, onSignal)
  }
  // A thread that hangs in a system call would keep process.exit() waiting; the signal itself does not wait.
  const endNow = (name: NodeJS.Signals): void => {
    removeTemporaryFiles()
    close()
    process.kill(process.pid, name)
  }
  for (const name of SIGNALS) process.on(name, onSignal)
  return {
    signal: controller.signal,
    get status() {
      return status
    },
    workIsDone() {
      isDone = true
    },
    close,
  }
}
