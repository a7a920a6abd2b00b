import { InvalidArgumentError } from 'commander'

const UNIT_BYTES: Readonly<Record<string, number>> = { '': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 }

/** Read a size: a number with K, M, G or T (powers of 1024; KiB, KB and the like mean the same). */
export function readSize(typed: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*(?:([kmgt])(?:i?b)?|b)?$/i.exec(typed)
  const bytes = match ? Number(match[1]) * (UNIT_BYTES[(match[2] ?? '').toLowerCase()] as number) : Number.NaN
  if (Number.isSafeInteger(bytes)) return bytes
  throw new InvalidArgumentError('Expected a size in whole bytes, such as 65536, 64K, 1.5M or 2G.')
}

/** Read a whole number; its range is checked where the option is used. */
export function readWholeNumber(typed: string): number {
  const value = /^\d+$/.test(typed) ? Number(typed) : Number.NaN
  if (Number.isSafeInteger(value)) return value
  throw new InvalidArgumentError('Expected a whole number.')
}

/** Read a whole number, perhaps below 0. */
export function readInteger(typed: string): number {
  const value = /^-?\d+$/.test(typed) ? Number(typed) : Number.NaN
  if (Number.isSafeInteger(value)) return value
  throw new InvalidArgumentError('Expected a whole number.')
}

/** Read a number from 0 to 1. */
export function readFraction(typed: string): number {
  if (/^(\d+(\.\d*)?|\.\d+)(e-?\d+)?$/i.test(typed) && Number(typed) <= 1) return Number(typed)
  throw new InvalidArgumentError('Expected a number from 0 to 1, such as 0.01.')
}

/** Read a number of seconds, perhaps with a fraction; its range is checked where the option is used. */
export function readSeconds(typed: string): number {
  if (/^(\d+(\.\d*)?|\.\d+)$/.test(typed)) return Number(typed)
  throw new InvalidArgumentError('Expected seconds, such as 5 or 0.5.')
}

/** Read a delimiter: one ASCII character, or `tab`, or `\t`. */
export function readDelimiter(typed: string): string {
  return typed === 'tab' || typed === '\\t' ? '\t' : readCharacter(typed, 'tab')
}

/** Read a quote: one ASCII character, or `none`. */
export function readQuote(typed: string): string {
  return typed === 'none' ? typed : readCharacter(typed, 'none')
}

function readCharacter(typed: string, orWord: string): string {
  if (typed.length === 1 && typed.charCodeAt(0) < 0x80 && typed !== '\n' && typed !== '\r') return typed
  throw new InvalidArgumentError(`Expected one ASCII character (no line end) or '${orWord}'.`)
}

/** Read a condition; of several all must hold. */
export function readCondition(typed: string, before: string | undefined): string {
  return before === undefined ? typed : `(${before}) && (${typed})`
}

/** Read names parted by commas. */
export function readNames(typed: string): readonly string[] {
  const names = typed.split(',')
  if (names.every((name) => name !== '')) return names
  throw new InvalidArgumentError('Expected names parted by commas, none of them empty.')
}

/** Read `name=value`, and add it to those that were read before. */
export function readArg(
  typed: string,
  before: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const equals = typed.indexOf('=')
  if (equals < 1) throw new InvalidArgumentError('Expected name=value.')
  return { ...before, [typed.slice(0, equals)]: typed.slice(equals + 1) }
}
