import { Worker } from 'node:worker_threads'

/** What a worker knows itself by. */
export const WORKER_MARK = 'a worker of linemill'

/** Where threads wait that were started early. It is global, as the command line's bundles have a copy of this each. */
const EARLY = Symbol.for('linemill: threads that were started early')
const waiting = globalThis as { [EARLY]?: Worker[] }

/** Make a thread, or take one that was started early. @throws whatever Node does where it cannot make one. */
export function startThread(): Worker {
  return waiting[EARLY]?.pop() ?? makeThread()
}

/** Start threads before what uses them is loaded. Whoever does so has them taken before the event loop turns. */
export function startEarly(count: number): void {
  waiting[EARLY] = []
  try {
    for (let made = 0; made < count; made++) waiting[EARLY].push(makeThread())
  } catch {} // it is told when they are needed
}

/** How many threads were started early and are not taken. */
export function earlyThreads(): number {
  return waiting[EARLY]?.length ?? 0
}

function makeThread(): Worker {
  // Only this file knows the worker's entry, and only by URL: as this module and the command line's bundles see it.
  return new Worker(new URL('../worker/worker.cjs', import.meta.url), {
    workerData: WORKER_MARK,
    // A worker inherits all flags, and one that says how a script on the command line is read would end it.
    ...(process.execArgv.some((flag) => flag.startsWith('--input-type')) && { execArgv: [] }),
  })
}
