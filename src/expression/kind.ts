import type { CallExpression, Expression, Literal, MemberExpression, Node } from 'acorn'
import type { Columns } from './columns.js'

/** What is known of an expression's text while its parts are read. */
export interface Context {
  readonly source: string
  readonly columns: Columns
  /** Parameters of the functions around a node. */
  readonly locals: ReadonlySet<string>
  /** Whether members of ndjson are there as fields, so that tests may ask about them. */
  readonly hasMembers?: boolean
}

/** What a value is, as far as its expression tells; `nothing` is null and undefined. */
export type Kind = 'number' | 'bigint' | 'text' | 'boolean' | 'nothing' | 'column' | 'unknown'

const NUMBER_OPERATORS = new Set(['-', '*', '/', '%', '**', '&', '|', '^', '<<', '>>', '>>>'])
const NUMBER_METHODS = new Set([
  ...['charCodeAt', 'codePointAt', 'indexOf', 'lastIndexOf', 'localeCompare', 'search'],
  ...['getTime', 'getFullYear', 'getMonth', 'getDate', 'getDay', 'getHours', 'getMinutes', 'getSeconds'],
])
const NUMBER_FUNCTIONS = new Set(['Number', 'parseFloat', 'parseInt'])

export const COMPARISONS = new Set(['===', '!==', '==', '!=', '<', '<=', '>', '>='])

/** Whether the columns' fields are bytes of the records, and not values to be parsed out of them. */
export function areFields({ columns }: Context): boolean {
  return columns.format !== 'ndjson'
}

/** Say what a value will be. */
export function kindOf(node: Node, context: Context): Kind {
  if (context.columns.find(node, context.locals) !== undefined) return 'column'
  const expression = node as Expression
  switch (expression.type) {
    case 'Literal':
      return kindOfLiteral(expression)
    case 'TemplateLiteral':
      return 'text'
    case 'Identifier':
      if (context.locals.has(expression.name)) return 'unknown'
      return expression.name === 'undefined' ? 'nothing' : 'number' // NaN, Infinity
    case 'UnaryExpression':
      if (expression.operator === '!') return 'boolean'
      if (expression.operator === 'typeof') return 'text'
      return kindOf(expression.argument, context) === 'bigint' ? 'bigint' : 'number'
    case 'BinaryExpression':
      return kindOfBinary(expression.operator, [expression.left, expression.right], context)
    case 'LogicalExpression':
      return commonKind([expression.left, expression.right], context)
    case 'ConditionalExpression':
      return commonKind([expression.consequent, expression.alternate], context)
    case 'MemberExpression':
      return kindOfMember(expression)
    case 'CallExpression':
      return kindOfCall(expression)
    default:
      return 'unknown'
  }
}

function kindOfLiteral({ value, bigint, regex }: Literal): Kind {
  if (regex !== undefined && regex !== null) return 'unknown'
  if (bigint !== undefined && bigint !== null) return 'bigint'
  if (typeof value === 'number') return 'number'
  if (typeof value === 'string') return 'text'
  return typeof value === 'boolean' ? 'boolean' : 'nothing'
}

function kindOfBinary(operator: string, sides: readonly Node[], context: Context): Kind {
  if (COMPARISONS.has(operator)) return 'boolean'
  const kinds = sides.map((side) => kindOf(side, context))
  if (operator === '+' && kinds.includes('text')) return 'text'
  if (kinds.includes('bigint')) return 'bigint'
  if (NUMBER_OPERATORS.has(operator)) return 'number'
  return operator === '+' && kinds.includes('number') && !kinds.includes('unknown') ? 'number' : 'unknown'
}

function commonKind(nodes: readonly Node[], context: Context): Kind {
  const [kind, other] = nodes.map((node) => kindOf(node, context))
  if (kind === 'column') return other
  return kind === other || other === 'column' ? kind : 'unknown'
}

function kindOfMember({ object, property, computed }: MemberExpression): Kind {
  if (computed || property.type !== 'Identifier') return 'unknown'
  const isNumber = property.name === 'length' || isNamed(object, 'Math') || isNamed(object, 'Number')
  return isNumber ? 'number' : 'unknown'
}

function kindOfCall({ callee }: CallExpression): Kind {
  if (callee.type === 'Identifier') {
    if (callee.name === 'String') return 'text'
    return NUMBER_FUNCTIONS.has(callee.name) ? 'number' : 'unknown'
  }
  if (callee.type !== 'MemberExpression' || callee.property.type !== 'Identifier') return 'unknown'
  if (isNamed(callee.object, 'Math') || isNamed(callee.object, 'Date')) return 'number'
  return NUMBER_METHODS.has(callee.property.name) ? 'number' : 'unknown'
}

export function isNamed(node: Node, name: string): boolean {
  return node.type === 'Identifier' && (node as Node & { name: string }).name === name
}
