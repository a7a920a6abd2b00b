/** Columns of drawn fields: every set parses and selects what the scalar one does, which looks at one after the other. */
#include <math.h>
#include <string.h>

#include <algorithm>
#include <string>
#include <vector>

#include "../layout.h"
#include "../predicate.h"
#include "../scanners.h"
#include "check.h"
#include "guarded_buffer.h"

namespace linemill_test {
namespace {

using namespace linemill;

constexpr uint32_t COLUMNS = 2;

/** Fields of two columns, and the doubts of records: a table whose last word is that of the last record. */
struct Drawn {
  std::string text;
  uint32_t count;
  std::vector<uint32_t> starts[COLUMNS];
  std::vector<uint32_t> ends[COLUMNS];
  uint32_t quote;
};

std::string draw_field(Random& random) {
  const char* const odd[] = {"", "-", ".", "--5", "1-2", ":12345678", "-:12345678", "12345678x", "/2345678", "123456789",
                             "-123456789", "1234567890", "-0", "00000007", "5.", "-.5", "\"7\"", "5", "99999999", "1e5"};
  if (random.below(4) == 0) return odd[random.below(sizeof(odd) / sizeof(odd[0]))];
  std::string field = random.below(4) == 0 ? "-" : "";
  for (uint32_t left = 1 + random.below(10); left > 0; left--) field += char('0' + random.below(10));
  return field;
}

Drawn draw(Random& random) {
  const uint32_t quotes[] = {'"', '5', '-', NO_BYTE};
  Drawn drawn = {std::string(random.below(20), '7'), random.below(40), {}, {}, quotes[random.below(4)]};
  for (uint32_t row = 0; row < drawn.count; row++) {
    for (uint32_t column = 0; column < COLUMNS; column++) {
      drawn.starts[column].push_back(uint32_t(drawn.text.size()));
      drawn.text += draw_field(random);
      drawn.ends[column].push_back(uint32_t(drawn.text.size()));
      if (random.below(2)) drawn.text += ',';
    }
  }
  return drawn;
}

void test_integers(const Scanners& set, const Drawn& drawn, const uint8_t* bytes, Random& random) {
  const int32_t least[] = {INT32_MIN, 0, -128, 5};
  const int32_t greatest[] = {INT32_MAX, 255, 127, 4};
  const uint32_t limits = random.below(4);
  const uint32_t length = uint32_t(drawn.text.size());
  std::vector<int32_t> expected(drawn.count), values(drawn.count);
  const Fields fields = {drawn.starts[0].data(), drawn.ends[0].data(), drawn.count, least[limits], greatest[limits]};
  scalar_scanners.parse_integers(bytes, length, fields, expected.data());
  set.parse_integers(bytes, length, fields, values.data());
  CHECK(values == expected);
}

/** Where a test goes on: to a later one, or to an end. */
uint32_t draw_next(uint32_t test, uint32_t tests, Random& random) {
  if (test + 1 < tests && random.below(3) == 0) return test + 1 + random.below(tests - test - 1);
  return random.below(2) ? PREDICATE_TRUE : PREDICATE_FALSE;
}

/** A program of one to three tests of numbers, of either column, some of which may be in doubt. */
std::vector<uint64_t> draw_program(const Drawn& drawn, uint32_t capacity, Random& random) {
  const uint32_t tests = 1 + random.below(3);
  const uint32_t most = 4;
  std::vector<uint64_t> room((PREDICATE_WORDS + tests * TEST_WORDS + 1) / 2 + tests * most);
  uint32_t* const words = reinterpret_cast<uint32_t*>(room.data());
  uint32_t at = (PREDICATE_WORDS + tests * TEST_WORDS + 1) / 2 * 2;
  words[PREDICATE_TESTS] = tests;
  words[PREDICATE_FIRST] = random.below(tests);
  for (uint32_t index = 0; index < tests; index++) {
    uint32_t* const test = words + PREDICATE_WORDS + index * TEST_WORDS;
    test[TEST_KIND] = random.below(2) ? TEST_NUMBER_BETWEEN : TEST_NUMBER_AMONG;
    test[TEST_THEN] = draw_next(index, tests, random);
    test[TEST_ELSE] = random.below(2) ? uint32_t(PREDICATE_FALSE) : draw_next(index, tests, random);
    test[TEST_FIELD] = (3 + 2 * random.below(COLUMNS)) * capacity;
    test[TEST_QUOTE] = drawn.quote;
    test[TEST_DOUBTS] = random.below(3) == 0 ? 1 << random.below(2) : 0;
    test[TEST_AT] = at;
    test[TEST_COUNT] = test[TEST_KIND] == TEST_NUMBER_BETWEEN ? 2 : 1 + random.below(most);
    double numbers[most];
    for (uint32_t number = 0; number < test[TEST_COUNT]; number++) numbers[number] = int(random.below(30)) - 10;
    std::sort(numbers, numbers + test[TEST_COUNT]);
    memcpy(words + at, numbers, test[TEST_COUNT] * sizeof(double));
    at += 2 * test[TEST_COUNT];
  }
  return room;
}

void test_programs(const Scanners& set, const Drawn& drawn, const uint8_t* bytes, Random& random) {
  const uint32_t capacity = drawn.count;
  GuardedBuffer memory((3 + 2 * COLUMNS) * capacity * sizeof(uint32_t), Side::BEHIND);
  uint32_t* const table = reinterpret_cast<uint32_t*>(memory.data());
  for (uint32_t row = 0; row < drawn.count; row++) {
    table[2 * capacity + row] = random.below(6) == 0 ? 1 + random.below(3) : 0;
    for (uint32_t column = 0; column < COLUMNS; column++) {
      table[(3 + 2 * column) * capacity + row] = drawn.starts[column][row];
      table[(4 + 2 * column) * capacity + row] = drawn.ends[column][row];
    }
  }
  const std::vector<uint64_t> program = draw_program(drawn, capacity, random);
  const uint32_t* const words = reinterpret_cast<const uint32_t*>(program.data());
  const Selecting selecting = {bytes, uint32_t(drawn.text.size()), table, words};
  const uint32_t from = random.below(drawn.count);
  uint32_t select[SELECT_WORDS] = {from, drawn.count, capacity, 0};
  uint32_t expected[SELECT_WORDS] = {from, drawn.count, capacity, 0};
  std::vector<uint32_t> selected(drawn.count + 1), expected_selected(drawn.count + 1);
  CHECK(scalar_scanners.select_records(selecting, expected, expected_selected.data()));
  CHECK(set.select_records(selecting, select, selected.data()));
  CHECK(memcmp(select, expected, sizeof(select)) == 0);
  CHECK(memcmp(selected.data(), expected_selected.data(), expected[SELECT_COUNT] * sizeof(uint32_t)) == 0);
  uint32_t doubts = 0;
  for (uint32_t index = 0; index < select[SELECT_COUNT]; index++) doubts += selected[index] >= SELECTED_IN_DOUBT;
  CHECK(select[SELECT_DOUBTS] == doubts);
}

}  // namespace

void test_columns() {
  for (const Scanners* const* set = supported_scanners(); *set != nullptr; set++) {
    Random random(11);
    for (uint32_t round = 0; round < 4000; round++) {
      const Drawn drawn = draw(random);
      GuardedBuffer buffer(drawn.text.size(), round % 2 ? Side::BEHIND : Side::BEFORE);
      memcpy(buffer.data(), drawn.text.data(), drawn.text.size());
      test_integers(**set, drawn, buffer.data(), random);
      if (drawn.count > 0) test_programs(**set, drawn, buffer.data(), random);
    }
    fprintf(stdout, "columns %s\n", (*set)->name);
  }
}

}  // namespace linemill_test
