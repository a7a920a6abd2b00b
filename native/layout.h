/**
 * Byte layouts shared with JavaScript: the word tables of `src/layout.ts`, by the same names. The addon exports
 * this list and a test compares the two files, so a value is changed in both or the test fails.
 */
#pragma once

#include <stdint.h>

// clang-format off
#define LINEMILL_LAYOUT(WORD)                                                     \
  /* States of the quoting automaton, as they stand between two bytes. */         \
  WORD(FIELD_START, 0)                                                            \
  WORD(UNQUOTED, 1)                                                               \
  WORD(QUOTED, 2)                                                                 \
  WORD(QUOTE_IN_QUOTED, 3)                                                        \
  WORD(STATE_COUNT, 4)                                                            \
  /* What a block does to each entry state. */                                    \
  WORD(SUMMARY_LINES, 0)                                                          \
  WORD(SUMMARY_EXITS, 1)                                                          \
  WORD(SUMMARY_ENDS, 2)                                                           \
  WORD(SUMMARY_BLANKS, 6)                                                         \
  WORD(SUMMARY_WORDS, 10)                                                         \
  /* Threads that summarise blocks of a file. */                                  \
  WORD(FILE_BLOCKS_NEXT, 0)                                                       \
  WORD(FILE_BLOCKS_DONE, 16)                                                      \
  WORD(FILE_BLOCKS_STOP, 32)                                                      \
  WORD(FILE_BLOCKS_SHARES, 48)                                                    \
  /* Parameters and results of cut_records. */                                    \
  WORD(CUT_NEXT, 0)                                                               \
  WORD(CUT_OWN_END, 1)                                                            \
  WORD(CUT_DATA_END, 2)                                                           \
  WORD(CUT_IS_FINAL, 3)                                                           \
  WORD(CUT_DELIMITER, 4)                                                          \
  WORD(CUT_QUOTE, 5)                                                              \
  WORD(CUT_SKIPS_BLANK, 6)                                                        \
  WORD(CUT_CAPACITY, 7)                                                           \
  WORD(CUT_WANTED, 8)                                                             \
  WORD(CUT_EXPECTED, 9)                                                           \
  WORD(CUT_COUNT, 10)                                                             \
  WORD(CUT_STATUS, 11)                                                            \
  WORD(CUT_BLANKS, 12)                                                            \
  WORD(CUT_RAGGED, 13)                                                            \
  WORD(CUT_OPEN_QUOTE, 14)                                                        \
  WORD(CUT_WORDS, 16)                                                             \
  WORD(NO_BYTE, 256)                                                              \
  WORD(NO_INDEX, 0xffffffff)                                                      \
  /* Values of CUT_STATUS. */                                                     \
  WORD(CUT_DONE, 0)                                                               \
  WORD(CUT_FULL, 1)                                                               \
  WORD(CUT_SHORT, 2)                                                              \
  WORD(CUT_UNCLOSED, 3)                                                           \
  /* One extent in a list of extents. */                                          \
  WORD(EXTENT_WORDS, 2)                                                           \
  WORD(EXTENT_LENGTH_MASK, 0x0fffffff)                                            \
  WORD(EXTENT_THEN_NOTHING, 0)                                                    \
  WORD(EXTENT_THEN_DELIMITER, 0x40000000)                                         \
  WORD(EXTENT_THEN_LINE_FEED, 0x80000000)                                         \
  WORD(EXTENT_OF_TEXT, 0x10000000)                                                \
  WORD(EXTENT_OF_INTEGER, 0x20000000)                                             \
  /* Parameters and results of copy_extents and copy_records. */                  \
  WORD(COPY_FIRST, 0)                                                             \
  WORD(COPY_COUNT, 1)                                                             \
  WORD(COPY_SKIP, 2)                                                              \
  WORD(COPY_TARGET, 3)                                                            \
  WORD(COPY_TARGET_END, 4)                                                        \
  WORD(COPY_DELIMITER, 5)                                                         \
  WORD(COPY_CAPACITY, 6)                                                          \
  WORD(COPY_WORDS, 8)                                                             \
  /* What parse_integers gives for a field that is no short integer. */           \
  WORD(NO_INTEGER, 0x80000000)                                                    \
  /* What a field is as a number. */                                              \
  WORD(NUMBER_EMPTY, 0)                                                           \
  WORD(NUMBER_INTEGER, 1)                                                         \
  WORD(NUMBER_DECIMAL, 2)                                                         \
  WORD(NUMBER_BIG, 3)                                                             \
  WORD(NUMBER_NONE, 4)                                                            \
  WORD(NUMBER_UNKNOWN, 5)                                                         \
  /* The sums of one group. */                                                    \
  WORD(SUMS_COUNT, 0)                                                             \
  WORD(SUMS_MIN, 2)                                                               \
  WORD(SUMS_MAX, 4)                                                               \
  WORD(SUMS_HAS_DECIMAL, 6)                                                       \
  WORD(SUMS_SUM, 8)                                                               \
  WORD(SUMS_SUM_LIMBS, 8)                                                         \
  WORD(SUMS_SQUARES, 24)                                                          \
  WORD(SUMS_SQUARES_LIMBS, 16)                                                    \
  WORD(SUMS_WORDS, 24)                                                            \
  WORD(SUMS_WORDS_WITH_SQUARES, 56)                                               \
  WORD(SUMS_SCALE, 128)                                                           \
  WORD(SUMS_BITS, 192)                                                            \
  WORD(SUMS_MOST_ADDED, 0x20000000)                                               \
  /* Parameters and results of add_numbers. */                                    \
  WORD(ADD_FROM, 0)                                                               \
  WORD(ADD_UNTIL, 1)                                                              \
  WORD(ADD_ROOM, 2)                                                               \
  WORD(ADD_GROUP, 3)                                                              \
  WORD(ADD_HAS_SQUARES, 4)                                                        \
  WORD(ADD_LEFT, 5)                                                               \
  WORD(ADD_WORDS, 6)                                                              \
  /* Parameters and results of survey_fields. */                                  \
  WORD(SURVEY_FROM, 0)                                                            \
  WORD(SURVEY_UNTIL, 1)                                                           \
  WORD(SURVEY_WORD, 2)                                                            \
  WORD(SURVEY_CAPACITY, 3)                                                        \
  WORD(SURVEY_QUOTE, 4)                                                           \
  WORD(SURVEY_FILLED, 5)                                                          \
  WORD(SURVEY_SHORTEST, 6)                                                        \
  WORD(SURVEY_LONGEST, 7)                                                         \
  WORD(SURVEY_LEAST, 8)                                                           \
  WORD(SURVEY_GREATEST, 9)                                                        \
  WORD(SURVEY_WORDS, 10)                                                          \
  WORD(SURVEY_HASH_WORDS, 2)                                                      \
  /* A predicate as a program. */                                                 \
  WORD(PREDICATE_FIRST, 0)                                                        \
  WORD(PREDICATE_TESTS, 1)                                                        \
  WORD(PREDICATE_WORDS, 2)                                                        \
  WORD(PREDICATE_TRUE, 0xfffffffe)                                                \
  WORD(PREDICATE_FALSE, 0xffffffff)                                               \
  /* One of its tests. */                                                         \
  WORD(TEST_KIND, 0)                                                              \
  WORD(TEST_THEN, 1)                                                              \
  WORD(TEST_ELSE, 2)                                                              \
  WORD(TEST_FIELD, 3)                                                             \
  WORD(TEST_QUOTE, 4)                                                             \
  WORD(TEST_AT, 5)                                                                \
  WORD(TEST_COUNT, 6)                                                             \
  WORD(TEST_DOUBTS, 7)                                                            \
  WORD(TEST_WORDS, 8)                                                             \
  /* Values of TEST_KIND. */                                                      \
  WORD(TEST_NUMBER_BETWEEN, 0)                                                    \
  WORD(TEST_NUMBER_AMONG, 1)                                                      \
  WORD(TEST_TEXT_AMONG, 2)                                                        \
  WORD(TEST_TEXT_BELOW, 3)                                                        \
  WORD(TEST_TEXT_ABOVE, 4)                                                        \
  WORD(TEST_TEXT_STARTS, 5)                                                       \
  WORD(TEST_TEXT_ENDS, 6)                                                         \
  WORD(TEST_TEXT_HAS, 7)                                                          \
  WORD(TEST_WORD, 8)                                                              \
  WORD(TEST_TEXT_MATCHES, 9)                                                      \
  WORD(TEST_KINDS, 10)                                                            \
  /* The matcher of a regular expression. */                                      \
  WORD(MATCHER_CLASSES, 0)                                                        \
  WORD(MATCHER_START, 1)                                                          \
  WORD(MATCHER_ENTRIES, 2)                                                        \
  WORD(MATCHER_WORDS, 3)                                                          \
  WORD(MATCHER_CLASS_BYTES, 256)                                                  \
  WORD(MATCHER_NO, 0)                                                             \
  WORD(MATCHER_YES, 1)                                                            \
  WORD(MATCHER_UNKNOWN, 2)                                                        \
  WORD(MATCHER_OUTCOMES, 3)                                                       \
  /* Parameters and results of select_records. */                                 \
  WORD(SELECT_NEXT, 0)                                                            \
  WORD(SELECT_END, 1)                                                             \
  WORD(SELECT_CAPACITY, 2)                                                        \
  WORD(SELECT_COUNT, 3)                                                           \
  WORD(SELECT_DOUBTS, 4)                                                          \
  WORD(SELECT_WORDS, 5)                                                           \
  WORD(SELECTED_IN_DOUBT, 0x80000000)                                             \
  /* Names of members, parameters and results of cut_members. */                  \
  WORD(NAMES_COUNT, 0)                                                            \
  WORD(NAMES_WORDS, 1)                                                            \
  WORD(NAME_WORDS, 2)                                                             \
  WORD(MEMBERS_NEXT, 0)                                                           \
  WORD(MEMBERS_END, 1)                                                            \
  WORD(MEMBERS_CAPACITY, 2)                                                       \
  WORD(MEMBERS_WORDS, 3)                                                          \
  /* What the values of a record cannot be read as from their bytes. */           \
  WORD(MEMBER_NO_TEXT, 1)                                                         \
  WORD(MEMBER_NO_NUMBER, 2)                                                       \
  WORD(MEMBER_SHARED, 14)                                                         \
  WORD(MEMBERS_UNDECIDED, 0x80000000)                                             \
  /* A place in the table of groups, and a group. */                              \
  WORD(PLACE_WORDS, 6)                                                            \
  WORD(PLACE_HASH, 0)                                                             \
  WORD(PLACE_GROUP, 1)                                                            \
  WORD(PLACE_FIRST, 2)                                                            \
  WORD(GROUP_WORDS, 4)                                                            \
  WORD(GROUP_HASH, 0)                                                             \
  WORD(GROUP_START, 1)                                                            \
  WORD(GROUP_END, 2)                                                              \
  WORD(GROUP_ROW, 3)                                                              \
  WORD(GROUP_NUMBER_MASK, 0x07ffffff)                                             \
  WORD(GROUP_LENGTH_SHIFT, 27)                                                    \
  WORD(GROUP_LONG, 17)                                                            \
  WORD(MOST_GROUPS, 0x07ffffff)                                                   \
  WORD(KEY_SPARE, 8)                                                              \
  /* A column whose fields are keys. */                                           \
  WORD(KEY_FIELD, 0)                                                              \
  WORD(KEY_QUOTE, 1)                                                              \
  WORD(KEY_WORDS, 2)                                                              \
  WORD(KEY_LONG, 255)                                                             \
  /* Parameters and results of assign_groups. */                                  \
  WORD(ASSIGN_NEXT, 0)                                                            \
  WORD(ASSIGN_END, 1)                                                             \
  WORD(ASSIGN_CAPACITY, 2)                                                        \
  WORD(ASSIGN_KEYS, 3)                                                            \
  WORD(ASSIGN_SEED, 4)                                                            \
  WORD(ASSIGN_GROUPS, 6)                                                          \
  WORD(ASSIGN_MOST, 7)                                                            \
  WORD(ASSIGN_PLACES, 8)                                                          \
  WORD(ASSIGN_KEY_END, 9)                                                         \
  WORD(ASSIGN_STATUS, 10)                                                         \
  WORD(ASSIGN_NEEDED, 11)                                                         \
  WORD(ASSIGN_WORDS, 12)                                                          \
  WORD(ASSIGN_DONE, 0)                                                            \
  WORD(ASSIGN_FULL, 1)                                                            \
  WORD(ASSIGN_ODD, 2)                                                             \
  WORD(HASH_LAST, 0x243f6a88)                                                     \
  WORD(HASH_LAST_OTHER, 0x85a308d3)                                               \
  /* Parameters and results of copy_fields. */                                    \
  WORD(FIELDS_NEXT, 0)                                                            \
  WORD(FIELDS_END, 1)                                                             \
  WORD(FIELDS_CAPACITY, 2)                                                        \
  WORD(FIELDS_TARGET, 3)                                                          \
  WORD(FIELDS_TARGET_END, 4)                                                      \
  WORD(FIELDS_DELIMITER, 5)                                                       \
  WORD(FIELDS_QUOTE, 6)                                                           \
  WORD(FIELDS_INPUT_DELIMITER, 7)                                                 \
  WORD(FIELDS_INPUT_QUOTE, 8)                                                     \
  WORD(FIELDS_RUNS, 9)                                                            \
  WORD(FIELDS_REFUSED, 10)                                                        \
  WORD(FIELDS_WORDS, 11)                                                          \
  WORD(RUN_FIRST, 0)                                                              \
  WORD(RUN_LAST, 1)                                                               \
  WORD(RUN_WORDS, 2)
// clang-format on

namespace linemill {

enum : uint32_t {
#define LINEMILL_LAYOUT_CONSTANT(name, value) name = value,
  LINEMILL_LAYOUT(LINEMILL_LAYOUT_CONSTANT)
#undef LINEMILL_LAYOUT_CONSTANT
};

}  // namespace linemill
