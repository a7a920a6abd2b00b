import type { Settings } from '../options.js'
import { type Boundary, planFrom } from '../plan/plan.js'
import { type Execution, execute, NO_JOB, type Workers } from './execute.js'
import type { Prepared } from './prepare.js'
import { hasOwnThreads, summarizeAll } from './summarize-all.js'

/** Where a run over some of the records has to begin, and how many records there are. */
export interface Place {
  /** The inputs from the first block on that may hold one of the records. */
  readonly prepared: Prepared
  readonly records: number
  readonly execution: Execution
}

/**
 * Count all records, and find the block in which record `start` may be: 0-based, below 0 from the end. Blocks are only
 * summarised; what is kept of them is bounded by the records from `start` to the end, or by nothing at all.
 */
export async function seek(
  prepared: Prepared,
  pool: Workers,
  start: number,
  settings: Settings,
): Promise<Place> {
  const passed = new PassedBlocks(start)
  const execution =
    (hasOwnThreads(prepared, settings) && (await summarizeAll(prepared, pool, settings, passed.add))) ||
    (await execute(prepared, pool, NO_JOB, [], settings, passed.add))
  const records = execution.ends.reduce((sum, end) => sum + end.records, 0)
  const { count, after } = passed.before(start < 0 ? records + start : start)
  return { prepared: { ...prepared, plan: planFrom(prepared.plan, count, after) }, records, execution }
}

/** A block, and the boundary behind it. */
interface PassedBlock {
  readonly index: number
  readonly after: Boundary
}

/** The blocks that may be the last one which can be passed over. */
class PassedBlocks {
  readonly #start: number
  #blocks: PassedBlock[] = []

  constructor(start: number) {
    this.#start = start
  }

  readonly add = (index: number, after: Boundary): void => {
    if (this.#start >= 0 && after.runRecords >= this.#start) return
    this.#blocks.push({ index, after })
    // However many records are still to come, record `start` is none of those before the least it may be.
    const least = this.#start >= 0 ? this.#start : after.runRecords + this.#start
    let passed = 0
    while (passed + 1 < this.#blocks.length && isBefore(this.#blocks[passed + 1], least)) passed++
    if (passed > 0) this.#blocks = this.#blocks.slice(passed)
  }

  /** How many blocks hold nothing from record `start` on, and the boundary behind them. */
  before(start: number): { count: number; after: Boundary | undefined } {
    const last = this.#blocks.filter((block) => isBefore(block, start)).at(-1)
    return last === undefined ? { count: 0, after: undefined } : { count: last.index + 1, after: last.after }
  }
}

/** Whether no record from `start` on starts in a block, or in one before it. */
function isBefore({ after }: PassedBlock, start: number): boolean {
  return after.runRecords < start
}
