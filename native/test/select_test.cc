/** Selecting by each kind of test, in fields whose every edge is guarded, against the C library. */
#include <stdlib.h>
#include <string.h>

#include <string>

#include "../layout.h"
#include "../predicate.h"
#include "../scanners.h"
#include "check.h"
#include "guarded_buffer.h"
#include "predicate_program.h"

namespace linemill_test {
namespace {

using namespace linemill;

/** A number reads as what strtod makes of it, which rounds correctly. */
void test_numbers(const Scanners& set, Random& random, Side side) {
  std::string text = random.below(2) ? "-" : "";
  for (uint32_t left = 1 + random.below(20); left > 0; left--) text += char('0' + random.below(10));
  if (random.below(2)) text += "." + random_text("0123456789", 12, random);
  if (random.below(3) == 0) text += "e" + std::to_string(int(random.below(60)) - 30);
  const double value = strtod(text.c_str(), nullptr);
  Program program(TEST_NUMBER_BETWEEN, NO_BYTE);
  program.set_numbers(value, value);
  CHECK(outcome_of(set, program, text, side) != NO);
  program.set_numbers(-1e300, value - (value < 0 ? -value : value) * 2.3e-16);
  CHECK(outcome_of(set, program, text, side) != YES || value == 0);
  Program among(TEST_NUMBER_AMONG, NO_BYTE);
  among.set_numbers(value, value + (value < 0 ? -value : value) + 1);
  CHECK(outcome_of(set, among, text, side) != NO);
  CHECK(outcome_of(set, among, text + "x", side) != YES);
}

void test_texts(const Scanners& set, Random& random, Side side) {
  const std::string field = random_text("ab\"", random.below(4) == 0 ? 200 : 12, random);
  const std::string text = random_text("ab\"", 3, random);
  const bool is_long = field.size() >= text.size();
  const bool expected[] = {field == text,
                           field < text,
                           field > text,
                           field.compare(0, text.size(), text) == 0,
                           is_long && field.compare(field.size() - text.size(), text.size(), text) == 0,
                           field.find(text) != std::string::npos};
  for (uint32_t kind = TEST_TEXT_AMONG; kind <= TEST_TEXT_HAS; kind++) {
    Program program(kind, NO_BYTE);
    program.set_text(text);
    CHECK(outcome_of(set, program, field, side) == (expected[kind - TEST_TEXT_AMONG] ? YES : NO));
    std::string quoted = "\"";
    for (const char byte : field) quoted += byte == '"' ? "\"\"" : std::string(1, byte);
    Program unquoting(kind, '"');
    unquoting.set_text(text);
    CHECK(outcome_of(set, unquoting, quoted + "\"", side) == (expected[kind - TEST_TEXT_AMONG] ? YES : NO));
  }
}

/** A word is one where no quote stands behind it; null has no bytes. */
void test_words(const Scanners& set) {
  for (const char* const word : {"true", "null"}) {
    const uint32_t length = uint32_t(strlen(word));
    for (const std::string behind : {"", ",", "\"", "}"}) {
      for (uint32_t end = 0; end <= length; end++) {
        const std::string bytes = word + behind;
        GuardedBuffer buffer(bytes.size(), Side::BEHIND);
        memcpy(buffer.data(), bytes.data(), bytes.size());
        Program program(TEST_WORD, NO_BYTE);
        program.set_text(word);
        const uint32_t table[] = {0, end};
        uint32_t select[SELECT_WORDS] = {0, 1, 1, 0};
        uint32_t selected[1] = {};
        CHECK(set.select_records({buffer.data(), uint32_t(bytes.size()), table, program.words}, select, selected));
        const bool is_null = word[0] == 'n' && end == 0;
        CHECK(select[SELECT_COUNT] == (is_null || (end == length && behind != "\"") ? 1 : 0));
      }
    }
  }
}

/** Numbers of many records are what each is alone, wherever the first record stands. */
void test_many_numbers(const Scanners& set, Random& random, Side side) {
  constexpr uint32_t MOST = 60;
  const char* const fields[] = {"4", "4", "4.0", "04", "-4", "", "x", "4x", "40", "7", "12345678", "123456789", "\"4\"", "-"};
  constexpr uint32_t KINDS = sizeof(fields) / sizeof(fields[0]);
  std::string bytes;
  uint32_t table[2 * MOST] = {};
  const char* texts[MOST];
  const uint32_t count = 1 + random.below(MOST);
  const uint32_t kinds = 1 + random.below(KINDS);
  for (uint32_t row = 0; row < count; row++) {
    texts[row] = fields[random.below(kinds)];
    table[row] = uint32_t(bytes.size());
    bytes += texts[row];
    table[MOST + row] = uint32_t(bytes.size());
    bytes += ',';
  }
  GuardedBuffer buffer(bytes.size(), side);
  memcpy(buffer.data(), bytes.data(), bytes.size());
  Program program(random.below(2) ? TEST_NUMBER_BETWEEN : TEST_NUMBER_AMONG, random.below(2) ? uint32_t('"') : uint32_t(NO_BYTE));
  program.set_numbers(4, random.below(2) ? 7 : 12345678);
  const uint32_t from = random.below(count);
  uint32_t select[SELECT_WORDS] = {from, count, MOST, 0};
  uint32_t selected[MOST] = {};
  CHECK(set.select_records({buffer.data(), uint32_t(bytes.size()), table, program.words}, select, selected));
  CHECK(select[SELECT_NEXT] == count);
  uint32_t found = 0;
  for (uint32_t row = from; row < count; row++) {
    if (outcome_of(set, program, texts[row], side) != YES) continue;
    CHECK(found < select[SELECT_COUNT] && selected[found] == row);
    found++;
  }
  CHECK(select[SELECT_COUNT] == found);
}

/** Lines that follow each other are searched together: what is found across their ends is in none of them. */
void test_lines(const Scanners& set, Random& random, Side side) {
  const std::string bytes = random_text("aab\r\n", 400, random) + "\n";
  const std::string text = random_text("aab\r\n", 4, random);
  std::string lines[401];
  uint32_t table[2 * 401] = {};
  uint32_t count = 0;
  const uint32_t capacity = 401;
  for (uint32_t start = 0, end = 0; end < bytes.size(); end++) {
    if (bytes[end] != '\n') continue;
    const bool has_return = end > start && bytes[end - 1] == '\r';
    table[count] = start;
    table[capacity + count] = end - has_return;
    if (table[capacity + count] > start) {
      lines[count] = bytes.substr(start, table[capacity + count] - start);
      count++;
    }
    start = end + 1;
  }
  GuardedBuffer buffer(bytes.size(), side);
  memcpy(buffer.data(), bytes.data(), bytes.size());
  Program program(TEST_TEXT_HAS, NO_BYTE);
  program.set_text(text);
  const uint32_t from = count > 0 ? random.below(count) : 0;
  uint32_t select[SELECT_WORDS] = {from, count, capacity, 0};
  uint32_t selected[401] = {};
  CHECK(set.select_records({buffer.data(), uint32_t(bytes.size()), table, program.words}, select, selected));
  CHECK(select[SELECT_NEXT] == count);
  uint32_t found = 0;
  for (uint32_t row = from; row < count; row++) {
    if (lines[row].find(text) == std::string::npos) continue;
    CHECK(found < select[SELECT_COUNT] && selected[found] == row);
    found++;
  }
  CHECK(select[SELECT_COUNT] == found);
}

void test_bounds(const Scanners& set) {
  Program program(TEST_TEXT_HAS, NO_BYTE);
  program.set_text("a");
  const uint8_t bytes[4] = {};
  const uint32_t table[] = {0, 5};
  uint32_t select[SELECT_WORDS] = {0, 1, 1, 0};
  uint32_t selected[1] = {};
  CHECK(!set.select_records({bytes, 4, table, program.words}, select, selected));
  const size_t words = sizeof(program.words) / sizeof(uint32_t);
  CHECK(!is_sound({program.words, words, 1, 1, 1}));
  CHECK(!is_sound({program.words, PREDICATE_WORDS, 2, 1, 1}));
  program.words[PREDICATE_WORDS + TEST_ELSE] = 0;
  CHECK(!is_sound({program.words, words, 2, 1, 1}));
}

}  // namespace

void test_select() {
  for (const Scanners* const* set = supported_scanners(); *set != nullptr; set++) {
    Random random(4);
    test_bounds(**set);
    test_words(**set);
    for (uint32_t round = 0; round < 1500; round++) {
      const Side side = round % 2 ? Side::BEHIND : Side::BEFORE;
      test_numbers(**set, random, side);
      test_many_numbers(**set, random, side);
      if (round % 4 == 0) test_texts(**set, random, side);
      test_lines(**set, random, side);
    }
    fprintf(stdout, "select %s\n", (*set)->name);
  }
}

}  // namespace linemill_test
