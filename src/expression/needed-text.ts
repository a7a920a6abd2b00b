/** Escapes of one character that are no text by themselves and take nothing behind them. */
const CLASS_ESCAPES = 'dDwWsSbBtnrfv'
const PUNCTUATION = '^$\\.*+?()[]{}|/-'

/** Shorter texts stand in most records. */
const SHORTEST = 2

/**
 * Find the texts that everything matched by a regular expression has in it: runs of plain ASCII characters outside of
 * groups and classes that no quantifier makes optional. Whoever looks for them first, as ripgrep does, spares most
 * records the expression itself.
 *
 * @returns none where the pattern has something in it that is not looked into.
 */
export function findNeededTexts(pattern: string, flags: string): readonly string[] {
  if (/[^dgmsuy]/.test(flags)) return []
  const texts: string[] = []
  let run = ''
  const endRun = (): void => {
    texts.push(run)
    run = ''
  }
  let at = 0
  while (at < pattern.length) {
    const atom = readAtom(pattern, at)
    if (atom === undefined) return []
    at += atom.length
    if (atom.text !== undefined) run += atom.text
    else if (atom.isOptional) {
      run = run.slice(0, -1)
      endRun()
    } else endRun()
  }
  endRun()
  return [...new Set(texts)].filter(({ length }) => length >= SHORTEST)
}

/** A part of a pattern: a character that stands for itself, a quantifier that lets the one before be absent, or else. */
interface Atom {
  readonly length: number
  readonly text?: string
  readonly isOptional?: boolean
}

function readAtom(pattern: string, at: number): Atom | undefined {
  const character = pattern[at]
  switch (character) {
    case '\\': {
      const escaped = pattern[at + 1] ?? ''
      if (PUNCTUATION.includes(escaped)) return escaped === '' ? undefined : { length: 2, text: escaped }
      return CLASS_ESCAPES.includes(escaped) ? { length: 2 } : undefined
    }
    case '[':
      return lengthOf(endOfClass(pattern, at) - at)
    case '(':
      return lengthOf(endOfGroup(pattern, at) - at)
    case '|':
    case ')':
      return undefined
    case '*':
    case '?':
      return { length: 1, isOptional: true }
    case '{': {
      const quantifier = /^\{\d+(,\d*)?\}/.exec(pattern.slice(at))
      return quantifier === null ? undefined : { length: quantifier[0].length, isOptional: true }
    }
    case '+':
    case '.':
    case '^':
    case '$':
    case ']':
    case '}':
      return { length: 1 }
    default:
      return character < '\x80' ? { length: 1, text: character } : { length: 1 }
  }
}

function lengthOf(length: number): Atom | undefined {
  return length > 0 ? { length } : undefined
}

/** Behind the class that begins at `at`; 0 where it does not end. */
function endOfClass(pattern: string, at: number): number {
  for (let next = at + 1; next < pattern.length; next++) {
    if (pattern[next] === '\\') next++
    else if (pattern[next] === ']') return next + 1
  }
  return 0
}

/** Behind the group that begins at `at`; 0 where it does not end. */
function endOfGroup(pattern: string, at: number): number {
  let depth = 0
  for (let next = at; next < pattern.length; next++) {
    if (pattern[next] === '\\') next++
    else if (pattern[next] === '[') next = endOfClass(pattern, next) - 1
    else if (pattern[next] === '(') depth++
    else if (pattern[next] === ')' && --depth === 0) return next + 1
    if (next < 0) return 0
  }
  return 0
}
