/** Byte layouts of predicates; see layout.ts. */

/**
 * A predicate as a program (Uint32 words): tests that a record goes through, then the constants they compare with.
 *
 *   words               content
 *   0                   FIRST: the first test, or PREDICATE_TRUE or PREDICATE_FALSE
 *   1                   TESTS: how many there are
 *   [2 + 8t, 10 + 8t)   test t: KIND; THEN and ELSE: where to go from yes and from no, a test behind this one or the
 *                       end; FIELD: word of the batch's table at which the starts of its fields begin; QUOTE: what
 *                       wraps them, or NO_BYTE; AT: word of the program at which its constants begin; COUNT of them
 *   then                constants of 2 words: a number (Float64), or a text: offset of its bytes in the program, length
 */
export const PREDICATE_FIRST = 0
export const PREDICATE_TESTS = 1
export const PREDICATE_WORDS = 2
export const PREDICATE_TRUE = 0xfffffffe
export const PREDICATE_FALSE = 0xffffffff
export const TEST_KIND = 0
export const TEST_THEN = 1
export const TEST_ELSE = 2
export const TEST_FIELD = 3
export const TEST_QUOTE = 4
export const TEST_AT = 5
export const TEST_COUNT = 6
export const TEST_WORDS = 8

/** Kinds: a number from one constant to the next; one of all; a text that is one of all (both ascending); or below it. */
export const TEST_NUMBER_BETWEEN = 0
export const TEST_NUMBER_AMONG = 1
export const TEST_TEXT_AMONG = 2
export const TEST_TEXT_BELOW = 3
export const TEST_TEXT_ABOVE = 4
export const TEST_TEXT_STARTS = 5
export const TEST_TEXT_ENDS = 6
export const TEST_TEXT_HAS = 7
export const TEST_KINDS = 8

/** Words of `Primitives.selectRecords`: the record to look at next (in/out), END, the table's CAPACITY, COUNT (in/out). */
export const SELECT_NEXT = 0
export const SELECT_END = 1
export const SELECT_CAPACITY = 2
export const SELECT_COUNT = 3
export const SELECT_WORDS = 4
