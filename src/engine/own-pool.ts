import { type RunOptions, resolveOptions, type Verb } from '../options.js'
import { Pool } from '../worker/pool.js'

/** Do a verb's work on workers of its own, as many as its options say, and end them whatever comes of it. */
export async function onOwnPool<R>(
  options: RunOptions | undefined,
  verb: Verb,
  work: (pool: Pool) => Promise<R>,
): Promise<R> {
  const pool = new Pool(resolveOptions(options, verb).workers)
  try {
    return await work(pool)
  } finally {
    await pool.close()
  }
}
