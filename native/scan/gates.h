/**
 * Where records fail if the first test of a predicate says no: finding those that may pass, many at a time, each of which is
 * then tested by itself. See automaton.h for the hazard of this folder.
 */
#pragma once

#include "match.h"
#include "numbers.h"
#include "predicate_test.h"

namespace linemill {
namespace {

/** Whether records fail where the first test of a program says no, so that most need not be looked at one by one. */
inline bool has_gate(const Selecting& selecting) {
  const uint32_t first = selecting.program[PREDICATE_FIRST];
  if (first >= selecting.program[PREDICATE_TESTS]) return false;
  const Test test = test_of(selecting, first);
  return test.words[TEST_ELSE] == PREDICATE_FALSE && test.words[TEST_DOUBTS] == 0;
}

/** Whether the first test is one by `find_needed`. */
inline bool needs_text(const Selecting& selecting) {
  if (!has_gate(selecting)) return false;
  const Test test = test_of(selecting, selecting.program[PREDICATE_FIRST]);
  return test.words[TEST_KIND] == TEST_TEXT_HAS && test.words[TEST_FIELD] == 0 && test.words[TEST_QUOTE] == NO_BYTE;
}

/**
 * The next record whose line holds the text that the first test looks for, from `row` on; `end` if there is none. Records
 * follow each other, so the bytes of all of them are searched at once. Each is tested by itself again.
 */
template <class Finder>
uint32_t find_needed(const Selecting& selecting, uint32_t capacity, uint32_t row, uint32_t end) {
  const uint32_t* const starts = selecting.table;
  const uint32_t* const ends = selecting.table + capacity;
  const Field text = test_of(selecting, selecting.program[PREDICATE_FIRST]).text(0);
  const size_t last = ends[end - 1];
  while (row < end) {
    // What is not as it should be is for whoever tests the record.
    if (starts[row] > ends[row] || ends[row] > last || last > selecting.bytes_length) return row;
    const Field rest = {selecting.bytes + starts[row], selecting.bytes + last,
                        selecting.bytes + selecting.bytes_length};
    const uint8_t* const place = Finder::find(rest, text);
    if (place == nullptr) return end;
    const size_t at = size_t(place - selecting.bytes);
    while (row < end && ends[row] < at + text.length()) row++;
    if (row < end && starts[row] <= at) return row;
  }
  return end;
}

/** Records that were looked at COUNT at a time: which of them may pass. */
template <uint32_t COUNT>
class Lookahead {
 public:
  /** The next record that may pass, from `row` on, which never falls; `end` if there is none. */
  template <class LookAt>
  uint32_t next(uint32_t row, uint32_t end, LookAt look_at) {
    while (row < end) {
      if (row >= until_) {
        if (end - row < COUNT) return row;
        until_ = row + COUNT;
        passing_ = look_at(row);
      }
      const uint32_t rest = passing_ >> (row + COUNT - until_);
      if (rest != 0) return row + uint32_t(__builtin_ctz(rest));
      row = until_;
    }
    return end;
  }

 private:
  /** Those of the records before `until_`. */
  uint32_t passing_ = 0;
  uint32_t until_ = 0;
};

/**
 * Finds records whose number the first test lets pass, by parsing those of LANES at once; what it cannot parse so it lets
 * pass too. Each is tested by itself again.
 */
template <class Numbers>
class NumberGate {
 public:
  NumberGate(const Selecting& selecting, uint32_t capacity) : test_(test_of(selecting, 0)) {
    const uint32_t first = selecting.program[PREDICATE_FIRST];
    if (!Numbers::PARSES || !has_gate(selecting)) return;
    test_ = test_of(selecting, first);
    is_used_ = test_.words[TEST_KIND] <= TEST_NUMBER_AMONG && test_.count() <= MOST_COMPARED;
    const uint32_t* const starts = selecting.table + test_.words[TEST_FIELD];
    fields_ = {selecting.bytes, selecting.bytes_length, starts, starts + capacity, 0, test_.words[TEST_QUOTE]};
  }

  /** Whether the first test is one for this. */
  bool is_used() const { return is_used_; }

  /** The next record that may pass, from `row` on, which never falls; `end` if there is none. */
  uint32_t next(uint32_t row, uint32_t end) {
    return lookahead_.next(row, end, [this](uint32_t from) { return look_at(from); });
  }

 private:
  static constexpr uint32_t MOST_COMPARED = 8;

  uint32_t look_at(uint32_t row) {
    double values[LANES] = {};  // those of lanes that are not parsed are compared too
    uint8_t kinds[LANES];
    const uint32_t done = Numbers::parse(fields_, row, values, kinds);
    uint32_t passing = 0;
    if (done == 0) return EVERY_LANE;
    if (test_.words[TEST_KIND] == TEST_NUMBER_BETWEEN) {
      passing = Numbers::between(values, test_.number(0), test_.number(1));
    } else {
      for (uint32_t index = 0; index < test_.count(); index++) {
        passing |= Numbers::between(values, test_.number(index), test_.number(index));
      }
    }
    return (passing & done) | (~done & EVERY_LANE);
  }

  Test test_;
  bool is_used_ = false;
  NumberFields fields_ = {};
  Lookahead<LANES> lookahead_;
};

/**
 * Finds records whose text the first test's regular expression matches, several at once; what has quotes, or is not
 * decided, it lets pass. Each is tested by itself again.
 */
class MatchGate {
 public:
  MatchGate(const Selecting& selecting, uint32_t capacity) : bytes_(selecting.bytes), length_(selecting.bytes_length) {
    if (!has_gate(selecting)) return;
    const Test test = test_of(selecting, selecting.program[PREDICATE_FIRST]);
    is_used_ = test.words[TEST_KIND] == TEST_TEXT_MATCHES;
    if (is_used_) matcher_ = Matcher(test.text(0).at);
    quote_ = test.words[TEST_QUOTE];
    starts_ = selecting.table + test.words[TEST_FIELD];
    ends_ = starts_ + capacity;
  }

  /** Whether the first test is one for this. */
  bool is_used() const { return is_used_; }

  /** The next record that may pass, from `row` on, which never falls; `end` if there is none. */
  uint32_t next(uint32_t row, uint32_t end) {
    return lookahead_.next(row, end, [this](uint32_t from) { return look_at(from); });
  }

 private:
  uint32_t look_at(uint32_t row) {
    Field fields[MATCHED_AT_ONCE];
    uint32_t passing = 0;
    for (uint32_t lane = 0; lane < MATCHED_AT_ONCE; lane++) {
      const uint32_t start = starts_[row + lane];
      const uint32_t end = ends_[row + lane];
      const bool is_sound = start <= end && end <= length_;
      const bool is_plain = is_sound && (start == end || bytes_[start] != quote_);
      fields[lane] = {bytes_ + (is_plain ? start : 0), bytes_ + (is_plain ? end : 0), bytes_ + length_};
      passing |= uint32_t(!is_plain) << lane;
    }
    uint32_t outcomes[MATCHED_AT_ONCE];
    match_several(matcher_, fields, outcomes);
    for (uint32_t lane = 0; lane < MATCHED_AT_ONCE; lane++) passing |= uint32_t(!matcher_.is_no(outcomes[lane])) << lane;
    return passing;
  }

  const uint8_t* bytes_;
  uint32_t length_;
  bool is_used_ = false;
  Matcher matcher_;
  uint32_t quote_ = NO_BYTE;
  const uint32_t* starts_ = nullptr;
  const uint32_t* ends_ = nullptr;
  Lookahead<MATCHED_AT_ONCE> lookahead_;
};

}  // namespace
}  // namespace linemill
