/**
 * The scanners: the native side of `src/primitives/primitives.ts`, one table of functions for each instruction
 * set. Plain pointers and lengths; offsets are below 2^32 and relative to `bytes`; ranges are half-open.
 *
 * HAZARD: this header is included by files that are compiled for different processors. It must not define a
 * function, or the linker may keep the copy that only the widest processor can run.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace linemill {

/** The bytes that have a meaning in a format; each may be NO_BYTE. */
struct Dialect {
  uint32_t delimiter;
  uint32_t quote;
};

/** A block to summarise. `content_start` may be negative: then two bytes before `start` can be read. */
struct Range {
  uint32_t start;
  uint32_t end;
  int64_t content_start;
};

/** What `copy_extents` copies from and to. */
struct Copying {
  const uint8_t* bytes;
  uint32_t bytes_length;
  const uint8_t* text;
  uint32_t text_length;
  const uint32_t* extents;
  uint8_t* target;
};

/** What `copy_records` copies from and to; `table` begins with the records' starts, behind which are their ends. */
struct CopyingRecords {
  const uint8_t* bytes;
  uint32_t bytes_length;
  const uint32_t* table;
  const uint32_t* records;
  uint8_t* target;
};

/** Fields of one column, one for each record. */
struct Fields {
  const uint32_t* starts;
  const uint32_t* ends;
  uint32_t count;
  /** What a value may be. */
  int32_t min, max;
};

/** Fields of one column as `parse_numbers` looks at them; what `quote` wraps, which may be NO_BYTE, is what is parsed. */
struct NumberFields {
  const uint8_t* bytes;
  uint32_t bytes_length;
  const uint32_t* starts;
  const uint32_t* ends;
  uint32_t count;
  uint32_t quote;
};

/** What `add_numbers` adds, by index of the record, and to what; layout: SUMS_. `groups` may be null. */
struct Adding {
  const double* values;
  const uint8_t* kinds;
  const uint32_t* groups;
  uint32_t* sums;
};

/** What `select_records` looks at; layouts: tableWords, PREDICATE_ and TEST_. */
struct Selecting {
  const uint8_t* bytes;
  uint32_t bytes_length;
  const uint32_t* table;
  const uint32_t* program;
};

/** What `cut_members` looks at and fills in; layouts: NAMES_ and tableWords. */
struct MemberCutting {
  const uint8_t* bytes;
  uint32_t bytes_length;
  const uint32_t* names;
  uint32_t* table;
};

/** What `assign_groups` looks at and fills; layouts: tableWords, KEY_, PLACE_ and GROUP_. */
struct Grouping {
  const uint8_t* bytes;
  uint32_t bytes_length;
  const uint32_t* table;
  const uint32_t* keys;
  uint32_t* places;
  uint32_t* groups;
  uint8_t* key_bytes;
  uint32_t key_bytes_length;
};

/** What `copy_fields` copies from and to; layouts: tableWords, FIELDS_. */
struct CopyingFields {
  const uint8_t* bytes;
  uint32_t bytes_length;
  const uint32_t* table;
  const uint32_t* fields;
  uint8_t* target;
};

struct Scanners {
  const char* name;

  /** Summarise a range for every entry state; layout: SUMMARY_. */
  void (*summarize)(const uint8_t* bytes, const Range& range, const Dialect& dialect, uint32_t* summary);

  /** The byte after the first record-ending line feed in `[from, limit)`, given the state before; or `limit`. */
  uint32_t (*find_record_start)(const uint8_t* bytes, uint32_t from, uint32_t limit, uint32_t state,
                                const Dialect& dialect);

  /** Cut records into `table`; layouts: CUT_ and `tableWords`. The caller has checked every length. */
  void (*cut_records)(const uint8_t* bytes, uint32_t* cut, const uint32_t* wanted, uint32_t* table);

