/** Regular expressions as tables of an automaton over bytes (layout: MATCHER_). See automaton.h for the hazard of this folder. */
#pragma once

#include "field.h"

namespace linemill {
namespace {

/** A matcher of a program that was found to be sound. */
struct Matcher {
  uint32_t class_count = 0;
  uint32_t start = 0;
  const uint8_t* classes = nullptr;
  const uint16_t* table = nullptr;

  Matcher() = default;

  explicit Matcher(const uint8_t* bytes) {
    uint32_t words[MATCHER_WORDS];
    memcpy(words, bytes, sizeof(words));
    class_count = words[MATCHER_CLASSES];
    start = words[MATCHER_START];
    classes = bytes + sizeof(words);
    table = reinterpret_cast<const uint16_t*>(classes + MATCHER_CLASS_BYTES);
  }

  /** Where the rows begin that are no outcomes. */
  uint32_t first_row() const { return MATCHER_OUTCOMES * class_count; }

  uint32_t step(uint32_t row, uint8_t byte) const { return table[row + classes[byte]]; }

  /** The outcome of a row in which a text ends. */
  uint32_t outcome(uint32_t row) const { return table[row + class_count - 1]; }

  bool is_no(uint32_t outcome) const { return outcome == MATCHER_NO * class_count; }
  bool is_yes(uint32_t outcome) const { return outcome == MATCHER_YES * class_count; }
};

/** The outcome of what is left of a field, from a row on. */
inline uint32_t match_rest(const Matcher& matcher, uint32_t row, const uint8_t* at, const uint8_t* end) {
  const uint32_t first_row = matcher.first_row();
  for (; at < end && row >= first_row; at++) row = matcher.step(row, *at);
  return matcher.outcome(row);
}

/** The outcome of a field. */
inline uint32_t match(const Matcher& matcher, const Field& field) {
  return match_rest(matcher, matcher.start, field.at, field.end);
}

/**
 * The outcome of a field in which a match begins with a text: whenever the matcher is where it started, what stands before
 * the next such text is passed over.
 */
template <class Finder>
uint32_t match_behind(const Matcher& matcher, const Field& prefix, const Field& field) {
  const uint32_t first_row = matcher.first_row();
  uint32_t row = matcher.start;
  for (const uint8_t* at = field.at; row == matcher.start;) {
    at = Finder::find({at, field.end, field.limit}, prefix);
    if (at == nullptr) return MATCHER_NO;
    do {
      row = matcher.step(row, *at++);
    } while (at < field.end && row >= first_row && row != matcher.start);
  }
  return matcher.outcome(row);
}

/** Fields that are matched at once: a step waits for the one before in its field, and not for those in the others. */
constexpr uint32_t MATCHED_AT_ONCE = 4;
/** Steps between two looks whether all of them are decided. */
constexpr size_t STEPS = 8;

/** The outcomes of some fields. */
inline void match_several(const Matcher& matcher, const Field* fields, uint32_t* outcomes) {
  size_t common = fields[0].length();
  for (uint32_t lane = 1; lane < MATCHED_AT_ONCE; lane++) {
    if (fields[lane].length() < common) common = fields[lane].length();
  }
  uint32_t rows[MATCHED_AT_ONCE];
  for (uint32_t& row : rows) row = matcher.start;
  size_t done = 0;
  uint32_t furthest = matcher.start;
  while (done + STEPS <= common && furthest >= matcher.first_row()) {
    for (size_t until = done + STEPS; done < until; done++) {
      for (uint32_t lane = 0; lane < MATCHED_AT_ONCE; lane++) rows[lane] = matcher.step(rows[lane], fields[lane].at[done]);
    }
    furthest = 0;
    for (const uint32_t row : rows) furthest = row > furthest ? row : furthest;
  }
  for (uint32_t lane = 0; lane < MATCHED_AT_ONCE; lane++) {
    outcomes[lane] = match_rest(matcher, rows[lane], fields[lane].at + done, fields[lane].end);
  }
}

}  // namespace
}  // namespace linemill
