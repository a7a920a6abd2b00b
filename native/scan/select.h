/**
 * Selecting the records of a batch for which a predicate holds: each goes through the tests of a program, from one to
 * the next by their answers. See automaton.h for the hazard of this folder.
 */
#pragma once

#include <string.h>

#include "find.h"
#include "gates.h"
#include "number.h"
#include "utf8.h"

namespace linemill {
namespace {

/** UNKNOWN is what the twin of this decides, IN_DOUBT what nobody can tell from the table. */
enum class Answer : uint32_t { NO, YES, UNKNOWN, IN_DOUBT };

inline Answer answer(bool is_yes) { return is_yes ? Answer::YES : Answer::NO; }

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

/** Ask about a field with bytes that are no UTF-8. */
inline Answer ask_about_replaced(const Matcher& matcher, Field field) {
  uint8_t copy[COPY_BYTES];
  return replace_invalid(field, copy) ? answer(matcher.is_yes(match(matcher, field))) : Answer::UNKNOWN;
}

template <class Finder>
Answer ask_matcher(const Test& test, const Field& field) {
  const Matcher matcher(test.text(0).at);
  const bool has_prefix = test.count() > 1;
  const uint32_t outcome = has_prefix ? match_behind<Finder>(matcher, test.text(1), field) : match(matcher, field);
  if (matcher.is_no(outcome)) return Answer::NO;
  return matcher.is_yes(outcome) ? Answer::YES : ask_about_replaced(matcher, field);
}

template <class Finder>
Answer ask_text(const Test& test, const Field& field) {
  const uint32_t kind = test.words[TEST_KIND];
  if (kind == TEST_TEXT_AMONG) {
    return answer(is_among(test.count(), [&](uint32_t index) { return -compare(field, test.text(index)); }));
  }
  if (kind == TEST_TEXT_MATCHES) return ask_matcher<Finder>(test, field);
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
  MatchGate match_gate(selecting, capacity);
  for (; row < end; row++) {
    if (is_searched) row = find_needed<Finder>(selecting, capacity, row, end);
    if (gate.is_used()) row = gate.next(row, end);
    if (match_gate.is_used()) row = match_gate.next(row, end);
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
