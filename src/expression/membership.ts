import type { CallExpression, Node } from 'acorn'
import { LINE } from './columns.js'
import { type Context, isNamed } from './kind.js'
import { isLiteralBigint, literalNumber, literalText } from './literal.js'

/**
 * Write `[4, 'none', 5n].includes(column)` as JavaScript: numbers are looked for as numbers, texts as texts, bigints as
 * whole numbers of any size. Undefined if it is something else, or all are of one kind that is no bigint.
 */
export function writeMembership(call: CallExpression, context: Context): string | undefined {
  const { callee, arguments: args, optional } = call
  if (callee.type !== 'MemberExpression' || callee.computed || callee.optional || optional) return undefined
  if (callee.object.type !== 'ArrayExpression' || !isNamed(callee.property, 'includes')) return undefined
  const column = args.length === 1 ? context.columns.find(args[0], context.locals) : undefined
  if (column === undefined || column === LINE) return undefined
  const elements: Node[] = callee.object.elements.filter((element) => element !== null)
  const numbers = elements.filter((element) => literalNumber(element, context.columns) !== undefined)
  const texts = elements.filter((element) => literalText(element) !== undefined)
  const bigints = elements.filter(isLiteralBigint)
  const isMixed = bigints.length > 0 || (numbers.length > 0 && texts.length > 0)
  const known = numbers.length + texts.length + bigints.length
  if (!isMixed || known < callee.object.elements.length) return undefined
  const list = (nodes: readonly Node[]): string =>
    `[${nodes.map(({ start, end }) => context.source.slice(start, end)).join(', ')}]`
  const parts = [
    ...(numbers.length > 0 ? [`${list(numbers)}.includes($number(${column}))`] : []),
    ...(texts.length > 0 ? [`${list(texts)}.includes($text(${column}))`] : []),
    // Equal as `===` is written of them: a whole number may be decoded as a number.
    ...(bigints.length > 0 ? [`${list(bigints)}.some(($one) => $one == $bigint(${column}))`] : []),
  ]
  return `(${parts.join(' || ')})`
}
