import { signalStatus } from './exit-status.js'

/** SIGINT and SIGTERM, as something to cancel by. */
export interface Interruption {
  readonly signal: AbortSignal
  /** The exit status, once a signal came. */
  readonly status: number | undefined
  /** Leave signals to the platform again. */
  close(): void
}

/** Let the first signal cancel, so that nothing half-written stays; a second one ends the process at once. */
export function openInterruption(): Interruption {
  const controller = new AbortController()
  let status: number | undefined
  const onSignal = (name: NodeJS.Signals): void => {
    const isSecond = status !== undefined
    status = signalStatus(name as 'SIGINT' | 'SIGTERM')
    if (isSecond) process.exit(status)
    controller.abort()
  }
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal)
  return {
    signal: controller.signal,
    get status() {
      return status
    },
    close() {
      process.off('SIGINT', onSignal).off('SIGTERM', onSignal)
    },
  }
}
