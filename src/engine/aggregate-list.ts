import { describeValue, LinemillError, nearestWord } from '../errors.js'
import type { AggregateDescription, AggregateName } from '../kernel/aggregate.js'

/** An aggregate as a caller writes it. */
export interface WrittenAggregate {
  readonly name: AggregateName
  /** The column as it is written; absent where records are counted. */
  readonly column: string | undefined
  readonly fraction: number
  /** The name of the result's column, where one is given. */
  readonly as: string | undefined
}

/** Aggregates as a caller writes them: a list as text, or an array of single ones. */
export type AggregateList = string | readonly string[]

const NAMES: readonly AggregateName[] = [
  'count',
  'count_distinct',
  'approx_distinct',
  'sum',
  'mean',
  'min',
  'max',
  'var',
  'std',
  'median',
  'quantile',
  'approx_median',
  'approx_quantile',
  'first',
  'last',
  'lexmin',
  'lexmax',
]

/** Names that others give the same. */
const ALIASES: Readonly<Record<string, AggregateName>> = { avg: 'mean', stddev: 'std', variance: 'var' }

/** `name`, `name(column)`, `name("a column")`, `name(column, 0.9)`, each with `as other` behind it or not. */
const ITEM =
  /\s*(\w+)\s*(?:\(\s*("(?:[^"]|"")*"|[^,()"]*?)\s*(?:,\s*([^,()]*?)\s*)?\))?\s*(?:\bas\s+("(?:[^"]|"")*"|[^,"]+?)\s*)?(?:,|$)/iy

/**
 * Read a list of aggregates.
 *
 * @throws LinemillError ERR_USAGE where it is none.
 */
export function readAggregates(list: AggregateList): WrittenAggregate[] {
  if (typeof list === 'string') return readItems(list)
  if (!Array.isArray(list)) {
    throw usage(`aggregates must be a list as text, or an array of texts, found ${describeValue(list)}`)
  }
  return list.flatMap((one: unknown) => {
    if (typeof one === 'string') return readItems(one)
    throw usage(`an aggregate must be a text such as 'sum(price)', found ${describeValue(one)}`)
  })
}

function readItems(list: string): WrittenAggregate[] {
  const items: WrittenAggregate[] = []
  let at = 0
  do {
    ITEM.lastIndex = at
    const match = ITEM.exec(list)
    if (match === null) {
      const found = JSON.stringify(list.slice(at).trim())
      throw usage(
        `expected aggregates such as count, sum(price), quantile(price, 0.9) as p90, found ${found}`,
      )
    }
    items.push(makeItem(match))
    at += match[0].length
  } while (at < list.length || list[at - 1] === ',')
  return items
}

function makeItem([, word, column, argument, as]: RegExpExecArray): WrittenAggregate {
  const name = NAMES.find((one) => one === word.toLowerCase()) ?? ALIASES[word.toLowerCase()]
  if (name === undefined) {
    const near = nearestWord(word, NAMES)
    throw usage(
      `unknown aggregate ${word}${near ? `: did you mean ${near}?` : ';'} there are ${NAMES.join(', ')}`,
    )
  }
  if (column === undefined || column === '') {
    if (name !== 'count' || column === '') throw usage(`${name} needs a column: ${name}(price)`)
  }
  if (!takesFraction(name) && argument !== undefined) {
    throw usage(`${name} takes a column alone, found ${JSON.stringify(argument)} behind it`)
  }
  return { name, column, fraction: fractionOf(name, argument), as: as && unquote(as) }
}

function takesFraction(name: AggregateName): boolean {
  return name === 'quantile' || name === 'approx_quantile'
}

function fractionOf(name: AggregateName, argument: string | undefined): number {
  if (!takesFraction(name)) return name === 'median' || name === 'approx_median' ? 0.5 : 0
  const fraction = argument === undefined || argument === '' ? Number.NaN : Number(argument)
  if (fraction >= 0 && fraction <= 1) return fraction
  const found = argument === undefined ? 'nothing' : JSON.stringify(argument)
  throw usage(
    `${name} needs a number from 0 to 1 behind its column, as in ${name}(price, 0.9), found ${found}`,
  )
}

function unquote(text: string): string {
  return text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text
}

/** The name of an aggregate's column in the result. */
export function nameAggregate({ name, fraction, as }: WrittenAggregate, column: string | undefined): string {
  if (as !== undefined) return as
  if (column === undefined) return name
  return takesFraction(name) ? `${name}(${column},${fraction})` : `${name}(${column})`
}

/** Describe an aggregate of a column, by its index among those that are read; -1 for records. */
export function describeAggregate(
  { name, fraction }: WrittenAggregate,
  column: number,
): AggregateDescription {
  return { name, column, fraction }
}

function usage(message: string): LinemillError {
  return new LinemillError('ERR_USAGE', message)
}
