import type { Tree } from './tree.js'

/** Something that holds for the whole tree. */
export interface Rule {
  readonly name: string
  /** Say what breaks the rule, as `path:line: what`. */
  check(tree: Tree): string[]
  /** Trees that break it, by what is wrong with them; the rule must find fault with each. */
  readonly broken: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** A tree close to the broken ones that keeps the rule. */
  readonly kept: Readonly<Record<string, string>>
}
