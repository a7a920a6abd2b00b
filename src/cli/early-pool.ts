import { createPool, type LinemillPool } from '../pool.js'
import { earlyThreads } from '../worker/early-threads.js'

let early: LinemillPool | undefined

/** Make a pool of the threads that were started early, before the command line was read. */
export function takeThreads(): void {
  const count = earlyThreads()
  early = createPool()
  early.start(count)
}

/** Take the pool that was started early, if it is of the right size. */
export async function takeEarlyPool(workers: number | undefined): Promise<LinemillPool | undefined> {
  const found = early
  early = undefined
  if (found === undefined || (workers ?? found.workers) === found.workers) return found
  await found.close()
  return undefined
}

/** Take the pool that was started early, if it is of the right size, or make another. */
export async function takePool(workers: number | undefined): Promise<LinemillPool> {
  const found = await takeEarlyPool(workers)
  if (found !== undefined) return found
  const pool = createPool(workers === undefined ? {} : { workers })
  return pool
}
