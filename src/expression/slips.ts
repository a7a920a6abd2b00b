import type { BinaryExpression } from 'acorn'
import { COMPARISONS } from './kind.js'

const DATE = /^\d{4}-\d{1,2}-\d{1,2}$/

/** What is JavaScript, and surely not meant: why, and what to write instead. */
export function slipOf(
  { left, right, operator, start, end }: BinaryExpression,
  source: string,
): string | undefined {
  const written = source.slice(start, end)
  if (DATE.test(written)) return `${written} is a subtraction: a date stands in quotes, '${written}'`
  if (!COMPARISONS.has(operator) || left.type !== 'Literal' || right.type !== 'Literal') return undefined
  return "it compares two values that are written out: a column's name stands without quotes, or as col('…')"
}
