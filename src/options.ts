import { availableParallelism, totalmem } from 'node:os'
import { describeValue, LinemillError, nearestWord } from './errors.js'
import type { InstructionSet } from './primitives/primitives.js'

export type FormatName = 'lines' | 'csv' | 'tsv' | 'ndjson'
export const FORMAT_NAMES: readonly FormatName[] = ['lines', 'csv', 'tsv', 'ndjson']

/** How input bytes are obtained; see docs/architecture.md for the hazards of each. */
export type StrategyName = 'mapped' | 'pread'
export const STRATEGY_NAMES: readonly StrategyName[] = ['mapped', 'pread']

export type OnError = 'fail' | 'skip' | 'reject'
export const ON_ERROR_NAMES: readonly OnError[] = ['fail', 'skip', 'reject']

export type GatherName = 'end' | 'eager'
export const GATHER_NAMES: readonly GatherName[] = ['end', 'eager']

export type PrimitivesName = 'auto' | 'native' | InstructionSet
export const PRIMITIVES_NAMES: readonly PrimitivesName[] = [
  'auto',
  'native',
  'portable',
  'scalar',
  'sse2',
  'avx2',
  'avx512',
  'neon',
]

/** Figures of a run under way, as `onProgress` receives them. */
export interface Progress {
  /** Bytes of input in blocks that are finished. */
  readonly bytesDone: number
  readonly bytesTotal: number
  readonly blocksDone: number
  readonly blocksTotal: number
  /** Seconds since the run began. */
  readonly seconds: number
}

/** Options that every verb understands. All are optional, none is ever changed. */
export interface CommonOptions {
  /** Worker threads. Default: the processors this process may use. At least 1, at most 1024. */
  readonly workers?: number
  /** Bytes of a block, the unit of work. Default 1 MiB. Any whole number from 1 to 2^30. */
  readonly blockBytes?: number
  /** Bytes for linemill's own buffers. At least 4096. Default: 256 MiB or a quarter of the machine's memory. */
  readonly memoryBytes?: number
  /** Bytes of an output slot. Default: 128 KiB, or less where `memoryBytes` is small. */
  readonly slotBytes?: number
  /** Records of a batch. Default 4096, fewer where many columns are wanted. */
  readonly batchRecords?: number
  /** How input bytes are obtained. Default `auto`: `mapped` where mapping works, else `pread`. */
  readonly strategy?: 'auto' | StrategyName
  /** Whether output is gathered after the last block, or while workers compute. Default: see docs/architecture.md. */
  readonly gather?: GatherName
  /** Default `auto`: by the input's extension (.csv, .tsv, .ndjson, .jsonl; else lines). */
  readonly format?: 'auto' | FormatName
  /** One ASCII character that parts fields. Default `,` for csv, tab for tsv. */
  readonly delimiter?: string
  /** One ASCII character that wraps fields in csv, or `null` for no quoting. Default `"`. */
  readonly quote?: string | null
  /** Whether csv and tsv inputs begin with a header. Default true. */
  readonly header?: boolean
  /** Column names; they take the place of a header's, or name the columns where there is none. */
  readonly names?: readonly string[]
  /** Process only the first so many records (or lines) of the inputs together. */
  readonly limit?: number
  /** Longest record, in bytes. Default and maximum 2^30 (1 GiB). */
  readonly maxRecordBytes?: number
  /** Fail where an input grew during the run. Default false: a warning, and the size at the start counts. */
  readonly strictSize?: boolean
  /**
   * Let the main thread take part in work that is native, as counting is; small inputs then start no workers. It
   * does so a few milliseconds at a time. Default false.
   */
  readonly mainThread?: boolean
  /** Which primitives to use. Default `auto`: environment LINEMILL_PRIMITIVES, else native, else portable. */
  readonly primitives?: PrimitivesName
  /** Aborting it ends the run; the promise rejects with ERR_CANCELLED, outputs stay untouched. */
  readonly signal?: AbortSignal
  /** Called at most ten times a second while the run goes on. */
  readonly onProgress?: (progress: Progress) => void
  /** Called with each warning, one sentence. Default: `process.emitWarning`. */
  readonly onWarning?: (message: string) => void
}

/** Options of `run`. */
export interface RunOptions extends CommonOptions {
  /** File to write, `-` for standard output. Omitted: the output's bytes are in the report's `output`. */
  readonly output?: string
  /** Sync file and directory before the run is done. Default false. */
  readonly sync?: boolean
  /** Values for the user's functions, as `context.args`. */
  readonly args?: Readonly<Record<string, string>>
  /** What to do about a record that fails. Default `fail`. */
  readonly onError?: OnError
  /** With `onError: 'reject'`: the file that receives failing records as they stand. */
  readonly reject?: string
  /** With `onError` skip or reject: fail after more than so many. Default: no limit. */
  readonly maxErrors?: number
  /**
   * Seconds that the job's function may take over one line or record; a batch function over one batch. A worker whose
   * function takes longer is ended, and the run fails with the record's position. At least 0.001. Default: no limit.
   */
  readonly timeoutSeconds?: number
  /** Export of the module that is the job. Default `default`. */
  readonly exportName?: string
}

