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

  /** Those that are not changed by the least of them and 0x1f. */
  uint64_t controls() const {
    const __m256i most = _mm256_set1_epi8(0x1f);
    return mask_of(_mm256_cmpeq_epi8(_mm256_min_epu8(low, most), low),
                   _mm256_cmpeq_epi8(_mm256_min_epu8(high, most), high));
  }

  static uint64_t prefix_xor(uint64_t mask) {
    const __m128i product =
        _mm_clmulepi64_si128(_mm_cvtsi64_si128(int64_t(mask)), _mm_set1_epi8(char(0xff)), 0);
    return uint64_t(_mm_cvtsi128_si64(product));
  }

  static void flatten(uint64_t mask, uint32_t base, uint32_t* out) { flatten_unrolled<8>(mask, base, out); }

  static void flatten_few(uint64_t mask, uint32_t base, uint32_t* out) { flatten_unrolled<2>(mask, base, out); }

  /** Not by PEXT, which takes a hundred cycles on some processors that have AVX2. */
  static void flatten_ranks(uint64_t bits, uint64_t mask, uint32_t base, uint32_t* out) {
    flatten_ranks_unrolled(bits, mask, base, out);
  }
};

}  // namespace

const Scanners avx2_scanners = scanners_of<Block>("avx2");

}  // namespace linemill
