/** The little that a test needs: a counter of failures that says where, and seeded random numbers. */
#pragma once

#include <stdint.h>
#include <stdio.h>

namespace linemill_test {

inline int failure_count = 0;

/** Count a failure and say where; stops after many, so that a broken scanner does not flood the terminal. */
inline bool check(bool holds, const char* what, const char* file, int line) {
  if (holds) return true;
  failure_count++;
  if (failure_count <= 20) fprintf(stderr, "%s:%d: failed: %s\n", file, line, what);
  return false;
}

#define CHECK(condition) linemill_test::check((condition), #condition, __FILE__, __LINE__)

/** xorshift64*: the same numbers on every machine. */
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed * 2685821657736338717ull + 1) {}

  uint32_t below(uint32_t limit) {
    state_ ^= state_ >> 12;
    state_ ^= state_ << 25;
    state_ ^= state_ >> 27;
    return uint32_t((state_ * 2685821657736338717ull) >> 33) % limit;
  }

 private:
  uint64_t state_;
};

}  // namespace linemill_test
