/**
 * Writes an expression as the body of a JavaScript function. Columns become calls that decode their fields as what
 * they are compared with; comparisons that tests can say become those, so that they mean the same everywhere.
 *
 *   $test(t)     the answer of a test
 *   $text(c), $number(c), $bigint(c)    column c decoded
 *   $value(c), $subject(c)    what JSON has there; the same, but a text where it is no object
 *   $order(a, b) below, above or equal to 0 as the bytes of two texts are ordered
 */
import type {
  ArrowFunctionExpression,
  BinaryExpression,
  CallExpression,
  Expression,
  Identifier,
  MemberExpression,
  NewExpression,
  Node,
  TemplateLiteral,
  UnaryExpression,
} from 'acorn'
import { LINE } from './columns.js'
import { areFields, COMPARISONS, type Context, isNamed, type Kind, kindOf } from './kind.js'
import { literalNumber } from './literal.js'
import { writeMembership } from './membership.js'
import type { Predicate, Test } from './predicate.js'
import { readComparison } from './read-test.js'
import { slipOf } from './slips.js'

/** What a column is decoded as. */
type Wanted = 'text' | 'number' | 'bigint' | 'value' | 'subject'

/** A function's body, and the tests that it asks. */
export interface FunctionSource {
  readonly source: string
  readonly tests: readonly Test[]
}

/**
 * Write conditions, all of which must hold, as a function's body.
 *
 * @throws LinemillError ERR_USAGE if one does something that an expression must not, or that would surprise.
 */
export function writeFunction(conditions: readonly Node[], context: Context): FunctionSource {
  const writer = new Writer(context)
  const written = conditions.map((condition) => writer.write(condition, 'text', context))
  return { source: `return ${written.join(' && ')}`, tests: writer.tests }
}

class Writer {
  readonly tests: Test[] = []
  readonly #areFields: boolean

  constructor(context: Context) {
    this.#areFields = areFields(context)
  }

  write(node: Node, wanted: Wanted, context: Context): string {
    const column = context.columns.find(node, context.locals)
    if (column !== undefined) {
      const isWhole = column === LINE && (wanted === 'value' || wanted === 'subject')
      return `$${isWhole ? 'text' : wanted}(${column})`
    }
    const test = readComparison(node, context)
    if (test !== undefined) return this.#writeTest(test)
    const expression = node as Expression
    switch (expression.type) {
      case 'Literal':
        return context.source.slice(expression.start, expression.end)
      case 'Identifier':
        return expression.name
      case 'TemplateLiteral':
        return this.#writeTemplate(expression, context)
      case 'ArrayExpression':
        return `[${expression.elements.map((element) => this.#writeElement(element, wanted, expression, context)).join(', ')}]`
      case 'UnaryExpression':
        return this.#writeUnary(expression, context)
      case 'BinaryExpression':
        return this.#writeBinary(expression, context)
      case 'LogicalExpression': {
        const sides = [expression.left, expression.right].map((side) => this.write(side, wanted, context))
        return `(${sides.join(` ${expression.operator} `)})`
      }
      case 'ConditionalExpression': {
        const branches = [expression.consequent, expression.alternate].map((branch) =>
          this.write(branch, wanted, context),
        )
        return `(${this.write(expression.test, 'text', context)} ? ${branches.join(' : ')})`
      }
      case 'ChainExpression':
        return `(${this.write(expression.expression, wanted, context)})`
      case 'MemberExpression':
        return this.#writeMember(expression, context)
      case 'CallExpression':
        return this.#writeCall(expression, context)
      case 'NewExpression':
        return this.#writeNew(expression, context)
      case 'ArrowFunctionExpression':
        return this.#writeArrow(expression, context)
      default:
        throw context.columns.error(node, refusal(expression))
    }
  }

