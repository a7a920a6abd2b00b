import type { AST } from '@eslint-community/regexpp'
import type { ParsedRegExp } from './regexp.js'

/** Shorter texts stand in most records. */
const SHORTEST = 2

const LAST_ASCII = 0x7f

/** What is needed for a match. */
export interface NeededTexts {
  readonly texts: readonly string[]
  /** That of them with which every match begins. */
  readonly prefix?: string
}

/**
 * Find the texts that everything matched by a regular expression has in it: runs of ASCII characters that no alternative
 * and no quantifier makes optional. Whoever looks for them first, as ripgrep does, spares most records the expression
 * itself.
 */
export function findNeededTexts({ pattern: { alternatives }, flags }: ParsedRegExp): NeededTexts {
  if (/[^dgmsuy]/.test(flags) || alternatives.length !== 1) return { texts: [] }
  const runs = new Texts()
  addSequence(alternatives[0], runs)
  const [first] = runs.all()
  const texts = [...new Set(runs.all())].filter(isLongEnough)
  return isLongEnough(first) ? { texts, prefix: first } : { texts }
}

function isLongEnough({ length }: string): boolean {
  return length >= SHORTEST
}

/** Runs of characters. */
class Texts {
  readonly #texts = ['']

  /** Add what stands directly behind the last character. */
  add(text: string): void {
    this.#texts[this.#texts.length - 1] += text
  }

  endRun(): void {
    this.#texts.push('')
  }

  all(): readonly string[] {
    return this.#texts
  }
}

function addSequence({ elements }: AST.Alternative, texts: Texts): void {
  for (const element of elements) addElement(element, texts)
}

function addElement(element: AST.Element, texts: Texts): void {
  const isGroup = element.type === 'Group' || element.type === 'CapturingGroup'
  if (element.type === 'Character' && element.value <= LAST_ASCII) {
    texts.add(String.fromCharCode(element.value))
  } else if (isGroup && element.alternatives.length === 1 && !hasFlags(element)) {
    addSequence(element.alternatives[0], texts)
  } else if (element.type === 'Quantifier' && element.min > 0) {
    addElement(element.element, texts)
    if (element.max > 1) texts.endRun()
  } else if (element.type !== 'Assertion') texts.endRun()
}

function hasFlags(group: AST.Group | AST.CapturingGroup): boolean {
  return group.type === 'Group' && group.modifiers !== null
}
