import {
  MATCHER_CLASS_BYTES,
  MATCHER_CLASSES,
  MATCHER_ENTRIES,
  MATCHER_NO,
  MATCHER_OUTCOMES,
  MATCHER_START,
  MATCHER_UNKNOWN,
  MATCHER_WORDS,
  MATCHER_YES,
} from '../predicate-layout.js'
import { type CodeRange, WORD_CODES } from './code-set.js'
import { type State, writeStates } from './matcher-states.js'
import { LeftToJavaScript, type ParsedRegExp } from './regexp.js'
import { UTF8_BEGIN, UTF8_INVALID, UTF8_RANGES, UTF8_STATES, utf8After } from './utf8-state.js'

/** Entries of the table are numbers of 16 bits. */
const MOST_ENTRIES = 0xffff
/** Steps from state to state that making a table may take: as many took 0.1 to 0.3 s. */
const MOST_STEPS = 2_000_000

/** What stands before or behind a place in a text, as assertions ask. */
const EDGE = 0
const WORD = 1
const OTHER = 2

const BYTES = 256

/** A regular expression as a table. */
export interface Matcher {
  /** Layout: MATCHER_. */
  readonly bytes: Uint8Array
  /** Whether nothing in it asks what stands before or behind, so that a text may be looked at from anywhere on. */
  readonly isFree: boolean
}

/**
 * Make the matcher of a regular expression (layout: MATCHER_): the states of an automaton over bytes that is
 * deterministic, by the subset construction (Rabin and Scott 1959). It gives what JavaScript's `test` gives for the text
 * that the bytes are decoded to, and leaves bytes that are no UTF-8 undecided.
 *
 * @throws LeftToJavaScript where the expression asks for more than an automaton can tell, or for too large a one.
 */
export function makeMatcher(regExp: ParsedRegExp): Matcher {
  const { states, first } = writeStates(regExp)
  const isFree = states.every(({ kind }) => kind === 'bytes' || kind === 'fork' || kind === 'accept')
  return { bytes: new Builder(states).build(first, isFree ? OTHER : EDGE), isFree }
}

/** A set of states as it stands between two bytes, and what is known of the text before. */
interface Node {
  readonly waiting: readonly number[]
  readonly before: number
  readonly utf8: number
}

interface Reached {
  readonly accepts: boolean
  readonly bytes: readonly ByteState[]
}

type ByteState = Extract<State, { kind: 'bytes' }>

/** Bytes that nothing tells apart, or the end. */
interface ByteClass {
  readonly isEnd: boolean
  /** What it is to assertions, as far as they ask. */
  readonly kind: number
  /** Where it leads from each state of UTF-8. */
  readonly utf8: readonly number[]
}

class Builder {
  readonly #states: readonly State[]
  readonly #asksWords: boolean
  readonly #accept: number
  readonly #classOf = new Uint8Array(MATCHER_CLASS_BYTES)
  /** Those of bytes, then that of the end. */
  readonly #classes: readonly ByteClass[]
  readonly #nodes: Node[] = []
  readonly #known = new Map<string, number>()
  /** For each node where it goes from each class: to a node, counted from MATCHER_OUTCOMES on, or to an outcome. */
  readonly #targets: number[][] = []
  readonly #waitedFor = new Map<ByteState, readonly number[]>()
  #steps = 0

  constructor(states: readonly State[]) {
    this.#states = states
    this.#asksWords = states.some(({ kind }) => kind === 'boundary' || kind === 'inside')
    this.#accept = states.findIndex(({ kind }) => kind === 'accept')
    this.#classes = [...this.#classify(), { isEnd: true, kind: EDGE, utf8: [] }]
  }

