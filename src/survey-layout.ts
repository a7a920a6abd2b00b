/** Byte layouts of a survey of fields; see layout.ts. */

/**
 * Parameters and results of `Primitives.surveyFields` (Uint32 words).
 *
 *   word  in/out  content
 *   0     in      FROM: the first record
 *   1     in      UNTIL: the record behind the last
 *   2     in      WORD of the table at which the starts of the column's fields begin
 *   3     in      CAPACITY of the table
 *   4     in      QUOTE: what wraps fields, or NO_BYTE
 *   5     out     FILLED: fields that have bytes
 *   6     out     SHORTEST of them, in bytes; NO_INDEX if there is none
 *   7     out     LONGEST of them, in bytes; 0 if there is none
 *   8     out     LEAST: record of the first of those that come first by their bytes; NO_INDEX if there is none
 *   9     out     GREATEST: record of the first of those that come last; NO_INDEX if there is none
 */
export const SURVEY_FROM = 0
export const SURVEY_UNTIL = 1
export const SURVEY_WORD = 2
export const SURVEY_CAPACITY = 3
export const SURVEY_QUOTE = 4
export const SURVEY_FILLED = 5
export const SURVEY_SHORTEST = 6
export const SURVEY_LONGEST = 7
export const SURVEY_LEAST = 8
export const SURVEY_GREATEST = 9
export const SURVEY_WORDS = 10
/** Words of a hash. */
export const SURVEY_HASH_WORDS = 2
