/**
 * Cutting records without looking at fields: record ends are listed first and become rows a hundred at a time,
 * since how many a word has cannot be predicted. See automaton.h for the hazard of this folder.
 */
#pragma once

#include "cut.h"

namespace linemill {
namespace {

/** How many record ends are listed before they become rows. */
constexpr uint32_t MOST_LISTED = 128;

/** Offsets of record-ending line feeds; `flatten` writes 64 values whatever. */
struct LineFeeds {
  uint32_t at[MOST_LISTED + WORD_BYTES];
  uint32_t count;
};

/** Whether the list should become rows: it is full, fills the table, or may hold the block's last record. */
inline bool is_due(const Cut& cut, uint32_t listed, uint32_t at) {
  return listed >= MOST_LISTED || listed >= cut.capacity - cut.count || at >= cut.own_end;
}

/**
 * Make rows of the listed line feeds where no line has a CR, where all are records that start in the block and there is
 * room for all: many can be made at once then. False where it is not so.
 */
inline bool take_plain_lines(Cut& cut, LineFeeds& list) {
  const uint32_t rows = list.count;
  if (rows == 0 || rows > cut.capacity - cut.count) return false;
  const uint32_t* const at = list.at;
  uint32_t* __restrict const starts = cut.table + cut.count;
  uint32_t* __restrict const ends = starts + cut.capacity;
  starts[0] = cut.start;
  for (uint32_t row = 1; row < rows; row++) starts[row] = at[row - 1] + 1;
  uint32_t blanks = 0;
  for (uint32_t row = 0; row < rows; row++) {
    ends[row] = at[row];
    blanks += starts[row] == at[row];
  }
  if (starts[rows - 1] >= cut.own_end || (cut.skips_blank && blanks > 0)) return false;
  cut.start = at[rows - 1] + 1;
  cut.count += rows;
  list.count = 0;
  return true;
}

/** Make rows of the listed line feeds, and empty the list. False when cutting stops there. */
inline bool take_lines(Cut& cut, LineFeeds& list, bool has_returns) {
  if (!has_returns && take_plain_lines(cut, list)) return goes_on(cut);
  // In locals, since a store to the table might change `cut` for all that the compiler knows.
  uint32_t* const starts = cut.table;
  uint32_t* const ends = cut.table + cut.capacity;
  const uint8_t* const bytes = cut.bytes;
  const uint32_t own_end = cut.own_end;
  const uint32_t capacity = cut.capacity;
  const bool skips_blank = cut.skips_blank;
  uint32_t start = cut.start;
  uint32_t count = cut.count;
  uint32_t blanks = 0;
  bool continues = true;
  for (uint32_t index = 0; index < list.count && continues; index++) {
    const uint32_t line_feed = list.at[index];
    const uint32_t end = record_end(bytes, start, line_feed);
    const uint32_t is_skipped = skips_blank && end == start ? 1 : 0;
    starts[count] = start;
    ends[count] = end;
    count += 1 - is_skipped;
    blanks += is_skipped;
    start = line_feed + 1;
    continues = start < own_end && count < capacity;
  }
  cut.start = start;
  cut.count = count;
  cut.blanks += blanks;
  list.count = 0;
  return continues;
}

template <class Block, bool HasQuote>
void cut_lines(Cut& cut) {
  const Needles<Block> needles(cut.dialect);
  LineFeeds list;
  list.count = 0;
  Carry carry = carry_of(FIELD_START);
  uint64_t returns = 0;
  bool continues = goes_on(cut);
  for (uint32_t at = cut.start; continues && at < cut.data_end;) {
    const Word<Block> word = load_word<Block>(cut.bytes, at, cut.data_end);
    const uint64_t line_feeds = needles.line_feeds(word);
    uint64_t ends = line_feeds;
    if (HasQuote) {
      const uint64_t field_ends = line_feeds | needles.delimiters(word);
      ends &= ~step_word<Block>(needles.quotes(word), field_ends, word.length, carry);
    }
    Block::flatten_few(ends, at, list.at + list.count);
    list.count += bit_count(ends);
    returns |= needles.carriage_returns(word);
    at += word.length;
    if (is_due(cut, list.count, at)) continues = take_lines(cut, list, returns != 0);
  }
  if (continues) continues = take_lines(cut, list, returns != 0);
  if (!continues) {
    finish_stopped(cut);
  } else if (cut.is_final && !carry.inside) {
    add_row(cut, cut.data_end, 1, cut.data_end);
    write_cut(cut, CUT_DONE);
  } else {
    finish_incomplete(cut);
  }
}

}  // namespace
}  // namespace linemill
