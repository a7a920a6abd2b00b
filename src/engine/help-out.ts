import { setImmediate as nextTurn } from 'node:timers/promises'
import { fromPlainError } from '../errors.js'
import type { Region } from '../region/region.js'
import { BlockLoop } from '../worker/block-loop.js'
import type { FromWorker, WorkerTask } from '../worker/messages.js'
import { kernelResults, prepareBuiltIn } from '../worker/prepare-kernel.js'
import type { Failures } from './failures.js'
import type { Prepared } from './prepare.js'

/** How long the main thread works before it looks after its other duties. */
const TURN_MILLISECONDS = 4

/** Let the main thread process blocks as workers do, a few milliseconds at a time, never waiting. */
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
  const kernel = task.kernel && (await prepareBuiltIn(loop, task.kernel, task, region))
  while (!control.isExhausted) {
    const until = performance.now() + TURN_MILLISECONDS
    for (let index = control.tryClaim(); index >= 0; index = control.tryClaim()) {
      loop.runBlock(index)
      if (performance.now() > until) break
    }
    await nextTurn()
  }
  loop.close()
  return { type: 'finished', figures: loop.figures, ...kernelResults(kernel) }
}
