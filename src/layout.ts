/**
 * Byte layouts that cross a thread or the addon, one table each. Nothing else in the code base knows an
 * offset. Words are 4 bytes; `native/layout.h` repeats the tables that the addon reads.
 */

/**
 * The states of the quoting automaton, as they stand between two bytes.
 *
 *   value  state             after
 *   0      FIELD_START       a record's terminator, a delimiter, or the start of the input
 *   1      UNQUOTED          a byte of an unquoted field, or text behind a closing quote
 *   2      QUOTED            a byte inside quotes
 *   3      QUOTE_IN_QUOTED   a quote met inside quotes: it closes the field, or is the first of a doubled one
 */
export const FIELD_START = 0
export const UNQUOTED = 1
export const QUOTED = 2
export const QUOTE_IN_QUOTED = 3
export const STATE_COUNT = 4

/**
 * What a block does to each possible entry state (Uint32 words), written by `Primitives.summarize`.
 *
 *   word   content
 *   0      line feeds in the block
 *   1      exit states, 2 bits for each entry state: (exits >> 2 * entry) & 3
 *   2..5   line feeds that end a record, by entry state
 *   6..9   line feeds that end a record without bytes (or with one CR only), by entry state
 */
export const SUMMARY_LINES = 0
export const SUMMARY_EXITS = 1
export const SUMMARY_ENDS = 2
export const SUMMARY_BLANKS = 6
export const SUMMARY_WORDS = 10

/**
 * What threads that summarise blocks of a file have in common, `Primitives.summarizeBlocks` (Int32 words). Those that are
 * written often lie a cache line apart.
 *
 *   word    in/out  content
 *   0       in/out  NEXT: the next block that nobody has taken, from 0
 *   16      out     DONE: blocks summarised
 *   32      in/out  STOP: not 0 where no more blocks are to be taken, or one cannot be read
 *   48..    in/out  SHARES: blocks that each thread has summarised, added to what stands there
 */
export const FILE_BLOCKS_NEXT = 0
export const FILE_BLOCKS_DONE = 16
export const FILE_BLOCKS_STOP = 32
export const FILE_BLOCKS_SHARES = 48

/**
 * Parameters and results of `Primitives.cutRecords` (Uint32 words). Offsets are relative to the window.
 *
 *   word  in/out  content
 *   0     in/out  NEXT: where to begin, a record's first byte; on return the first byte not cut
 *   1     in      OWN_END: records that start at or behind it belong to the next block
 *   2     in      DATA_END: end of the bytes that may be read
 *   3     in      IS_FINAL: 1 if DATA_END is the end of the input
 *   4     in      DELIMITER: the byte, or NO_BYTE
 *   5     in      QUOTE: the byte, or NO_BYTE where the format has no quoting
 *   6     in      SKIPS_BLANK: 1 if lines without bytes are no records
 *   7     in      CAPACITY: records the table has room for
 *   8     in      WANTED: number of wanted columns (0: fields are not looked at)
 *   9     in      EXPECTED: fields a record should have (0: any number is right)
 *   10    out     COUNT: records cut
 *   11    out     STATUS: one of the CUT_ values below
 *   12    out     BLANKS: lines skipped because they have no bytes
 *   13    out     RAGGED: index of the first record whose field count is not EXPECTED, or NO_INDEX
 *   14    out     OPEN_QUOTE: with CUT_UNCLOSED, where the open quote stands
 */
export const CUT_NEXT = 0
export const CUT_OWN_END = 1
export const CUT_DATA_END = 2
export const CUT_IS_FINAL = 3
export const CUT_DELIMITER = 4
export const CUT_QUOTE = 5
export const CUT_SKIPS_BLANK = 6
export const CUT_CAPACITY = 7
export const CUT_WANTED = 8
export const CUT_EXPECTED = 9
export const CUT_COUNT = 10
export const CUT_STATUS = 11
export const CUT_BLANKS = 12
export const CUT_RAGGED = 13
export const CUT_OPEN_QUOTE = 14
export const CUT_WORDS = 16

export const NO_BYTE = 256
export const NO_INDEX = 0xffffffff