  /**
   * Copy extents; layouts: EXTENT_ and COPY_. False when an extent lies outside of `bytes`, or of `text` where it
   * is one of the text. Bytes of the target between what was written and COPY_TARGET_END are undefined afterwards.
   */
  bool (*copy_extents)(const Copying& copying, uint32_t* copy);

  /**
   * Copy listed records as they stand, each with a line feed; layout: COPY_. False when one is behind the table's, or
   * lies outside of `bytes`. Bytes of the target between what was written and COPY_TARGET_END are undefined afterwards.
   */
  bool (*copy_records)(const CopyingRecords& copying, uint32_t* copy);

  /** Parse fields of 1 to 9 digits, with a minus or not, to `values`; NO_INTEGER for others, and out of range. */
  void (*parse_integers)(const uint8_t* bytes, uint32_t length, const Fields& fields, int32_t* values);

  /**
   * Parse fields to `values` and `kinds`; those that are UNKNOWN are counted. False when one lies outside of the bytes.
   */
  bool (*parse_numbers)(const NumberFields& fields, double* values, uint8_t* kinds, uint32_t* unknown);

  /** Add numbers to the sums of their groups; layout: ADD_. False when a group has none; then some are added. */
  bool (*add_numbers)(const Adding& adding, uint32_t* add, uint32_t* left);

  /**
   * Survey the fields of a column; layout: SURVEY_. The hashes of those that have bytes are listed. False when one lies
   * outside of the bytes.
   */
  bool (*survey_fields)(const uint8_t* bytes, uint32_t bytes_length, const uint32_t* table, uint32_t* survey,
                        uint32_t* hashes);

  bool (*is_ascii)(const uint8_t* bytes, uint32_t start, uint32_t end);

  uint32_t (*count_line_feeds)(const uint8_t* bytes, uint32_t start, uint32_t end);

  /**
   * List the records for which a predicate holds; layout: SELECT_. It stops before one that it does not decide, with
   * SELECT_NEXT below SELECT_END. False when a field lies outside of `bytes`; the program is sound (predicate.h).
   */
  bool (*select_records)(const Selecting& selecting, uint32_t* select, uint32_t* selected);

  /**
   * Cut wanted members out of records of ndjson; layouts: MEMBERS_ and MEMBER_. It stops before one that is too much
   * for it, with MEMBERS_NEXT below MEMBERS_END. False when a record lies outside of `bytes`.
   */
  bool (*cut_members)(const MemberCutting& cutting, uint32_t* members);

  /**
   * Give each record the number of its group; layout: ASSIGN_. It stops before one that needs room, or a key that it
   * does not make, with ASSIGN_NEXT below ASSIGN_END. False when a field lies outside of `bytes`; the caller has
   * checked all other lengths.
   */
  bool (*assign_groups)(const Grouping& grouping, uint32_t* assign, uint32_t* ids);

  /** Put the places of a table that are taken into a larger one, which has none yet; layout: PLACE_. */
  void (*move_places)(const uint32_t* from, uint32_t from_count, uint32_t* to, uint32_t to_count);

  /** Count the records `[from, until)` of each group. False when one has a group that has no count; then some are counted. */
  bool (*count_groups)(const uint32_t* groups, uint32_t from, uint32_t until, double* counts, size_t group_count);

  /**
   * Write chosen fields of records, whole records as long as they fit; layout: FIELDS_. False when a field lies outside
   * of `bytes`. Bytes of the target between what was written and FIELDS_TARGET_END are undefined afterwards.
   */
  bool (*copy_fields)(const CopyingFields& copying, uint32_t* fields);
};

extern const Scanners scalar_scanners;
extern const Scanners sse2_scanners;
extern const Scanners avx2_scanners;
extern const Scanners avx512_scanners;
extern const Scanners neon_scanners;

/** The scanners that this processor and its operating system can run, widest first; ends in a null. */
const Scanners* const* supported_scanners();

/** The scanners of that name; null when this processor cannot run them. */
const Scanners* find_scanners(const char* name);

}  // namespace linemill
