import type { CallExpression, Node } from 'acorn'
import { LINE } from './columns.js'
import { type Context, isNamed } from './kind.js'
import { literalNumber, literalText } from './literal.js'

/**
 * Write `[4, 'none'].includes(column)` of ndjson as JavaScript, where there are numbers and texts: numbers are looked
 * for as numbers, texts as texts. Undefined if it is something else.
 */
export function writeMixedMembership(call: CallExpression, context: Context): string | undefined {
  const { callee, arguments: args, optional } = call
  if (callee.type !== 'MemberExpression' || callee.computed || callee.optional || optional) return undefined
  if (callee.object.type !== 'ArrayExpression' || !isNamed(callee.property, 'includes')) return undefined
  const column = args.length === 1 ? context.columns.find(args[0], context.locals) : undefined
  if (column === undefined || column === LINE) return undefined
  const elements: Node[] = callee.object.elements.filter((element) => element !== null)
  const numbers = elements.filter((element) => literalNumber(element, context.columns) !== undefined)
  const texts = elements.filter((element) => literalText(element) !== undefined)
  const isMixed = numbers.length > 0 && texts.length > 0
  if (!isMixed || numbers.length + texts.length < callee.object.elements.length) return undefined
  const list = (nodes: readonly Node[]): string =>
    `[${nodes.map(({ start, end }) => context.source.slice(start, end)).join(', ')}]`
  return `(${list(numbers)}.includes($number(${column})) || ${list(texts)}.includes($text(${column})))`
}
