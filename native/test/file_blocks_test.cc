/** Blocks of a file, summarised by several threads, against one block after the other. */
#include "../file_blocks.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <vector>

#include "../layout.h"
#include "check.h"

namespace linemill_test {
namespace {

using namespace linemill;

constexpr uint32_t FILE_BYTES = 50000;
constexpr uint32_t MOST_THREADS = 5;
constexpr Dialect CSV = {',', '"'};

int write_file(const std::vector<uint8_t>& bytes) {
  char path[] = "/tmp/linemill_native_test_XXXXXX";
  const int fd = mkstemp(path);
  unlink(path);
  if (write(fd, bytes.data(), bytes.size()) != ssize_t(bytes.size())) abort();
  return fd;
}

std::vector<uint8_t> random_bytes(Random& random) {
  const char letters[] = "\n\n\r\",,ab";
  std::vector<uint8_t> bytes(FILE_BYTES);
  for (uint8_t& byte : bytes) byte = uint8_t(letters[random.below(sizeof(letters) - 1)]);
  return bytes;
}

/** What a call left behind. */
struct Outcome {
  std::vector<uint32_t> summaries;
  std::vector<int32_t> words;
};

Outcome run(FileBlocks blocks, bool stops = false) {
  Outcome outcome = {std::vector<uint32_t>(size_t(blocks.block_count) * SUMMARY_WORDS, NO_INDEX),
                     std::vector<int32_t>(FILE_BLOCKS_SHARES + MOST_THREADS)};
  std::vector<uint8_t> buffers(blocks.thread_count * block_buffer_bytes(blocks.block_bytes));
  outcome.words[FILE_BLOCKS_STOP] = stops ? 1 : 0;
  blocks.summaries = outcome.summaries.data();
  blocks.words = outcome.words.data();
  blocks.buffers = blocks.mapped == nullptr ? buffers.data() : nullptr;
  summarize_blocks(blocks);
  return outcome;
}

int32_t sum_of_shares(const Outcome& outcome) {
  int32_t sum = 0;
  for (uint32_t thread = 0; thread < MOST_THREADS; thread++) sum += outcome.words[FILE_BLOCKS_SHARES + thread];
  return sum;
}

/** Whether a block has the summary that it has where the whole file is at hand, or none. */
bool is_right(const FileBlocks& blocks, const std::vector<uint8_t>& bytes, const Outcome& outcome, uint32_t index,
              bool is_done) {
  uint32_t expected[SUMMARY_WORDS];
  memset(expected, 0xff, sizeof(expected));
  const uint32_t start = uint32_t(blocks.start) + index * blocks.block_bytes;
  const uint32_t whole = start + blocks.block_bytes;
  if (is_done) {
    const Range range = {start, blocks.end < whole ? uint32_t(blocks.end) : whole, int64_t(blocks.content_start)};
    blocks.scanners->summarize(bytes.data(), range, blocks.dialect, expected);
  }
  return memcmp(expected, outcome.summaries.data() + size_t(index) * SUMMARY_WORDS, sizeof(expected)) == 0;
}

void test_agreement(const Scanners* set, const std::vector<uint8_t>& bytes, int fd, Random& random) {
  const uint32_t lengths[] = {1, 2, 3, 64, 1000, 20000};
  for (const uint32_t block_bytes : lengths) {
    const uint32_t content_start = random.below(5);
    const uint32_t start = content_start + random.below(3) * block_bytes;
    const uint32_t count = (FILE_BYTES - start + block_bytes - 1) / block_bytes;
    const uint64_t reach = reach_of(start, content_start);
    const uint32_t threads = 1 + random.below(MOST_THREADS);
    FileBlocks blocks = {set, CSV, nullptr, reach, fd, content_start, start, FILE_BYTES, block_bytes, count,
                         nullptr, nullptr, threads, nullptr};
    for (const bool is_mapped : {false, true}) {
      blocks.mapped = is_mapped ? bytes.data() + reach : nullptr;
      const Outcome outcome = run(blocks);
      for (uint32_t index = 0; index < count; index++) CHECK(is_right(blocks, bytes, outcome, index, true));
      CHECK(outcome.words[FILE_BLOCKS_DONE] == int32_t(count) && sum_of_shares(outcome) == int32_t(count));
      CHECK(outcome.words[FILE_BLOCKS_STOP] == 0);
    }
  }
}

/** A file that ends before its blocks do: those that it has are right, or left undone; the others are left undone. */
void test_short_file(const Scanners* set, const std::vector<uint8_t>& bytes, int fd) {
  const FileBlocks blocks = {set, CSV, nullptr, 0, fd, 0, 0, 60000, 1000, 60, nullptr, nullptr, 3, nullptr};
  const Outcome outcome = run(blocks);
  int32_t done = 0;
  for (uint32_t index = 0; index < 60; index++) {
    const bool is_done = outcome.summaries[size_t(index) * SUMMARY_WORDS] != NO_INDEX;
    CHECK(is_right(blocks, bytes, outcome, index, is_done && index < 50));
    done += is_done ? 1 : 0;
  }
  CHECK(outcome.words[FILE_BLOCKS_STOP] == 1);
  CHECK(done > 0 && outcome.words[FILE_BLOCKS_DONE] == done && sum_of_shares(outcome) == done);
  CHECK(run(blocks, true).words[FILE_BLOCKS_DONE] == 0);
}

}  // namespace

void test_file_blocks() {
  Random random(20261130);
  const std::vector<uint8_t> bytes = random_bytes(random);
  const int fd = write_file(bytes);
  CHECK(reach_of(10, 10) == 10 && reach_of(11, 10) == 10 && reach_of(12, 10) == 10 && reach_of(13, 10) == 11);
  for (const Scanners* const* set = supported_scanners(); *set != nullptr; set++) {
    test_agreement(*set, bytes, fd, random);
    test_short_file(*set, bytes, fd);
  }
  close(fd);
  fprintf(stdout, "blocks of a file\n");
}

}  // namespace linemill_test
