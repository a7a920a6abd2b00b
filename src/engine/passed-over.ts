import type { PlainError } from '../errors.js'
import type { Settings } from '../options.js'
import type { Execution } from './execute.js'
import type { Prepared } from './prepare.js'

/** Tell of the records that failed and were passed over: how many, and why the first one. */
export function describeErrors(prepared: Prepared, execution: Execution, settings: Settings): string {
  const { errors, records, firstErrors } = execution
  const done = settings.onError === 'reject' ? `rejected to ${settings.reject}` : 'skipped'
  const names = prepared.inputs.map(({ name }) => name)
  const [first] = [...firstErrors].sort((a, b) => order(a, names) - order(b, names) || offset(a) - offset(b))
  return `${errors} of ${records} records ${done}${first === undefined ? '' : describe(first)}`
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