/** Options that stay undefined where they are not given. */
type Undecided = 'slotBytes' | 'delimiter' | 'quote' | 'names' | 'signal' | 'onProgress' | 'output' | 'reject'

/** Options with every default decided. Made once by `resolveOptions`. Infinity in `timeoutSeconds`: no limit. */
export type Settings = Required<Omit<RunOptions, Undecided>> & {
  readonly [K in Undecided]: RunOptions[K] | undefined
}

/** A verb's options, told by how they differ from those of `run`. */
export interface Verb {
  readonly name: string
  readonly also?: readonly string[]
  readonly without?: readonly (keyof RunOptions)[]
}

/** What `run` alone has, of all verbs that only read, or copy, records. */
export const ABOUT_JOBS = ['args', 'onError', 'reject', 'maxErrors', 'timeoutSeconds', 'exportName'] as const

export const MAX_RECORD_BYTES = 2 ** 30
const MAX_BLOCK_BYTES = 2 ** 30
const MIB = 2 ** 20

/**
 * Check options and decide every default.
 *
 * @throws LinemillError ERR_USAGE naming the option, what was expected and what was found.
 */
export function resolveOptions(options: RunOptions = {}, verb: Verb = { name: 'run' }): Settings {
  const signal = signalOf(options, verb.name)
  const most = Number.MAX_SAFE_INTEGER
  const longest = MAX_RECORD_BYTES
  const settings: Settings = {
    workers: wholeNumber('workers', options.workers, availableParallelism(), 1, 1024),
    blockBytes: wholeNumber('blockBytes', options.blockBytes, MIB, 1, MAX_BLOCK_BYTES),
    memoryBytes: wholeNumber('memoryBytes', options.memoryBytes, defaultMemoryBytes(), 1, 2 ** 40),
    slotBytes:
      options.slotBytes === undefined
        ? undefined
        : wholeNumber('slotBytes', options.slotBytes, 0, 1, MAX_BLOCK_BYTES),
    batchRecords: wholeNumber('batchRecords', options.batchRecords, 4096, 1, 2 ** 20),
    strategy: oneOf('strategy', options.strategy, 'auto', ['auto', ...STRATEGY_NAMES]),
    gather: oneOf('gather', options.gather, 'eager', GATHER_NAMES),
    format: oneOf('format', options.format, 'auto', ['auto', ...FORMAT_NAMES]),
    delimiter: singleByte('delimiter', options.delimiter),
    quote: options.quote === null ? null : singleByte('quote', options.quote),
    header: flag('header', options.header, true),
    names: names(options.names),
    limit: wholeNumber('limit', options.limit, most, 0, most),
    maxRecordBytes: wholeNumber('maxRecordBytes', options.maxRecordBytes, longest, 1, longest),
    strictSize: flag('strictSize', options.strictSize, false),
    mainThread: flag('mainThread', options.mainThread, false),
    primitives: oneOf('primitives', options.primitives, 'auto', PRIMITIVES_NAMES),
    signal,
    onProgress: ofType('onProgress', options.onProgress, 'function'),
    onWarning:
      ofType('onWarning', options.onWarning, 'function') ??
      ((message) => process.emitWarning(message, 'LinemillWarning')),
    output: ofType('output', options.output, 'string'),
    sync: flag('sync', options.sync, false),
    args: ofType('args', options.args, 'object') ?? {},
    onError: oneOf('onError', options.onError, 'fail', ON_ERROR_NAMES),
    reject: ofType('reject', options.reject, 'string'),
    maxErrors: wholeNumber('maxErrors', options.maxErrors, most, 0, most),
    timeoutSeconds: seconds('timeoutSeconds', options.timeoutSeconds),
    exportName: ofType('exportName', options.exportName, 'string') ?? 'default',
  }
  const { name, also = [], without = [] } = verb
  const known = Object.keys(settings).filter((key) => !without.includes(key as keyof RunOptions))
  checkKeys(name, options, [...known, ...also])
  if (settings.onError === 'reject' && without.includes('reject')) {
    throw usage(`${name} writes no records, so none can be rejected: \`onError\` must be fail or skip`)
  }
  checkTogether(settings)
  return settings
}

/** A region of less, cut as usual, would write a few bytes at a time. */
const MIN_MEMORY_BYTES = 4096

