/** Programs of one test, and what it says of a field whose every edge is guarded. */
#pragma once

#include <string.h>

#include <string>

#include "../layout.h"
#include "../predicate.h"
#include "../scanners.h"
#include "check.h"
#include "guarded_buffer.h"

namespace linemill_test {
namespace {

using namespace linemill;

/** A program of one test with up to two constants, each with room for 16 bytes of text, or with a matcher. */
struct Program {
  alignas(8) uint32_t words[PREDICATE_WORDS + TEST_WORDS + 4 + 80] = {};

  Program(uint32_t kind, uint32_t quote) {
    uint32_t* const test = words + PREDICATE_WORDS;
    words[PREDICATE_TESTS] = 1;
    test[TEST_KIND] = kind;
    test[TEST_THEN] = PREDICATE_TRUE;
    test[TEST_ELSE] = PREDICATE_FALSE;
    test[TEST_QUOTE] = quote;
    test[TEST_AT] = PREDICATE_WORDS + TEST_WORDS;
  }

  uint32_t* constants() { return words + PREDICATE_WORDS + TEST_WORDS; }

  void set_numbers(double one, double other) {
    words[PREDICATE_WORDS + TEST_COUNT] = 2;
    memcpy(constants(), &one, sizeof(one));
    memcpy(constants() + 2, &other, sizeof(other));
  }

  void set_text(const std::string& text) {
    words[PREDICATE_WORDS + TEST_COUNT] = 1;
    constants()[0] = uint32_t((PREDICATE_WORDS + TEST_WORDS + 4) * sizeof(uint32_t));
    constants()[1] = uint32_t(text.size());
    memcpy(constants() + 4, text.data(), text.size());
  }
};

enum Outcome { NO, YES, UNDECIDED };

inline Outcome outcome_of(const Scanners& set, const Program& program, const std::string& field, Side side) {
  GuardedBuffer buffer(field.size(), side);
  memcpy(buffer.data(), field.data(), field.size());
  const uint32_t table[] = {0, uint32_t(field.size())};
  const size_t program_words = sizeof(program.words) / sizeof(uint32_t);
  CHECK(is_sound({program.words, program_words, 2, 1, 1}));
  uint32_t select[SELECT_WORDS] = {0, 1, 1, 0};
  uint32_t selected[1] = {};
  CHECK(set.select_records({buffer.data(), uint32_t(field.size()), table, program.words}, select, selected));
  if (select[SELECT_NEXT] == 0) return UNDECIDED;
  return select[SELECT_COUNT] == 1 ? YES : NO;
}

inline std::string random_text(const char* alphabet, uint32_t most, Random& random) {
  std::string text;
  for (uint32_t left = random.below(most + 1); left > 0; left--) {
    text += alphabet[random.below(uint32_t(strlen(alphabet)))];
  }
  return text;
}

}  // namespace
}  // namespace linemill_test
