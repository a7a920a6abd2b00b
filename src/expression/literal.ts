import type { Expression, Node } from 'acorn'
import type { Columns } from './columns.js'

/**
 * Read a number that is written out; undefined if a node is something else.
 *
 * @throws LinemillError ERR_USAGE if it is a whole number that no double is.
 */
export function literalNumber(node: Node, columns: Columns): number | undefined {
  const expression = node as Expression
  if (expression.type === 'UnaryExpression' && /^[-+]$/.test(expression.operator)) {
    const size = literalNumber(expression.argument, columns)
    return size !== undefined && expression.operator === '-' ? -size : size
  }
  if (expression.type !== 'Literal' || typeof expression.value !== 'number') return undefined
  const digits = expression.raw?.replaceAll('_', '') ?? ''
  if (/^\d+$/.test(digits) && BigInt(digits) !== BigInt(expression.value)) {
    throw columns.error(
      node,
      `${digits} is no number that a double holds, the nearest is ${BigInt(expression.value)}: compare with the text '${digits}' or the bigint ${digits}n`,
    )
  }
  return expression.value
}

/** Whether a node is a bigint that is written out. */
export function isLiteralBigint(node: Node): boolean {
  const expression = node as Expression
  if (expression.type === 'UnaryExpression' && expression.operator === '-')
    return isLiteralBigint(expression.argument)
  return expression.type === 'Literal' && typeof expression.bigint === 'string'
}

/** Read `true`, `false` or `null`; undefined if a node is something else. */
export function literalWord(node: Node): string | undefined {
  const { type, raw } = node as Expression & { raw?: string }
  return type === 'Literal' && /^(true|false|null)$/.test(raw ?? '') ? raw : undefined
}

/** Read a text that is written out; undefined if a node is something else, or the text is none of UTF-8. */
export function literalText(node: Node): string | undefined {
  const expression = node as Expression
  let text: unknown
  if (expression.type === 'Literal') text = expression.value
  else if (expression.type === 'TemplateLiteral' && expression.expressions.length === 0) {
    text = expression.quasis[0].value.cooked
  }
  return typeof text === 'string' && text.isWellFormed() ? text : undefined
}