function checkTogether(settings: Settings): void {
  if (settings.slotBytes === undefined && settings.memoryBytes < MIN_MEMORY_BYTES) {
    throw usage(`memoryBytes must be at least ${MIN_MEMORY_BYTES}, found ${settings.memoryBytes}`)
  }
  const rejects = settings.onError === 'reject'
  if (rejects && settings.reject === undefined) {
    throw usage("`onError` 'reject' needs `reject`: the file that receives failing records")
  }
  if (!rejects && settings.reject !== undefined) throw usage("`reject` is used only with `onError` 'reject'")
  if (settings.onError === 'fail' && settings.maxErrors < Number.MAX_SAFE_INTEGER) {
    throw usage("`maxErrors` is used only with `onError` 'skip' or 'reject'")
  }
  if (settings.delimiter !== undefined && settings.delimiter === settings.quote) {
    throw usage(`\`delimiter\` and \`quote\` must differ, both are ${JSON.stringify(settings.quote)}`)
  }
}

/** A quarter of what the machine or the control group allows, at most 256 MiB. */
function defaultMemoryBytes(): number {
  const constrained = process.constrainedMemory?.() ?? 0
  const limit = constrained > 0 ? Math.min(constrained, totalmem()) : totalmem()
  return Math.min(256 * MIB, Math.floor(limit / 4))
}

function usage(message: string): LinemillError {
  return new LinemillError('ERR_USAGE', message)
}

function checkIsObject(verb: string, options: unknown): void {
  if (typeof options === 'object' && options !== null && !Array.isArray(options)) return
  throw usage(`the options of ${verb} must be an object, found ${describeValue(options)}`)
}

/** Refuse an option that is none of a verb's: it would be passed over without a word. */
export function checkKeys(verb: string, options: object, known: readonly string[]): void {
  checkIsObject(verb, options)
  for (const [key, value] of Object.entries(options)) {
    if (value === undefined || known.includes(key)) continue
    const near = nearestWord(key, known)
    throw usage(
      `${verb} has no option ${JSON.stringify(key)}${near ? `: did you mean ${near}?` : `; its options are ${known.join(', ')}`}`,
    )
  }
}

/** Take the signal out of options, which may be anything. */
export function signalOf(options: { readonly signal?: AbortSignal }, verb: string): AbortSignal | undefined {
  checkIsObject(verb, options)
  const { signal } = options
  if (signal === undefined || typeof signal?.addEventListener === 'function') return signal
  throw usage(`signal must be an AbortSignal, found ${describeValue(signal)}`)
}

function ofType<T>(name: string, value: T, type: 'string' | 'function' | 'object'): T {
  if (value === undefined || (typeof value === type && value !== null)) return value
  throw usage(`${name} must be ${type === 'object' ? 'an' : 'a'} ${type}, found ${describeValue(value)}`)
}

/** Check a whole number's range; its name stands first in the message. */
export function wholeNumber(
  name: string,
  value: number | undefined,
  fallback: number,
  min: number,
  max: number,
): number {
  if (value === undefined) return fallback
  if (Number.isSafeInteger(value) && value >= min && value <= max) return value
  throw usage(`${name} must be a whole number from ${min} to ${max}, found ${describeValue(value)}`)
}

/** What a timer can tell apart, and can wait for. */
const MIN_SECONDS = 0.001
const MAX_SECONDS = 10 ** 6

function seconds(name: string, value: number | undefined): number {
  if (value === undefined) return Number.POSITIVE_INFINITY
  if (typeof value === 'number' && value >= MIN_SECONDS && value <= MAX_SECONDS) return value
  throw usage(
    `${name} must be a number of seconds from ${MIN_SECONDS} to ${MAX_SECONDS}, found ${String(value)}`,
  )
}

function oneOf<T extends string>(name: string, value: T | undefined, fallback: T, allowed: readonly T[]): T {
  if (value === undefined) return fallback
  if (allowed.includes(value)) return value
  throw usage(`${name} must be one of ${allowed.join(', ')}, found ${JSON.stringify(value)}`)
}

/** Check that an option is true or false. */
export function flag(name: string, value: boolean | undefined, fallback: boolean): boolean {
  if (value === undefined) return fallback
  if (typeof value === 'boolean') return value
  throw usage(`${name} must be true or false, found ${JSON.stringify(value)}`)
}

export function singleByte(name: string, value: string | undefined): string | undefined {
  if (value === undefined) return undefined
  if (value.length === 1 && value.charCodeAt(0) < 0x80 && value !== '\n' && value !== '\r') return value
  throw usage(`${name} must be one ASCII character, no line end, found ${JSON.stringify(value)}`)
}

function names(value: readonly string[] | undefined): readonly string[] | undefined {
  if (value === undefined) return undefined
  if (!Array.isArray(value)) throw usage(`names must be an array of names, found ${describeValue(value)}`)
  const twice = value.find((name, index) => value.indexOf(name) !== index)
  if (twice !== undefined) throw usage(`names must differ, ${JSON.stringify(twice)} stands twice`)
  if (value.length === 0) throw usage('names must not be empty')
  return value
}
