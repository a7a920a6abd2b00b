/** A buffer that touches a page nobody may read on one of its sides, so that a byte too many crashes. */
#pragma once

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

namespace linemill_test {

enum class Side { BEFORE, BEHIND };

class GuardedBuffer {
 public:
  /** `BEHIND`: the byte after the last one is forbidden; `BEFORE`: the one before the first. */
  GuardedBuffer(size_t length, Side side) {
    const size_t page = size_t(sysconf(_SC_PAGESIZE));
    const size_t inner = (length + page - 1) / page * page;
    mapped_length_ = inner + 2 * page;
    void* mapped = mmap(nullptr, mapped_length_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapped == MAP_FAILED) abort();
    mapped_ = static_cast<uint8_t*>(mapped);
    if (inner > 0 && mprotect(mapped_ + page, inner, PROT_READ | PROT_WRITE) != 0) abort();
    data_ = side == Side::BEHIND ? mapped_ + page + inner - length : mapped_ + page;
  }

  ~GuardedBuffer() { munmap(mapped_, mapped_length_); }

  GuardedBuffer(const GuardedBuffer&) = delete;
  GuardedBuffer& operator=(const GuardedBuffer&) = delete;

  uint8_t* data() { return data_; }

 private:
  uint8_t* mapped_;
  uint8_t* data_;
  size_t mapped_length_;
};

}  // namespace linemill_test