  #writeTest(predicate: Predicate): string {
    if (predicate.op === 'test') return `$test(${this.tests.push(predicate.test) - 1})`
    if (predicate.op === 'not') return `!${this.#writeTest(predicate.part)}`
    if (predicate.op === 'constant') return String(predicate.value)
    if (predicate.parts.length === 0) return 'false' // among nothing
    return `(${predicate.parts.map((part) => this.#writeTest(part)).join(predicate.op === 'and' ? ' && ' : ' || ')})`
  }

  #writeTemplate({ quasis, expressions }: TemplateLiteral, context: Context): string {
    const parts = quasis.map(({ value }, index) => {
      const inserted = expressions[index]
      return value.raw + (inserted === undefined ? '' : `\${${this.write(inserted, 'text', context)}}`)
    })
    return `\`${parts.join('')}\``
  }

  #writeElement(element: Node | null, wanted: Wanted, array: Node, context: Context): string {
    if (element !== null && element.type !== 'SpreadElement') return this.write(element, wanted, context)
    throw context.columns.error(element ?? array, 'an array is written out, element by element')
  }

  #writeUnary({ operator, argument, start }: UnaryExpression, context: Context): string {
    if (operator === '!' || operator === 'typeof') {
      return `(${operator} ${this.write(argument, 'text', context)})`
    }
    if (operator === '-' || operator === '+' || operator === '~') {
      return `(${operator} ${this.write(argument, 'number', context)})`
    }
    throw context.columns.error({ start } as Node, `${operator} has no place in an expression`)
  }

  #writeBinary(expression: BinaryExpression, context: Context): string {
    const { left, right, operator } = expression
    if (left.type === 'PrivateIdentifier' || operator === 'in' || operator === 'instanceof') {
      const other = operator === 'in' ? ': [3, 4].includes(a) says whether a is 3 or 4' : ''
      throw context.columns.error(expression, `${operator} has no place in an expression${other}`)
    }
    const slip = slipOf(expression, context.source)
    if (slip !== undefined) throw context.columns.error(expression, slip)
    const sides = [left, right]
    const wanted = this.#wantedOf(expression, sides, context)
    const [first, second] = sides.map((side) => this.write(side, wanted, context))
    const isOrdered = wanted === 'text' && /^[<>]/.test(operator) && !/^(<<|>>)/.test(operator)
    const kinds = sides.map((side) => kindOf(side, context))
    if (isOrdered && kinds.every((kind) => kind === 'text' || kind === 'column')) {
      return `($order(${first}, ${second}) ${operator} 0)`
    }
    // A whole number may be decoded as a number and not as a bigint: 5.0 is equal to 5n.
    const shown = wanted === 'bigint' && COMPARISONS.has(operator) ? operator.replace(/=+$/, '=') : operator
    return `(${first} ${shown === '=' ? '==' : shown} ${second})`
  }

  /** What columns that are operands are decoded as: what they are compared or computed with. */
  #wantedOf(expression: BinaryExpression, sides: readonly Node[], context: Context): Wanted {
    const { operator } = expression
    const kinds = sides.map((side) => kindOf(side, context))
    for (const side of sides) literalNumber(side, context.columns) // one that no double holds is refused
    if (kinds.includes('text')) return 'text'
    if (kinds.includes('number')) return 'number'
    if (kinds.includes('bigint')) return 'bigint'
    if (!kinds.includes('column')) return 'text'
    if (COMPARISONS.has(operator)) return this.#wantedOfComparison(expression, kinds, context)
    if (operator !== '+') return 'number'
    if (kinds.every((kind) => kind === 'column')) {
      throw context.columns.error(
        expression,
        '+ of two columns adds numbers or joins texts: write Number(a) + Number(b), or String(a) + String(b)',
      )
    }
    return 'text'
  }

  #wantedOfComparison(expression: BinaryExpression, kinds: readonly Kind[], context: Context): Wanted {
    const isEquality = /^[!=]/.test(expression.operator)
    if (kinds.includes('boolean') || kinds.includes('nothing')) {
      if (!this.#areFields) return 'value'
      throw context.columns.error(
        expression,
        "a field is a number or a text, and an empty one '': compare with 4, 'true' or ''",
      )
    }
    if (kinds.every((kind) => kind === 'column') && !isEquality) {
      throw context.columns.error(
        expression,
        'two columns are ordered as numbers or as texts: write Number(a) < Number(b), or String(a) < String(b)',
      )
    }
    return 'text'
  }

  #writeMember({ object, property, computed, optional }: MemberExpression, context: Context): string {
    if (object.type === 'Super' || property.type === 'PrivateIdentifier') {
      throw context.columns.error(object, 'there is no class here')
    }
    const name = !computed && property.type === 'Identifier' ? property.name : ''
    if (HIDDEN.has(name)) throw context.columns.error(property, `${name} has no place in an expression`)
    if (computed && object.type === 'Identifier' && this.#isGlobal(object, context)) {
      throw context.columns.error(property, `a member of ${object.name} is named behind a point`)
    }
    const whole = this.write(object, this.#areFields ? 'text' : 'subject', context)
    const dot = optional ? '?.' : ''
    if (computed) return `${whole}${dot}[${this.write(property, 'text', context)}]`
    return `${whole}${dot || '.'}${name}`
  }

  #isGlobal(identifier: Identifier, { columns, locals }: Context): boolean {
    return columns.find(identifier, locals) === undefined && !locals.has(identifier.name)
  }

  #writeCall(call: CallExpression, context: Context): string {
    const { callee, arguments: args, optional, start } = call
    if (callee.type === 'Super') {
      throw context.columns.error({ start } as Node, 'there is no class here')
    }
    if (callee.type !== 'MemberExpression' && callee.type !== 'Identifier') {
      throw context.columns.error(callee, 'only functions that have a name are called')
    }
    if (context.columns.find(callee, context.locals) !== undefined) {
      throw context.columns.error(
        callee,
        'a column is no function; there are Number, String, Math and others',
      )
    }
    if (isUnsteady(callee)) throw context.columns.error(callee, 'each run would have another result')
    const membership = writeMembership(call, context)
    if (membership !== undefined) return membership
    const wanted = wantedByCallee(callee, context)
    const called = this.write(callee, wanted, context)
    const list = args.map((argument) => this.#writeElement(argument, wanted, callee, context))
    return `${called}${optional ? '?.' : ''}(${list.join(', ')})`
  }

  #writeNew({ callee, arguments: args }: NewExpression, context: Context): string {
    const isKnown = isNamed(callee, 'Date') || isNamed(callee, 'RegExp')
    if (!isKnown || context.locals.size > 0)
      throw context.columns.error(callee, 'only Date and RegExp are made')
    if (args.length === 0) throw context.columns.error(callee, 'each run would have another result')
    const list = args.map((argument) => this.#writeElement(argument, 'text', callee, context))
    return `new ${context.source.slice(callee.start, callee.end)}(${list.join(', ')})`
  }

  #writeArrow({ params, body, async: isAsync, start }: ArrowFunctionExpression, context: Context): string {
    const names = params.map((parameter) => {
      if (parameter.type === 'Identifier' && !parameter.name.startsWith('$')) return parameter.name
      throw context.columns.error(parameter, 'a parameter is a name that does not begin with $')
    })
    if (isAsync || body.type === 'BlockStatement') {
      throw context.columns.error({ start } as Node, 'a function in an expression is an expression itself')
    }
    const inner = { ...context, locals: new Set([...context.locals, ...names]) }
    return `((${names.join(', ')}) => ${this.write(body, 'text', inner)})`
  }
}

