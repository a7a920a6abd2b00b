/**
 * Selecting the records of a batch for which a predicate holds: each goes through the tests of a program, from one to
 * the next by their answers. See automaton.h for the hazard of this folder.
 */
#pragma once

#include <string.h>

#include "field.h"
#include "find.h"
#include "number.h"
#include "numbers.h"

namespace linemill {
namespace {

/** UNKNOWN is what the twin of this decides, IN_DOUBT what nobody can tell from the table. */
enum class Answer : uint32_t { NO, YES, UNKNOWN, IN_DOUBT };

inline Answer answer(bool is_yes) { return is_yes ? Answer::YES : Answer::NO; }

/** A test of a program, and what it compares with. */
struct Test {
  const uint32_t* program;
  const uint32_t* words;

  uint32_t count() const { return words[TEST_COUNT]; }

  double number(uint32_t index) const {
    double value;
    memcpy(&value, program + words[TEST_AT] + 2 * size_t(index), sizeof(value));
    return value;
  }

  Field text(uint32_t index) const {
    const uint32_t* const place = program + words[TEST_AT] + 2 * size_t(index);
    const uint8_t* const at = reinterpret_cast<const uint8_t*>(program) + place[0];
    return {at, at + place[1], at + place[1]};
  }
};

/** Find a value among ascending ones: `order` says how the one at an index stands to it. */
template <class Order>
inline bool is_among(uint32_t count, Order order) {
  uint32_t low = 0;
  uint32_t high = count;
  while (low < high) {
    const uint32_t middle = low + (high - low) / 2;
    const int found = order(middle);
    if (found == 0) return true;
    if (found < 0) low = middle + 1;
    else high = middle;
  }
  return false;
}

inline Answer ask_number(const Test& test, const Field& field) {
  double value = 0;
  const NumberIs reading = read_number(field.at, field.end, &value);
  if (reading == NumberIs::UNKNOWN) return Answer::UNKNOWN;
  if (reading == NumberIs::NONE || value != value) return Answer::NO;
  if (test.words[TEST_KIND] == TEST_NUMBER_BETWEEN) {
    return answer(value >= test.number(0) && value <= test.number(1));
  }
  return answer(is_among(test.count(), [&](uint32_t index) {
    const double other = test.number(index);
    return other < value ? -1 : other > value ? 1 : 0;
  }));
}

template <class Finder>
Answer ask_text(const Test& test, const Field& field) {
  const uint32_t kind = test.words[TEST_KIND];
  if (kind == TEST_TEXT_AMONG) {
    return answer(is_among(test.count(), [&](uint32_t index) { return -compare(field, test.text(index)); }));
  }
  const Field text = test.text(0);
  if (kind == TEST_TEXT_BELOW) return answer(compare(field, text) < 0);
  if (kind == TEST_TEXT_ABOVE) return answer(compare(field, text) > 0);
  if (kind == TEST_TEXT_HAS) return answer(Finder::find(field, text) != nullptr);
  if (field.length() < text.length()) return Answer::NO;
  const uint8_t* const at = kind == TEST_TEXT_STARTS ? field.at : field.end - text.length();
  return answer(memcmp(at, text.at, text.length()) == 0);
}

/** Ask whether a member is the word itself. Behind a text stands its quote; null has no bytes, but its word is there. */
inline Answer ask_word(const Test& test, const Field& field) {
  const Field word = test.text(0);
  if (size_t(field.limit - field.at) < word.length() || memcmp(field.at, word.at, word.length()) != 0) return Answer::NO;
  if (field.length() == 0) return answer(word.length() == 4 && word.at[0] == 'n');
  return answer(field.length() == word.length() && (field.end == field.limit || *field.end != '"'));
}

/** Ask a test about a field. `copy` has room for COPY_BYTES. */
template <class Finder>
Answer ask(const Test& test, Field field, uint8_t* copy) {
  const uint32_t quote = test.words[TEST_QUOTE];
  if (quote != NO_BYTE && field.at < field.end && *field.at == quote && !unquote(field, uint8_t(quote), copy)) {
    return Answer::UNKNOWN;
  }
  if (test.words[TEST_KIND] == TEST_WORD) return ask_word(test, field);
  return test.words[TEST_KIND] <= TEST_NUMBER_AMONG ? ask_number(test, field) : ask_text<Finder>(test, field);
}

inline Test test_of(const Selecting& selecting, uint32_t index) {
  return {selecting.program, selecting.program + PREDICATE_WORDS + TEST_WORDS * size_t(index)};
}

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
    while (row < end) {
      if (row >= until_) {
        if (end - row < LANES) return row;
        until_ = row + LANES;
        passing_ = look_at(row);
      }
      const uint32_t rest = passing_ >> (row + LANES - until_);
      if (rest != 0) return row + uint32_t(__builtin_ctz(rest));
      row = until_;
    }
    return end;
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
  /** Which of the LANES records before `until_` may pass. */
  uint32_t passing_ = 0;
  uint32_t until_ = 0;
};

/** `Finder` finds a text in a field, `Numbers` parses several numbers at once. */
template <class Finder, class Numbers>
bool select_records(const Selecting& selecting, uint32_t* select, uint32_t* selected) {
  const uint32_t* const program = selecting.program;
  const uint32_t first = program[PREDICATE_FIRST];
  const uint32_t tests = program[PREDICATE_TESTS];
  const uint32_t capacity = select[SELECT_CAPACITY];
  const uint32_t end = select[SELECT_END];
  uint8_t copy[COPY_BYTES];
  const uint8_t* const limit = selecting.bytes + selecting.bytes_length;
  uint32_t count = select[SELECT_COUNT];
  uint32_t doubts = select[SELECT_DOUBTS];
  uint32_t row = select[SELECT_NEXT];
  const bool is_searched = needs_text(selecting);
  NumberGate<Numbers> gate(selecting, capacity);
  for (; row < end; row++) {
    if (is_searched) row = find_needed<Finder>(selecting, capacity, row, end);
    if (gate.is_used()) row = gate.next(row, end);
    if (row == end) break;
    uint32_t next = first;
    Answer answered = Answer::NO;
    while (next < tests && answered <= Answer::YES) {
      const Test test = test_of(selecting, next);
      const uint32_t doubts = test.words[TEST_DOUBTS];
      if (doubts != 0 && (selecting.table[2 * size_t(capacity) + row] & doubts) != 0) {
        answered = Answer::IN_DOUBT;
        break;
      }
      const uint32_t* const starts = selecting.table + test.words[TEST_FIELD] + row;
      if (starts[0] > starts[capacity] || starts[capacity] > selecting.bytes_length) return false;
      answered = ask<Finder>(test, {selecting.bytes + starts[0], selecting.bytes + starts[capacity], limit}, copy);
      next = test.words[answered == Answer::YES ? TEST_THEN : TEST_ELSE];
    }
    if (answered == Answer::UNKNOWN) break;
    const bool is_in_doubt = answered == Answer::IN_DOUBT;
    selected[count] = row | (is_in_doubt ? uint32_t(SELECTED_IN_DOUBT) : 0);
    count += next == PREDICATE_TRUE || is_in_doubt;
    doubts += is_in_doubt;
  }
  select[SELECT_NEXT] = row;
  select[SELECT_COUNT] = count;
  select[SELECT_DOUBTS] = doubts;
  return true;
}

}  // namespace
}  // namespace linemill
