/** Copying fields between buffers whose every edge is guarded, each set against the scalar one. */
#include <string.h>

#include <atomic>
#include <string>
#include <thread>

#include "../layout.h"
#include "../scanners.h"
#include "check.h"
#include "guarded_buffer.h"

namespace linemill_test {
namespace {

using namespace linemill;

constexpr uint32_t COLUMNS = 3;
constexpr uint32_t MOST_RUNS = 4;

/** A batch of one record, and what is copied of it. */
struct Copied {
  std::string text;
  uint32_t table[3 + 2 * COLUMNS] = {};
  uint32_t fields[FIELDS_WORDS + RUN_WORDS * MOST_RUNS] = {};
};

std::string random_field(Random& random) {
  static const char* const pieces[] = {"a", "\"", "\"\"", ";", "\r", "\t", "bcdefghijklmnopqrstuvw", "\"x;y\"", "\"\n\"", "\n"};
  std::string field;
  for (uint32_t left = random.below(6); left > 0; left--) field += pieces[random.below(10)];
  return field;
}

Copied random_record(Random& random) {
  Copied copied;
  for (uint32_t column = 0; column < COLUMNS; column++) {
    copied.table[3 + 2 * column] = uint32_t(copied.text.size());
    copied.text += random_field(random);
    copied.table[4 + 2 * column] = uint32_t(copied.text.size());
    if (column + 1 < COLUMNS) copied.text += ',';
  }
  static const uint32_t quotes[] = {'"', NO_BYTE};
  static const uint32_t delimiters[] = {',', ';', '\t'};
  uint32_t* const fields = copied.fields;
  fields[FIELDS_END] = 1;
  fields[FIELDS_CAPACITY] = 1;
  fields[FIELDS_DELIMITER] = delimiters[random.below(3)];
  fields[FIELDS_QUOTE] = quotes[random.below(2)];
  fields[FIELDS_INPUT_DELIMITER] = random.below(4) == 0 ? NO_BYTE : ',';
  fields[FIELDS_INPUT_QUOTE] = quotes[random.below(2)];
  fields[FIELDS_RUNS] = 1 + random.below(MOST_RUNS);
  const bool may_join = fields[FIELDS_DELIMITER] == fields[FIELDS_INPUT_DELIMITER] &&
                        fields[FIELDS_QUOTE] == fields[FIELDS_INPUT_QUOTE];
  for (uint32_t run = 0; run < fields[FIELDS_RUNS]; run++) {
    const uint32_t first = random.below(COLUMNS);
    const uint32_t last = may_join ? first + random.below(COLUMNS - first) : first;
    fields[FIELDS_WORDS + RUN_WORDS * run + RUN_FIRST] = 3 + 2 * first;
    fields[FIELDS_WORDS + RUN_WORDS * run + RUN_LAST] = 3 + 2 * last;
  }
  return copied;
}

/** Copy into a room of a size; what was written, or why it was not. */
std::string copy(const Scanners& set, Copied copied, uint32_t room, Side side) {
  GuardedBuffer bytes(copied.text.size(), side);
  memcpy(bytes.data(), copied.text.data(), copied.text.size());
  GuardedBuffer target(room, side);
  uint32_t* const fields = copied.fields;
  fields[FIELDS_TARGET_END] = room;
  CHECK(set.copy_fields({bytes.data(), uint32_t(copied.text.size()), copied.table, fields, target.data()}, fields));
  if (fields[FIELDS_REFUSED] != NO_INDEX) return "refused " + std::to_string(fields[FIELDS_REFUSED]);
  if (fields[FIELDS_NEXT] == 0) return "no room";
  return std::string(reinterpret_cast<const char*>(target.data()), fields[FIELDS_TARGET]);
}

void test_bounds(const Scanners& set) {
  const uint8_t bytes[4] = {};
  uint8_t target[100];
  Copied copied;
  copied.fields[FIELDS_END] = 1;
  copied.fields[FIELDS_CAPACITY] = 1;
  copied.fields[FIELDS_RUNS] = 1;
  copied.fields[FIELDS_WORDS + RUN_FIRST] = 3;
  copied.fields[FIELDS_WORDS + RUN_LAST] = 3;
  copied.fields[FIELDS_TARGET_END] = sizeof(target);
  copied.table[4] = 5;
  CHECK(!set.copy_fields({bytes, 4, copied.table, copied.fields, target}, copied.fields));
  copied.table[3] = 3;
  copied.table[4] = 2;
  CHECK(!set.copy_fields({bytes, 4, copied.table, copied.fields, target}, copied.fields));
}

/**
 * Copy a field whose bytes another thread turns into quotes and back meanwhile, as whoever writes to a mapped file may:
 * it is looked through before it is written, and must not outgrow its room in between.
 */
void test_changing_bytes(const Scanners& set) {
  constexpr uint32_t LENGTH = 4096;
  std::string text(LENGTH, 'a');
  text[0] = ';';
  uint32_t table[5] = {0, LENGTH, 1, 0, LENGTH};
  std::atomic<bool> is_done{false};
  std::thread writer([&] {
    for (int byte = '"'; !is_done; byte ^= '"' ^ 'a') {
      memset(&text[1], byte, LENGTH - 1);
      std::this_thread::yield();
    }
  });
  GuardedBuffer target(LENGTH + 3, Side::BEHIND);
  for (uint32_t round = 0; round < 4000; round++) {
    uint32_t fields[FIELDS_WORDS + RUN_WORDS] = {};
    fields[FIELDS_END] = fields[FIELDS_CAPACITY] = fields[FIELDS_RUNS] = 1;
    fields[FIELDS_DELIMITER] = ';';
    fields[FIELDS_QUOTE] = '"';
    fields[FIELDS_INPUT_DELIMITER] = ',';
    fields[FIELDS_INPUT_QUOTE] = NO_BYTE;
    fields[FIELDS_WORDS + RUN_FIRST] = fields[FIELDS_WORDS + RUN_LAST] = 3;
    fields[FIELDS_TARGET_END] = LENGTH + 3;
    const uint8_t* const bytes = reinterpret_cast<const uint8_t*>(text.data());
    CHECK(set.copy_fields({bytes, LENGTH, table, fields, target.data()}, fields));
    CHECK(fields[FIELDS_TARGET] <= LENGTH + 3);
  }
  is_done = true;
  writer.join();
}

}  // namespace

void test_fields() {
  for (const Scanners* const* set = supported_scanners(); *set != nullptr; set++) {
    Random random(5);
    test_bounds(**set);
    test_changing_bytes(**set);
    uint32_t refused = 0;
    for (uint32_t round = 0; round < 3000; round++) {
      const Side side = round % 2 ? Side::BEHIND : Side::BEFORE;
      const Copied copied = random_record(random);
      const std::string whole = copy(scalar_scanners, copied, 4096, side);
      refused += whole.compare(0, 7, "refused") == 0;
      CHECK(copy(**set, copied, 4096, side) == whole);
      const uint32_t room = uint32_t(whole.size()) + random.below(3);
      CHECK(copy(**set, copied, room, side) == copy(scalar_scanners, copied, room, side));
      if (room >= 2) CHECK(copy(**set, copied, room - 2, side) == copy(scalar_scanners, copied, room - 2, side));
    }
    CHECK(refused > 100);
    fprintf(stdout, "fields %s\n", (*set)->name);
  }
}

}  // namespace linemill_test
