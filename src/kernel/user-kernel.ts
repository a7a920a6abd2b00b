import type { Batch } from '../batch/batch.js'
import type { SlotEmitter } from '../batch/slot-emitter.js'
import { describeThrown, type ErrorCode, LinemillError } from '../errors.js'
import type { OnError } from '../options.js'
import type { InputPlan } from '../plan/plan.js'
import { BlockAbandoned, type Control } from '../region/control.js'
import type { RecordContext } from './context.js'
import type { Kernel } from './kernel.js'
import { nextRagged, raggedError } from './ragged.js'

/** What every kernel over a user's function is made of. */
export interface UserKernelParts {
  readonly emitter: SlotEmitter
  /** Receives failing records with `onError` reject. */
  readonly rejects: SlotEmitter | undefined
  readonly context: RecordContext
  readonly onError: OnError
  /** Asked between records whether the run is cancelled; then the block is given up. */
  readonly control: Control
}

/** What may be wrong with a record, and is not with the run. */
const FAULTS_OF_RECORDS: ReadonlySet<ErrorCode> = new Set([
  ...(['ERR_RAGGED', 'ERR_VALUE', 'ERR_RECORD_TOO_LARGE'] as const),
])

/** Runs a user's function over a batch and deals with records that fail. */
export abstract class UserKernel implements Kernel {
  errors = 0
  /** Records that a filter let pass. */
  passed = 0
  /** What it is that throws, for messages. */
  protected readonly what: string = "the user's function"
  /** About the first record that was passed over. */
  firstError: LinemillError | undefined
  protected readonly emitter: SlotEmitter
  protected readonly context: RecordContext
  readonly #parts: UserKernelParts
  readonly #control: Control

  constructor(parts: UserKernelParts) {
    this.#parts = parts
    this.#control = parts.control
    this.emitter = parts.emitter
    this.context = parts.context
  }

  /** Run over records `[from, until)`; `context.index` must be that of the record at hand whenever it may throw. */
  protected abstract run(batch: Batch, from: number, until: number): void

  useInput(_input: InputPlan): void {}

  process(batch: Batch): void {
    const { recordCount } = batch
    let from = 0
    while (from < recordCount) {
      const ragged = nextRagged(batch, from)
      try {
        if (ragged > from) this.run(batch, from, Math.min(ragged, recordCount))
        if (ragged >= recordCount) break
        this.context.index = ragged
        this.emitter.beginRecord(ragged)
        throw raggedError(batch, ragged)
      } catch (thrown) {
        this.#passOver(thrown)
        from = Math.max(from, this.context.index) + 1
      }
    }
    this.emitter.endBatch()
    this.#parts.rejects?.endBatch()
  }

  fail(thrown: unknown): void {
    throw thrown
  }

  /** Make the error about the record at hand out of what was thrown at it. */
  positioned(thrown: unknown): LinemillError {
    const details = { position: this.context.position(), excerpt: this.context.excerpt() }
    if (thrown instanceof LinemillError) {
      return new LinemillError(thrown.code, thrown.message, { ...details, cause: thrown.cause })
    }
    return new LinemillError('ERR_USER_FUNCTION', `${this.what} threw ${describeThrown(thrown)}`, {
      ...details,
      cause: thrown,
    })
  }

  /** Whether something that is thrown, and no LinemillError, comes from a user's function. */
  protected get runsUsersCode(): boolean {
    return true
  }

  abandonBlock(): void {
    this.emitter.reset()
    this.#parts.rejects?.reset()
  }

  /** Throw if the run was cancelled. */
  protected checkCancelled(): void {
    if (this.#control.isCancelled()) throw new BlockAbandoned()
  }

  /** Skip or reject the record at hand, where the policy says so and the fault is the record's, not the job's. */
  #passOver(thrown: unknown): void {
    if (thrown instanceof BlockAbandoned) throw thrown
    const { code } = thrown instanceof LinemillError ? thrown : { code: undefined }
    const isFaultOfRecord = code === undefined ? this.runsUsersCode : FAULTS_OF_RECORDS.has(code)
    const isMisuse = code === 'ERR_USER_FUNCTION'
    // What is neither may come again with every record, and says nothing about the one at hand.
    if (!isFaultOfRecord && !isMisuse) throw thrown
    if (this.#parts.onError === 'fail' || isMisuse) throw this.positioned(thrown)
    this.errors++
    this.firstError ??= this.positioned(thrown)
    this.emitter.abortRecord()
    this.#parts.rejects?.inputLine(this.context.index)
  }
}

/** Make the error about what a user's function may not return. */
export function wrongReturn(what: string, expected: string, found: unknown): LinemillError {
  if (isThenable(found)) {
    // A rejection that nobody handles would end the worker, in the middle of whatever it does next.
    Promise.resolve(found).catch(() => undefined)
    return new LinemillError(
      'ERR_USER_FUNCTION',
      `${what} returned a promise, but it must be synchronous: do asynchronous work in setup or finish`,
    )
  }
  const kind = found === null ? 'null' : Array.isArray(found) ? 'an array' : `a value of type ${typeof found}`
  return new LinemillError('ERR_USER_FUNCTION', `${what} must return ${expected}, found ${kind}`)
}

/**
 * Whether a function that should only emit returned what may be its result. What `found && out.record()` gives is
 * none: the emitter, or false.
 */
export function isLostResult(result: unknown, emitter: unknown): boolean {
  return result !== undefined && result !== null && result !== false && result !== emitter
}

/** Whether a value is a promise, or acts like one. */
export function isThenable(value: unknown): boolean {
  return (
    typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
  )
}
