import { constants } from 'node:os'
import type { ErrorCode } from '../errors.js'

/** A usage error: an unknown option, a value that an option does not take. */
export const EXIT_USAGE = 2

/**
 * The exit status of each way to fail.
 *
 *   0    done, or the reader of standard output went away
 *   1    the data or the user's function failed; a worker that died, since only the user's code can kill one
 *   2    usage, a module that is no job among it
 *   66   no such input
 *   74   input or output error
 *   75   a limit of the system was reached: try again
 *   130  cancelled: SIGINT (143: SIGTERM)
 */
export const EXIT_STATUS: Readonly<Record<ErrorCode, number>> = {
  ERR_READER_CLOSED: 0,
  ERR_FORMAT: 1,
  ERR_UNCLOSED_QUOTE: 1,
  ERR_RAGGED: 1,
  ERR_VALUE: 1,
  ERR_RECORD_TOO_LARGE: 1,
  ERR_USER_FUNCTION: 1,
  ERR_WORKER: 1,
  ERR_USAGE: EXIT_USAGE,
  ERR_MODULE: EXIT_USAGE,
  ERR_INPUT_NOT_FOUND: 66,
  ERR_INPUT: 74,
  ERR_OUTPUT: 74,
  ERR_RESOURCE: 75,
  ERR_CANCELLED: 130,
}

/** The status of a process that a signal ended, by the shell's convention. */
export function signalStatus(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal]
}
