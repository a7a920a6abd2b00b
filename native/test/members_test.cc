/** Cutting members by every instruction set against the scalar one, in buffers whose every edge is guarded. */
#include "../layout.h"
#include "../scanners.h"
#include "check.h"
#include "guarded_buffer.h"

#include <string>
#include <vector>

namespace linemill_test {
namespace {

using namespace linemill;

constexpr uint32_t CAPACITY = 3;
constexpr uint32_t COLUMNS = 2;
constexpr size_t TABLE_WORDS = (3 + 2 * COLUMNS) * CAPACITY;

/** The names `a` and `né`. */
struct NameWords {
  uint32_t words[NAMES_WORDS + COLUMNS * NAME_WORDS + 1] = {COLUMNS, 20, 1, 21, 3, 0};

  NameWords() { memcpy(words + 5, "an\xc3\xa9", 4); }
};

const char* const parts[] = {"{",       "}",      "[",      "]",    ":",      ",",     "\"a\"", "\"n\xc3\xa9\"", "\"\\n\"",
                             "\"\\\\\"", "\"x",    "\"",     "\\",   "\\u00e9", " ",     "\t",    "500",           "-0",
                             "5e2",     "0.5",    "01",     "null", "true",   "false", "\x01",  "\xff",          "\"a\":500,",
                             "\"a\":",  "\"b\":{", "\"b\":[", "\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\""};
constexpr uint32_t PARTS = sizeof(parts) / sizeof(parts[0]);

std::string random_line(Random& random) {
  std::string line = random.below(8) ? "{" : "";
  for (uint32_t left = random.below(12); left > 0; left--) line += parts[random.below(PARTS)];
  if (random.below(3) == 0) line += "\"a\":" + std::string(parts[16 + random.below(8)]);
  return random.below(8) ? line + "}" : line;
}

/** A line of members that is right. */
std::string good_line(Random& random) {
  std::string line = "{";
  for (uint32_t left = random.below(6); left > 0; left--) {
    line += std::string(parts[random.below(2) ? 6 : 7]) + ":" + parts[random.below(2) ? 9 : 18] + (left > 1 ? "," : "");
  }
  return line + "}";
}

struct Found {
  std::vector<uint32_t> table;
  uint32_t members[MEMBERS_WORDS];
};

Found cut(const Scanners& set, const std::string& text, uint32_t end, Side side) {
  GuardedBuffer buffer(text.size(), side);
  memcpy(buffer.data(), text.data(), text.size());
  const NameWords names;
  Found found = {std::vector<uint32_t>(TABLE_WORDS, 0), {0, 1, CAPACITY}};
  found.table[CAPACITY] = end;
  const MemberCutting cutting = {buffer.data(), uint32_t(text.size()), names.words, found.table.data()};
  CHECK(set.cut_members(cutting, found.members));
  return found;
}

void test_line(const Scanners& set, const std::string& text, uint32_t end, Side side) {
  const Found expected = cut(scalar_scanners, text, end, side);
  const Found found = cut(set, text, end, side);
  CHECK(expected.members[MEMBERS_NEXT] == found.members[MEMBERS_NEXT]);
  const bool is_decided = expected.table[2 * CAPACITY] != MEMBERS_UNDECIDED;
  CHECK(is_decided ? expected.table == found.table : found.table[2 * CAPACITY] == MEMBERS_UNDECIDED);
}

void test_bounds(const Scanners& set) {
  const NameWords names;
  const uint8_t bytes[4] = {'{', '}', ' ', ' '};
  uint32_t table[TABLE_WORDS] = {};
  uint32_t members[MEMBERS_WORDS] = {0, 1, CAPACITY};
  table[CAPACITY] = 5;
  CHECK(!set.cut_members({bytes, 4, names.words, table}, members));
  table[CAPACITY] = 4;
  CHECK(set.cut_members({bytes, 4, names.words, table}, members));
  CHECK(members[MEMBERS_NEXT] == 1 && table[2 * CAPACITY] == 0);
}

}  // namespace

void test_members() {
  for (const Scanners* const* set = supported_scanners(); *set != nullptr; set++) {
    Random random(5);
    test_bounds(**set);
    const std::string deep(65, '[');
    CHECK(cut(**set, "{\"b\":" + deep, 5 + 65, Side::BEHIND).members[MEMBERS_NEXT] == 0);
    for (uint32_t round = 0; round < 1500; round++) {
      const std::string line = round % 3 ? random_line(random) : good_line(random);
      const std::string behind = random.below(2) ? "" : random_line(random);
      test_line(**set, line + behind, uint32_t(line.size()), round % 2 ? Side::BEHIND : Side::BEFORE);
    }
    fprintf(stdout, "members %s\n", (*set)->name);
  }
}

}  // namespace linemill_test
