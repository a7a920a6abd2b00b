import { removeTemporaryFiles } from '../output/temporary.js'
import { signalStatus } from './exit-status.js'

/** SIGINT, SIGTERM and SIGHUP, as something to cancel by. */
export interface Interruption {
  readonly signal: AbortSignal
  /** The exit status, once a signal came. */
  readonly status: number | undefined
  /** Leave signals to the platform again. */
  close(): void
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Let the first signal cancel, so that nothing half-written stays; a second one ends the process at once. */
export function openInterruption(): Interruption {
  const controller = new AbortController()
  let status: number | undefined
  const onSignal = (name: NodeJS.Signals): void => {
    if (status !== undefined) endNow(name)
    status = signalStatus(name)
    controller.abort()
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
    close,
  }
}
