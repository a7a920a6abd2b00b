import { now } from '../clock.js'
import type { Settings } from '../options.js'
import type { Explanation, Report } from '../report.js'
import { type Execution, measureRegion, type Work, workersNeeded } from './execute.js'
import type { Prepared } from './prepare.js'

/** What only a verb knows of its run. Times are those of `now()`. */
export interface VerbFigures {
  readonly workers: number
  readonly outputBytes: number
  readonly began: number
  readonly workBegan: number
  /** Whether a condition let some of the records pass. Default false. */
  readonly isRestricted?: boolean
}

/** What only a verb knows of what it would do. */
export interface VerbPlan extends Pick<Explanation, 'kind' | 'isReduction' | 'columns'> {
  /** How many outputs it writes. */
  readonly outputs: number
  /** What its threads do; by default what is linemill's own. */
  readonly work?: Work
}

/** Make the explanation that all verbs give. */
export function makeExplanation(
  prepared: Prepared,
  settings: Settings,
  { kind, isReduction, columns, outputs, work = {} }: VerbPlan,
): Explanation {
  const { slotBytes, slotCount } = measureRegion(settings, outputs)
  return {
    inputs: prepared.reports,
    kind,
    isReduction,
    workers: workersNeeded(work, prepared, settings),
    instructionSet: prepared.primitives.instructionSet,
    blockBytes: settings.blockBytes,
    blocks: prepared.plan.blockCount,
    slotBytes,
    slots: slotCount,
    gather: settings.gather,
    columns,
  }
}

/** Make the report that all verbs give. */
export function makeFigures(
  prepared: Prepared,
  settings: Settings,
  execution: Execution,
  { workers, outputBytes, began, workBegan, isRestricted = false }: VerbFigures,
): Report {
  const start = (workBegan - began) / 1000
  const seconds = (now() - began) / 1000
  const work = execution.secondsOfWork
  return {
    inputs: prepared.reports,
    workers,
    instructionSet: prepared.primitives.instructionSet,
    blockBytes: settings.blockBytes,
    blocks: prepared.plan.blockCount,
    inputBytes: prepared.byteLength,
    records: execution.records,
    blankLines: execution.ends.reduce((sum, { blanks }) => sum + blanks, 0),
    errors: execution.errors,
    ...(isRestricted && { passed: execution.passed }),
    outputBytes,
    drains: execution.drains,
    seconds,
    phases: { start, work, end: Math.max(0, seconds - start - work) },
    workerFigures: execution.workerFigures,
  }
}
