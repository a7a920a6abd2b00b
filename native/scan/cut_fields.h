/**
 * Cutting records and their wanted fields. The ends of all fields are listed first, delimiters and record-ending
 * line feeds, so that field f of a record lies between the (f-1)th and the fth end behind its start. Rows are made
 * of the list, and filled in column by column: a store to each of many columns for each row would fight for the
 * same cache lines. See automaton.h for the hazard of this folder.
 */
#pragma once

#include "cut_lines.h"

namespace linemill {
namespace {

/** The ends of the fields of the records that are no rows yet. `flatten` writes 64 values whatever. */
struct FieldEnds {
  /** Offsets. [0] is the byte before the first of those records; it wraps around where that is -1. */
  uint32_t at[MOST_FIELD_ENDS + 2 * WORD_BYTES];
  uint32_t count;
  /** Index 0, then the indexes of those that end a record. */
  uint32_t ends[1 + MOST_LISTED + WORD_BYTES];
  uint32_t ends_count;
  /** Of each new row, the index of the field end before it, where some listed records are no rows. */
  uint32_t before[MOST_LISTED + WORD_BYTES];

  void restart(uint32_t record_start) {
    at[0] = record_start - 1;
    count = 1;
    ends[0] = 0;
    ends_count = 0;
  }

  template <class Block>
  void add(uint64_t mask, uint64_t line_feeds, uint32_t base) {
    Block::flatten(mask, base, at + count);
    Block::flatten_ranks(line_feeds & mask, mask, count, ends + 1 + ends_count);
    ends_count += bit_count(line_feeds & mask);
    count += bit_count(mask);
  }

