import { createPool, type LinemillPool } from '../pool.js'

let early: LinemillPool | undefined

/** Start as many workers as a verb takes by default, before it is known what else the command line says. */
export function startPool(verb: string): void {
  early = createPool()
  try {
    // The main thread is one of those that count.
    early.start(verb === 'count' || verb === 'tail' ? early.workers - 1 : early.workers)
  } catch {} // it is told when they are needed
}

/** Take the pool that was started early, if it is of the right size. */
export async function takeEarlyPool(workers: number | undefined): Promise<LinemillPool | undefined> {
  const found = early
  early = undefined
  if (found === undefined || (workers ?? found.workers) === found.workers) return found
  await found.close()
  return undefined
}

/** Take the pool that was started early, if it is of the right size, or start another. */
export async function takePool(workers: number | undefined): Promise<LinemillPool> {
  const found = await takeEarlyPool(workers)
  if (found !== undefined) return found
  const pool = createPool(workers === undefined ? {} : { workers })
  pool.start()
  return pool
}
