/** Byte layouts of predicates, and of the members of ndjson that they ask about; see layout.ts. */

/**
 * A predicate as a program (Uint32 words): tests that a record goes through, then the constants they compare with.
 *
 *   words               content
 *   0                   FIRST: the first test, or PREDICATE_TRUE or PREDICATE_FALSE
 *   1                   TESTS: how many there are
 *   [2 + 8t, 10 + 8t)   test t: KIND; THEN and ELSE: where to go from yes and from no, a test behind this one or the
 *                       end; FIELD: word of the batch's table at which the starts of its fields begin; QUOTE: what
 *                       wraps them, or NO_BYTE; AT: word of the program at which its constants begin; COUNT of them;
 *                       DOUBTS: those of a record (MEMBER_) with which the answer cannot be told
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
export const TEST_DOUBTS = 7
export const TEST_WORDS = 8

/**
 * Kinds: a number from one constant to the next; one of all; a text that is one of all (both ascending); or below it;
 * and so on; a member of ndjson that is a word of JSON: true, false or null, and not the text of it; a text that a
 * regular expression matches.
 */
export const TEST_NUMBER_BETWEEN = 0
export const TEST_NUMBER_AMONG = 1
export const TEST_TEXT_AMONG = 2
export const TEST_TEXT_BELOW = 3
export const TEST_TEXT_ABOVE = 4
export const TEST_TEXT_STARTS = 5
export const TEST_TEXT_ENDS = 6
export const TEST_TEXT_HAS = 7
export const TEST_WORD = 8
export const TEST_TEXT_MATCHES = 9
export const TEST_KINDS = 10

/**
 * The constants of a text that a regular expression matches: offset and length, as of a text, of a matcher, which begins at
 * a multiple of 8 bytes; then the text with which each match begins, if there is one, which spares the bytes before it.
 * A matcher is the table of an automaton that goes from row to row by the classes of a text's bytes, and
 * at last by the class of the end. The first rows are outcomes, which are not left again.
 *
 *   bytes              content
 *   [0, 12)            words: CLASSES, the last of which is that of the end; START: the row to begin in; ENTRIES of the
 *                      table
 *   [12, 268)          the class of each byte
 *   then               ENTRIES numbers of 16 bits: for each row and class the entry at which the next row begins; row r
 *                      begins at r * CLASSES
 */
export const MATCHER_CLASSES = 0
export const MATCHER_START = 1
export const MATCHER_ENTRIES = 2
export const MATCHER_WORDS = 3
export const MATCHER_CLASS_BYTES = 256
/** The rows that are outcomes; UNKNOWN: the text has bytes that are no UTF-8. */
export const MATCHER_NO = 0
export const MATCHER_YES = 1
export const MATCHER_UNKNOWN = 2
export const MATCHER_OUTCOMES = 3

/**
 * Parameters and results of `Primitives.selectRecords` (Uint32 words).
 *
 *   word  in/out  content
 *   0     in/out  NEXT: the record to look at next
 *   1     in      END: the record behind the last
 *   2     in      CAPACITY of the table
 *   3     in/out  COUNT: records in the list
 *   4     in/out  DOUBTS: how many of them are in doubt
 */
export const SELECT_NEXT = 0
export const SELECT_END = 1
export const SELECT_CAPACITY = 2
export const SELECT_COUNT = 3
export const SELECT_DOUBTS = 4
export const SELECT_WORDS = 5
/** In an index of the list of records that are selected: it cannot be told from the table whether the predicate holds. */
export const SELECTED_IN_DOUBT = 0x80000000

/**
 * Names of members of ndjson's objects (Uint32 words): COUNT of them, then for each the offset of its bytes of UTF-8
 * in these words, and their length; then the bytes.
 */
export const NAMES_COUNT = 0
export const NAMES_WORDS = 1
export const NAME_WORDS = 2

/** Words of `Primitives.cutMembers`: the record to cut next (in/out), END, the table's CAPACITY. */
export const MEMBERS_NEXT = 0
export const MEMBERS_END = 1
export const MEMBERS_CAPACITY = 2
export const MEMBERS_WORDS = 3

/**
 * Members that are cut out of ndjson stand in a batch's table as the fields of wanted columns: of a text the bytes
 * between its quotes, of null none, of anything else its bytes; of a member that is missing none. In the place of
 * field counts each record has doubts, 0 if all its values may be read as if they were fields:
 *
 *   bits            content
 *   [2k, 2k + 2)    of column k; those from SHARED on share the bits of that one:
 *                   NO_TEXT: its bytes are not the text of it: a text with escapes, or that is no UTF-8; a number that
 *                   JavaScript writes in another way, or perhaps; an object; an array.
 *                   NO_NUMBER: nor the number, if it is one: a text with escapes
 *   31              UNDECIDED: the record is no object of JSON, or one of its own names has escapes; its fields have no
 *                   meaning
 */
export const MEMBER_NO_TEXT = 1
export const MEMBER_NO_NUMBER = 2
export const MEMBER_SHARED = 14
export const MEMBERS_UNDECIDED = 0x80000000
