#include "file_blocks.h"

#include <errno.h>
#include <pthread.h>
#include <unistd.h>

#include <vector>

#include "layout.h"

namespace linemill {
namespace {

constexpr uint32_t LOOK_BACK_BYTES = 2;
constexpr uint64_t CACHE_LINE = 64;

/** Read exactly `length` bytes; false where the file has fewer, or the system says no. */
bool read_exactly(int fd, uint8_t* to, uint64_t length, uint64_t offset) {
  while (length > 0) {
    const ssize_t count = pread(fd, to, length, off_t(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    to += count;
    offset += uint64_t(count);
    length -= uint64_t(count);
  }
  return true;
}

/** The bytes from `from` on, up to `end`; null where they cannot be read. */
const uint8_t* bytes_of(const FileBlocks& blocks, uint64_t from, uint64_t end, uint8_t* buffer) {
  if (blocks.mapped != nullptr) return blocks.mapped + (from - blocks.reach);
  return read_exactly(blocks.fd, buffer, end - from, from) ? buffer : nullptr;
}

bool summarize_block(const FileBlocks& blocks, uint32_t index, uint8_t* buffer) {
  const uint64_t start = blocks.start + uint64_t(index) * blocks.block_bytes;
  const uint64_t end = blocks.end - start < blocks.block_bytes ? blocks.end : start + blocks.block_bytes;
  const uint64_t from = reach_of(start, blocks.content_start);
  const uint8_t* const bytes = bytes_of(blocks, from, end, buffer);
  if (bytes == nullptr) return false;
  const Range range = {uint32_t(start - from), uint32_t(end - from), int64_t(blocks.content_start) - int64_t(from)};
  blocks.scanners->summarize(bytes, range, blocks.dialect, blocks.summaries + size_t(index) * SUMMARY_WORDS);
  return true;
}

bool must_stop(const FileBlocks& blocks) { return __atomic_load_n(blocks.words + FILE_BLOCKS_STOP, __ATOMIC_RELAXED) != 0; }

/** One thread's way: take a block, summarise it, until none is left. */
void take_blocks(const FileBlocks& blocks, uint32_t thread) {
  uint8_t* const buffer = blocks.buffers + thread * block_buffer_bytes(blocks.block_bytes);
  int32_t done = 0;
  while (!must_stop(blocks)) {
    const int32_t index = __atomic_fetch_add(blocks.words + FILE_BLOCKS_NEXT, 1, __ATOMIC_RELAXED);
    if (index >= int32_t(blocks.block_count)) break;
    if (!summarize_block(blocks, uint32_t(index), buffer)) {
      __atomic_store_n(blocks.words + FILE_BLOCKS_STOP, 1, __ATOMIC_RELAXED);
      break;
    }
    __atomic_fetch_add(blocks.words + FILE_BLOCKS_DONE, 1, __ATOMIC_RELAXED);
    done++;
  }
  blocks.words[FILE_BLOCKS_SHARES + thread] += done;
}

struct Start {
  const FileBlocks* blocks;
  uint32_t thread;
};

void* run_thread(void* argument) {
  const Start& start = *static_cast<const Start*>(argument);
  take_blocks(*start.blocks, start.thread);
  return nullptr;
}

}  // namespace

uint64_t reach_of(uint64_t start, uint64_t content_start) {
  return start < content_start + LOOK_BACK_BYTES ? content_start : start - LOOK_BACK_BYTES;
}

uint64_t block_buffer_bytes(uint32_t block_bytes) {
  return (uint64_t(block_bytes) + LOOK_BACK_BYTES + 2 * CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE;
}

void summarize_blocks(const FileBlocks& blocks) {
  std::vector<Start> starts;
  for (uint32_t thread = 0; thread < blocks.thread_count; thread++) starts.push_back({&blocks, thread});
  std::vector<pthread_t> threads;
  threads.reserve(blocks.thread_count);
  for (uint32_t thread = 1; thread < blocks.thread_count; thread++) {
    pthread_t started;
    if (pthread_create(&started, nullptr, run_thread, &starts[thread]) != 0) break;
    threads.push_back(started);
  }
  take_blocks(blocks, 0);
  for (const pthread_t thread : threads) pthread_join(thread, nullptr);
}

}  // namespace linemill
