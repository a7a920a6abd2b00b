/** Sets of characters that a part of a regular expression matches. */
import type { AST } from '@eslint-community/regexpp'
import { LeftToJavaScript } from './regexp.js'

/** Ascending ranges, first and last, none of which touch: of UTF-16 code units, or of code points under the flag u. */
export type CodeSet = readonly CodeRange[]
export type CodeRange = readonly [first: number, last: number]

/** What flags say about sets. */
export interface SetFlags {
  readonly isUnicode: boolean
  readonly ignoresCase: boolean
  readonly dotIsAll: boolean
}

const LAST_UNIT = 0xffff
const LAST_POINT = 0x10ffff
const LAST_ASCII = 0x7f

const LINE_TERMINATORS: CodeSet = [
  [0x0a, 0x0a],
  [0x0d, 0x0d],
  [0x2028, 0x2029],
]

const DIGITS: CodeSet = [[0x30, 0x39]]

/** ECMA-262, CharacterClassEscape: what `\w` matches, where not both flags u and i are set. */
export const WORD_CODES: CodeSet = [
  [0x30, 0x39],
  [0x41, 0x5a],
  [0x5f, 0x5f],
  [0x61, 0x7a],
]

/** ECMA-262: WhiteSpace and LineTerminator. */
const SPACES: CodeSet = [
  [0x09, 0x0d],
  [0x20, 0x20],
  [0xa0, 0xa0],
  [0x1680, 0x1680],
  [0x2000, 0x200a],
  [0x2028, 0x2029],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x3000, 0x3000],
  [0xfeff, 0xfeff],
]

/** All that may stand in a text. */
export function everyCode({ isUnicode }: SetFlags): CodeSet {
  return [[0, isUnicode ? LAST_POINT : LAST_UNIT]]
}

/**
 * The set that a character, a class or a set of a pattern matches.
 *
 * @throws LeftToJavaScript for those that take Unicode's tables.
 */
export function codesOf(
  node: AST.Character | AST.CharacterClass | AST.CharacterSet,
  flags: SetFlags,
): CodeSet {
  if (node.type === 'Character') return withBothCases([[node.value, node.value]], flags)
  if (node.type === 'CharacterSet') return codesOfEscape(node, flags)
  const ranges = node.elements.flatMap((element): CodeSet => {
    if (element.type === 'Character') return [[element.value, element.value]]
    if (element.type === 'CharacterClassRange') return [[element.min.value, element.max.value]]
    if (element.type === 'CharacterSet') return codesOfEscape(element, flags)
    throw new LeftToJavaScript('the flag v')
  })
  const set = withBothCases(ranges, flags, node.elements)
  return node.negate ? complement(set, flags) : set
}

function codesOfEscape(node: AST.CharacterSet, flags: SetFlags): CodeSet {
  if (node.kind === 'any') return flags.dotIsAll ? everyCode(flags) : complement(LINE_TERMINATORS, flags)
  if (node.kind === 'property') throw new LeftToJavaScript('a property of Unicode')
  const set = { digit: DIGITS, space: SPACES, word: WORD_CODES }[node.kind]
  return node.negate ? complement(set, flags) : set
}

/**
 * What is not case-sensitive matches letters of both cases. Without the flag u no letter beyond ASCII is one of ASCII in
 * the other case (ECMA-262, Canonicalize); escapes such as `\W` have both or none of any two.
 */
function withBothCases(
  ranges: CodeSet,
  { ignoresCase }: SetFlags,
  elements: readonly AST.CharacterClassElement[] = [],
): CodeSet {
  if (!ignoresCase) return normalize(ranges)
  const written = elements.length === 0 ? ranges : elements.flatMap(writtenRange)
  if (written.some(([, last]) => last > LAST_ASCII)) {
    throw new LeftToJavaScript('letters beyond ASCII of either case')
  }
  return normalize([...ranges, ...shifted(ranges, 0x41, 0x5a, 0x20), ...shifted(ranges, 0x61, 0x7a, -0x20)])
}

function writtenRange(element: AST.CharacterClassElement): CodeSet {
  if (element.type === 'Character') return [[element.value, element.value]]
  return element.type === 'CharacterClassRange' ? [[element.min.value, element.max.value]] : []
}

/** The parts of ranges that lie between two letters, moved to the other case. */
function shifted(ranges: CodeSet, from: number, to: number, distance: number): CodeSet {
  return ranges
    .map(([first, last]) => [Math.max(first, from) + distance, Math.min(last, to) + distance] as const)
    .filter(([first, last]) => first <= last)
}

/** Ranges in any order as a set. */
function normalize(ranges: CodeSet): CodeSet {
  const ordered = [...ranges].sort(([one], [other]) => one - other)
  const set: CodeRange[] = []
  for (const [first, last] of ordered) {
    const before = set.at(-1)
    if (before !== undefined && first <= before[1] + 1) {
      set[set.length - 1] = [before[0], Math.max(before[1], last)]
    } else set.push([first, last])
  }
  return set
}

function complement(set: CodeSet, flags: SetFlags): CodeSet {
  const [[, lastOfAll]] = everyCode(flags)
  const rest: CodeRange[] = []
  let next = 0
  for (const [first, last] of set) {
    if (first > next) rest.push([next, first - 1])
    next = last + 1
  }
  if (next <= lastOfAll) rest.push([next, lastOfAll])
  return rest
}
