import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import { now } from '../clock.js'
import { fromPlainError } from '../errors.js'
import type { Region } from '../region/region.js'
import { BlockLoop } from '../worker/block-loop.js'
import type { FromWorker, WorkerTask } from '../worker/messages.js'
import { kernelResults, prepareBuiltIn } from '../worker/prepare-kernel.js'
import type { Failures } from './failures.js'
import type { Prepared } from './prepare.js'

/** How long the main thread works before it looks after its other duties. */
const TURN_MILLISECONDS = 4

/**
 * Let the main thread process blocks as workers do, a few milliseconds at a time, never waiting. What it writes goes into
 * slots of its own.
 */
export async function helpOut(
  prepared: Prepared,
  region: Region,
  task: WorkerTask,
  failures: Failures,
): Promise<FromWorker> {
  const { plan, primitives } = prepared
  const { control } = region
  const { maxRecordBytes, limit } = task
  const post = (message: FromWorker): void => {
    if (message.type === 'blockFailed') failures.addBlock(message.blockIndex, fromPlainError(message.error))
  }
  const loop = new BlockLoop({ plan, control, primitives, maxRecordBytes, limit, post })
  const kernel = task.kernel && (await prepareBuiltIn(loop, task.kernel, task, region, region.ownSlots))
  while (!control.isExhausted) {
    const until = now() + TURN_MILLISECONDS
    let isIdle = region.ownSlots.isFull
    while (!region.ownSlots.isFull && now() < until) {
      const index = control.tryClaim()
      isIdle = index < 0
      if (isIdle) break
      loop.runBlock(index)
    }
    if (isIdle) {
      control.wakeMain() // nobody else may do so: the gatherer has to free what is held here, or to retire blocks
      await sleep(1)
    } else {
      await nextTurn()
    }
  }
  loop.close()
  return { type: 'finished', figures: loop.figures, ...kernelResults(kernel) }
}
