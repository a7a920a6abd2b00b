/** AVX-512 F, BW, VL, DQ and VBMI2, on top of what avx2.cc needs. */
#include <immintrin.h>

#include "scanners_of.h"

#if defined(__GNUC__) && !defined(__clang__)
// GCC warns about its own headers here: they leave a register undefined that a full mask never reads.
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

namespace linemill {
namespace {

struct Block {
  using Needle = __m512i;
  __m512i bytes;

  static Needle needle(uint8_t byte) { return _mm512_set1_epi8(char(byte)); }

  static Block load(const uint8_t* at) { return {_mm512_loadu_si512(at)}; }

  void store(uint8_t* at) const { _mm512_storeu_si512(at, bytes); }

  Block operator|(const Block& other) const { return {_mm512_or_si512(bytes, other.bytes)}; }

  uint64_t equal(Needle needle) const { return _cvtmask64_u64(_mm512_cmpeq_epi8_mask(bytes, needle)); }

  uint64_t above_ascii() const { return _cvtmask64_u64(_mm512_movepi8_mask(bytes)); }

  uint64_t controls() const { return _cvtmask64_u64(_mm512_cmplt_epu8_mask(bytes, _mm512_set1_epi8(' '))); }

  static uint64_t prefix_xor(uint64_t mask) {
    const __m128i product =
        _mm_clmulepi64_si128(_mm_cvtsi64_si128(int64_t(mask)), _mm_set1_epi8(char(0xff)), 0);
    return uint64_t(_mm_cvtsi128_si64(product));
  }

  static void store_indexes(__m128i indexes, __m512i base, uint32_t* out) {
    _mm512_storeu_si512(out, _mm512_add_epi32(_mm512_cvtepu8_epi32(indexes), base));
  }

  /** Compress the numbers 0 to 63 to those whose bit is set, then widen sixteen at a time. */
  static void flatten(uint64_t mask, uint32_t base, uint32_t* out) {
    alignas(64) static const uint8_t numbers[64] = {
        0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
        22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43,
        44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63};
    const __m512i packed = _mm512_maskz_compress_epi8(_cvtu64_mask64(mask), _mm512_load_si512(numbers));
    const __m512i bases = _mm512_set1_epi32(int32_t(base));
    const uint32_t count = bit_count(mask);
    store_indexes(_mm512_castsi512_si128(packed), bases, out);
    if (count <= 16) return;
    store_indexes(_mm512_extracti32x4_epi32(packed, 1), bases, out + 16);
    if (count <= 32) return;
    store_indexes(_mm512_extracti32x4_epi32(packed, 2), bases, out + 32);
    store_indexes(_mm512_extracti32x4_epi32(packed, 3), bases, out + 48);
  }

  static void flatten_few(uint64_t mask, uint32_t base, uint32_t* out) { flatten_unrolled<2>(mask, base, out); }

  static void flatten_ranks(uint64_t bits, uint64_t mask, uint32_t base, uint32_t* out) {
    flatten_few(_pext_u64(bits, mask), base, out);
  }
};

}  // namespace

const Scanners avx512_scanners = scanners_of<Block>("avx512");

}  // namespace linemill
