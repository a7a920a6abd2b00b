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
  const begun: Sink[] = []
  const endCommit = beginCommit()
  try {
    for (const sink of sinks) {
      begun.push(sink)
      await sink.commit({ keepsOld: sinks.length > 1 })
    }
  } catch (thrown) {
    throw await undoAll(begun, thrown)
  } finally {
    for (const sink of begun) await sink.forget?.()
    endCommit()
  }
}

async function undoAll(begun: readonly Sink[], failure: unknown): Promise<unknown> {
  let told = failure
  for (const sink of begun) {
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
