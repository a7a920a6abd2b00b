/** Words that are no names in strict mode (ECMAScript 2025, 12.7.2), and those that no name may be bound to. */
const RESERVED: ReadonlySet<string> = new Set(
  `arguments await break case catch class const continue debugger default delete do else enum eval export extends false
  finally for function if implements import in instanceof interface let new null package private protected public return
  static super switch this throw true try typeof var void while with yield`.split(/\s+/),
)

/** Write a column as an expression names it: `col('name')` where its name is none of JavaScript's. */
export function writeColumn(name: string): string {
  return isName(name) ? name : `col(${JSON.stringify(name)})`
}

/**
 * Find the column that is most likely meant where an expression does not parse, or means another: one that has to be
 * written by `col`, and stands there without it. It begins at `offset` or before.
 */
export function bareColumnAt(source: string, offset: number, names: readonly string[]): string | undefined {
  const found = names.filter((name) => !isName(name) && isBare(source, offset, name))
  return found.sort((one, other) => other.length - one.length)[0]
}

/** Whether a name stands in a source by itself, in no quotes. */
function isBare(source: string, offset: number, name: string): boolean {
  for (let at = source.indexOf(name); at >= 0 && at <= offset; at = source.indexOf(name, at + 1)) {
    const before = source[at - 1] ?? ''
    const behind = source[at + name.length] ?? ''
    if (name !== '' && !/[\p{ID_Continue}$"'`.]/u.test(before) && !/[\p{ID_Continue}$"'`]/u.test(behind))
      return true
  }
  return false
}

function isName(name: string): boolean {
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name) && !RESERVED.has(name)
}
