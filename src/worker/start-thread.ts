import type { Worker } from 'node:worker_threads'
import { keepEarlyThreads, takeEarlyThread } from './early-threads.js'

/** What a worker knows itself by: a global, as asking `node:worker_threads` would load it. */
const WORKER = Symbol.for('linemill: this thread is one of its workers')
const thread = globalThis as { [WORKER]?: boolean }

/** Let this thread be known as a worker. */
export function markWorker(): void {
  thread[WORKER] = true
}

/** Whether this thread is a worker of linemill's. */
export function isWorker(): boolean {
  return thread[WORKER] === true
}

/** Make a thread, or take one that was started early. @throws whatever Node does where it cannot make one. */
export function startThread(): Worker {
  return takeEarlyThread() ?? makeThread()
}

/** Start threads before what uses them is loaded. */
export function startEarly(count: number): void {
  const threads: Worker[] = []
  keepEarlyThreads(threads)
  try {
    for (let made = 0; made < count; made++) threads.push(makeThread())
  } catch {} // it is told when they are needed
}

function makeThread(): Worker {
  // Loaded here, as that takes five milliseconds, and commands on small files start no thread.
  const threads = process.getBuiltinModule('node:worker_threads')
  // Only this file knows the worker's entry, and only by URL: as this module and the command line's bundles see it.
  return new threads.Worker(new URL('../worker/worker.cjs', import.meta.url), {
    // A worker inherits all flags, and one that says how a script on the command line is read would end it.
    ...(process.execArgv.some((flag) => flag.startsWith('--input-type')) && { execArgv: [] }),
  })
}
