import { type FreshKind, freshArray } from '../primitives/fresh-memory.js'

/** The arrays that a value of each group is kept in. */
export type GroupArray = Float64Array | Uint32Array

/** Whether a list gives each index itself. */
export function isIdentity(list: ArrayLike<number>): boolean {
  for (let index = 0; index < list.length; index++) if (list[index] !== index) return false
  return true
}

/** An array with room for so many values: the same, or a longer one that begins with what it has, then has zeros. */
export function grown<A extends GroupArray>(array: A, count: number): A {
  if (count <= array.length) return array
  const longer = freshArray(array.constructor as FreshKind<A>, Math.max(count, 2 * array.length, 64))
  longer.set(array)
  return longer
}
