import type { Worker } from 'node:worker_threads'

/** Where threads wait that were started early. It is global, as the command line's bundles have a copy of this each. */
const EARLY = Symbol.for('linemill: threads that were started early')
const waiting = globalThis as { [EARLY]?: Worker[] }

/** Keep threads for whoever uses them, and takes them before the event loop turns. */
export function keepEarlyThreads(threads: Worker[]): void {
  waiting[EARLY] = threads
}

export function takeEarlyThread(): Worker | undefined {
  return waiting[EARLY]?.pop()
}

/** How many threads were started early and are not taken. */
export function earlyThreads(): number {
  return waiting[EARLY]?.length ?? 0
}
