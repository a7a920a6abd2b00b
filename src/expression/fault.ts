import { LinemillError } from '../errors.js'

/** Make the error about a place in an expression: what is wrong, and the place marked below the expression's line. */
export function expressionError(source: string, offset: number, message: string): LinemillError {
  const start = source.lastIndexOf('\n', offset - 1) + 1
  const end = source.indexOf('\n', offset)
  const line = source.slice(start, end < 0 ? undefined : end)
  const before = source.slice(start, offset).replace(/[^\t]/gu, ' ')
  return new LinemillError('ERR_USAGE', `${message}\n  ${line}\n  ${before}^`)
}
