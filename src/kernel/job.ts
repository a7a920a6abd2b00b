import type { Batch } from '../batch/batch.js'
import type { Emitter } from '../batch/emitter.js'
import type { ColumnType, Row, RowOf } from '../batch/row.js'
import type { FormatName } from '../options.js'

/** What a function is told about where it is. One object for the whole run: read it during the call. */
export interface Context {
  /** The line on which the line or record starts, 1-based, counting every line of the input. */
  readonly lineNumber: number
  /** The record's number in its input, 1-based, the header not counted. In a line function: the line number. */
  readonly recordNumber: number
  /** Byte offset of the line's or record's first byte in its input. */
  readonly inputOffset: number
  /** The input's name as it was given. */
  readonly inputName: string
  /** The line or record as a string, as it stands in the input, without terminator. */
  readonly text: string
  /** Values given by `--arg name=value` or the option `args`. */
  readonly args: Readonly<Record<string, string>>
}

/** What `setup` and `teardown` are told. */
export interface WorkerContext {
  readonly args: Readonly<Record<string, string>>
  /** 0-based. Which blocks a worker gets depends on timing. */
  readonly workerIndex: number
  readonly workerCount: number
}

/** `undefined` or `null` drops the line; an array gives several lines; bytes are a line without its line end. */
export type LineResult = string | Uint8Array | readonly (string | Uint8Array)[] | undefined | null

/** A function of one line, without its line end. */
// biome-ignore lint/suspicious/noConfusingVoidType: a function that only emits returns nothing
export type LineFunction = (line: string, out: Emitter, context: Context) => LineResult | void

/** Columns by name and type; only these are decoded, and only when read. */
export type Columns = Readonly<Record<string, ColumnType>>

interface JobBase {
  /** Format of the inputs. Default: by extension. A line function always gets lines. */
  readonly format?: FormatName
  readonly delimiter?: string
  readonly quote?: string | null
  readonly header?: boolean
  readonly names?: readonly string[]
  /**
   * Header of the result: column names, or `'input'` to pass the inputs' header on. Default: none. A job that
   * passes records of inputs with a header on (`out.record()`) has to say; `[]` stands for none.
   */
  readonly output?: readonly string[] | 'input'
  /** Called once in each worker before its first record; may be asynchronous. */
  setup?(worker: WorkerContext): void | Promise<void>
  /** Called once in each worker after its last record, also after a failure; may be asynchronous. */
  teardown?(worker: WorkerContext): void | Promise<void>
}

/** A job that writes: a function for each line, record or batch. */
export interface LineJob extends JobBase {
  readonly line: LineFunction
}

export interface RecordJob<C extends Columns = Columns> extends JobBase {
  readonly columns?: C
  record(row: RowOf<C>, out: Emitter, context: Context): void
}

export interface BatchJob<C extends Columns = Columns> extends JobBase {
  readonly columns?: C
  batch(batch: Batch, out: Emitter, context: Context): void
}

/**
 * A job that reduces: a state in each worker, combined at the end. Which records a worker saw depends on timing, so
 * `combine` must be associative and commutative, and `finish` must order what it returns. States travel between
 * workers by structured clone: plain objects, Maps, Sets, typed arrays; no functions, no class instances.
 */
export interface Reduction<S> {
  init(args: Readonly<Record<string, string>>): S
  combine(a: S, b: S): S
  finish?(state: S): unknown
}

export interface LineReduction<S> extends JobBase, Reduction<S> {
  line(line: string, state: S, context: Context): void
}

export interface RecordReduction<S, C extends Columns = Columns> extends JobBase, Reduction<S> {
  readonly columns?: C
  record(row: RowOf<C>, state: S, context: Context): void
}

export interface BatchReduction<S, C extends Columns = Columns> extends JobBase, Reduction<S> {
  readonly columns?: C
  batch(batch: Batch, state: S, context: Context): void
}

/** Any job, as the engine holds it. */
export interface Job extends JobBase {
  readonly columns?: Columns
  readonly line?: (line: string, target: unknown, context: Context) => unknown
  readonly record?: (row: Row, target: unknown, context: Context) => unknown
  readonly batch?: (batch: Batch, target: unknown, context: Context) => unknown
  readonly init?: (args: Readonly<Record<string, string>>) => unknown
  readonly combine?: (a: unknown, b: unknown) => unknown
  readonly finish?: (state: unknown) => unknown
}

/** What the engine must know of a job before it plans, as plain data. */
export interface JobDescription {
  readonly kind: 'line' | 'record' | 'batch'
  readonly isReduction: boolean
  readonly format?: FormatName
  readonly delimiter?: string
  readonly quote?: string | null
  readonly header?: boolean
  readonly names?: readonly string[]
  readonly columns?: Columns
  readonly output?: readonly string[] | 'input'
}

/**
 * Give a job its types; returns its argument unchanged. A plain object works as well, so a module that is run by
 * `npx linemill` need not import anything.
 */
export function defineJob<S, const C extends Columns>(job: RecordReduction<S, C>): RecordReduction<S, C>
export function defineJob<S, const C extends Columns>(job: BatchReduction<S, C>): BatchReduction<S, C>
export function defineJob<S>(job: LineReduction<S>): LineReduction<S>
export function defineJob<const C extends Columns>(job: RecordJob<C>): RecordJob<C>
export function defineJob<const C extends Columns>(job: BatchJob<C>): BatchJob<C>
export function defineJob(job: LineJob): LineJob
export function defineJob(job: LineFunction): LineFunction
export function defineJob<J>(job: J): J {
  return job
}
