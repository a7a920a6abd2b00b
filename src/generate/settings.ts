import { LinemillError } from '../errors.js'
import { checkKeys, flag, signalOf, wholeNumber } from '../options.js'

export type GenerateKind = 'tianchi' | 'measurements' | 'ndjson' | 'quoted'
export const GENERATE_KINDS: readonly GenerateKind[] = ['tianchi', 'measurements', 'ndjson', 'quoted']

/** Options of `generate`. Same seed, rows and kind: same bytes, on every platform. */
export interface GenerateOptions {
  /** File to write, `-` for standard output. Default `-`. */
  readonly output?: string
  /** Records, the header not counted. Default 1,000,000. */
  readonly rows?: number
  /** Bytes to reach instead of a number of rows: whole records until there are at least so many. */
  readonly sizeBytes?: number
  /** Any whole number from 0 to 2^53 - 1. Default 1. */
  readonly seed?: number
  /** Stations of kind `measurements`, 1 to 10,000. Default 412. */
  readonly stations?: number
  /** Whether records of kind `quoted` end in CRLF. Default false: LF. */
  readonly crlf?: boolean
  /** Aborting it ends the work; the promise rejects with ERR_CANCELLED, the output stays untouched. */
  readonly signal?: AbortSignal
}

/** Options with every default decided. */
export interface GenerateSettings {
  readonly output: string
  readonly rows: number
  readonly sizeBytes: number
  readonly seed: number
  readonly stations: number
  readonly crlf: boolean
  readonly signal: AbortSignal | undefined
}

const DEFAULT_ROWS = 1_000_000
const DEFAULT_STATIONS = 412
const MAX_STATIONS = 10_000

/**
 * Check options and decide every default.
 *
 * @throws LinemillError ERR_USAGE naming the option, what was expected and what was found.
 */
export function resolveGenerateOptions(kind: GenerateKind, options: GenerateOptions): GenerateSettings {
  if (!GENERATE_KINDS.includes(kind)) {
    throw usage(`kind must be one of ${GENERATE_KINDS.join(', ')}, found ${JSON.stringify(kind)}`)
  }
  checkKeys('generate', options, ['output', 'rows', 'sizeBytes', 'seed', 'stations', 'crlf', 'signal'])
  const { rows, sizeBytes, stations, crlf } = options
  if (rows !== undefined && sizeBytes !== undefined) {
    throw usage('`rows` and `sizeBytes` exclude each other: give one of them')
  }
  if (stations !== undefined && kind !== 'measurements') {
    throw usage(`stations is an option of kind measurements, found with kind ${kind}`)
  }
  if (crlf !== undefined && kind !== 'quoted') {
    throw usage(`\`crlf\` is an option of kind quoted, found with kind ${kind}`)
  }
  const most = Number.MAX_SAFE_INTEGER
  return {
    output: options.output ?? '-',
    rows: wholeNumber('rows', rows, sizeBytes === undefined ? DEFAULT_ROWS : most, 0, most),
    sizeBytes: wholeNumber('sizeBytes', sizeBytes, most, 0, most),
    seed: wholeNumber('seed', options.seed, 1, 0, most),
    stations: wholeNumber('stations', stations, DEFAULT_STATIONS, 1, MAX_STATIONS),
    crlf: flag('crlf', crlf, false),
    signal: signalOf(options, 'generate'),
  }
}

function usage(message: string): LinemillError {
  return new LinemillError('ERR_USAGE', message)
}
