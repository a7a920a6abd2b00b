/** Selecting by a regular expression, in fields whose every edge is guarded. */
#include "predicate_program.h"

namespace linemill_test {
namespace {

/** The matcher of texts that have "ab" in them, with that as what a match begins with or without. Bytes of 0xff are no UTF-8. */
void set_matcher(Program& program, bool has_prefix) {
  constexpr uint16_t CLASSES = 5;  // a, b, others, 0xff, the end
  constexpr uint16_t ENTRIES = 5 * CLASSES;
  const uint16_t rows[ENTRIES / CLASSES][CLASSES] = {
      {MATCHER_NO, MATCHER_NO, MATCHER_NO, MATCHER_NO, MATCHER_NO},
      {MATCHER_YES, MATCHER_YES, MATCHER_YES, MATCHER_YES, MATCHER_YES},
      {MATCHER_UNKNOWN, MATCHER_UNKNOWN, MATCHER_UNKNOWN, MATCHER_UNKNOWN, MATCHER_UNKNOWN},
      {4, 3, 3, MATCHER_UNKNOWN, MATCHER_NO},
      {4, MATCHER_YES, 3, MATCHER_UNKNOWN, MATCHER_NO},
  };
  program.set_text("");
  uint32_t* const words = program.constants() + 4;
  program.constants()[1] = MATCHER_WORDS * sizeof(uint32_t) + MATCHER_CLASS_BYTES + ENTRIES * sizeof(uint16_t);
  words[MATCHER_CLASSES] = CLASSES;
  words[MATCHER_START] = MATCHER_OUTCOMES * CLASSES;
  words[MATCHER_ENTRIES] = ENTRIES;
  uint8_t* const classes = reinterpret_cast<uint8_t*>(words + MATCHER_WORDS);
  for (uint32_t byte = 0; byte < MATCHER_CLASS_BYTES; byte++) {
    classes[byte] = byte == 'a' ? 0 : byte == 'b' ? 1 : byte == 0xff ? 3 : 2;
  }
  uint16_t entries[ENTRIES];
  for (uint32_t index = 0; index < ENTRIES; index++) entries[index] = uint16_t(rows[index / CLASSES][index % CLASSES] * CLASSES);
  memcpy(classes + MATCHER_CLASS_BYTES, entries, sizeof(entries));
  if (!has_prefix) return;
  program.words[PREDICATE_WORDS + TEST_COUNT] = 2;
  program.constants()[2] = program.constants()[0] + program.constants()[1];
  program.constants()[3] = 2;
  memcpy(classes + MATCHER_CLASS_BYTES + sizeof(entries), "ab", 2);
}

/** A matcher goes through a field to its end and no further, or until it is decided; by itself as among others. */
void test_matches(const Scanners& set, Random& random, Side side) {
  constexpr uint32_t MOST = 20;
  std::string bytes;
  std::string texts[MOST];
  uint32_t table[2 * MOST] = {};
  const uint32_t count = 1 + random.below(MOST);
  const bool has_invalid = random.below(2) == 0;
  Program program(TEST_TEXT_MATCHES, random.below(2) ? uint32_t('"') : uint32_t(NO_BYTE));
  const bool has_prefix = random.below(2) == 0;
  set_matcher(program, has_prefix);
  for (uint32_t row = 0; row < count; row++) {
    texts[row] = random_text(has_invalid ? "aacccb\xff" : "aacccccccb\"", random.below(4) == 0 ? 60 : 12, random);
    table[row] = uint32_t(bytes.size());
    bytes += texts[row];
    table[MOST + row] = uint32_t(bytes.size());
    const Outcome outcome = outcome_of(set, program, texts[row], side);
    if (program.words[PREDICATE_WORDS + TEST_QUOTE] == '"' && texts[row][0] == '"') continue;
    CHECK(outcome == (texts[row].find("ab") != std::string::npos ? YES : NO));
  }
  GuardedBuffer buffer(bytes.size(), side);
  memcpy(buffer.data(), bytes.data(), bytes.size());
  uint32_t select[SELECT_WORDS] = {0, count, MOST, 0};
  uint32_t selected[MOST] = {};
  CHECK(set.select_records({buffer.data(), uint32_t(bytes.size()), table, program.words}, select, selected));
  uint32_t found = 0;
  CHECK(select[SELECT_NEXT] == count);
  for (uint32_t row = 0; row < count; row++) {
    if (outcome_of(set, program, texts[row], side) != YES) continue;
    CHECK(found < select[SELECT_COUNT] && selected[found] == row);
    found++;
  }
  CHECK(select[SELECT_COUNT] == found);
}

/** What is no UTF-8 is replaced in a copy, for which a field may be too long. */
void test_lengths(const Scanners& set) {
  Program program(TEST_TEXT_MATCHES, NO_BYTE);
  set_matcher(program, false);
  for (const size_t length : {1364, 1365, 1366, 5000}) {
    for (const bool is_valid : {false, true}) {
      const std::string text = std::string(length - 3, is_valid ? 'c' : '\xff') + "cab";
      const bool is_undecided = !is_valid && length > 1365;
      CHECK(outcome_of(set, program, text, Side::BEHIND) == (is_undecided ? UNDECIDED : YES));
    }
  }
}

}  // namespace

void test_match() {
  for (const Scanners* const* set = supported_scanners(); *set != nullptr; set++) {
    Random random(5);
    test_lengths(**set);
    for (uint32_t round = 0; round < 1500; round++) {
      test_matches(**set, random, round % 2 ? Side::BEHIND : Side::BEFORE);
    }
    fprintf(stdout, "match %s\n", (*set)->name);
  }
}

}  // namespace linemill_test
