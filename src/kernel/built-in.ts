import type { Batch } from '../batch/batch.js'
import type { OutputDialect } from '../batch/encode.js'
import { ExtentWriter } from '../batch/extent-writer.js'
import type { Primitives } from '../primitives/primitives.js'
import type { SlotWriter } from '../region/slot-writer.js'
import type { Kernel } from './kernel.js'
import type { SplitDescription } from './split-kernel.js'

/** A built-in kernel as plain data that crosses threads: its name, and what it has to know. Each kernel has its own. */
export type KernelDescription = SplitDescription

/** What a built-in kernel is made over. */
export interface BuiltInParts {
  readonly batch: Batch
  /** One for each output. */
  readonly writers: readonly SlotWriter[]
  readonly primitives: Primitives
  readonly outputDialect: OutputDialect
}

/** Make a built-in kernel; only its own module is loaded. */
export async function makeBuiltInKernel(
  description: KernelDescription,
  { batch, writers, primitives, outputDialect }: BuiltInParts,
): Promise<Kernel> {
  const output = new ExtentWriter(writers[0], batch, primitives, outputDialect.delimiter)
  switch (description.name) {
    case 'split': {
      const { SplitKernel } = await import('./split-kernel.js')
      return new SplitKernel(description, output)
    }
  }
}