/** No further record starts before OWN_END. */
export const CUT_DONE = 0
/** The table is full; call again. */
export const CUT_FULL = 1
/** The record at NEXT does not end before DATA_END: call again with more bytes. */
export const CUT_SHORT = 2
/** The record at NEXT has a quote that nothing closes before the end of the input. */
export const CUT_UNCLOSED = 3

/**
 * A batch's table (Uint32 words), struct of arrays, `n` = CAPACITY, `k` counts wanted columns:
 *
 *   words                       content
 *   [0, n)                      start of each record
 *   [n, 2n)                     end of each record, without terminator
 *   [2n, 3n)                    field count of each record (only with WANTED > 0)
 *   [(3+2k)n, (4+2k)n)          start of wanted column k in each record
 *   [(4+2k)n, (5+2k)n)          end of wanted column k; start = end = the record's end where it has no such field
 */
export function tableWords(capacity: number, wantedCount: number): number {
  return (3 + 2 * wantedCount) * capacity
}

/**
 * One extent in a list of extents (2 Uint32 words).
 *
 *   word  bits    content
 *   0             offset relative to the window, or to the text; of an integer: its value, an int32
 *   1     0..27   length; of an integer: 0
 *   1     28..29  what it is an extent of: 0 the window, or one of OF_TEXT, OF_INTEGER
 *   1     30..31  what follows the bytes: one of THEN_
 */
export const EXTENT_WORDS = 2
export const EXTENT_LENGTH_MASK = 0x0fffffff
export const EXTENT_THEN_NOTHING = 0
export const EXTENT_THEN_DELIMITER = 0x40000000
export const EXTENT_THEN_LINE_FEED = 0x80000000
export const EXTENT_OF_TEXT = 0x10000000
export const EXTENT_OF_INTEGER = 0x20000000

/**
 * Parameters and results of `Primitives.copyExtents` and `Primitives.copyRecords` (Uint32 words).
 *
 *   word  in/out  content
 *   0     in/out  FIRST: index in the list of the extent or record to begin with
 *   1     in      COUNT: extents or records in the list
 *   2     in/out  SKIP: bytes of the first one that are copied already, the byte that follows it counted
 *   3     in/out  TARGET: where to write in the target
 *   4     in      TARGET_END: end of the room
 *   5     in      DELIMITER: the byte that EXTENT_THEN_DELIMITER stands for
 *   6     in      CAPACITY of the records' table
 *
 * Done when FIRST = COUNT; otherwise the room was full.
 */
export const COPY_FIRST = 0
export const COPY_COUNT = 1
export const COPY_SKIP = 2
export const COPY_TARGET = 3
export const COPY_TARGET_END = 4
export const COPY_DELIMITER = 5
export const COPY_CAPACITY = 6
export const COPY_WORDS = 8

/**
 * A batch on its way to the thread that asked for it, as bytes of an output: this header (Uint32 words); then the
 * used part of each array of the table, the field counts left out; then, of a batch that is carried, the bytes from
 * START to END. In the place of a record that fails stands a failure: the header, and COUNT bytes of JSON.
 *
 *   word    content
 *   0       KIND: one of the HANDED_ values below
 *   1       INPUT: index of the input
 *   2       COUNT: records; of a failure: bytes
 *   3       WANTED: columns in the table
 *   4       START: the first record's first byte; as all offsets of the table relative to BASE
 *   5       END: the end of the last record
 *   6       BASE: where in the input the worker's window began (Float64)
 *   8       RECORD_NUMBER of the first record, 1-based          (Float64)
 *   10      LINE_NUMBER on which the first record starts        (Float64)
 */
export const HANDED_KIND = 0
export const HANDED_INPUT = 1
export const HANDED_COUNT = 2
export const HANDED_WANTED = 3
export const HANDED_START = 4
export const HANDED_END = 5
export const HANDED_BASE = 6
export const HANDED_RECORD_NUMBER = 8
export const HANDED_LINE_NUMBER = 10
export const HANDED_WORDS = 12

/** A batch whose bytes the other thread attaches itself. */
export const HANDED_TABLE = 0
/** A batch that carries its bytes. */
export const HANDED_CARRIED = 1
/** What was wrong with the next record; nothing comes behind it. */
export const HANDED_FAILURE = 2

/** What `Primitives.parseIntegers` gives for a field that is no short integer, as bits of an int32. */
export const NO_INTEGER = 0x80000000

