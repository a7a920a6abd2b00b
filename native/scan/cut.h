/**
 * What cutting lines and cutting fields have in common: the parameters, the stop conditions, and cutting one
 * record byte by byte. See automaton.h for the hazard of this folder.
 */
#pragma once

#include "words.h"

namespace linemill {
namespace {

/** The most fields of a record that are cut with masks; one with more goes through the automaton. */
constexpr uint32_t MOST_FIELD_ENDS = 4096;

/** A call's parameters and what it has found so far. */
struct Cut {
  const uint8_t* bytes;
  uint32_t* words;
  Dialect dialect;
  /** First byte of the current record. */
  uint32_t start;
  uint32_t own_end;
  uint32_t data_end;
  bool is_final;
  bool skips_blank;
  uint32_t capacity;
  uint32_t expected;
  const uint32_t* wanted;
  uint32_t wanted_count;
  uint32_t* table;
  uint32_t count;
  uint32_t blanks;
  uint32_t ragged;
};

inline Cut read_cut(const uint8_t* bytes, uint32_t* words, const uint32_t* wanted, uint32_t* table) {
  Cut cut = {};
  cut.bytes = bytes;
  cut.words = words;
  cut.dialect = {words[CUT_DELIMITER], words[CUT_QUOTE]};
  cut.start = words[CUT_NEXT];
  cut.data_end = words[CUT_DATA_END];
  cut.is_final = words[CUT_IS_FINAL] == 1;
  cut.own_end = words[CUT_OWN_END];
  // Nothing starts behind the end of the input.
  if (cut.is_final && cut.own_end > cut.data_end) cut.own_end = cut.data_end;
  cut.skips_blank = words[CUT_SKIPS_BLANK] == 1;
  cut.capacity = words[CUT_CAPACITY];
  cut.expected = words[CUT_EXPECTED];
  cut.wanted = wanted;
  cut.wanted_count = words[CUT_WANTED];
  cut.table = table;
  cut.ragged = NO_INDEX;
  words[CUT_OPEN_QUOTE] = NO_INDEX;
  return cut;
}

inline void write_cut(const Cut& cut, uint32_t status) {
  cut.words[CUT_NEXT] = cut.start;
  cut.words[CUT_COUNT] = cut.count;
  cut.words[CUT_STATUS] = status;
  cut.words[CUT_BLANKS] = cut.blanks;
  cut.words[CUT_RAGGED] = cut.ragged;
}

/** Whether cutting goes on at `cut.start`. */
inline bool goes_on(const Cut& cut) { return cut.start < cut.own_end && cut.count < cut.capacity; }

/** Write the results when `goes_on` has become false. A full table still lets lines without bytes pass. */
inline void finish_stopped(Cut& cut) {
  while (cut.skips_blank && cut.start < cut.own_end && cut.start < cut.data_end) {
    const uint32_t rest = cut.data_end - cut.start;
    const uint8_t* at = cut.bytes + cut.start;
    uint32_t blank_bytes = 0;
    if (at[0] == LINE_FEED) blank_bytes = 1;
    if (rest > 1 && at[0] == CARRIAGE_RETURN && at[1] == LINE_FEED) blank_bytes = 2;
    if (blank_bytes == 0) break;
    cut.start += blank_bytes;
    cut.blanks++;
  }
  write_cut(cut, cut.start >= cut.own_end ? CUT_DONE : CUT_FULL);
}

/** Write the results when the record at `cut.start` does not end and cannot be taken as the last one. */
inline void finish_incomplete(const Cut& cut) {
  if (cut.is_final) {
    cut.words[CUT_OPEN_QUOTE] = find_open_quote(cut.bytes, cut.start, cut.data_end, cut.dialect);
  }
  write_cut(cut, cut.is_final ? CUT_UNCLOSED : CUT_SHORT);
}

/** The end of a record whose line feed is at `line_feed`, without one CR before it. */
inline uint32_t record_end(const uint8_t* bytes, uint32_t start, uint32_t line_feed) {
  return line_feed - (line_feed > start && bytes[line_feed - 1] == CARRIAGE_RETURN ? 1 : 0);
}

/** Fill in the current row but for its fields, and step to the next record. */
inline void add_row(Cut& cut, uint32_t end, uint32_t field_count, uint32_t next) {
  uint32_t* row = cut.table + cut.count;
  row[0] = cut.start;
  row[cut.capacity] = end;
  if (cut.wanted_count > 0) {
    row[2 * size_t(cut.capacity)] = field_count;
    const bool is_ragged = cut.expected != 0 && field_count != cut.expected;
    if (is_ragged && cut.ragged == NO_INDEX) cut.ragged = cut.count;
  }
  cut.count++;
  cut.start = next;
}

/** The cells of one wanted column in the current row. */
inline void set_field(const Cut& cut, uint32_t column, uint32_t start, uint32_t end) {
  uint32_t* starts = cut.table + (3 + 2 * size_t(column)) * cut.capacity + cut.count;
  starts[0] = start;
  starts[cut.capacity] = end;
}

/** What `find_end` found out about a record. */
struct RecordEnd {
  /** Where its line feed stands, or the end of the data. */
  uint32_t at;
  uint32_t field_count;
  bool has_line_feed;
  bool is_open;
};

/** Run the automaton over the record at `cut.start`, and note the wanted fields' cells. */
inline RecordEnd find_end(const Cut& cut) {
  uint32_t state = FIELD_START;
  uint32_t field = 0;
  uint32_t column = 0;
  uint32_t field_start = cut.start;
  uint32_t at = cut.start;
  bool has_line_feed = false;
  for (; at < cut.data_end; at++) {
    const uint8_t byte = cut.bytes[at];
    has_line_feed = byte == LINE_FEED && state != QUOTED;
    if (has_line_feed) break;
    state = step(state, byte, cut.dialect);
    if (state != FIELD_START) continue;
    if (column < cut.wanted_count && cut.wanted[column] == field) set_field(cut, column++, field_start, at);
    field++;
    field_start = at + 1;
  }
  const uint32_t end = has_line_feed ? record_end(cut.bytes, cut.start, at) : at;
  if (column < cut.wanted_count && cut.wanted[column] == field) set_field(cut, column++, field_start, end);
  while (column < cut.wanted_count) set_field(cut, column++, end, end);
  return {at, field + 1, has_line_feed, state == QUOTED};
}

/**
 * Cut the record at `cut.start` byte by byte. False when it is incomplete, and the results are written then.
 * HAZARD: it writes into the row at `count` before it knows that the record is complete; there is room for it.
 */
inline bool cut_one_record(Cut& cut) {
  const RecordEnd found = find_end(cut);
  if (!found.has_line_feed && (!cut.is_final || found.is_open)) {
    finish_incomplete(cut);
    return false;
  }
  const uint32_t end = found.has_line_feed ? record_end(cut.bytes, cut.start, found.at) : found.at;
  const uint32_t next = found.has_line_feed ? found.at + 1 : found.at;
  if (cut.skips_blank && found.has_line_feed && end == cut.start) {
    cut.blanks++;
    cut.start = next;
  } else {
    add_row(cut, end, found.field_count, next);
  }
  return true;
}

}  // namespace
}  // namespace linemill
