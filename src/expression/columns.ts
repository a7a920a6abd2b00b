import type { CallExpression, Node } from 'acorn'
import { delimiterHint, nearestName } from '../batch/names.js'
import type { FormatName } from '../options.js'
import { bareColumnAt, writeColumn } from './column-name.js'
import { expressionError } from './fault.js'

/** In place of a column's index: the whole record. */
export const LINE = 0xffffffff

/** What may be named in an expression besides columns: it must neither change anything nor differ from run to run. */
const GLOBALS: ReadonlySet<string> = new Set([
  ...['BigInt', 'Date', 'Infinity', 'JSON', 'Math', 'NaN', 'Number', 'RegExp', 'String'],
  ...['isFinite', 'isNaN', 'parseFloat', 'parseInt', 'undefined'],
])

/** The inputs' columns, as an expression may name them. */
export interface KnownColumns {
  readonly format: FormatName
  /** Empty where any name may be one: in ndjson, and where there is no input with a record. */
  readonly names: readonly string[]
}

/** Finds the columns that an expression names, and collects those that it reads. */
export class Columns {
  /** Names of the columns that are read, in the order in which they are met. */
  readonly read: string[] = []
  readonly format: FormatName
  readonly #source: string
  readonly #names: readonly string[]

  constructor(source: string, { format, names }: KnownColumns) {
    this.#source = source
    this.format = format
    this.#names = names
  }

  /**
   * Find the column that a node stands for: its index among those that are read, or LINE. Undefined if it stands for
   * something else.
   *
   * @throws LinemillError ERR_USAGE if it names a column that is not there.
   */
  find(node: Node, locals: ReadonlySet<string>): number | undefined {
    if (isIdentifier(node) && !locals.has(node.name)) return this.#findName(node, node.name)
    if (!isColumnCall(node) || locals.has('col')) return undefined
    const [argument] = node.arguments
    const value = argument?.type === 'Literal' ? argument.value : undefined
    if (node.arguments.length === 1 && typeof value === 'string') return this.#indexOf(node, value)
    const isNumber = node.arguments.length === 1 && typeof value === 'number'
    const name = isNumber ? this.#names[value - 1] : undefined
    if (name !== undefined) return this.#indexOf(node, name)
    const found = isNumber ? `, found ${value} of ${this.#names.length}` : ''
    throw this.error(
      node,
      `col() takes the name of a column, or its number, in the expression itself${found}`,
    )
  }

  #findName(node: Node, name: string): number | undefined {
    if (name === 'line') return LINE
    if (GLOBALS.has(name) && !this.#names.includes(name)) return undefined
    return this.#indexOf(node, name)
  }

  #indexOf(node: Node, name: string): number {
    if (this.format === 'lines' && name === 'line') return LINE
    if (this.#names.length > 0 && !this.#names.includes(name)) throw this.#unknown(node, name)
    const index = this.read.indexOf(name)
    return index < 0 ? this.read.push(name) - 1 : index
  }

  error(node: Node, message: string) {
    return expressionError(this.#source, node.start, message)
  }

  #unknown(node: Node, name: string) {
    const nearest = bareColumnAt(this.#source, node.start, this.#names) ?? nearestName(name, this.#names)
    const hint = nearest === undefined ? ';' : `, did you mean ${writeColumn(nearest)}?`
    const there =
      this.format === 'lines'
        ? 'lines have one column, line; is the format csv?'
        : `the columns are ${listNames(this.#names)}${delimiterHint(this.#names)}`
    return this.error(node, `unknown column ${writeColumn(name)}${hint} ${there}`)
  }
}

const LISTED_NAMES = 20

function listNames(names: readonly string[]): string {
  const listed = names.slice(0, LISTED_NAMES).map(writeColumn).join(', ')
  return names.length > LISTED_NAMES ? `${listed} and ${names.length - LISTED_NAMES} more` : listed
}

function isIdentifier(node: Node): node is Node & { name: string } {
  return node.type === 'Identifier'
}

/** `col('name')` or `col(2)`. */
function isColumnCall(node: Node): node is CallExpression {
  if (node.type !== 'CallExpression') return false
  const { callee } = node as CallExpression
  return callee.type === 'Identifier' && callee.name === 'col'
}
