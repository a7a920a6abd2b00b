import { createPool, type LinemillPool } from '../pool.js'

let early: LinemillPool | undefined

/** Start as many workers as there are by default, before it is known what the command line says. */
export function startPool(): void {
  early = createPool()
  try {
    early.start()
  } catch {} // it is told when they are needed
}

/** Take the pool that was started early, if it is of the right size, or start another. */
export async function takePool(workers: number | undefined): Promise<LinemillPool> {
  const found = early
  early = undefined
  if (found !== undefined && (workers ?? found.workers) === found.workers) return found
  await found?.close()
  const pool = createPool(workers === undefined ? {} : { workers })
  pool.start()
  return pool
}
