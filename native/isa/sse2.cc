/** SSE2: what every x86-64 processor has. */
#include <emmintrin.h>

#include "scanners_of.h"

namespace linemill {
namespace {

struct Block {
  using Needle = __m128i;
  __m128i parts[4];

  static Needle needle(uint8_t byte) { return _mm_set1_epi8(char(byte)); }

  static Block load(const uint8_t* at) {
    const __m128i* from = reinterpret_cast<const __m128i*>(at);
    return {{_mm_loadu_si128(from), _mm_loadu_si128(from + 1), _mm_loadu_si128(from + 2),
             _mm_loadu_si128(from + 3)}};
  }

  void store(uint8_t* at) const {
    __m128i* to = reinterpret_cast<__m128i*>(at);
    for (int part = 0; part < 4; part++) _mm_storeu_si128(to + part, parts[part]);
  }

  Block operator|(const Block& other) const {
    return {{_mm_or_si128(parts[0], other.parts[0]), _mm_or_si128(parts[1], other.parts[1]),
             _mm_or_si128(parts[2], other.parts[2]), _mm_or_si128(parts[3], other.parts[3])}};
  }

  static uint64_t mask_of(__m128i first, __m128i second, __m128i third, __m128i fourth) {
    const uint32_t low = uint32_t(_mm_movemask_epi8(first)) | uint32_t(_mm_movemask_epi8(second)) << 16;
    const uint32_t high = uint32_t(_mm_movemask_epi8(third)) | uint32_t(_mm_movemask_epi8(fourth)) << 16;
    return uint64_t(low) | uint64_t(high) << 32;
  }

  uint64_t equal(Needle needle) const {
    return mask_of(_mm_cmpeq_epi8(parts[0], needle), _mm_cmpeq_epi8(parts[1], needle),
                   _mm_cmpeq_epi8(parts[2], needle), _mm_cmpeq_epi8(parts[3], needle));
  }

  uint64_t above_ascii() const { return mask_of(parts[0], parts[1], parts[2], parts[3]); }

  static __m128i is_control(__m128i part) { return _mm_cmpeq_epi8(_mm_min_epu8(part, _mm_set1_epi8(0x1f)), part); }

  uint64_t controls() const {
    return mask_of(is_control(parts[0]), is_control(parts[1]), is_control(parts[2]), is_control(parts[3]));
  }

  static uint64_t prefix_xor(uint64_t mask) { return prefix_xor_by_shifts(mask); }

  static void flatten(uint64_t mask, uint32_t base, uint32_t* out) { flatten_unrolled<4>(mask, base, out); }

  static void flatten_few(uint64_t mask, uint32_t base, uint32_t* out) { flatten_unrolled<2>(mask, base, out); }

  static void flatten_ranks(uint64_t bits, uint64_t mask, uint32_t base, uint32_t* out) {
    flatten_ranks_unrolled(bits, mask, base, out);
  }
};

}  // namespace

const Scanners sse2_scanners = scanners_of<Block>("sse2");

}  // namespace linemill
