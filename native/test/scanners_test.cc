/** Every instruction set against the scalar one, in buffers whose every edge is guarded. */
#include "../scanners.h"

#include <string>
#include <vector>

#include "../layout.h"
#include "check.h"
#include "guarded_buffer.h"

namespace linemill_test {
namespace {

using linemill::Copying;
using linemill::Dialect;
using linemill::NO_BYTE;
using linemill::Range;
using linemill::Scanners;

const Dialect dialects[] = {{',', '"'}, {',', NO_BYTE}, {NO_BYTE, '"'}, {NO_BYTE, NO_BYTE}, {'\t', '\''}};

/** Fill with bytes that matter, in a mixture that changes from call to call. */
void fill(uint8_t* bytes, size_t length, Random& random) {
  static const char* const mixtures[] = {"ab,\"\n\r", "aaaaaaaaaaa,,\"\n", "\n\n\r", "\"\"\",", "abcdefghij,\n",
                                         "aaaaaaaaaaaaaaaaaaaaaaaa\"\"\"\n\xc3", "'\t\n", ",,,,,,,,,,,,,,,,\"\n"};
  const char* mixture = mixtures[random.below(sizeof(mixtures) / sizeof(mixtures[0]))];
  const uint32_t count = uint32_t(strlen(mixture));
  for (size_t at = 0; at < length; at++) bytes[at] = uint8_t(mixture[random.below(count)]);
}

void test_summarize(const Scanners& set, uint8_t* bytes, uint32_t length, Random& random) {
  for (const Dialect& dialect : dialects) {
    const uint32_t start = random.below(length + 1);
    const Range range = {start, start + random.below(length - start + 1), random.below(2) ? 0 : start};
    uint32_t expected[linemill::SUMMARY_WORDS];
    uint32_t found[linemill::SUMMARY_WORDS];
    linemill::scalar_scanners.summarize(bytes, range, dialect, expected);
    set.summarize(bytes, range, dialect, found);
    CHECK(memcmp(expected, found, sizeof(found)) == 0);
    for (uint32_t state = 0; state < linemill::STATE_COUNT; state++) {
      CHECK(set.find_record_start(bytes, range.start, range.end, state, dialect) ==
            linemill::scalar_scanners.find_record_start(bytes, range.start, range.end, state, dialect));
    }
    CHECK(set.is_ascii(bytes, range.start, range.end) ==
          linemill::scalar_scanners.is_ascii(bytes, range.start, range.end));
    CHECK(set.count_line_feeds(bytes, range.start, range.end) ==
          linemill::scalar_scanners.count_line_feeds(bytes, range.start, range.end));
  }
}

/** Compare the rows that were cut; what lies behind them in the table may be anything. */
bool same_rows(const uint32_t* cut, const std::vector<uint32_t>& one, const std::vector<uint32_t>& other) {
  const uint32_t columns = cut[linemill::CUT_WANTED] > 0 ? 3 + 2 * cut[linemill::CUT_WANTED] : 2;
  const uint32_t capacity = cut[linemill::CUT_CAPACITY];
  for (uint32_t column = 0; column < columns; column++) {
    const size_t row_bytes = cut[linemill::CUT_COUNT] * sizeof(uint32_t);
    if (memcmp(&one[column * capacity], &other[column * capacity], row_bytes) != 0) return false;
  }
  return true;
}

void test_cut(const Scanners& set, uint8_t* bytes, uint32_t length, Random& random) {
  static const uint32_t wanted_sets[][3] = {{0, 1, 2}, {1, 3, 5}, {0, 9, 60}, {2, 2000, 5000}};
  for (const Dialect& dialect : dialects) {
    const uint32_t* wanted = wanted_sets[random.below(4)];
    uint32_t cut[linemill::CUT_WORDS] = {};
    cut[linemill::CUT_NEXT] = random.below(length + 1);
    cut[linemill::CUT_DATA_END] = cut[linemill::CUT_NEXT] + random.below(length - cut[linemill::CUT_NEXT] + 1);
    cut[linemill::CUT_OWN_END] = random.below(length + 20);
    cut[linemill::CUT_IS_FINAL] = random.below(2);
    cut[linemill::CUT_DELIMITER] = dialect.delimiter;
    cut[linemill::CUT_QUOTE] = dialect.quote;
    cut[linemill::CUT_SKIPS_BLANK] = random.below(2);
    cut[linemill::CUT_CAPACITY] = random.below(3) ? 1 + random.below(4) : length + 1;
    cut[linemill::CUT_WANTED] = random.below(4);
    cut[linemill::CUT_EXPECTED] = random.below(4);
    uint32_t expected[linemill::CUT_WORDS];
    memcpy(expected, cut, sizeof(cut));
    std::vector<uint32_t> table((3 + 2 * cut[linemill::CUT_WANTED]) * cut[linemill::CUT_CAPACITY]);
    std::vector<uint32_t> expected_table = table;
    linemill::scalar_scanners.cut_records(bytes, expected, wanted, expected_table.data());
    set.cut_records(bytes, cut, wanted, table.data());
    CHECK(memcmp(expected, cut, sizeof(cut)) == 0);
    CHECK(same_rows(cut, expected_table, table));
  }
}

void test_copy(const Scanners& set, uint8_t* bytes, uint32_t length, Side side, Random& random) {
  const uint32_t count = random.below(12);
  std::vector<uint32_t> extents;
  for (uint32_t index = 0; index < count; index++) {
    const uint32_t offset = random.below(length + 1);
    const uint32_t rest = length - offset;
    const uint32_t piece = random.below((rest < 80 || random.below(8) == 0 ? rest : 80) + 1);
    if (random.below(4) == 0) {
      const uint32_t size = random.below(0x80000000) << 1 >> random.below(32);
      extents.push_back(random.below(2) == 0 ? size : 0 - size);
      extents.push_back(linemill::EXTENT_OF_INTEGER | random.below(3) << 30);
      continue;
    }
    extents.push_back(offset);
    extents.push_back(piece | random.below(3) << 30 | random.below(2) * linemill::EXTENT_OF_TEXT);
  }
  GuardedBuffer text(length, side);
  for (uint32_t at = 0; at < length; at++) text.data()[at] = uint8_t(~bytes[at]);
  const uint32_t room = random.below(600);
  GuardedBuffer target(room, side);
  std::vector<uint8_t> expected_target(room + 1);
  uint32_t copy[linemill::COPY_WORDS] = {0, count, 0, random.below(room + 1), room, ';'};
  copy[linemill::COPY_TARGET_END] -= random.below(room - copy[linemill::COPY_TARGET] + 1);
  if (count > 0) copy[linemill::COPY_SKIP] = random.below((extents[1] & linemill::EXTENT_LENGTH_MASK) + 1);
  uint32_t expected[linemill::COPY_WORDS];
  memcpy(expected, copy, sizeof(copy));
  const uint32_t start = copy[linemill::COPY_TARGET];
  linemill::scalar_scanners.copy_extents(
      {bytes, length, text.data(), length, extents.data(), expected_target.data()}, expected);
  CHECK(set.copy_extents({bytes, length, text.data(), length, extents.data(), target.data()}, copy));
  CHECK(memcmp(expected, copy, sizeof(copy)) == 0);
  const uint32_t written = copy[linemill::COPY_TARGET] - start;
  CHECK(memcmp(expected_target.data() + start, target.data() + start, written) == 0);
}

/** Records anywhere, some of them listed, others behind the table's or outside of the bytes. */
void test_copy_records(const Scanners& set, const uint8_t* bytes, uint32_t length, Side side, Random& random) {
  const uint32_t capacity = 1 + random.below(12);
  GuardedBuffer memory(2 * capacity * sizeof(uint32_t), Side::BEHIND);
  uint32_t* const table = reinterpret_cast<uint32_t*>(memory.data());
  std::vector<uint32_t> records;
  for (uint32_t row = 0; row < capacity; row++) {
    table[row] = random.below(length + 1);
    const uint32_t rest = length - table[row];
    table[capacity + row] = table[row] + random.below((rest < 80 || random.below(8) == 0 ? rest : 80) + 1);
    if (random.below(200) == 0) table[capacity + row] = random.below(2) == 0 ? length + 1 : table[row] - 1;
    if (random.below(2) == 0) records.push_back(random.below(200) == 0 ? capacity : row);
  }
  const uint32_t room = random.below(600);
  GuardedBuffer target(room, side);
  std::vector<uint8_t> expected_target(room + 1);
  uint32_t copy[linemill::COPY_WORDS] = {0, uint32_t(records.size()), 0, random.below(room + 1), room, 0, capacity};
  copy[linemill::COPY_TARGET_END] -= random.below(room - copy[linemill::COPY_TARGET] + 1);
  if (!records.empty() && records[0] < capacity && table[records[0]] <= table[capacity + records[0]]) {
    copy[linemill::COPY_SKIP] = random.below(table[capacity + records[0]] - table[records[0]] + 1);
  }
  uint32_t expected[linemill::COPY_WORDS];
  memcpy(expected, copy, sizeof(copy));
  const uint32_t start = copy[linemill::COPY_TARGET];
  const bool is_valid = linemill::scalar_scanners.copy_records(
      {bytes, length, table, records.data(), expected_target.data()}, expected);
  CHECK(set.copy_records({bytes, length, table, records.data(), target.data()}, copy) == is_valid);
  CHECK(memcmp(expected, copy, sizeof(copy)) == 0);
  CHECK(memcmp(expected_target.data() + start, target.data() + start, copy[linemill::COPY_TARGET] - start) == 0);
}

/** Fields anywhere, of digits as often as not, some of them outside of the bytes. */
void test_parse(const Scanners& set, const uint8_t* bytes, uint32_t length, Side side, Random& random) {
  GuardedBuffer text(length, side);
  for (uint32_t at = 0; at < length; at++) {
    text.data()[at] = random.below(8) == 0 ? bytes[at] : uint8_t('0' + random.below(10));
  }
  const uint32_t count = 40;
  uint32_t starts[count];
  uint32_t ends[count];
  int32_t values[count];
  int32_t expected[count];
  for (uint32_t index = 0; index < count; index++) {
    starts[index] = random.below(length + 1);
    ends[index] = starts[index] + random.below(12);
    if (random.below(10) == 0) ends[index] = length - random.below(2);
  }
  const int32_t least = random.below(2) == 0 ? -999999999 : -128;
  const linemill::Fields fields = {starts, ends, count, least, -least};
  linemill::scalar_scanners.parse_integers(text.data(), length, fields, expected);
  set.parse_integers(text.data(), length, fields, values);
  CHECK(memcmp(expected, values, sizeof(values)) == 0);
}

/** Integers of many digits, and those beside a power of ten, against the C library. */
void test_format(const Scanners& set, Random& random) {
  std::vector<uint32_t> extents;
  std::string expected;
  for (uint32_t index = 0; index < 200; index++) {
    int64_t value = random.below(0x80000000) >> random.below(31);
    if (random.below(3) == 0) {
      value = 1;
      for (uint32_t zeros = random.below(10); zeros > 0; zeros--) value *= 10;
      value += int64_t(random.below(3)) - 1;
    }
    if (random.below(2)) value = -value;
    extents.push_back(uint32_t(value));
    extents.push_back(linemill::EXTENT_OF_INTEGER | linemill::EXTENT_THEN_DELIMITER);
    expected += std::to_string(value) + ";";
  }
  std::vector<uint8_t> target(expected.size() + 100);
  uint32_t copy[linemill::COPY_WORDS] = {0, 200, 0, 0, uint32_t(target.size()), ';'};
  CHECK(set.copy_extents({nullptr, 0, nullptr, 0, extents.data(), target.data()}, copy));
  CHECK(copy[linemill::COPY_TARGET] == expected.size());
  CHECK(memcmp(expected.data(), target.data(), expected.size()) == 0);
}

void test_bad_extent(const Scanners& set) {
  uint8_t bytes[8] = {};
  uint8_t target[256] = {};
  const uint32_t of_bytes[] = {0, 8, 4, 5};
  const uint32_t of_text[] = {0, 8, 4, linemill::EXTENT_OF_TEXT | 1};
  for (const uint32_t* const extents : {of_bytes, of_text}) {
    uint32_t copy[linemill::COPY_WORDS] = {0, 2, 0, 0, 256, ','};
    CHECK(!set.copy_extents({bytes, sizeof(bytes), bytes, 4, extents, target}, copy));
    CHECK(copy[linemill::COPY_FIRST] == 1);
  }
}

}  // namespace

void test_scanners() {
  for (const Scanners* const* set = linemill::supported_scanners(); *set != nullptr; set++) {
    Random random(20);
    test_bad_extent(**set);
    for (uint32_t round = 0; round < 6000; round++) {
      const uint32_t length = round < 600 ? round / 2 : random.below(random.below(20) == 0 ? 20000 : 400);
      const Side side = round % 2 ? Side::BEHIND : Side::BEFORE;
      GuardedBuffer buffer(length, side);
      fill(buffer.data(), length, random);
      test_summarize(**set, buffer.data(), length, random);
      test_cut(**set, buffer.data(), length, random);
      test_copy(**set, buffer.data(), length, side, random);
      test_copy_records(**set, buffer.data(), length, side, random);
      test_parse(**set, buffer.data(), length, side, random);
      if (round % 10 == 0) test_format(**set, random);
    }
    fprintf(stdout, "scanners %s\n", (*set)->name);
  }
}

}  // namespace linemill_test