  build(first: number, before: number): Uint8Array {
    this.#numberOf([first], before, UTF8_BEGIN)
    for (let node = 0; node < this.#nodes.length; node++) {
      this.#targets.push(this.#targetsOf(this.#nodes[node]))
      const entries = (MATCHER_OUTCOMES + this.#nodes.length) * this.#classes.length
      if (entries > MOST_ENTRIES) throw new LeftToJavaScript('so large a table')
    }
    return this.#write()
  }

  /** Put bytes that nothing tells apart into one class. */
  #classify(): ByteClass[] {
    const told = this.#toldRanges()
    const bounds = told.flatMap(([first, last]) => [first, last + 1])
    const edges = [...new Set([0, ...bounds])].sort(ascending)
    const known = new Map<string, number>()
    const classes: ByteClass[] = []
    for (const [index, edge] of edges.entries()) {
      if (edge >= BYTES) break
      const key = told.map(([first, last]) => (first <= edge && edge <= last ? 1 : 0)).join('')
      let found = known.get(key)
      if (found === undefined) {
        found = classes.push(this.#makeClass(edge)) - 1
        known.set(key, found)
      }
      this.#classOf.fill(found, edge, edges[index + 1])
    }
    return classes
  }

  /** The ranges of bytes that a state, an assertion or UTF-8 tells from others, each once. */
  #toldRanges(): readonly CodeRange[] {
    const ranges = new Map<number, CodeRange>()
    const add = (first: number, last: number): void => void ranges.set(first * BYTES + last, [first, last])
    for (const state of this.#states) if (state.kind === 'bytes') add(state.first, state.last)
    for (const [first, last] of [...(this.#asksWords ? WORD_CODES : []), ...UTF8_RANGES]) add(first, last)
    return [...ranges.values()]
  }

  #makeClass(example: number): ByteClass {
    const isWord = this.#asksWords && WORD_CODES.some(([first, last]) => first <= example && example <= last)
    const utf8 = Array.from({ length: UTF8_STATES }, (_, state) => utf8After(state, example))
    return { isEnd: false, kind: isWord ? WORD : OTHER, utf8 }
  }

  #numberOf(waiting: readonly number[], before: number, utf8: number): number {
    const key = `${before} ${utf8} ${waiting.join(' ')}`
    let number = this.#known.get(key)
    if (number === undefined) {
      number = MATCHER_OUTCOMES + this.#nodes.push({ waiting, before, utf8 }) - 1
      this.#known.set(key, number)
    }
    return number
  }

  /** Where a node goes from each class. */
  #targetsOf(node: Node): number[] {
    const reached: Reached[] = []
    for (const kind of this.#asksWords ? [EDGE, WORD, OTHER] : [EDGE, OTHER]) {
      reached[kind] = this.#reach(node, kind)
    }
    const nexts = this.#classes.map(({ kind }) => (reached[kind].accepts ? [this.#accept] : []))
    for (const [kind, found] of reached.entries()) {
      for (const state of found?.bytes ?? []) {
        const classes = this.#classesOf(state)
        this.#count(classes.length)
        for (const index of classes) if (this.#classes[index].kind === kind) nexts[index].push(state.next)
      }
    }
    return this.#classes.map((byteClass, index) =>
      this.#targetOf(node, byteClass, reached[byteClass.kind].accepts, nexts[index]),
    )
  }

  #targetOf(node: Node, { isEnd, kind, utf8 }: ByteClass, accepts: boolean, nexts: number[]): number {
    // Within a character, which may be two code units, it is not known yet that it is one.
    if (accepts && node.utf8 === UTF8_BEGIN) return MATCHER_YES
    if (isEnd) return node.utf8 === UTF8_BEGIN ? MATCHER_NO : MATCHER_UNKNOWN
    const after = utf8[node.utf8]
    if (after === UTF8_INVALID) return MATCHER_UNKNOWN
    if (nexts.length === 0 && after === UTF8_BEGIN) return MATCHER_NO
    return this.#numberOf([...new Set(nexts)].sort(ascending), kind, after)
  }

  /** The classes whose bytes a state waits for. */
  #classesOf(state: ByteState): readonly number[] {
    let classes = this.#waitedFor.get(state)
    if (classes === undefined) {
      classes = [...new Set(this.#classOf.subarray(state.first, state.last + 1))]
      this.#waitedFor.set(state, classes)
    }
    return classes
  }

  /** What waits for a byte, or accepts, and is reached without one. */
  #reach({ waiting, before }: Node, behind: number): Reached {
    const bytes: ByteState[] = []
    const met = new Set(waiting)
    const isBoundary = (before === WORD) !== (behind === WORD)
    const holds = { start: before === EDGE, end: behind === EDGE, boundary: isBoundary, inside: !isBoundary }
    for (const index of met) {
      const state = this.#states[index]
      if (state.kind === 'bytes') bytes.push(state)
      else if (state.kind === 'fork') for (const next of state.nexts) met.add(next)
      else if (state.kind !== 'accept' && holds[state.kind]) met.add(state.next)
    }
    this.#count(met.size)
    return { accepts: met.has(this.#accept), bytes }
  }

  #count(steps: number): void {
    this.#steps += steps
    if (this.#steps > MOST_STEPS) throw new LeftToJavaScript('what takes so long to make')
  }

  #write(): Uint8Array {
    const classCount = this.#classes.length
    const outcomes = [MATCHER_NO, MATCHER_YES, MATCHER_UNKNOWN].map((outcome) =>
      this.#classes.map(() => outcome),
    )
    const table = [...outcomes, ...this.#targets].flat()
    const matcher = new Uint8Array(4 * MATCHER_WORDS + MATCHER_CLASS_BYTES + 2 * table.length)
    const words = new Uint32Array(matcher.buffer, 0, MATCHER_WORDS)
    words[MATCHER_CLASSES] = classCount
    words[MATCHER_START] = MATCHER_OUTCOMES * classCount
    words[MATCHER_ENTRIES] = table.length
    matcher.set(this.#classOf, 4 * MATCHER_WORDS)
    const entries = new Uint16Array(matcher.buffer, 4 * MATCHER_WORDS + MATCHER_CLASS_BYTES)
    entries.set(table.map((target) => target * classCount))
    return matcher
  }
}

function ascending(one: number, other: number): number {
  return one - other
}
