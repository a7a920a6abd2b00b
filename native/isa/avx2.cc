/** AVX2 with BMI, BMI2, POPCNT and PCLMULQDQ. */
#include <immintrin.h>

#include "scanners_of.h"

namespace linemill {
namespace {

struct Block {
  using Needle = __m256i;
  __m256i low, high;

  static Needle needle(uint8_t byte) { return _mm256_set1_epi8(char(byte)); }

  static Block load(const uint8_t* at) {
    const __m256i* from = reinterpret_cast<const __m256i*>(at);
    return {_mm256_loadu_si256(from), _mm256_loadu_si256(from + 1)};
  }

  void store(uint8_t* at) const {
    __m256i* to = reinterpret_cast<__m256i*>(at);
    _mm256_storeu_si256(to, low);
    _mm256_storeu_si256(to + 1, high);
  }

  Block operator|(const Block& other) const {
    return {_mm256_or_si256(low, other.low), _mm256_or_si256(high, other.high)};
  }

  static uint64_t mask_of(__m256i low, __m256i high) {
    return uint64_t(uint32_t(_mm256_movemask_epi8(low))) | uint64_t(uint32_t(_mm256_movemask_epi8(high))) << 32;
  }

  uint64_t equal(Needle needle) const {
    return mask_of(_mm256_cmpeq_epi8(low, needle), _mm256_cmpeq_epi8(high, needle));
  }

  uint64_t above_ascii() const { return mask_of(low, high); }

  static uint64_t prefix_xor(uint64_t mask) {
    const __m128i product =
        _mm_clmulepi64_si128(_mm_cvtsi64_si128(int64_t(mask)), _mm_set1_epi8(char(0xff)), 0);
    return uint64_t(_mm_cvtsi128_si64(product));
  }

  /** Eight at a time without a look at the count: mispredicted branches cost more than values too many. */
  static void flatten(uint64_t mask, uint32_t base, uint32_t* out) {
    const uint32_t* const end = out + bit_count(mask);
    do {
      for (int index = 0; index < 8; index++) {
        out[index] = base + uint32_t(_tzcnt_u64(mask));
        mask &= mask - 1;
      }
      out += 8;
    } while (out < end);
  }

  /** Not by PEXT, which takes a hundred cycles on some processors that have AVX2. */
  static void flatten_ranks(uint64_t bits, uint64_t mask, uint32_t base, uint32_t* out) {
    flatten_ranks_by_bits(bits, mask, base, out);
  }
};

}  // namespace

const Scanners avx2_scanners = scanners_of<Block>("avx2");

}  // namespace linemill
