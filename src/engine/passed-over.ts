import { LinemillError, type PlainError } from '../errors.js'
import type { Settings } from '../options.js'
import type { FromWorker } from '../worker/messages.js'
import type { Prepared } from './prepare.js'

/** What a run that passed over records came to. */
interface PassedOver {
  readonly errors: number
  readonly records: number
  /** About the first record that each worker passed over, where it did. */
  readonly firstErrors: readonly PlainError[]
}

/** Tell of the records that failed and were passed over: how many, and why the first one. */
export function describeErrors(prepared: Prepared, execution: PassedOver, settings: Settings): string {
  const { errors, records, firstErrors } = execution
  const done = settings.onError === 'reject' ? `rejected to ${settings.reject}` : 'skipped'
  return `${errors} of ${records} records ${done}${describeFirst(prepared, firstErrors)}`
}

/** Tell of the first record that failed, where too many did. Which it is only all threads together know. */
export function withFirst(
  tooMany: LinemillError,
  prepared: Prepared,
  answers: readonly (FromWorker | undefined)[],
): LinemillError {
  const finished = answers.filter((answer) => answer?.type === 'finished')
  if (finished.length < answers.length) return tooMany
  const firstErrors = finished.flatMap(({ firstError }) => firstError ?? [])
  return new LinemillError(tooMany.code, tooMany.message + describeFirst(prepared, firstErrors))
}

function describeFirst(prepared: Prepared, firstErrors: readonly PlainError[]): string {
  const names = prepared.inputs.map(({ name }) => name)
  const [first] = [...firstErrors].sort((a, b) => order(a, names) - order(b, names) || offset(a) - offset(b))
  return first === undefined ? '' : describe(first)
}

function order({ position }: PlainError, names: readonly string[]): number {
  return names.indexOf(position?.inputName ?? '')
}

function offset({ position }: PlainError): number {
  return position?.inputOffset ?? 0
}

function describe({ position, message }: PlainError): string {
  return `; the first: ${position?.inputName}, line ${position?.lineNumber}: ${message}`
}
