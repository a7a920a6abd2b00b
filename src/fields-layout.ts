/** Byte layouts of fields that are copied; see layout.ts. */

/**
 * Parameters and results of `Primitives.copyFields` (Uint32 words), then the runs of fields that make a record.
 *
 *   word  in/out  content
 *   0     in/out  NEXT: the record to begin with; on return the first that is not copied
 *   1     in      END: the record behind the last
 *   2     in      CAPACITY of the batch's table
 *   3     in/out  TARGET: where to write in the target
 *   4     in      TARGET_END: end of the room
 *   5     in      DELIMITER: what parts fields in the target
 *   6     in      QUOTE: what wraps fields in the target, or NO_BYTE
 *   7     in      INPUT_DELIMITER: what parts them in the input; NO_BYTE where nothing does: line feeds may stand in them
 *   8     in      INPUT_QUOTE: what wraps them in the input, or NO_BYTE
 *   9     in      RUNS: how many runs there are, at least 1
 *   10    out     REFUSED: the run whose last field cannot be written in record NEXT, or NO_INDEX
 *   then          runs of 2 words: FIRST and LAST, the words of the table at which the starts of a run's first field
 *                 begin, and those of its last
 *
 * Done when NEXT = END; otherwise REFUSED says why, or record NEXT does not fit into the room. A run of several fields
 * is what stands side by side in the input, delimiters included: only where delimiter and quote are those of the input.
 */
export const FIELDS_NEXT = 0
export const FIELDS_END = 1
export const FIELDS_CAPACITY = 2
export const FIELDS_TARGET = 3
export const FIELDS_TARGET_END = 4
export const FIELDS_DELIMITER = 5
export const FIELDS_QUOTE = 6
export const FIELDS_INPUT_DELIMITER = 7
export const FIELDS_INPUT_QUOTE = 8
export const FIELDS_RUNS = 9
export const FIELDS_REFUSED = 10
export const FIELDS_WORDS = 11
export const RUN_FIRST = 0
export const RUN_LAST = 1
export const RUN_WORDS = 2
