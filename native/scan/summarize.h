/**
 * What a block does to each state it may be entered in. The four hypotheses are followed together until they
 * agree on the state, which they do behind the first quoted field; from there on one stands for all.
 * See automaton.h for the hazard of this folder.
 */
#pragma once

#include "count.h"

namespace linemill {
namespace {

/** One hypothesis between two words. */
struct Lane {
  Carry carry;
  uint32_t ends;
  uint32_t blanks;
};

/** Finds the line feeds that stand right behind another one, or behind that and a CR. */
template <class Block>
struct BlankFinder {
  typename Block::Needle carriage_return = Block::needle(CARRIAGE_RETURN);
  /** The line feeds of the word before; only the two highest bits count. */
  uint64_t line_feeds_before;

  /** Two bytes before `bytes` are readable. All line feeds in question are in one state: no quote parts them. */
  uint64_t find(const Word<Block>& word, uint64_t line_feeds, const uint8_t* bytes) {
    const uint64_t before = line_feeds_before;
    line_feeds_before = line_feeds;
    uint64_t blanks = line_feeds & ((line_feeds << 1) | (before >> 63));
    const uint64_t second_next = line_feeds & ((line_feeds << 2) | (before >> 62));
    if (second_next != 0) {
      const uint64_t follows_return = bytes[-1] == CARRIAGE_RETURN ? 1 : 0;
      blanks |= second_next & ((word.block.equal(carriage_return) << 1) | follows_return);
    }
    return blanks;
  }
};

/** Line feeds in words without quotes: they count for every lane that is not inside quotes. */
struct Shared {
  uint32_t ends;
  uint32_t blanks;
  bool has_words;
};

/** Count `shared` in the lanes it counts for. `last_byte` is the last byte before, and no quote. */
inline void settle(Shared& shared, Lane* lanes, uint8_t last_byte, const Dialect& dialect) {
  if (!shared.has_words) return;
  const uint64_t opens = last_byte == LINE_FEED || last_byte == dialect.delimiter ? 1 : 0;
  for (uint32_t entry = 0; entry < STATE_COUNT; entry++) {
    Lane& lane = lanes[entry];
    if (lane.carry.inside) continue;
    lane.ends += shared.ends;
    lane.blanks += shared.blanks;
    lane.carry.opens = opens;
  }
  shared = {0, 0, false};
}

template <class Block>
inline void step_lane(Lane& lane, uint64_t quotes, uint64_t field_ends, uint64_t line_feeds, uint64_t blanks,
                      uint32_t length) {
  const uint64_t outside = ~step_word<Block>(quotes, field_ends, length, lane.carry);
  lane.ends += bit_count(line_feeds & outside);
  lane.blanks += bit_count(blanks & outside);
}

/** Whether the lanes will go the same way from here on. */
inline bool have_converged(const Lane* lanes) {
  for (uint32_t entry = 1; entry < STATE_COUNT; entry++) {
    const Carry& one = lanes[0].carry;
    const Carry& other = lanes[entry].carry;
    if (one.inside != other.inside || (!one.inside && one.opens != other.opens)) return false;
  }
  return true;
}

/** Follow the lanes from `at`, at least two bytes behind the range's start. Return the line feeds. */
template <class Block>
uint32_t follow_lanes(const uint8_t* bytes, uint32_t at, uint32_t end, const Dialect& dialect, Lane* lanes) {
  const Needles<Block> needles(dialect);
  BlankFinder<Block> finder;
  finder.line_feeds_before = uint64_t(bytes[at - 1] == LINE_FEED) << 63;
  finder.line_feeds_before |= uint64_t(bytes[at - 2] == LINE_FEED) << 62;
  Shared shared = {0, 0, false};
  Lane common = {{0, 0}, 0, 0};
  uint32_t lines = 0;
  bool is_common = false;
  while (at < end) {
    const Word<Block> word = load_word<Block>(bytes, at, end);
    const uint64_t line_feeds = needles.line_feeds(word);
    const uint64_t blanks = finder.find(word, line_feeds, bytes + at);
    const uint64_t quotes = needles.quotes(word);
    lines += bit_count(line_feeds);
    if (is_common) {
      const uint64_t field_ends = line_feeds | needles.delimiters(word);
      step_lane<Block>(common, quotes, field_ends, line_feeds, blanks, word.length);
    } else if (quotes == 0) {
      shared.ends += bit_count(line_feeds);
      shared.blanks += bit_count(blanks);
      shared.has_words = true;
    } else {
      settle(shared, lanes, bytes[at - 1], dialect);
      const uint64_t field_ends = line_feeds | needles.delimiters(word);
      for (uint32_t entry = 0; entry < STATE_COUNT; entry++) {
        step_lane<Block>(lanes[entry], quotes, field_ends, line_feeds, blanks, word.length);
      }
      is_common = have_converged(lanes);
      if (is_common) common.carry = lanes[0].carry;
    }
    at += word.length;
  }
  settle(shared, lanes, bytes[end - 1], dialect);
  for (uint32_t entry = 0; entry < STATE_COUNT && is_common; entry++) {
    lanes[entry].carry = common.carry;
    lanes[entry].ends += common.ends;
    lanes[entry].blanks += common.blanks;
  }
  return lines;
}

/** Write one hypothesis' results. */
inline void report(uint32_t entry, uint32_t exit, uint32_t ends, uint32_t blanks, uint32_t* summary) {
  summary[SUMMARY_EXITS] |= exit << (2 * entry);
  summary[SUMMARY_ENDS + entry] = ends;
  summary[SUMMARY_BLANKS + entry] = blanks;
}

/**
 * The first two bytes go through the automaton, since whether they end a line without bytes depends on what
 * stands before the block and on the hypothesis. Behind them it depends on the bytes alone.
 */
template <class Block>
void summarize(const uint8_t* bytes, const Range& range, const Dialect& dialect, uint32_t* summary) {
  const uint32_t words_start = range.end - range.start > 2 ? range.start + 2 : range.end;
  Hypothesis hypotheses[STATE_COUNT];
  Lane lanes[STATE_COUNT];
  for (uint32_t entry = 0; entry < STATE_COUNT; entry++) {
    Hypothesis& hypothesis = hypotheses[entry];
    hypothesis = enter(bytes, range, entry, dialect);
    follow(bytes, range.start, words_start, dialect, hypothesis);
    lanes[entry] = {carry_of(hypothesis.state), hypothesis.ends, hypothesis.blanks};
  }
  summary[SUMMARY_EXITS] = 0;
  summary[SUMMARY_LINES] = count_line_feeds<Block>(bytes, range.start, words_start);
  const bool has_words = words_start < range.end;
  if (has_words) summary[SUMMARY_LINES] += follow_lanes<Block>(bytes, words_start, range.end, dialect, lanes);
  for (uint32_t entry = 0; entry < STATE_COUNT; entry++) {
    const Lane& lane = lanes[entry];
    const uint32_t exit =
        has_words ? state_of(lane.carry, bytes[range.end - 1], dialect) : hypotheses[entry].state;
    report(entry, exit, lane.ends, lane.blanks, summary);
  }
}

template <class Block>
uint32_t find_record_start(const uint8_t* bytes, uint32_t from, uint32_t limit, uint32_t state,
                           const Dialect& dialect) {
  const Needles<Block> needles(dialect);
  Carry carry = carry_of(possible_state(state, dialect));
  while (from < limit) {
    const Word<Block> word = load_word<Block>(bytes, from, limit);
    const uint64_t line_feeds = needles.line_feeds(word);
    const uint64_t field_ends = line_feeds | needles.delimiters(word);
    const uint64_t inside = step_word<Block>(needles.quotes(word), field_ends, word.length, carry);
    const uint64_t ends = line_feeds & ~inside;
    if (ends != 0) return from + lowest_bit(ends) + 1;
    from += word.length;
  }
  return limit;
}

}  // namespace
}  // namespace linemill
