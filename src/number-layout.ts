/** Byte layouts of numbers and their exact sums; see layout.ts. */

/**
 * What a field is as a number.
 *
 *   value  kind      the field
 *   0      EMPTY     has no bytes
 *   1      INTEGER   digits, with a sign or not, that a double holds exactly: at most 2^53 either way
 *   2      DECIMAL   any other finite number of the grammar of float64, as the nearest double
 *   3      BIG       digits, with a sign or not, beyond 2^53; as the nearest double, which is finite
 *   4      NONE      anything else: a text; a word such as nan or inf; what no double comes near
 *   5      UNKNOWN   more than native code decides; whoever calls the primitive never sees it
 */
export const NUMBER_EMPTY = 0
export const NUMBER_INTEGER = 1
export const NUMBER_DECIMAL = 2
export const NUMBER_BIG = 3
export const NUMBER_NONE = 4
export const NUMBER_UNKNOWN = 5

/**
 * The sums of one group (Uint32 words), a small superaccumulator (Neal 2015) over a part of the exponents. A number is
 * a sum of limbs, 64 bits each in two's complement, the lower word first; a limb weighs 2^32 times the one before it.
 * So a number is added limb by limb without carries, which are taken after at most SUMS_MOST_ADDED additions.
 *
 *   words      content
 *   0          COUNT of numbers                                        (Float64, a whole number)
 *   2          MIN: the least; Infinity if there is none               (Float64)
 *   4          MAX: the greatest; -Infinity if there is none           (Float64)
 *   6          HAS_DECIMAL: 1 if one of them is a DECIMAL
 *   [8, 24)    SUM: 8 limbs, the lowest bit of the first weighs 2^-SUMS_SCALE
 *   [24, 56)   SQUARES: 16 limbs of the sum of squares, the lowest bit of the first weighs 2^(-2 * SUMS_SCALE); only
 *              where squares are asked for
 */
export const SUMS_COUNT = 0
export const SUMS_MIN = 2
export const SUMS_MAX = 4
export const SUMS_HAS_DECIMAL = 6
export const SUMS_SUM = 8
export const SUMS_SUM_LIMBS = 8
export const SUMS_SQUARES = 24
export const SUMS_SQUARES_LIMBS = 16
/** Words of a group without squares, and with them. */
export const SUMS_WORDS = 24
export const SUMS_WORDS_WITH_SQUARES = 56
export const SUMS_SCALE = 128
/** A number is added here if the lowest of its 53 bits weighs 2^-SUMS_SCALE or more, and less than 2^(this - SUMS_SCALE). */
export const SUMS_BITS = 192
export const SUMS_MOST_ADDED = 0x20000000

/**
 * Parameters and results of `Primitives.addNumbers` (Uint32 words).
 *
 *   word  in/out  content
 *   0     in      FROM: the first record
 *   1     in      UNTIL: the record behind the last
 *   2     in      ROOM: groups that there are sums for
 *   3     in      GROUP of all records, where the list of groups is empty
 *   4     in      HAS_SQUARES: 1 if squares are summed too
 *   5     out     LEFT: records whose numbers were left out, which are listed
 */
export const ADD_FROM = 0
export const ADD_UNTIL = 1
export const ADD_ROOM = 2
export const ADD_GROUP = 3
export const ADD_HAS_SQUARES = 4
export const ADD_LEFT = 5
export const ADD_WORDS = 6
