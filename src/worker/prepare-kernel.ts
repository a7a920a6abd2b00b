import { Batch, measureBatch } from '../batch/batch.js'
import { toPlainError } from '../errors.js'
import { type KernelDescription, makeBuiltInKernel } from '../kernel/built-in.js'
import type { Kernel } from '../kernel/kernel.js'
import type { KernelSettings } from '../kernel/make-kernel.js'
import { choosePrimitives } from '../primitives/choose.js'
import type { Primitives } from '../primitives/primitives.js'
import type { Region } from '../region/region.js'
import { SlotWriter } from '../region/slot-writer.js'
import type { Slots } from '../region/slots.js'
import type { BlockLoop } from './block-loop.js'
import type { WorkerTask } from './messages.js'

/** Let the loop run a built-in kernel, which writes into `slots`; gives it. */
export async function prepareBuiltIn(
  loop: BlockLoop,
  description: KernelDescription,
  task: WorkerTask,
  region: Region,
  slots: Slots = region,
): Promise<Kernel> {
  const { batch, writers, primitives } = makeParts(loop, task, slots)
  const settings = kernelSettings(task, region)
  const kernel = await makeBuiltInKernel(description, { batch, writers, primitives, settings })
  loop.setWork({ kernel, batch, writers })
  return kernel
}

/** What a built-in kernel has to tell when there are no more blocks. */
export function kernelResults(kernel: Kernel | undefined) {
  return {
    firstError: kernel?.firstError && toPlainError(kernel.firstError),
    state: kernel?.partial?.(),
  }
}

export function kernelSettings(task: WorkerTask, region: Region): KernelSettings {
  const { plan, onError, args, columns, outputDialect, recordAllowed } = task
  return {
    columns,
    format: plan.inputs[0]?.format ?? 'lines',
    outputDialect,
    recordAllowed,
    onError,
    args,
    control: region.control,
    worker: task.watchesCalls ? region.control.worker : undefined,
  }
}

/** A batch as large as the task asks for, and a writer for each of its outputs. */
export function makeParts(
  loop: BlockLoop,
  task: WorkerTask,
  slots: Slots,
): { batch: Batch; writers: SlotWriter[]; primitives: Primitives } {
  const primitives = choosePrimitives(task.instructionSet, { warn: false })
  const { capacity, wantedCount } = measureBatch(task.plan, task.batchRecords)
  const writers: SlotWriter[] = []
  for (let output = 0; output < (task.onError === 'reject' ? 2 : 1); output++) {
    writers.push(new SlotWriter(slots, output, writers, loop.verify))
  }
  return { batch: new Batch(primitives, capacity, wantedCount), writers, primitives }
}
