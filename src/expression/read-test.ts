/** Finds in an expression what tests of columns can say natively. */
import type { CallExpression, Expression, Node } from 'acorn'
import { isMemberName } from '../batch/names.js'
import {
  TEST_NUMBER_AMONG,
  TEST_NUMBER_BETWEEN,
  TEST_TEXT_ABOVE,
  TEST_TEXT_AMONG,
  TEST_TEXT_BELOW,
  TEST_TEXT_ENDS,
  TEST_TEXT_HAS,
  TEST_TEXT_MATCHES,
  TEST_TEXT_STARTS,
  TEST_WORD,
} from '../predicate-layout.js'
import { LINE } from './columns.js'
import { nextAbove, nextBelow } from './doubles.js'
import { areFields, type Context } from './kind.js'
import { literalNumber, literalText, literalWord } from './literal.js'
import { makeMatcher } from './matcher.js'
import { findNeededTexts } from './needed-text.js'
import type { Predicate } from './predicate.js'
import { leftToJavaScript, parseRegExp, type RegExpText } from './regexp.js'

/** Why a part of an expression is no predicate. */
export interface Obstacle {
  readonly node: Node
  readonly why: string
}

export function isObstacle(read: Predicate | Obstacle): read is Obstacle {
  return 'why' in read
}

/** Read a condition: whether it is true or not is all that is asked of it. */
export function readPredicate(node: Node, context: Context): Predicate | Obstacle {
  const expression = node as Expression
  if (expression.type === 'LogicalExpression' && expression.operator !== '??') {
    const parts: Predicate[] = []
    for (const side of [expression.left, expression.right]) {
      const part = readPredicate(side, context)
      if (isObstacle(part)) return part
      parts.push(part)
    }
    return { op: expression.operator === '&&' ? 'and' : 'or', parts }
  }
  if (expression.type === 'UnaryExpression' && expression.operator === '!') {
    const part = readPredicate(expression.argument, context)
    return isObstacle(part) ? part : { op: 'not', part }
  }
  if (expression.type === 'Literal' && typeof expression.value === 'boolean' && areFields(context)) {
    return { op: 'constant', value: expression.value }
  }
  const column = findField(node, context)
  if (column !== undefined) return not(textTest(column, TEST_TEXT_AMONG, ['']))
  return readComparison(node, context) ?? readMatch(node, context) ?? obstacle(node, context)
}

/** Read `/regular expression/.test(column)`: the texts that it needs are looked for first. */
function readMatch(node: Node, context: Context): Predicate | Obstacle | undefined {
  const call = findMatch(node, context)
  if (call === undefined) return undefined
  const { column } = call
  try {
    const regExp = parseRegExp(call.regExp)
    const { bytes: matcher, isFree } = makeMatcher(regExp)
    const { texts, prefix } = findNeededTexts(regExp)
    const prefixes = isFree && prefix !== undefined ? [prefix] : []
    const match = { kind: TEST_TEXT_MATCHES, column, numbers: [], texts: prefixes, matcher }
    const needed = texts.map((text) => textTest(column, TEST_TEXT_HAS, [text]))
    return { op: 'and', parts: [...needed, { op: 'test', test: match }] }
  } catch (thrown) {
    return { node, why: `${leftToJavaScript(thrown)} is left to JavaScript` }
  }
}

/** The column that a regular expression is asked about. */
function findMatch(node: Node, context: Context): { column: number; regExp: RegExpText } | undefined {
  const call = node as Expression
  if (call.type !== 'CallExpression' || call.optional || call.arguments.length !== 1) return undefined
  const { callee, arguments: args } = call
  if (callee.type !== 'MemberExpression' || callee.computed || callee.optional) return undefined
  if (callee.property.type !== 'Identifier' || callee.property.name !== 'test') return undefined
  const column = findField(args[0], context)
  const regExp = callee.object.type === 'Literal' ? callee.object.regex : undefined
  return column === undefined || !regExp ? undefined : { column, regExp }
}

/**
 * Read what a condition that is no predicate needs: without the plain texts of its regular expression it does not hold.
 * They are ASCII, so that bytes which are no UTF-8 make no difference.
 */
export function readNeeded(
  node: Node,
  context: Context,
): { predicate: Predicate; written: string } | undefined {
  const call = findMatch(node, context)
  if (call === undefined) return undefined
  const texts = neededBy(call.regExp)
  if (texts.length === 0) return undefined
  const { column } = call
  const args = (node as CallExpression).arguments
  const subject = context.source.slice(args[0].start, args[0].end)
  return {
    predicate: { op: 'and', parts: texts.map((text) => textTest(column, TEST_TEXT_HAS, [text])) },
    written: texts.map((text) => `${subject}.includes(${JSON.stringify(text)})`).join(' && '),
  }
}

function neededBy(regExp: RegExpText): readonly string[] {
  try {
    return findNeededTexts(parseRegExp(regExp)).texts
  } catch (thrown) {
    leftToJavaScript(thrown)
    return []
  }
}

/** Read what is true or false whatever is asked of it: a comparison, or a call that gives a boolean. */
export function readComparison(node: Node, context: Context): Predicate | undefined {
  const expression = node as Expression
  if (expression.type === 'BinaryExpression') {
    const { left, right, operator } = expression
    const column = findField(left, context)
    if (column !== undefined) return compare(column, operator, right, context)
    const other = findField(right, context)
    return other === undefined ? undefined : compare(other, TURNED[operator] ?? operator, left, context)
  }
  return expression.type === 'CallExpression' ? readCall(expression, context) : undefined
}

const TURNED: Readonly<Record<string, string>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' }