/** What would lead out of the expression. */
const HIDDEN = new Set(['constructor', 'prototype', '__proto__', '__defineGetter__', '__lookupGetter__'])

/** `Math.random`, `Date.now` and `Date()`. */
function isUnsteady(callee: Node): boolean {
  if (isNamed(callee, 'Date')) return true
  const { object, property } = callee as MemberExpression
  if (callee.type !== 'MemberExpression') return false
  return (
    (isNamed(object, 'Math') && isNamed(property, 'random')) ||
    (isNamed(object, 'Date') && isNamed(property, 'now'))
  )
}

/** What columns among the arguments are decoded as. */
function wantedByCallee(callee: Expression, context: Context): Wanted {
  if (callee.type === 'Identifier') {
    return /^(Number|isNaN|isFinite)$/.test(callee.name) ? 'number' : 'text'
  }
  if (callee.type !== 'MemberExpression' || callee.object.type === 'Super') return 'text'
  if (isNamed(callee.object, 'Math') || isNamed(callee.object, 'Number')) return 'number'
  if (callee.object.type !== 'ArrayExpression') return 'text'
  const kinds = callee.object.elements.map((element) => element && kindOf(element, context))
  return kinds.length > 0 && kinds.every((kind) => kind === 'number') ? 'number' : 'text'
}

const REFUSALS: Readonly<Record<string, string>> = {
  AssignmentExpression: '= changes a value: write === to compare',
  UpdateExpression: 'an expression changes nothing',
  SequenceExpression: 'expected one expression, found a comma',
  FunctionExpression: 'a function in an expression is written as (a) => …',
  ObjectExpression: 'an object has no place in an expression',
  ThisExpression: 'there is no `this` here',
}

function refusal({ type }: Expression): string {
  return REFUSALS[type] ?? `expected a comparison, found what JavaScript calls ${type}`
}
