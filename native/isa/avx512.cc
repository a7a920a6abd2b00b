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

/** Eight fields of up to eight bytes, each digits with at most a point, and a sign; of a lane each. */
struct EightNumbers {
  static bool parse(const NumberFields& fields, uint32_t index, double* values, uint8_t* kinds) {
    if (fields.bytes_length > INT32_MAX) return false;  // offsets are signed
    const __m256i starts = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(fields.starts + index));
    const __m256i ends = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(fields.ends + index));
    const __m256i lengths = _mm256_sub_epi32(ends, starts);
    const __m256i eight = _mm256_set1_epi32(8);
    // None is empty: the length before 0 is the greatest.
    const __m256i lengths_before = _mm256_sub_epi32(lengths, _mm256_set1_epi32(1));
    const __mmask8 fitting = _mm256_cmple_epu32_mask(ends, _mm256_set1_epi32(int32_t(fields.bytes_length))) &
                             _mm256_cmpge_epu32_mask(ends, eight) & _mm256_cmple_epu32_mask(starts, ends) &
                             _mm256_cmplt_epu32_mask(lengths_before, eight);
    if (fitting != 0xff) return false;
    const __m512i last = _mm512_i32gather_epi64(_mm256_sub_epi32(ends, eight), fields.bytes, 1);
    const __m512i bits = _mm512_slli_epi64(_mm512_cvtepu32_epi64(lengths), 3);
    const __m512i aligned = _mm512_srlv_epi64(last, _mm512_sub_epi64(_mm512_set1_epi64(64), bits));
    const __m512i first = _mm512_and_si512(aligned, _mm512_set1_epi64(0xff));
    if (_mm512_cmpeq_epi64_mask(first, _mm512_set1_epi64(fields.quote)) != 0) return false;  // it may be a digit
    const __mmask8 negative = _mm512_cmpeq_epi64_mask(first, _mm512_set1_epi64('-'));
    const __m512i digit_bits = _mm512_mask_sub_epi64(bits, negative, bits, _mm512_set1_epi64(8));
    const __m512i others = _mm512_sub_epi64(_mm512_set1_epi64(64), digit_bits);
    const __m512i kept = _mm512_sllv_epi64(_mm512_set1_epi64(-1), others);
    const __m512i marks = _mm512_and_si512(_mm512_xor_si512(last, _mm512_set1_epi8('0')), kept);
    return take_marks(marks, digit_bits, negative, values, kinds);
  }

 private:
  /** `marks` are the values of digits, and points, in `digit_bits` at the upper end of each lane. */
  static bool take_marks(__m512i marks, __m512i digit_bits, __mmask8 negative, double* values, uint8_t* kinds) {
    const __m512i points = _mm512_movm_epi8(_mm512_cmpeq_epi8_mask(marks, _mm512_set1_epi8('.' ^ '0')));
    const __mmask8 decimal = _mm512_test_epi64_mask(points, points);
    // Digits before the point move up to its place; a second point stays, and is no digit.
    const __m512i point = _mm512_and_si512(points, _mm512_sub_epi64(_mm512_setzero_si512(), points));
    const __m512i before = _mm512_sub_epi64(point, _mm512_set1_epi64(1));
    const __m512i up_to = _mm512_or_si512(_mm512_slli_epi64(before, 8), _mm512_set1_epi64(0xff));
    const __m512i behind = _mm512_andnot_si512(up_to, _mm512_set1_epi64(-1));
    const __m512i moved = _mm512_slli_epi64(_mm512_and_si512(marks, before), 8);
    const __m512i joined = _mm512_or_si512(_mm512_and_si512(marks, behind), moved);
    const __m512i digits = _mm512_mask_mov_epi64(marks, decimal, joined);
    const __mmask8 bare = _mm512_cmple_epu64_mask(digit_bits, _mm512_maskz_set1_epi64(decimal, 8));  // no digit at all
    if (bare != 0 || _mm512_cmpgt_epu8_mask(digits, _mm512_set1_epi8(9)) != 0) return false;
    store(digits, decimal, behind, negative, values);
    const __m128i kind = _mm_mask_blend_epi8(decimal, _mm_set1_epi8(NUMBER_INTEGER), _mm_set1_epi8(NUMBER_DECIMAL));
    _mm_storel_epi64(reinterpret_cast<__m128i*>(kinds), kind);
    return true;
  }

  /** Both digits and power are exact in a double, so that the quotient is rounded once (Clinger 1990). */
  static void store(__m512i digits, __mmask8 decimal, __m512i behind, __mmask8 negative, double* values) {
    const __m512i pairs = _mm512_maddubs_epi16(digits, _mm512_set1_epi16(10 | 1 << 8));
    const __m512i fours = _mm512_madd_epi16(pairs, _mm512_set1_epi32(100 | 1 << 16));
    const __m512i upper = _mm512_mul_epu32(fours, _mm512_set1_epi64(10000));
    const __m512i whole = _mm512_add_epi64(upper, _mm512_srli_epi64(fours, 32));
    const __m512i places = _mm512_sad_epu8(_mm512_and_si512(behind, _mm512_set1_epi8(1)), _mm512_setzero_si512());
    const __m512d powers = _mm512_setr_pd(1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7);
    const __m512d power = _mm512_permutexvar_pd(_mm512_maskz_mov_epi64(decimal, places), powers);
    const __m512d size = _mm512_div_pd(_mm512_cvtepu64_pd(whole), power);
    const __m512d value = _mm512_mask_sub_pd(size, negative, _mm512_setzero_pd(), size);
    _mm512_storeu_pd(values, value);
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

const Scanners avx512_scanners = scanners_of<Block, EightNumbers, EightKeys>("avx512");

}  // namespace linemill
