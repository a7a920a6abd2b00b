#include "predicate.h"

#include "layout.h"

namespace linemill {
namespace {

bool leads_on(uint32_t next, uint64_t from, uint32_t tests) {
  return next == PREDICATE_TRUE || next == PREDICATE_FALSE || (next >= from && next < tests);
}

/** Whether a matcher lies in the program and leads nowhere outside of its table. */
bool is_sound_matcher(const PredicateUse& use, const uint32_t* place) {
  const uint64_t offset = place[0];
  const uint64_t length = place[1];
  const uint64_t head = MATCHER_WORDS * sizeof(uint32_t) + MATCHER_CLASS_BYTES;
  if (offset % 8 != 0 || length < head || offset + length > use.program_words * sizeof(uint32_t)) return false;
  const uint8_t* const bytes = reinterpret_cast<const uint8_t*>(use.program) + offset;
  const uint32_t* const words = reinterpret_cast<const uint32_t*>(bytes);
  const uint64_t classes = words[MATCHER_CLASSES];
  const uint64_t entries = words[MATCHER_ENTRIES];
  if (classes == 0 || entries < MATCHER_OUTCOMES * classes || head + 2 * entries > length) return false;
  uint32_t greatest = words[MATCHER_START];
  const uint16_t* const table = reinterpret_cast<const uint16_t*>(bytes + head);
  for (uint64_t index = 0; index < entries; index++) greatest = table[index] > greatest ? table[index] : greatest;
  uint32_t greatest_class = 0;
  for (uint64_t index = 0; index < MATCHER_CLASS_BYTES; index++) {
    const uint32_t byte_class = bytes[MATCHER_WORDS * sizeof(uint32_t) + index];
    greatest_class = byte_class > greatest_class ? byte_class : greatest_class;
  }
  return greatest_class < classes && greatest + classes <= entries;
}

bool has_constants(const PredicateUse& use, const uint32_t* test) {
  const uint64_t at = test[TEST_AT];
  const uint64_t count = test[TEST_COUNT];
  if (at + 2 * count > use.program_words) return false;
  if (test[TEST_KIND] == TEST_NUMBER_BETWEEN) return count == 2;
  if (test[TEST_KIND] == TEST_NUMBER_AMONG) return true;
  const bool is_match = test[TEST_KIND] == TEST_TEXT_MATCHES;
  if (is_match && (count == 0 || count > 2 || !is_sound_matcher(use, use.program + at))) return false;
  if (test[TEST_KIND] != TEST_TEXT_AMONG && !is_match && count != 1) return false;
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
