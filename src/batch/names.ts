import { LinemillError } from '../errors.js'

/** Finds declared columns by the name or number that a user's function gives, and says what is wrong with it. */
export class ColumnNames {
  readonly declared: readonly string[]
  readonly #indexOf = new Map<string | number, number>()
  #fieldNames: readonly string[] = []

  constructor(declared: readonly string[]) {
    this.declared = declared
    this.useFieldNames([])
  }

  /** Number the columns as an input has them. */
  useFieldNames(fieldNames: readonly string[]): void {
    this.#fieldNames = fieldNames
    this.#indexOf.clear()
    for (const [index, name] of this.declared.entries()) {
      this.#indexOf.set(name, index)
      const field = fieldNames.indexOf(name)
      if (field >= 0) this.#indexOf.set(field + 1, index)
    }
  }

  /**
   * Find the index of a declared column by its name, or by its 1-based number in the input.
   *
   * @throws LinemillError ERR_USER_FUNCTION if there is none.
   */
  indexOf(column: string | number): number {
    const index = this.#indexOf.get(column)
    if (index === undefined) throw this.unknown(column)
    return index
  }

  /** Make the error about a column that is not declared. */
  unknown(column: string | number): LinemillError {
    const name = typeof column === 'number' ? this.#fieldNames[column - 1] : column
    const shown = typeof column === 'number' ? String(column) : JSON.stringify(column)
    if (name !== undefined && this.#fieldNames.includes(name)) {
      const problem = `column ${shown} is in the input, but is not declared (columns)`
      return new LinemillError('ERR_USER_FUNCTION', `${problem}; declared: ${list(this.declared)}`)
    }
    const nearest = name === undefined ? undefined : nearestName(name, this.declared)
    const hint = nearest === undefined ? '' : `, did you mean ${JSON.stringify(nearest)}?`
    return new LinemillError(
      'ERR_USER_FUNCTION',
      `unknown column ${shown}${hint || ';'} known columns: ${list(this.declared)}`,
    )
  }
}

const LISTED_NAMES = 20

function list(names: readonly string[]): string {
  const listed = names.slice(0, LISTED_NAMES).join(', ')
  return names.length > LISTED_NAMES ? `${listed} and ${names.length - LISTED_NAMES} more` : listed
}

/** Where there is one column whose name looks like several, ask for the delimiter. */
export function delimiterHint(names: readonly string[]): string {
  const delimiter = [';', '\t', '|', ','].find((sign) => names.length === 1 && names[0].includes(sign))
  return delimiter === undefined ? '' : `; is the delimiter ${JSON.stringify(delimiter)}?`
}

/** Find the name that the fewest edits make of `name`, if they are few enough for a slip. */
export function nearestName(name: string, names: readonly string[]): string | undefined {
  let nearest: string | undefined
  let least = Math.ceil(name.length / 3) + 1
  for (const candidate of names) {
    const edits = editCount(name.toLowerCase(), candidate.toLowerCase())
    if (edits < least) {
      least = edits
      nearest = candidate
    }
  }
  return nearest
}

/** Count the insertions, deletions and replacements between two names (Levenshtein 1966). */
function editCount(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const current = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = previous[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1)
      current[j] = Math.min(replaced, previous[j] + 1, current[j - 1] + 1)
    }
    previous = current
  }
  return previous[b.length]
}

/**
 * Whether the name of a member of JSON can be told from others by its bytes. Bytes that are no UTF-8 are read as U+FFFD, and a surrogate
 * alone has none.
 */
export function isMemberName(name: string): boolean {
  return name.isWellFormed() && !name.includes('\ufffd')
}
