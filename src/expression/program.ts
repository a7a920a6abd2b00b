import { NO_BYTE } from '../layout.js'
import {
  MEMBER_NO_NUMBER,
  MEMBER_NO_TEXT,
  MEMBER_SHARED,
  MEMBERS_UNDECIDED,
  PREDICATE_FALSE,
  PREDICATE_FIRST,
  PREDICATE_TESTS,
  PREDICATE_TRUE,
  PREDICATE_WORDS,
  TEST_AT,
  TEST_COUNT,
  TEST_DOUBTS,
  TEST_ELSE,
  TEST_FIELD,
  TEST_KIND,
  TEST_NUMBER_AMONG,
  TEST_QUOTE,
  TEST_TEXT_AMONG,
  TEST_THEN,
  TEST_WORD,
  TEST_WORDS,
} from '../predicate-layout.js'
import { LINE } from './columns.js'
import type { Predicate, Test } from './predicate.js'

/** A test in its place: where it leads. */
interface PlacedTest {
  readonly test: Test
  readonly yes: number
  readonly no: number
}

/**
 * Write a predicate as a program (layout: PREDICATE_). Columns stand in it by their index until it is bound to an
 * input by `bindProgram`.
 */
export function writeProgram(predicate: Predicate): Uint32Array {
  if (predicate.op === 'constant') {
    const program = new Uint32Array(PREDICATE_WORDS)
    program[PREDICATE_FIRST] = predicate.value ? PREDICATE_TRUE : PREDICATE_FALSE
    return program
  }
  const tests: PlacedTest[] = []
  place(predicate, PREDICATE_TRUE, PREDICATE_FALSE, tests)
  return writeTests(tests)
}

/** Write tests that do not lead to each other, to be asked one by one. */
export function writeLooseTests(tests: readonly Test[]): Uint32Array {
  return writeTests(tests.map((test) => ({ test, yes: PREDICATE_TRUE, no: PREDICATE_FALSE })))
}

/** Put the tests of a predicate behind those that are placed. */
function place(predicate: Predicate, yes: number, no: number, tests: PlacedTest[]): void {
  if (predicate.op === 'test') tests.push({ test: predicate.test, yes, no })
  else if (predicate.op === 'not') place(predicate.part, no, yes, tests)
  else if (predicate.op !== 'constant') {
    const { op, parts } = predicate
    for (const [index, part] of parts.entries()) {
      const isLast = index === parts.length - 1
      const next = tests.length + countTests(part)
      place(part, op === 'or' || isLast ? yes : next, op === 'and' || isLast ? no : next, tests)
    }
  }
}

function countTests(predicate: Predicate): number {
  if (predicate.op === 'test') return 1
  if (predicate.op === 'constant') return 0
  if (predicate.op === 'not') return countTests(predicate.part)
  return predicate.parts.reduce((sum, part) => sum + countTests(part), 0)
}

function writeTests(tests: readonly PlacedTest[]): Uint32Array {
  const texts = tests.map(({ test }) => textsOf(test))
  const constants = PREDICATE_WORDS + TEST_WORDS * tests.length
  const constantCount = tests.reduce((sum, { test }, t) => sum + test.numbers.length + texts[t].length, 0)
  const textBytes = texts.flat().reduce((sum, { length }) => sum + aligned(length), 0)
  let textStart = 4 * (constants + 2 * constantCount)
  const program = new Uint32Array((textStart + textBytes) / 4)
  const numbers = new Float64Array(program.buffer)
  const bytes = new Uint8Array(program.buffer)
  program[PREDICATE_TESTS] = tests.length
  let at = constants
  for (const [index, { test, yes, no }] of tests.entries()) {
    const words = PREDICATE_WORDS + TEST_WORDS * index
    program[words + TEST_KIND] = test.kind
    program[words + TEST_THEN] = yes
    program[words + TEST_ELSE] = no
    program[words + TEST_FIELD] = test.column
    program[words + TEST_QUOTE] = NO_BYTE
    program[words + TEST_AT] = at
    program[words + TEST_COUNT] = test.numbers.length + texts[index].length
    numbers.set(test.numbers, at / 2)
    at += 2 * test.numbers.length
    for (const text of texts[index]) {
      program.set([textStart, text.length], at)
      bytes.set(text, textStart)
      textStart += aligned(text.length)
      at += 2
    }
  }
  return program
}

/** The texts that a test compares with, in their order, behind its matcher. */
function textsOf({ texts, matcher }: Test): Uint8Array[] {
  const ordered = texts.map((text) => Buffer.from(text)).sort(Buffer.compare)
  return matcher === undefined ? ordered : [matcher, ...ordered]
}

/** Numbers and matchers begin at a multiple of 8 bytes, and so does whatever stands between them. */
function aligned(byteLength: number): number {
  return 8 * Math.ceil(byteLength / 8)
}

/** Whether a program asks about columns, and not only about whole records. */
export function asksColumns(program: Uint32Array): boolean {
  for (let index = 0; index < program[PREDICATE_TESTS]; index++) {
    if (program[PREDICATE_WORDS + TEST_WORDS * index + TEST_FIELD] !== LINE) return true
  }
  return false
}

/** Where an input's fields are: for each column that is read its slot in a table of `capacity` records. */
export interface FieldPlaces {
  readonly capacity: number
  readonly slots: ArrayLike<number>
  /** The byte that wraps fields, or `NO_BYTE`. */
  readonly quote: number
  /** Whether they are members of ndjson, whose bytes may leave a test in doubt. */
  readonly areMembers?: boolean
}

/** The word of a batch's table at which the starts of a column's fields begin (layout: tableWords). */
export function fieldWord(column: number, { capacity, slots }: FieldPlaces): number {
  return column === LINE ? 0 : (3 + 2 * slots[column]) * capacity
}

/** Make the program for an input out of one that names columns by their index. */
export function bindProgram(program: Uint32Array, places: FieldPlaces): Uint32Array {
  const bound = program.slice()
  for (let index = 0; index < bound[PREDICATE_TESTS]; index++) {
    const words = PREDICATE_WORDS + TEST_WORDS * index
    const column = program[words + TEST_FIELD]
    bound[words + TEST_FIELD] = fieldWord(column, places)
    bound[words + TEST_QUOTE] = column === LINE ? NO_BYTE : places.quote
    const isMember = column !== LINE && places.areMembers === true
    bound[words + TEST_DOUBTS] = isMember ? doubtsOf(program, words, places.slots[column]) : 0
  }
  return bound
}

/** The doubts about a record with which a test of a member cannot be answered (layout: MEMBER_). */
function doubtsOf(program: Uint32Array, words: number, slot: number): number {
  const kind = program[words + TEST_KIND]
  const isEmptiness =
    kind === TEST_TEXT_AMONG &&
    program[words + TEST_COUNT] === 1 &&
    program[program[words + TEST_AT] + 1] === 0
  // No text with escapes is empty, or a word.
  if (isEmptiness || kind === TEST_WORD) return MEMBERS_UNDECIDED
  const doubt = kind <= TEST_NUMBER_AMONG ? MEMBER_NO_NUMBER : MEMBER_NO_TEXT
  return MEMBERS_UNDECIDED | (doubt << (2 * Math.min(slot, MEMBER_SHARED)))
}
