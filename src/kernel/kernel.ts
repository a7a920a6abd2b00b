import type { Batch } from '../batch/batch.js'
import type { LinemillError } from '../errors.js'
import type { InputPlan } from '../plan/plan.js'

/** What is done with the batches of a worker's blocks. A kernel knows nothing of threads, files or the run. */
export interface Kernel {
  /** Records that failed and were passed over, since the worker began. */
  readonly errors: number
  /** About the first record that was passed over. */
  readonly firstError?: LinemillError | undefined
  /** Records that a filter let pass, since the worker began. */
  readonly passed?: number
  /** Records of the run before it are not asked for: blocks that hold no others are not cut. Default 0. */
  readonly firstRecord?: number
  /** Told which records of a batch, `[from, until)`, count in a reduction, before the batch is filled anew. */
  onTaken?: ((from: number, until: number) => void) | undefined
  /**
   * What a reduction has come to in this worker, as plain data that crosses threads. Asked for once, when there are no
   * more batches.
   */
  partial?(): unknown
  /** Called when the next batches come from another input, before the first of them. */
  useInput(input: InputPlan): void
  /**
   * Process all records of a batch, in order; emit nothing later.
   *
   * @throws LinemillError with the position of the record that failed.
   */
  process(batch: Batch): void
  /**
   * Deal with what ended the block before its last record: one that cannot be cut, or what `process` threw.
   *
   * @throws the same, unless it is told in the output; then the block is done.
   */
  fail(thrown: unknown): void
  /** Forget what is pending: the block at hand is abandoned. */
  abandonBlock(): void
}
