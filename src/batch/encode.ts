import { LinemillError } from '../errors.js'
import type { RowValue } from './emitter.js'

/** How the records of the output are written. */
export interface OutputDialect {
  readonly delimiter: string
  readonly quote: string | undefined
}

/**
 * Encode a value as a field of the output: null and undefined as an empty field, numbers so that a float64 column
 * reads them back (`NaN`, `Infinity`, `-0`), quoted where it must be.
 *
 * @throws LinemillError ERR_VALUE if the value would need quotes and there is no quote character.
 */
export function encodeField(value: RowValue, delimiter: string, quote: string | undefined): string {
  switch (typeof value) {
    case 'string':
      return quoteText(value, delimiter, quote)
    case 'number':
      if (value === 0 && Object.is(value, -0)) return quoteWord('-0', delimiter, quote)
      return quoteWord(String(value), delimiter, quote)
    case 'bigint':
    case 'boolean':
      return quoteWord(String(value), delimiter, quote)
    case 'undefined':
      return ''
    default:
      if (value === null) return ''
      throw new LinemillError(
        'ERR_USER_FUNCTION',
        `a field of the output must be a string, number, bigint, boolean or null, found ${describeType(value)}`,
      )
  }
}

/**
 * Encode values as one record, without line end. One empty field alone is quoted: a line without bytes would be a
 * record only to a reader who knows that there is one column.
 */
export function encodeRow(values: readonly RowValue[], delimiter: string, quote: string | undefined): string {
  let row = ''
  for (let i = 0; i < values.length; i++) {
    if (i > 0) row += delimiter
    row += encodeField(values[i], delimiter, quote)
  }
  return values.length === 1 && row === '' && quote !== undefined ? quote + quote : row
}

function describeType(value: unknown): string {
  if (typeof value !== 'object' || value === null) return `a ${typeof value}`
  return `an object (${value.constructor?.name ?? 'without prototype'})`
}

const LINE_FEED = 10
const CARRIAGE_RETURN = 13

/** Up to here a loop tells sooner than `includes` whether text needs quotes. */
const LOOPED_LENGTH = 10

/** Quote text that has a character of meaning in it. */
function quoteText(text: string, delimiter: string, quote: string | undefined): string {
  if (text.length > LOOPED_LENGTH) {
    const hasLineEnd = text.includes('\n') || text.includes('\r')
    const isPlain = !hasLineEnd && !text.includes(delimiter) && (quote === undefined || !text.includes(quote))
    return isPlain ? text : wrap(text, delimiter, quote)
  }
  const delimiterCode = delimiter.charCodeAt(0)
  const quoteCode = quote === undefined ? LINE_FEED : quote.charCodeAt(0)
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === delimiterCode || code === quoteCode || code === LINE_FEED || code === CARRIAGE_RETURN) {
      return wrap(text, delimiter, quote)
    }
  }
  return text
}

/** Quote what is made of letters, digits, sign and point: only a strange delimiter or quote stands in it. */
function quoteWord(text: string, delimiter: string, quote: string | undefined): string {
  return isPlainNumber({ delimiter, quote }) ? text : quoteText(text, delimiter, quote)
}

/** Whether a value is an empty field. */
export function isEmptyField(value: RowValue): boolean {
  return value === '' || value === null || value === undefined
}

/** Whether numbers never need quotes: neither delimiter nor quote can stand in one, nor in `true` and `false`. */
export function isPlainNumber({ delimiter, quote }: OutputDialect): boolean {
  return isPunctuation(delimiter) && (quote === undefined || isPunctuation(quote))
}

/** Whether a character stands in no number, `true` or `false`. */
function isPunctuation(character: string): boolean {
  const code = character.charCodeAt(0)
  // Below the plus: space, quotes, tab and the like; comma; colon to at sign; behind the letters.
  return code < 43 || code === 44 || (code > 57 && code < 65) || code > 122
}

function wrap(text: string, delimiter: string, quote: string | undefined): string {
  if (quote !== undefined) return quote + text.split(quote).join(quote + quote) + quote
  const found = JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text)
  throw new LinemillError(
    'ERR_VALUE',
    `a field of the output holds the delimiter ${JSON.stringify(delimiter)} or a line end, and the output has no quote character: ${found}`,
  )
}
