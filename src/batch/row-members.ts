import type { Row } from './cursor.js'
import type { ColumnNames } from './names.js'

/** Asked of any object by the language or by tools, and undefined of most. */
const ASKED_OF_ANY_OBJECT = new Set(['then', 'asymmetricMatch', '$$typeof', 'nodeType', 'tagName'])

/**
 * Make a row of getters, one for each column.
 *
 *   row        a getter for each column, its own and enumerable, so that `{ ...row }` copies values
 *   members    get, toJSON, and what shows the row in `console.log`
 *   guard      a proxy that refuses any other name: a misspelt column must not read as undefined
 *
 * V8 inlines the getters as if there were no proxy, which is reached only by names that are not found before it.
 */
export function makeRow(
  names: ColumnNames,
  getters: readonly (() => unknown)[],
  extra: PropertyDescriptorMap = {},
): Row {
  const row = Object.create(Object.create(makeGuard(names), { ...describeMembers(names, getters), ...extra }))
  for (const [index, name] of names.declared.entries()) {
    Object.defineProperty(row, name, { get: getters[index], enumerable: true })
  }
  return Object.freeze(row)
}

function makeGuard(names: ColumnNames): object {
  return new Proxy(
    {},
    {
      get(target, key, row) {
        if (typeof key === 'symbol' || key in target || ASKED_OF_ANY_OBJECT.has(key)) {
          return Reflect.get(target, key, row)
        }
        throw names.unknown(key)
      },
    },
  )
}

function describeMembers(names: ColumnNames, getters: readonly (() => unknown)[]): PropertyDescriptorMap {
  const collect = (show: (get: () => unknown) => unknown) =>
    Object.fromEntries(names.declared.map((name, index) => [name, show(getters[index])]))
  return {
    get: { value: (column: string | number) => getters[names.indexOf(column)]() },
    toJSON: { value: () => collect((get) => jsonOf(get())) },
    [Symbol.for('nodejs.util.inspect.custom')]: { value: () => collect(valueOrError) },
    [Symbol.toStringTag]: { value: 'Row' },
  }
}

/** JSON has no bigints. */
function jsonOf(value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value
}

/** A row is looked at when something is wrong with it: one bad field must not hide the others. */
function valueOrError(get: () => unknown): unknown {
  try {
    return get()
  } catch (error) {
    return error
  }
}
