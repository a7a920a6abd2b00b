/** Every way a linemill call can fail. The union is closed: a `switch` over it can be exhaustive. */
export type ErrorCode =
  | 'ERR_USAGE' // an option or argument is wrong
  | 'ERR_INPUT_NOT_FOUND' // an input does not exist
  | 'ERR_INPUT' // an input cannot be read, or changed while it was read
  | 'ERR_OUTPUT' // the output cannot be written
  | 'ERR_FORMAT' // the input is in a form that is not supported
  | 'ERR_UNCLOSED_QUOTE' // a quoted field is still open at the end of the input
  | 'ERR_RAGGED' // a record has more or fewer fields than the header
  | 'ERR_VALUE' // a field does not parse as its column's type
  | 'ERR_RECORD_TOO_LARGE' // a record exceeds `maxRecord`
  | 'ERR_MODULE' // the user's module does not load, or is not a job
  | 'ERR_USER_FUNCTION' // the user's function threw, or returned what it may not
  | 'ERR_WORKER' // a worker died
  | 'ERR_CANCELLED' // the run's signal was aborted
  | 'ERR_READER_CLOSED' // the reader of standard output went away
  | 'ERR_RESOURCE' // a limit of the system was reached: memory, threads, open files

/** Where in an input something was found. Numbers are 1-based, offsets 0-based. */
export interface Position {
  readonly inputName: string
  /** The line on which the record starts, counting every line of the input, the header among them. */
  readonly lineNumber: number
  /** The record's number in its input; absent where lines, not records, are processed. */
  readonly recordNumber?: number
  /** Byte offset of the record's first byte. */
  readonly inputOffset: number
}

/** A `LinemillError` as plain data, so that it survives the way between threads. */
export interface PlainError {
  readonly code: ErrorCode
  readonly message: string
  readonly position?: Position
  /** The record or line the error is about, shortened. */
  readonly excerpt?: string
  readonly causeStack?: string
  readonly causeMessage?: string
}

/** The one class of errors that linemill throws. */
export class LinemillError extends Error {
  override readonly name = 'LinemillError'
  readonly code: ErrorCode
  readonly position: Position | undefined
  /** The record or line the error is about, shortened. */
  readonly excerpt: string | undefined

  constructor(
    code: ErrorCode,
    message: string,
    details: { cause?: unknown; position?: Position | undefined; excerpt?: string | undefined } = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.code = code
    this.position = details.position
    this.excerpt = details.excerpt
  }
}

/** What the system says where something runs out that others use as well, and what to do. */
const SHORTAGES: Readonly<Record<string, string>> = {
  EMFILE: 'too many open files: raise the limit (ulimit -n)',
  ENFILE: 'too many open files in the whole system: try again',
  ENOMEM: 'the system is out of memory: try again, or use less',
}

/** Make an ERR_RESOURCE of an error of the system that something ran out; undefined if it is another. */
export function asShortage(thrown: unknown, prefix = ''): LinemillError | undefined {
  const { code = '' } = (thrown ?? {}) as Partial<NodeJS.ErrnoException>
  const reason: string | undefined = SHORTAGES[code]
  return reason === undefined
    ? undefined
    : new LinemillError('ERR_RESOURCE', prefix + reason, { cause: thrown })
}

/** Turn any thrown value into a `LinemillError`, keeping one that already is. */
export function asLinemillError(thrown: unknown, code: ErrorCode, prefix = ''): LinemillError {
  if (thrown instanceof LinemillError) return thrown
  const shortage = asShortage(thrown, prefix)
  if (shortage !== undefined) return shortage
  return new LinemillError(code, prefix + describeThrown(thrown), { cause: thrown })
}

/** One line that says what was thrown. */
export function describeThrown(thrown: unknown): string {
  if (thrown instanceof Error) return `${thrown.name}: ${thrown.message}`
  return `a thrown value that is no Error: ${asText(thrown)}`
}

function asText(value: unknown): string {
  try {
    return String(value)
  } catch {
    return 'an object without text' // one without prototype, or whose toString throws
  }
}

/** Turn an error into plain data that can be posted to another thread. */
export function toPlainError(error: LinemillError): PlainError {
  const { cause } = error
  return {
    code: error.code,
    message: error.message,
    ...(error.position && { position: error.position }),
    ...(error.excerpt !== undefined && { excerpt: error.excerpt }),
    ...(cause !== undefined && { causeMessage: describeThrown(cause) }),
    ...(cause instanceof Error && cause.stack !== undefined && { causeStack: cause.stack }),
  }
}

/** Rebuild an error on the receiving thread; `cause` is an Error with the original's stack. */
export function fromPlainError(plain: PlainError): LinemillError {
  let cause: Error | undefined
  if (plain.causeMessage !== undefined) {
    cause = new Error(plain.causeMessage)
    if (plain.causeStack !== undefined) cause.stack = plain.causeStack
  }
  return new LinemillError(plain.code, plain.message, {
    cause,
    position: plain.position,
    excerpt: plain.excerpt,
  })
}

/** One short phrase that says what an argument is. */
export function describeValue(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'function') return 'a function'
  if (typeof value !== 'object') return `the ${typeof value} ${String(value)}`
  return Array.isArray(value) ? 'an array' : value instanceof URL ? 'a URL' : 'an object'
}

/** The word that was probably meant: one with few letters added, left out or changed. */
export function nearestWord(word: string, known: readonly string[]): string | undefined {
  const letters = word.toLowerCase()
  const [best] = known
    .map((name) => ({ name, changes: countChanges(letters, name.toLowerCase()) }))
    .sort((a, b) => a.changes - b.changes)
  return best !== undefined && best.changes <= Math.max(1, word.length / 3) ? best.name : undefined
}

function countChanges(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let i = 0; i < from.length; i++) {
    const next = [i + 1]
    for (let j = 0; j < to.length; j++) {
      next.push(Math.min(next[j] + 1, row[j + 1] + 1, row[j] + (from[i] === to[j] ? 0 : 1)))
    }
    row = next
  }
  return row[to.length]
}