  /** Forget those of finished records. */
  void forget(uint32_t last_end) {
    count -= last_end;
    memmove(at, at + last_end, count * sizeof(uint32_t));
    ends_count = 0;
  }
};

inline uint32_t lesser(uint32_t one, uint32_t other) { return one < other ? one : other; }

/** Look at the field counts of the new rows from `first` on: note the first ragged one, return the fewest. */
inline uint32_t check_counts(Cut& cut, uint32_t first) {
  const uint32_t* const counts = cut.table + 2 * size_t(cut.capacity);
  const uint32_t end = cut.count;
  const uint32_t expected = cut.expected;
  uint32_t fewest = NO_INDEX;
  uint32_t differing = 0;
  for (uint32_t row = first; row < end; row++) {
    fewest = lesser(fewest, counts[row]);
    differing |= counts[row] ^ expected;
  }
  if (expected == 0 || differing == 0 || cut.ragged != NO_INDEX) return fewest;
  cut.ragged = first;
  while (counts[cut.ragged] == expected) cut.ragged++;
  return fewest;
}

/** Fill in the wanted fields of the new rows from `first` on; `before` has the index of the field end before each. */
inline void fill_columns(const Cut& cut, const FieldEnds& field_ends, const uint32_t* before, uint32_t first,
                         uint32_t fewest) {
  const size_t capacity = cut.capacity;
  const uint32_t rows = cut.count - first;
  const uint32_t* const at = field_ends.at;
  const uint32_t* const record_ends = cut.table + capacity + first;
  const uint32_t* const counts = cut.table + 2 * capacity + first;
  for (uint32_t column = 0; column < cut.wanted_count; column++) {
    const uint32_t field = cut.wanted[column];
    uint32_t* __restrict const starts = cut.table + (3 + 2 * size_t(column)) * capacity + first;
    uint32_t* __restrict const ends = starts + capacity;
    // The last field's end is the line feed: without the CR before it, it ends with the record.
    if (field < fewest) {
      for (uint32_t row = 0; row < rows; row++) {
        const uint32_t edge = before[row] + field;
        starts[row] = at[edge] + 1;
        ends[row] = lesser(at[edge + 1], record_ends[row]);
      }
      continue;
    }
    for (uint32_t row = 0; row < rows; row++) {
      const bool has_field = field < counts[row];
      const uint32_t* const edge = at + before[row] + field;
      starts[row] = has_field ? edge[0] + 1 : record_ends[row];
      ends[row] = has_field ? lesser(edge[1], record_ends[row]) : record_ends[row];
    }
  }
}

/**
 * Make rows of the listed records where none has a CR, where all are records that start in the block and there is room
 * for all: a row follows from the lists alone then, and many can be made at once. False where it is not so.
 */
inline bool take_plain_rows(Cut& cut, FieldEnds& field_ends) {
  const uint32_t rows = field_ends.ends_count;
  if (rows == 0 || rows > cut.capacity - cut.count) return false;
  const uint32_t* const at = field_ends.at;
  const uint32_t* const before = field_ends.ends;
  const uint32_t* const last = before + 1;
  uint32_t* __restrict const starts = cut.table + cut.count;
  uint32_t* __restrict const ends = starts + cut.capacity;
  uint32_t* __restrict const counts = ends + cut.capacity;
  uint32_t blanks = 0;
  for (uint32_t row = 0; row < rows; row++) {
    const uint32_t start = at[before[row]] + 1;
    const uint32_t end = at[last[row]];
    starts[row] = start;
    ends[row] = end;
    counts[row] = last[row] - before[row];
    blanks += start == end;
  }
  if (starts[rows - 1] >= cut.own_end || (cut.skips_blank && blanks > 0)) return false;
  const uint32_t first = cut.count;
  cut.start = ends[rows - 1] + 1;
  cut.count += rows;
  fill_columns(cut, field_ends, before, first, check_counts(cut, first));
  field_ends.forget(last[rows - 1]);
  return true;
}

/** Make rows of the listed records, and empty the list but for the rest. False when cutting stops there. */
inline bool take_rows(Cut& cut, FieldEnds& field_ends, bool has_returns) {
  if (!has_returns && take_plain_rows(cut, field_ends)) return goes_on(cut);
  uint32_t* const starts = cut.table;
  uint32_t* const ends = cut.table + cut.capacity;
  uint32_t* const counts = ends + cut.capacity;
  const uint8_t* const bytes = cut.bytes;
  const uint32_t own_end = cut.own_end;
  const uint32_t capacity = cut.capacity;
  const bool skips_blank = cut.skips_blank;
  const uint32_t first = cut.count;
  uint32_t start = cut.start;
  uint32_t count = first;
  uint32_t blanks = 0;
  uint32_t before = 0;
  bool continues = true;
  for (uint32_t index = 0; index < field_ends.ends_count && continues; index++) {
    const uint32_t last = field_ends.ends[1 + index];
    const uint32_t line_feed = field_ends.at[last];
    const uint32_t end = record_end(bytes, start, line_feed);
    const uint32_t is_skipped = skips_blank && end == start ? 1 : 0;
    starts[count] = start;
    ends[count] = end;
    counts[count] = last - before;
    field_ends.before[count - first] = before;
    count += 1 - is_skipped;
    blanks += is_skipped;
    before = last;
    start = line_feed + 1;
    continues = start < own_end && count < capacity;
  }
  cut.start = start;
  cut.count = count;
  cut.blanks += blanks;
  const uint32_t fewest = check_counts(cut, first);
  fill_columns(cut, field_ends, field_ends.before, first, fewest);
  field_ends.forget(before);
  return continues;
}

/** Take what is left of the final bytes as a record. */
inline void take_last(Cut& cut, FieldEnds& field_ends) {
  const uint32_t row = cut.count;
  const uint32_t field_count = field_ends.count;
  field_ends.at[field_ends.count] = cut.data_end;
  field_ends.before[0] = 0;
  add_row(cut, cut.data_end, field_count, cut.data_end);
  fill_columns(cut, field_ends, field_ends.before, row, field_count);
  write_cut(cut, CUT_DONE);
}

template <class Block, bool HasQuote>
void cut_fields(Cut& cut) {
  const Needles<Block> needles(cut.dialect);
  FieldEnds field_ends;
  field_ends.restart(cut.start);
  Carry carry = carry_of(FIELD_START);
  uint64_t returns = 0;
  bool continues = goes_on(cut);
  for (uint32_t at = cut.start; continues && at < cut.data_end;) {
    if (field_ends.count > MOST_FIELD_ENDS) {
      // One record has more fields than the list has room for.
      if (!cut_one_record(cut)) return;
      continues = goes_on(cut);
      at = cut.start;
      field_ends.restart(at);
      carry = carry_of(FIELD_START);
      continue;
    }
    const Word<Block> word = load_word<Block>(cut.bytes, at, cut.data_end);
    const uint64_t line_feeds = needles.line_feeds(word);
    uint64_t mask = line_feeds | needles.delimiters(word);
    if (HasQuote) mask &= ~step_word<Block>(needles.quotes(word), mask, word.length, carry);
    field_ends.add<Block>(mask, line_feeds, at);
    returns |= needles.carriage_returns(word);
    at += word.length;
    const bool is_full = field_ends.count > MOST_FIELD_ENDS;
    if (is_full || is_due(cut, field_ends.ends_count, at)) continues = take_rows(cut, field_ends, returns != 0);
  }
  if (continues) continues = take_rows(cut, field_ends, returns != 0);
  if (!continues) {
    finish_stopped(cut);
  } else if (cut.is_final && !carry.inside) {
    take_last(cut, field_ends);
  } else {
    finish_incomplete(cut);
  }
}

template <class Block>
void cut_records(const uint8_t* bytes, uint32_t* words, const uint32_t* wanted, uint32_t* table) {
  Cut cut = read_cut(bytes, words, wanted, table);
  const bool has_quote = cut.dialect.quote != NO_BYTE;
  if (cut.wanted_count > 0) {
    has_quote ? cut_fields<Block, true>(cut) : cut_fields<Block, false>(cut);
  } else {
    has_quote ? cut_lines<Block, true>(cut) : cut_lines<Block, false>(cut);
  }
}

}  // namespace
}  // namespace linemill
