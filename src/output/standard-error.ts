import { fstatSync, statSync, writeSync } from 'node:fs'
import { now } from '../clock.js'

const BUSY_MILLISECONDS = 5
const NULL_DEVICE = '/dev/null'

/**
 * Write to standard error at once, on whatever thread. What a worker writes through its own streams waits until its
 * event loop turns, which a run does not let it.
 */
export function writeToStandardError(text: string | Uint8Array): void {
  const bytes = typeof text === 'string' ? Buffer.from(text) : text
  let done = 0
  while (done < bytes.length) {
    try {
      done += writeSync(2, bytes, done)
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code !== 'EAGAIN') return // nobody reads it: words are lost, work is not
      sleep(BUSY_MILLISECONDS) // a pipe that is not blocking, and full
    }
  }
}

/** Whether a terminal shows what is written to a descriptor. */
export async function isTerminal(fd: number): Promise<boolean> {
  if (!mayBeTerminal(fd)) return false
  const { isatty } = await import('node:tty') // it loads the whole of node:net, which takes six milliseconds
  return isatty(fd)
}

/** Whether a descriptor may be a terminal's: the null device, where output often goes, is told apart for less. */
function mayBeTerminal(fd: number): boolean {
  try {
    const stats = fstatSync(fd)
    return stats.isCharacterDevice() && stats.rdev !== nullDevice()
  } catch {
    return false // it is closed
  }
}

function nullDevice(): number | undefined {
  try {
    return statSync(NULL_DEVICE).rdev
  } catch {
    return undefined
  }
}

function sleep(milliseconds: number): void {
  const until = now() + milliseconds
  while (now() < until);
}
