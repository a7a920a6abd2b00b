import type { AST } from '@eslint-community/regexpp'
import { type ByteRanges, byteRangesOf, bytesOf } from './byte-ranges.js'
import { type CodeSet, codesOf, everyCode, type SetFlags } from './code-set.js'
import { LeftToJavaScript, type ParsedRegExp } from './regexp.js'

/** What a state of a nondeterministic automaton over bytes waits for, and which come behind it. */
export type State =
  | { readonly kind: 'bytes'; readonly first: number; readonly last: number; readonly next: number }
  | { readonly kind: 'fork'; readonly nexts: number[] }
  | { readonly kind: Assertion; readonly next: number }
  | { readonly kind: 'accept' }

export type Assertion = 'start' | 'end' | 'boundary' | 'inside'

/** The states of a regular expression (Thompson 1968), and the one in which a text begins. */
export interface MatcherStates {
  readonly states: readonly State[]
  readonly first: number
}

/** Repetitions are written out, so a pattern of a few characters may take any number. */
const MOST_STATES = 20_000

const UNKNOWN_FLAGS = /[^dgimsu]/

/**
 * Write a regular expression as states. It is looked for anywhere in a text, so before it any characters are passed.
 *
 * @throws LeftToJavaScript where it asks for more than states can tell, or for too many of them.
 */
export function writeStates({ pattern, flags }: ParsedRegExp): MatcherStates {
  if (UNKNOWN_FLAGS.test(flags)) throw new LeftToJavaScript(`the flag ${UNKNOWN_FLAGS.exec(flags)}`)
  const setFlags = {
    isUnicode: flags.includes('u'),
    ignoresCase: flags.includes('i'),
    dotIsAll: flags.includes('s'),
  }
  if (setFlags.isUnicode && setFlags.ignoresCase) throw new LeftToJavaScript('the flags u and i together')
  return new Writer(setFlags, flags.includes('m')).write(pattern)
}

class Writer {
  readonly #states: State[] = []
  readonly #flags: SetFlags
  readonly #hasLines: boolean
  /** States that wait for bytes, by what they wait for: those that are alike are one. */
  readonly #known = new Map<string, number>()

  constructor(flags: SetFlags, hasLines: boolean) {
    this.#flags = flags
    this.#hasLines = hasLines
  }

  write(pattern: AST.Pattern): MatcherStates {
    const found = this.#writeAny(pattern.alternatives, this.#add({ kind: 'accept' }))
    const isHeld = pattern.alternatives.every(
      ({ elements: [element] }) => element?.type === 'Assertion' && element.kind === 'start',
    )
    return { states: this.#states, first: isHeld ? found : this.#writeLoop(everyCode(this.#flags), found) }
  }

  #add(state: State): number {
    if (this.#states.length === MOST_STATES) throw new LeftToJavaScript('such a number of repetitions')
    return this.#states.push(state) - 1
  }

  /** States are written from behind: `next` is the one that follows. */
  #writeAny(alternatives: readonly AST.Alternative[], next: number): number {
    const nexts = alternatives.map(({ elements }) => this.#writeSequence(elements, next))
    return nexts.length === 1 ? nexts[0] : this.#add({ kind: 'fork', nexts })
  }

  #writeSequence(elements: readonly AST.Element[], next: number): number {
    let first = next
    for (let index = elements.length - 1; index >= 0; index--) {
      const codePoint = this.#pairAt(elements, index - 1)
      first =
        codePoint === undefined
          ? this.#write(elements[index], first)
          : this.#writeBytes(bytesOf(codePoint), first)
      if (codePoint !== undefined) index--
    }
    return first
  }

  /** The character beyond U+FFFF that two elements are, without the flag u. */
  #pairAt(elements: readonly AST.Element[], index: number): number | undefined {
    const [high, low] = elements.slice(Math.max(0, index), index + 2)
    if (index < 0 || high.type !== 'Character' || low.type !== 'Character') return undefined
    const text = String.fromCharCode(high.value, low.value)
    return high.value <= 0xffff && low.value <= 0xffff && text.codePointAt(0) !== high.value
      ? text.codePointAt(0)
      : undefined
  }

  #write(element: AST.Element, next: number): number {
    switch (element.type) {
      case 'Character':
      case 'CharacterClass':
      case 'CharacterSet':
        return this.#writeSet(codesOf(element, this.#flags), next)
      case 'CapturingGroup':
        return this.#writeAny(element.alternatives, next)
      case 'Group':
        if (element.modifiers !== null) throw new LeftToJavaScript('flags of a group')
        return this.#writeAny(element.alternatives, next)
      case 'Quantifier':
        return this.#writeQuantifier(element, next)
      case 'Assertion':
        return this.#writeAssertion(element, next)
      case 'Backreference':
        throw new LeftToJavaScript('a back reference')
      default:
        throw new LeftToJavaScript('the flag v')
    }
  }

  #writeAssertion(assertion: AST.Assertion, next: number): number {
    if (assertion.kind === 'word') {
      // With it V8 looks between the halves of a pair as well, which are one character here.
      if (this.#flags.isUnicode) throw new LeftToJavaScript('edges of words with the flag u')
      return this.#add({ kind: assertion.negate ? 'inside' : 'boundary', next })
    }
    if (assertion.kind !== 'start' && assertion.kind !== 'end') {
      throw new LeftToJavaScript('looking ahead or behind')
    }
    if (this.#hasLines) throw new LeftToJavaScript('the flag m')
    return this.#add({ kind: assertion.kind, next })
  }

  #writeQuantifier({ element, min, max }: AST.Quantifier, next: number): number {
    let first = next
    if (max === Number.POSITIVE_INFINITY) {
      const nexts: number[] = []
      first = this.#add({ kind: 'fork', nexts })
      nexts.push(this.#write(element, first), next)
    }
    const optional = max === Number.POSITIVE_INFINITY ? 0 : max - min
    for (let times = 0; times < min + optional; times++) {
      const once = this.#write(element, first)
      if (once === first) break // it has nothing in it, however often
      first = times < optional ? this.#add({ kind: 'fork', nexts: [once, next] }) : once
    }
    return first
  }

  #writeLoop(set: CodeSet, next: number): number {
    const nexts = [next]
    const loop = this.#add({ kind: 'fork', nexts })
    nexts.push(this.#writeSet(set, loop))
    return loop
  }

  #writeSet(set: CodeSet, next: number): number {
    const nexts = byteRangesOf(set, this.#flags).map((bytes) => this.#writeBytes(bytes, next))
    return nexts.length === 1 ? nexts[0] : this.#add({ kind: 'fork', nexts })
  }

  #writeBytes(bytes: ByteRanges, next: number): number {
    return bytes.reduceRight((after, [first, last]) => {
      const key = `${first} ${last} ${after}`
      const known = this.#known.get(key)
      if (known !== undefined) return known
      const state = this.#add({ kind: 'bytes', first, last, next: after })
      this.#known.set(key, state)
      return state
    }, next)
  }
}
