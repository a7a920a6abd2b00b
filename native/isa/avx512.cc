/** AVX-512 F, BW, VL, DQ, VBMI2 and IFMA, on top of what avx2.cc needs. */
#include <immintrin.h>

#include "scanners_of.h"

#if defined(__GNUC__) && !defined(__clang__)
// GCC warns about its own headers here: they leave a register undefined that a full mask never reads.
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

#include "avx512_numbers.h"

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

/** Eight keys of up to sixteen bytes, of a lane each: the hash and the comparison of group.h. */
struct EightKeys {
  static constexpr bool FINDS = true;

  /** Set the numbers of those that stand in their first place; gives their lanes. */
  static uint32_t find(const KeySearch& search, uint32_t row, uint32_t* ids) {
    if (search.bytes_length > INT32_MAX || search.bytes_length < FIRST_BYTES) return 0;  // offsets are signed
    const __m256i starts = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(search.starts + row));
    const __m256i ends = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(search.ends + row));
    const __m256i lengths = _mm256_sub_epi32(ends, starts);
    const __m256i last_start = _mm256_set1_epi32(int32_t(search.bytes_length - FIRST_BYTES));
    // Below 0 a length wraps around. A key of 16 bytes at most that begins there ends within the bytes.
    const __mmask8 fitting = _mm256_cmple_epu32_mask(starts, last_start) &
                             _mm256_cmple_epu32_mask(lengths, _mm256_set1_epi32(FIRST_BYTES));
    const __m512i bits = _mm512_slli_epi64(_mm512_cvtepu32_epi64(lengths), 3);
    const __m512i word_bits = _mm512_set1_epi64(8 * KEY_WORD_BYTES);
    const __m512i one = gather_word(fitting, starts, search.bytes, bits);
    const __m512i other = gather_word(fitting, starts, search.bytes + KEY_WORD_BYTES,
                                      _mm512_sub_epi64(_mm512_max_epu64(bits, word_bits), word_bits));
    const __m512i first = _mm512_and_si512(one, _mm512_set1_epi64(0xff));
    const __mmask8 plain = fitting & ~_mm512_cmpeq_epi64_mask(first, _mm512_set1_epi64(search.quote));
    const __m512i hash = hash_of(search, _mm512_cvtepu32_epi64(lengths), one, other);
    return look_up(search, plain, hash, _mm512_cvtepu32_epi64(lengths), one, other, ids + row);
  }

 private:
  /** The first bits of a word of each key, zeros behind them. */
  static __m512i gather_word(__mmask8 lanes, __m256i starts, const uint8_t* bytes, __m512i bits) {
    const __m512i word = _mm512_mask_i32gather_epi64(_mm512_setzero_si512(), lanes, starts, bytes, 1);
    // Shifted by all bits nothing is left.
    return _mm512_andnot_si512(_mm512_sllv_epi64(_mm512_set1_epi64(-1), bits), word);
  }

  /** `Hash` of group.h, whose words are the lower halves of lanes. */
  static __m512i hash_of(const KeySearch& search, __m512i lengths, __m512i first, __m512i second) {
    const __m512i last = _mm512_set1_epi64(int64_t(HASH_LAST | uint64_t(HASH_LAST_OTHER) << 32));
    __m512i one = _mm512_xor_si512(lengths, _mm512_set1_epi64(search.seed[0]));
    __m512i other = _mm512_set1_epi64(search.seed[1]);
    const __m512i words[] = {first, second, last};
    for (const __m512i word : words) {
      one = _mm512_xor_si512(one, word);
      other = _mm512_xor_si512(other, _mm512_srli_epi64(word, 32));
      const __m512i product = _mm512_mul_epu32(one, other);
      one = _mm512_xor_si512(one, product);
      other = _mm512_xor_si512(other, _mm512_srli_epi64(product, 32));
    }
    return _mm512_xor_si512(one, other);
  }

  static uint32_t look_up(const KeySearch& search, __mmask8 lanes, __m512i hash, __m512i lengths, __m512i one,
                          __m512i other, uint32_t* ids) {
    const __m512i place = _mm512_and_si512(hash, _mm512_set1_epi64(search.mask));
    const __m512i offset = _mm512_mul_epu32(place, _mm512_set1_epi64(PLACE_WORDS * sizeof(uint32_t)));
    const __m512i none = _mm512_setzero_si512();
    const __m512i head = _mm512_mask_i64gather_epi64(none, lanes, offset, search.places + PLACE_HASH, 1);
    const __m512i one_there = _mm512_mask_i64gather_epi64(none, lanes, offset, search.places + PLACE_FIRST, 1);
    const __m512i other_there = _mm512_mask_i64gather_epi64(none, lanes, offset, search.places + PLACE_FIRST + 2, 1);
    const __m512i found = _mm512_srli_epi64(head, 32);  // PLACE_GROUP stands behind PLACE_HASH
    const __m512i number_mask = _mm512_set1_epi64(GROUP_NUMBER_MASK);
    const __m512i number = _mm512_sub_epi64(_mm512_and_si512(found, number_mask), _mm512_set1_epi64(1));
    const __m512i kind = _mm512_slli_epi64(lengths, GROUP_LENGTH_SHIFT);
    const __m512i differing = _mm512_or_si512(
        _mm512_or_si512(_mm512_xor_si512(one_there, one), _mm512_xor_si512(other_there, other)),
        _mm512_xor_si512(_mm512_andnot_si512(number_mask, found), kind));
    const __mmask8 same = _mm512_mask_testn_epi64_mask(lanes, differing, differing);
    const __mmask8 known = _mm512_mask_cmplt_epu64_mask(same, number, _mm512_set1_epi64(search.group_count));
    _mm512_mask_cvtepi64_storeu_epi32(ids, known, number);
    return known;
  }
};

static_assert(PLACE_GROUP == PLACE_HASH + 1 && FIRST_BYTES < GROUP_LONG, "what look_up relies on");

}  // namespace

const Scanners avx512_scanners = scanners_of<Block, EightIntegers, EightNumbers, EightKeys, EightDigits>("avx512");

}  // namespace linemill
