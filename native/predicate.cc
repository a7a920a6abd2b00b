#include "predicate.h"

#include "layout.h"

namespace linemill {
namespace {

bool leads_on(uint32_t next, uint64_t from, uint32_t tests) {
  return next == PREDICATE_TRUE || next == PREDICATE_FALSE || (next >= from && next < tests);
}

bool has_constants(const PredicateUse& use, const uint32_t* test) {
  const uint64_t at = test[TEST_AT];
  const uint64_t count = test[TEST_COUNT];
  if (at + 2 * count > use.program_words) return false;
  if (test[TEST_KIND] == TEST_NUMBER_BETWEEN) return count == 2;
  if (test[TEST_KIND] == TEST_NUMBER_AMONG) return true;
  if (test[TEST_KIND] != TEST_TEXT_AMONG && count != 1) return false;
  for (uint64_t index = 0; index < count; index++) {
    const uint32_t* const text = use.program + at + 2 * index;
    if (uint64_t(text[0]) + text[1] > use.program_words * sizeof(uint32_t)) return false;
  }
  return true;
}

}  // namespace

bool is_sound(const PredicateUse& use) {
  if (use.program_words < PREDICATE_WORDS || use.end > use.capacity) return false;
  const uint32_t tests = use.program[PREDICATE_TESTS];
  if (tests > (use.program_words - PREDICATE_WORDS) / TEST_WORDS) return false;
  if (!leads_on(use.program[PREDICATE_FIRST], 0, tests)) return false;
  for (uint64_t index = 0; index < tests; index++) {
    const uint32_t* const test = use.program + PREDICATE_WORDS + TEST_WORDS * index;
    if (test[TEST_KIND] >= TEST_KINDS || !has_constants(use, test)) return false;
    if (!leads_on(test[TEST_THEN], index + 1, tests) || !leads_on(test[TEST_ELSE], index + 1, tests)) return false;
    if (test[TEST_DOUBTS] != 0 && 2 * uint64_t(use.capacity) + use.end > use.table_words) return false;
    if (uint64_t(test[TEST_FIELD]) + use.capacity + use.end > use.table_words) return false;
  }
  return true;
}

}  // namespace linemill
