/** Parsing numbers and surveying fields whose every edge is guarded, against the C library. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <string>

#include "../layout.h"
#include "../scanners.h"
#include "check.h"
#include "guarded_buffer.h"

namespace linemill_test {
namespace {

using namespace linemill;

struct Number {
  double value;
  uint32_t kind;
};

/** Parse the last `length` bytes of a text. */
Number parse(const Scanners& set, const std::string& text, size_t length, Side side) {
  GuardedBuffer buffer(text.size(), side);
  memcpy(buffer.data(), text.data(), text.size());
  const uint32_t start = uint32_t(text.size() - length);
  const uint32_t end = uint32_t(text.size());
  Number number = {77, 77};
  uint8_t kind = 77;
  uint32_t unknown = 0;
  CHECK(set.parse_numbers({buffer.data(), end, &start, &end, 1, '"'}, &number.value, &kind, &unknown));
  CHECK(unknown == (kind == NUMBER_UNKNOWN));
  number.kind = kind;
  return number;
}

std::string random_digits(uint32_t count, Random& random) {
  std::string digits;
  for (; count > 0; count--) digits += char('0' + random.below(10));
  return digits;
}

/** A number reads as what strtod makes of it, which rounds correctly, wherever it stands. */
void test_number(const Scanners& set, Random& random, Side side) {
  std::string field = random.below(2) ? "-" : "";
  field += random_digits(1 + random.below(19), random);
  const bool is_decimal = random.below(2);
  if (is_decimal) field += "." + random_digits(random.below(9), random);
  const std::string text = std::string(random.below(24), '7') + field;
  const double value = strtod(field.c_str(), nullptr);
  const Number number = parse(set, text, field.size(), side);
  if (number.kind == NUMBER_UNKNOWN) return;
  CHECK(number.value == value);
  CHECK((number.kind == NUMBER_DECIMAL) == is_decimal);
  if (fabs(value) > 9007199254740992.0 && !is_decimal) CHECK(number.kind == NUMBER_BIG);
  CHECK(parse(set, text + "x", field.size() + 1, side).kind == NUMBER_NONE);
  const Number quoted = parse(set, text + "\"" + field + "\"", field.size() + 2, side);
  CHECK(quoted.kind == number.kind && quoted.value == value);
}

std::string random_field(Random& random) {
  const char* const odd[] = {"", "-", ".", "-.", "1.2.3", "+4", "-0", "0.0", "-0.00", "5.", ".5", "12345678", "123456789",
                             "1234567.", "-1234567", "-12345678", "1234567.8", "1e5", "x", "12x", "\"7\"", "5", "55"};
  if (random.below(8) == 0) return odd[random.below(sizeof(odd) / sizeof(odd[0]))];
  std::string field = random.below(2) ? "-" : "";
  field += random_digits(1 + random.below(4), random);
  return random.below(2) ? field + "." + random_digits(random.below(3), random) : field;
}

/** Fields that are parsed together are what each is alone. */
void test_together(const Scanners& set, Random& random, Side side) {
  constexpr uint32_t MOST = 40;
  const uint32_t quotes[] = {'"', '5', '-', NO_BYTE};
  const uint32_t quote = quotes[random.below(4)];
  const uint32_t count = random.below(MOST + 1);
  std::string text = random_digits(random.below(12), random);
  uint32_t starts[MOST];
  uint32_t ends[MOST];
  for (uint32_t index = 0; index < count; index++) {
    starts[index] = uint32_t(text.size());
    text += random_field(random);
    ends[index] = uint32_t(text.size());
    if (random.below(2)) text += ',';
  }
  GuardedBuffer buffer(text.size(), side);
  memcpy(buffer.data(), text.data(), text.size());
  const uint32_t length = uint32_t(text.size());
  double values[MOST];
  uint8_t kinds[MOST];
  uint32_t unknown = 0;
  CHECK(set.parse_numbers({buffer.data(), length, starts, ends, count, quote}, values, kinds, &unknown));
  for (uint32_t index = 0; index < count; index++) {
    double value = 77;
    uint8_t kind = 77;
    uint32_t alone = 0;
    CHECK(set.parse_numbers({buffer.data(), length, starts + index, ends + index, 1, quote}, &value, &kind, &alone));
    CHECK(kinds[index] == kind);
    if (kind != NUMBER_UNKNOWN) CHECK(memcmp(values + index, &value, sizeof(value)) == 0);
  }
}

/** One field's hash, length and place, plain and quoted, with nothing before or behind it that may be read. */
void test_survey(const Scanners& set, Random& random, Side side) {
  std::string field;
  std::string quoted = "\"";
  for (uint32_t left = 1 + random.below(24); left > 0; left--) {
    field += "ab\""[random.below(3)];
    quoted += field.back() == '"' ? "\"\"" : std::string(1, field.back());
  }
  quoted += '"';
  if (field[0] == '"') field = "a" + field;
  if (field.size() + 2 > quoted.size() || quoted[1] != field[0]) quoted.insert(1, 1, 'a');
  const std::string text = field + quoted;
  GuardedBuffer buffer(text.size(), side);
  memcpy(buffer.data(), text.data(), text.size());
  const uint32_t middle = uint32_t(field.size());
  const uint32_t table[] = {0, middle, middle, uint32_t(text.size())};
  uint32_t survey[SURVEY_WORDS] = {0, 2, 0, 2, '"'};
  uint32_t hashes[2 * SURVEY_HASH_WORDS] = {};
  CHECK(set.survey_fields(buffer.data(), uint32_t(text.size()), table, survey, hashes));
  CHECK(survey[SURVEY_FILLED] == 2 && survey[SURVEY_LEAST] == 0 && survey[SURVEY_GREATEST] == 0);
  CHECK(survey[SURVEY_SHORTEST] == field.size() && survey[SURVEY_LONGEST] == field.size());
  CHECK(memcmp(hashes, hashes + SURVEY_HASH_WORDS, sizeof(hashes) / 2) == 0);
}

void test_bounds(const Scanners& set) {
  const uint8_t bytes[4] = {};
  const uint32_t table[] = {0, 5};
  double value = 0;
  uint8_t kind = 0;
  uint32_t unknown = 0;
  uint32_t survey[SURVEY_WORDS] = {0, 1, 0, 1, '"'};
  uint32_t hashes[SURVEY_HASH_WORDS] = {};
  CHECK(!set.parse_numbers({bytes, 4, table, table + 1, 1, '"'}, &value, &kind, &unknown));
  CHECK(!set.survey_fields(bytes, 4, table, survey, hashes));
}

}  // namespace

void test_numbers() {
  for (const Scanners* const* set = supported_scanners(); *set != nullptr; set++) {
    Random random(5);
    test_bounds(**set);
    for (uint32_t round = 0; round < 1500; round++) {
      const Side side = round % 2 ? Side::BEHIND : Side::BEFORE;
      test_number(**set, random, side);
      test_survey(**set, random, side);
      test_together(**set, random, side);
    }
    fprintf(stdout, "numbers %s\n", (*set)->name);
  }
}

}  // namespace linemill_test
