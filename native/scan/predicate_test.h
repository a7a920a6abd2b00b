/** The tests of a predicate's program (layout: PREDICATE_). See automaton.h for the hazard of this folder. */
#pragma once

#include <string.h>

#include "field.h"

namespace linemill {
namespace {

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

inline Test test_of(const Selecting& selecting, uint32_t index) {
  return {selecting.program, selecting.program + PREDICATE_WORDS + TEST_WORDS * size_t(index)};
}

}  // namespace
}  // namespace linemill