/** The column that a node stands for, if its fields are bytes of the record. */
function findField(node: Node, context: Context): number | undefined {
  const column = context.columns.find(node, context.locals)
  if (column === undefined || column === LINE || areFields(context)) return column
  return context.hasMembers && isMemberName(context.columns.read[column]) ? column : undefined
}

function compare(column: number, operator: string, other: Node, context: Context): Predicate | undefined {
  const number = literalNumber(other, context.columns)
  if (number !== undefined) return compareNumber(column, operator, number)
  const text = literalText(other)
  if (text !== undefined) return compareText(column, operator, text)
  const word = column === LINE || areFields(context) ? undefined : literalWord(other)
  return word === undefined ? undefined : compareWord(column, operator, word)
}

/** What is no number (NaN) is not equal to any, and neither below nor above one. */
function compareNumber(column: number, operator: string, number: number): Predicate | undefined {
  const between = (least: number, greatest: number): Predicate => ({
    op: 'test',
    test: { kind: TEST_NUMBER_BETWEEN, column, numbers: [least, greatest], texts: [] },
  })
  switch (operator) {
    case '===':
    case '==':
      return between(number, number)
    case '!==':
    case '!=':
      return not(between(number, number))
    case '<':
      return between(-Infinity, nextBelow(number))
    case '<=':
      return between(-Infinity, number)
    case '>':
      return between(nextAbove(number), Infinity)
    case '>=':
      return between(number, Infinity)
    default:
      return undefined
  }
}

/** What `==` makes of words is JavaScript's own. */
function compareWord(column: number, operator: string, word: string): Predicate | undefined {
  const test = textTest(column, TEST_WORD, [word])
  if (operator === '===') return test
  return operator === '!==' ? not(test) : undefined
}

function compareText(column: number, operator: string, text: string): Predicate | undefined {
  const test = (kind: number) => textTest(column, kind, [text])
  switch (operator) {
    case '===':
    case '==':
      return test(TEST_TEXT_AMONG)
    case '!==':
    case '!=':
      return not(test(TEST_TEXT_AMONG))
    case '<':
      return test(TEST_TEXT_BELOW)
    case '<=':
      return not(test(TEST_TEXT_ABOVE))
    case '>':
      return test(TEST_TEXT_ABOVE)
    case '>=':
      return not(test(TEST_TEXT_BELOW))
    default:
      return undefined
  }
}

const TEXT_METHODS: Readonly<Record<string, number>> = {
  startsWith: TEST_TEXT_STARTS,
  endsWith: TEST_TEXT_ENDS,
  includes: TEST_TEXT_HAS,
}

/** Read `column.startsWith('a')` and the like, `['a', 'b'].includes(column)`, and `/literal/.test(column)`. */
function readCall(call: CallExpression, context: Context) {
  const { callee, arguments: args, optional } = call
  if (callee.type !== 'MemberExpression' || callee.computed || callee.optional || optional) return undefined
  if (callee.property.type !== 'Identifier' || args.length !== 1) return undefined
  const { name } = callee.property
  const column = findField(callee.object, context)
  if (column !== undefined && Object.hasOwn(TEXT_METHODS, name)) {
    const text = literalText(args[0])
    return text === undefined ? undefined : textTest(column, TEXT_METHODS[name], [text])
  }
  const asked = findField(args[0], context)
  if (asked === undefined) return undefined
  if (name === 'includes' && callee.object.type === 'ArrayExpression') {
    return readMembership(callee.object.elements, asked, context)
  }
  const match = findMatch(call, context)
  return match === undefined ? undefined : readPlainRegExp(match.regExp, match.column)
}

/** Numbers are looked for by number, texts as texts. */
function readMembership(elements: readonly (Node | null)[], column: number, context: Context) {
  const numbers: number[] = []
  const texts: string[] = []
  for (const element of elements) {
    if (element === null) return undefined
    const number = literalNumber(element, context.columns)
    const text = literalText(element)
    if (number !== undefined) numbers.push(number)
    else if (text !== undefined) texts.push(text)
    else return undefined
  }
  // In ndjson the member is read all the same, and the record must be JSON.
  if (elements.length === 0 && !areFields(context)) return undefined
  const parts: Predicate[] = []
  if (numbers.length > 0) {
    const ascending = [...new Set(numbers)].sort((a, b) => a - b)
    parts.push({ op: 'test', test: { kind: TEST_NUMBER_AMONG, column, numbers: ascending, texts: [] } })
  }
  if (texts.length > 0) parts.push(textTest(column, TEST_TEXT_AMONG, [...new Set(texts)]))
  return { op: 'or', parts } as const
}

/** A regular expression without anything special in it, but perhaps for what holds it at an end. */
function readPlainRegExp({ pattern, flags }: RegExpText, column: number) {
  const plain = /^(\^?)([^\\^$.*+?()[\]{}|/]+)(\$?)$/u.exec(pattern)
  if (flags !== '' || plain === null || !plain[2].isWellFormed()) return undefined
  const [, start, text, end] = plain
  if (start !== '' && end !== '') return textTest(column, TEST_TEXT_AMONG, [text])
  return textTest(column, start ? TEST_TEXT_STARTS : end ? TEST_TEXT_ENDS : TEST_TEXT_HAS, [text])
}

function textTest(column: number, kind: number, texts: readonly string[]): Predicate {
  return { op: 'test', test: { kind, column, numbers: [], texts } }
}

function not(part: Predicate): Predicate {
  return { op: 'not', part }
}

function obstacle(node: Node, context: Context): Obstacle {
  const expression = node as Expression
  const isCompared = expression.type === 'BinaryExpression'
  if (
    isCompared &&
    [expression.left, expression.right].every((side) => findField(side, context) !== undefined)
  ) {
    return { node, why: 'it compares two columns' }
  }
  return { node, why: 'it is not the comparison of a column with what is written out' }
}
