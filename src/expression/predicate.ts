/** A predicate as plain data: tests of columns, joined by and, or and not. */
import { TEST_NUMBER_BETWEEN } from '../predicate-layout.js'

/** Asks one thing about a column. Its kind is one of the TEST_ values of the layout. */
export interface Test {
  readonly kind: number
  /** Index among the columns that are read, or LINE. */
  readonly column: number
  /** Ascending. */
  readonly numbers: readonly number[]
  readonly texts: readonly string[]
  /** Of a regular expression (layout: MATCHER_); the text with which each match begins, if there is one. */
  readonly matcher?: Uint8Array
}

export type Predicate =
  | { readonly op: 'constant'; readonly value: boolean }
  | { readonly op: 'test'; readonly test: Test }
  | { readonly op: 'not'; readonly part: Predicate }
  | { readonly op: 'and' | 'or'; readonly parts: readonly Predicate[] }

export const ALWAYS: Predicate = { op: 'constant', value: true }

/** Take out of a predicate what does not depend on records, and make one range of several of a column. */
export function simplify(predicate: Predicate): Predicate {
  if (predicate.op === 'not') return negate(simplify(predicate.part))
  if (predicate.op === 'constant' || predicate.op === 'test') return predicate
  const { op } = predicate
  /** The value that decides, whatever the other parts are. */
  const deciding = op === 'or'
  const parts: Predicate[] = []
  for (const part of predicate.parts.map(simplify)) {
    if (part.op === 'constant' && part.value === deciding) return part
    if (part.op === 'constant') continue
    const flat = part.op === op ? part.parts : [part]
    for (const one of flat) addPart(parts, one, op)
  }
  if (parts.length === 0) return { op: 'constant', value: !deciding }
  return parts.length === 1 ? parts[0] : { op, parts }
}

function negate(part: Predicate): Predicate {
  if (part.op === 'constant') return { op: 'constant', value: !part.value }
  return part.op === 'not' ? part.part : { op: 'not', part }
}

function addPart(parts: Predicate[], part: Predicate, op: 'and' | 'or'): void {
  const before = parts.at(-1)
  const both = op === 'and' && before !== undefined ? intersect(before, part) : undefined
  if (both === undefined) parts.push(part)
  else parts[parts.length - 1] = both
}

/** The test that holds where two of one column's range do; undefined if they are no such tests. */
function intersect(one: Predicate, other: Predicate): Predicate | undefined {
  if (one.op !== 'test' || other.op !== 'test') return undefined
  const tests = [one.test, other.test]
  if (tests.some(({ kind, column }) => kind !== TEST_NUMBER_BETWEEN || column !== one.test.column)) {
    return undefined
  }
  const least = Math.max(...tests.map(({ numbers }) => numbers[0]))
  const greatest = Math.min(...tests.map(({ numbers }) => numbers[1]))
  return { op: 'test', test: { ...one.test, numbers: [least, greatest] } }
}
