import { LinemillError } from '../errors.js'
import type { Sink } from './sink.js'
import { beginCommit } from './temporary.js'

/**
 * Put all outputs of a run in their places, or none of them. What may fail is done for all before the first is there;
 * if one cannot be put in its place all the same, those before it are taken back.
 *
 * @throws LinemillError ERR_OUTPUT; it says if something could not be taken back.
 */
export async function commitAll(sinks: readonly Sink[]): Promise<void> {
  for (const sink of sinks) await sink.flush()
  const committed: Sink[] = []
  const endCommit = beginCommit()
  try {
    for (const sink of sinks) {
      await sink.commit({ keepsOld: sink !== sinks.at(-1) })
      committed.push(sink)
    }
  } catch (thrown) {
    throw await undoAll(committed, thrown)
  } finally {
    for (const sink of committed) await sink.forget?.()
    endCommit()
  }
}

async function undoAll(committed: readonly Sink[], failure: unknown): Promise<unknown> {
  let told = failure
  for (const sink of committed) {
    try {
      await sink.undo?.()
    } catch (thrown) {
      const left = (thrown as Error).message
      if (told instanceof LinemillError) {
        told = new LinemillError(told.code, `${told.message}; ${left}`, { cause: told.cause })
      }
    }
  }
  return told
}
