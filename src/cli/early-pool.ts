import { totalSize } from '../input/large.js'
import { createPool, type LinemillPool } from '../pool.js'

let early: LinemillPool | undefined

/** What most verbs take as a block, if they are not told otherwise. */
const BLOCK_BYTES = 1024 * 1024

/**
 * Start as many workers as a verb takes by default for the files among the words of its command line, before it is
 * known what else they say. Where the main thread helps out it is one of them.
 */
export function startPool(words: readonly string[], isHelped: boolean): void {
  early = createPool()
  const blocks = Math.max(1, Math.ceil(totalSize(words) / BLOCK_BYTES))
  try {
    early.start(isHelped ? early.workers - 1 : Math.min(early.workers, blocks))
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

/** Take the pool that was started early, if it is of the right size, or make another. */
export async function takePool(workers: number | undefined): Promise<LinemillPool> {
  const found = await takeEarlyPool(workers)
  if (found !== undefined) return found
  const pool = createPool(workers === undefined ? {} : { workers })
  return pool
}
