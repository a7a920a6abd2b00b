/** Byte layouts of groups; see layout.ts. */

/**
 * The groups of a reduction are kept in three arrays, which `Primitives.assignGroups` fills and JavaScript makes longer:
 * places, a table with open addressing that is looked through from hash modulo its length on; groups, in the order in
 * which they appeared; and the bytes of their keys.
 *
 * A place (6 Uint32 words); all 0 where it is free:
 *
 *   word    content
 *   0       HASH of the key
 *   1       GROUP: number of the group + 1 in bits 0..26; in bits 27..31 the key's length, or GROUP_LONG
 *   2..5    FIRST: the key's first 16 bytes, zeros behind its end
 *
 * A group (4 Uint32 words):
 *
 *   word    content
 *   0       HASH of the key
 *   1       START of the key among the bytes of keys
 *   2       END of it
 *   3       ROW: index in its batch of the record that the group appeared with
 */
export const PLACE_WORDS = 6
export const PLACE_HASH = 0
export const PLACE_GROUP = 1
export const PLACE_FIRST = 2
export const GROUP_WORDS = 4
export const GROUP_HASH = 0
export const GROUP_START = 1
export const GROUP_END = 2
export const GROUP_ROW = 3

export const GROUP_NUMBER_MASK = 0x07ffffff
export const GROUP_LENGTH_SHIFT = 27
/** The length of all keys that are longer than 16 bytes, as a place has it. */
export const GROUP_LONG = 17
export const MOST_GROUPS = 0x07ffffff
/** Bytes that may be read behind the last key, and must be there. */
export const KEY_SPARE = 8

/**
 * A column whose fields are keys (2 Uint32 words): FIELD: word of the batch's table at which the starts of its fields
 * begin; QUOTE: what wraps them, or NO_BYTE.
 *
 * The key of several fields is all of them, each but the last behind its length: a byte, or 255 and 4 bytes, lowest
 * first. The key of one field is the field. Quotes are taken off.
 */
export const KEY_FIELD = 0
export const KEY_QUOTE = 1
export const KEY_WORDS = 2
/** From this length on, it stands in the 4 bytes behind a byte of this value. */
export const KEY_LONG = 255

/**
 * Parameters and results of `Primitives.assignGroups` (Uint32 words).
 *
 *   word  in/out  content
 *   0     in/out  NEXT: the record to begin with; on return the first without a group
 *   1     in      END: the record behind the last
 *   2     in      CAPACITY: records that the batch's table has room for
 *   3     in      KEYS: columns whose fields are keys, at least 1
 *   4..5  in      SEED of the hash, two words
 *   6     in/out  GROUPS: how many there are
 *   7     in      MOST: how many there may be; fewer than places
 *   8     in      PLACES: how many there are, a power of two
 *   9     in/out  KEY_END: where the bytes of keys end
 *   10    out     STATUS: with NEXT below END, one of the ASSIGN_ values below
 *   11    out     NEEDED: with ASSIGN_FULL, the length of the key that needs a group
 */
export const ASSIGN_NEXT = 0
export const ASSIGN_END = 1
export const ASSIGN_CAPACITY = 2
export const ASSIGN_KEYS = 3
export const ASSIGN_SEED = 4
export const ASSIGN_GROUPS = 6
export const ASSIGN_MOST = 7
export const ASSIGN_PLACES = 8
export const ASSIGN_KEY_END = 9
export const ASSIGN_STATUS = 10
export const ASSIGN_NEEDED = 11
export const ASSIGN_WORDS = 12

export const ASSIGN_DONE = 0
/** Record NEXT is of a group that there is no room for: make it, and call again. */
export const ASSIGN_FULL = 1
/** Record NEXT has a key that native code does not make; the portable twin never says so. */
export const ASSIGN_ODD = 2

/** What the hash ends with, in place of bytes of the key: the first digits of pi behind the point. */
export const HASH_LAST = 0x243f6a88
export const HASH_LAST_OTHER = 0x85a308d3