/**
 * Control words (Int32), shared by all threads of a run. Counters that different threads write often lie a cache
 * line apart.
 *
 *   word    content
 *   0       CANCEL: not 0 once the run is to stop
 *   16      CURSOR: the next unclaimed block
 *   32      RETIRED: blocks whose results the main thread has taken; equals the index of the head block
 *   48      LAST_BLOCK: no block behind it is needed (a block failed, or the limit of records is reached in it)
 *   64      MAIN_SIGNAL: counted up to wake the main thread
 *   80      ROOM_SIGNAL: counted up whenever a slot is freed or the head moves; workers wait on it
 *   96      FREE_SLOTS
 *   112     FINISHED: blocks finished
 *   128     STARVED: workers that wait for a slot
 *   144     block records, a ring of 2 * IN_FLIGHT
 *   then    bitmap of free slots, slot links, slot lengths, at a whole double slot parts (Float64), and at the start of
 *           a cache line worker records
 */
export const CONTROL_CANCEL = 0
export const CONTROL_CURSOR = 16
export const CONTROL_RETIRED = 32
export const CONTROL_LAST_BLOCK = 48
export const CONTROL_MAIN_SIGNAL = 64
export const CONTROL_ROOM_SIGNAL = 80
export const CONTROL_FREE_SLOTS = 96
export const CONTROL_FINISHED = 112
export const CONTROL_STARVED = 128
export const CONTROL_RECORDS = 144

/**
 * Blocks that may be claimed ahead of the head. The ring holds twice as many records, so that none that a look-back
 * can reach is overwritten: block b looks at blocks >= head - 1 > b - IN_FLIGHT, and no block >= b + IN_FLIGHT is
 * claimed before b is retired.
 */
export const IN_FLIGHT = 1024

/**
 * A block record of the ring (32 words). One writer, the worker that claimed the block; STATE is stored last.
 *
 *   word    content
 *   0       STATE: (blockIndex + 1) * 4 + phase, so that a record of an earlier block is never taken for this one's
 *   1       EXIT_STATE of the automaton
 *   2..11   summary (layout: SUMMARY_)
 *   12      records that ended before the block's end in its input  (Float64, a whole number)
 *   14      lines before the block's end, in its input              (Float64)
 *   16      blank lines skipped before the block's end              (Float64)
 *   18      records that ended before the block's end in the run    (Float64)
 *   20      records of the block that failed and were passed over
 *   21      records of the block that were processed
 *   22      records of the block that a filter let pass
 *   24..31  published slots of each output: slot + 1 of the latest, linked to the ones before
 */
export const RECORD_WORDS = 32
export const RECORD_STATE = 0
export const RECORD_EXIT_STATE = 1
export const RECORD_SUMMARY = 2
export const RECORD_COUNTS = 12
export const RECORD_ERRORS = 20
export const RECORD_PROCESSED = 21
export const RECORD_PASSED = 22
export const RECORD_PUBLISHED = 24
export const MAX_OUTPUTS = 8

export const PHASE_CLAIMED = 0
export const PHASE_SUMMARY = 1
export const PHASE_BOUNDARY = 2
export const PHASE_DONE = 3

/**
 * A worker record (16 words, a cache line): what a worker is at, for the main thread to read when the worker cannot
 * answer. One writer, its worker; a call is told of only where calls are watched.
 *
 *   word    content
 *   0       BLOCK: index of the block at hand + 1; 0 if none
 *   1       CALLS: counted up when the user's function is called and when it returns: odd in between
 *   2       WAITS: counted up when a wait for other threads begins and when it ends: odd in between
 *   3       RECORD_COUNT: records that the call is about
 *   4       RECORD_BYTES: length of the first of them
 *   6       RECORD_OFFSET: its byte offset in the input                          (Float64)
 *   8       RECORD_NUMBER: its number in the input; 0 where lines are processed  (Float64)
 *   10      WAITED: milliseconds of all waits                                    (Float64)
 */
export const WORKER_WORDS = 16
export const WORKER_BLOCK = 0
export const WORKER_CALLS = 1
export const WORKER_WAITS = 2
export const WORKER_RECORD_COUNT = 3
export const WORKER_RECORD_BYTES = 4
export const WORKER_RECORD_OFFSET = 6
export const WORKER_RECORD_NUMBER = 8
export const WORKER_WAITED = 10
