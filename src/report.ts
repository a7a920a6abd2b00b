import type { FormatName, StrategyName } from './options.js'
import type { InstructionSet } from './primitives/primitives.js'

/** One input, as a run treated it. */
export interface InputReport {
  readonly name: string
  readonly byteLength: number
  readonly format: FormatName
  readonly strategy: StrategyName
  /** Why the strategy was taken, in words. */
  readonly strategyReason: string
}

/** The numbers of a run. Times are seconds. */
export interface Report {
  readonly inputs: readonly InputReport[]
  readonly workers: number
  readonly instructionSet: InstructionSet
  readonly blockBytes: number
  readonly blocks: number
  /** Bytes of all inputs. */
  readonly inputBytes: number
  /** Records (in a line function: lines) that were processed. */
  readonly records: number
  /** Lines without bytes that were skipped; with `limit`, those of the blocks that were read. */
  readonly blankLines: number
  /** Records that failed and were skipped or rejected. */
  readonly errors: number
  /** Records that passed: those of a filter, or for which `where` holds. Absent where all do. */
  readonly passed?: number
  readonly outputBytes: number
  /** How often output was written before the last block was finished. */
  readonly drains: number
  readonly seconds: number
  /** Seconds until workers could begin, of the work itself, and from the last block to the end. */
  readonly phases: { readonly start: number; readonly work: number; readonly end: number }
  /** By worker: which share it did. */
  readonly workerFigures: readonly WorkerFigures[]
  /** What a reduction's `finish` returned. */
  readonly result?: unknown
  /** The output's bytes, where no `output` was named. */
  readonly output?: Buffer
}

export interface WorkerFigures {
  readonly blocks: number
  readonly records: number
  /** Seconds in which it waited for room in the region or for other blocks. */
  readonly waitSeconds: number
}

/** What `--explain` prints: a run's decisions, before it runs. */
export interface Explanation {
  readonly inputs: readonly InputReport[]
  readonly kind:
    | 'line'
    | 'record'
    | 'batch'
    | 'count'
    | 'split'
    | 'filter'
    | 'select'
    | 'slice'
    | 'sample'
    | 'group'
    | 'stats'
  readonly isReduction: boolean
  readonly workers: number
  readonly instructionSet: InstructionSet
  readonly blockBytes: number
  readonly blocks: number
  readonly slotBytes: number
  readonly slots: number
  readonly gather: string
  readonly columns: readonly string[]
  /** Of `filter`, and where there is a condition: how the expression runs. */
  readonly expression?: FilterPlan
  /** Of `groupBy` and `freq`: the result's columns. */
  readonly groups?: GroupsPlan
  /** Of `slice`, `head` and `tail`: the records that would be passed on. */
  readonly slice?: SlicePlan
  /** Of `sample`: how many records would be passed on. */
  readonly sample?: SamplePlan
  /** Of `split`: the files that would be written. */
  readonly parts?: PartsPlan
}

/** What a result says of each group. */
export interface GroupsPlan {
  /** Names of the columns that tell the groups apart. */
  readonly keys: readonly string[]
  /** Names of what the aggregates come to. */
  readonly values: readonly string[]
}

/** Records from one to before another, from 0; below 0 from the end; to Infinity: to the end. */
export interface SlicePlan {
  readonly start: number
  readonly end: number
  /** Whether all records are counted first. */
  readonly countsFirst: boolean
}

/** A sample: of so many records, or of about this part of them. */
export interface SamplePlan {
  readonly seed: number
  readonly records?: number
  readonly fraction?: number
}

/** How `split` shares records out. */
export interface PartsPlan {
  /** Path of each file, with `{index}` for its index. */
  readonly name: string
  readonly unit: 'records' | 'bytes'
  /** Records, or bytes, of each file. */
  readonly size: number
  /** The most files there may be, where that is known before. */
  readonly atMost?: number
  readonly repeatsHeader: boolean
}

/** How a filter's expression runs: natively, as a JavaScript function, or first one, then the other. */
export interface FilterPlan {
  /** The part that runs natively, as it was written. */
  readonly native?: string
  /** The part that runs as a function. */
  readonly function?: string
  /** Why it does. */
  readonly reason?: string
  readonly isInverted: boolean
}

/** Options that name no output, so that the result is in the report. */
export type Unwritten<Options> = Options & { readonly output?: undefined }

/** A report with the result in it. */
export type WithRows<Own extends { readonly rows?: unknown }> = Own & {
  readonly rows: NonNullable<Own['rows']>
}
