import { type Expression, parse, type Token } from 'acorn'
import { bareColumnAt, writeColumn } from './column-name.js'
import { expressionError } from './fault.js'
import type { RegExpText } from './regexp.js'

/**
 * Parse one JavaScript expression.
 *
 * @param columns names that are known, to find the one that is meant where it does not parse.
 * @throws LinemillError ERR_USAGE that shows the place where it does not parse.
 */
export function parseExpression(source: string, columns: readonly string[] = []): Expression {
  if (source.trim() === '') throw expressionError(source, 0, 'expected an expression, found nothing')
  const { body } = parseScript(source, columns)
  const [statement, more] = body
  if (statement?.type !== 'ExpressionStatement') {
    throw expressionError(source, statement?.start ?? 0, 'expected an expression, found a statement')
  }
  if (more !== undefined) {
    throw expressionError(source, more.start, 'expected one expression, found another one behind it')
  }
  return statement.expression
}

function parseScript(source: string, columns: readonly string[]) {
  const regExps: RegExpToken[] = []
  const onToken = (token: Token): void => {
    if (token.type.label === 'regexp') regExps.push(token as RegExpToken)
  }
  const script = parseTokens(source, columns, onToken)
  for (const { start, value } of regExps) checkRegExp(source, start, value)
  return script
}

/** acorn's types do not tell what it is a token of. */
type RegExpToken = Token & { readonly value: RegExpText }

/** Refuse a regular expression that acorn takes, and this version of Node does not. */
function checkRegExp(source: string, offset: number, { pattern, flags }: RegExpText): void {
  try {
    new RegExp(pattern, flags)
  } catch (thrown) {
    throw expressionError(
      source,
      offset,
      `Node ${process.version} does not take it: ${(thrown as Error).message}`,
    )
  }
}

function parseTokens(source: string, columns: readonly string[], onToken: (token: Token) => void) {
  try {
    return parse(source, { ecmaVersion: 'latest', sourceType: 'module', onToken }) // strict, as the function will be
  } catch (thrown) {
    const { pos, message } = thrown as SyntaxError & { pos?: number }
    if (pos === undefined) throw thrown
    const reason = message.replace(/ \(\d+:\d+\)$/, '')
    const column = bareColumnAt(source, pos, columns)
    const hint = column === undefined ? hintAt(source, pos) : meant(writeColumn(column))
    throw expressionError(source, pos, `the expression does not parse: ${reason}${hint}`)
  }
}

const WORDS_OF_OTHERS: Readonly<Record<string, string>> = { and: '&&', or: '||', not: '!', '<>': '!==' }

/** What people write who come from other languages. */
function hintAt(source: string, offset: number): string {
  const word = /^(and|or|not)\b/i.exec(source.slice(offset))?.[0] ?? ''
  if (/^\d{4}-\d{1,2}-\d{1,2}\b/.test(source.slice(source.slice(0, offset).search(/[\d-]*$/)))) {
    return '; a date stands in quotes'
  }
  const written = WORDS_OF_OTHERS[source.slice(offset - 1, offset + 1)] ?? WORDS_OF_OTHERS[word.toLowerCase()]
  return written === undefined ? '' : meant(written)
}

function meant(written: string): string {
  return `; did you mean ${written}?`
}
