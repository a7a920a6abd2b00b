/** Parsing and formatting several numbers, or digits, at once; part of avx512.cc. */
#pragma once

#include <immintrin.h>

#include "../scan/numbers.h"
#include "../scan/parse.h"

namespace linemill {
namespace {

/** The fields of eight records. */
struct EightFields {
  __m256i starts;
  __m256i ends;
  __m256i lengths;
  /** Of eight lanes, how long the fields are. */
  __m512i bits;

  EightFields(const uint32_t* start, const uint32_t* end)
      : starts(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(start))),
        ends(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(end))),
        lengths(_mm256_sub_epi32(ends, starts)),
        bits(_mm512_slli_epi64(_mm512_cvtepu32_epi64(lengths), 3)) {}

  /** Those that lie in the bytes, with `before` bytes before their ends, and are neither empty nor longer than `longest`. */
  __mmask8 fitting(uint32_t bytes_length, uint32_t before, uint32_t longest) const {
    // The length before 0 is the greatest. A field that ends before it starts is too long, as `before` is no less than
    // `longest`.
    const __m256i lengths_before = _mm256_sub_epi32(lengths, _mm256_set1_epi32(1));
    return _mm256_cmple_epu32_mask(ends, _mm256_set1_epi32(int32_t(bytes_length))) &
           _mm256_cmpge_epu32_mask(ends, _mm256_set1_epi32(int32_t(before))) &
           _mm256_cmplt_epu32_mask(lengths_before, _mm256_set1_epi32(int32_t(longest)));
  }

  /** The eight bytes that lie `before` bytes before the ends. */
  __m512i bytes_before(const uint8_t* bytes, int32_t before, __mmask8 lanes) const {
    const __m256i offsets = _mm256_sub_epi32(ends, _mm256_set1_epi32(before));
    return _mm512_mask_i32gather_epi64(_mm512_setzero_si512(), lanes, offsets, bytes, 1);
  }
};

/** Lanes in which a byte is no value of a digit. */
inline __mmask8 no_digits(__m512i values) {
  const __m512i others = _mm512_movm_epi8(_mm512_cmpgt_epu8_mask(values, _mm512_set1_epi8(9)));
  return _mm512_test_epi64_mask(others, others);
}

/** `number_of` of each lane. */
inline __m512i numbers_of(__m512i values) {
  const __m512i pairs = _mm512_maddubs_epi16(values, _mm512_set1_epi16(10 | 1 << 8));
  const __m512i fours = _mm512_madd_epi16(pairs, _mm512_set1_epi32(100 | 1 << 16));
  const __m512i upper = _mm512_mul_epu32(fours, _mm512_set1_epi64(10000));
  return _mm512_add_epi64(upper, _mm512_srli_epi64(fours, 32));
}

/** Eight fields of up to MOST_DIGITS digits and a sign, of a lane each. */
struct EightIntegers {
  static uint32_t parse(const uint8_t* bytes, uint32_t length, const Fields& fields, uint32_t index, int32_t* values) {
    if (length > INT32_MAX) return 0;  // offsets are signed
    const EightFields eight(fields.starts + index, fields.ends + index);
    const __mmask8 fitting = eight.fitting(length, 16, MOST_DIGITS + 1);
    const __m512i last = eight.bytes_before(bytes, 8, fitting);
    const __m512i before = eight.bytes_before(bytes, 16, fitting);
    // Shifted by more than all bits, or by less than none, nothing is left.
    const __m512i first = _mm512_and_si512(
        _mm512_or_si512(_mm512_srlv_epi64(last, _mm512_sub_epi64(_mm512_set1_epi64(64), eight.bits)),
                        _mm512_srlv_epi64(before, _mm512_sub_epi64(_mm512_set1_epi64(128), eight.bits))),
        _mm512_set1_epi64(0xff));
    const __mmask8 negative = _mm512_cmpeq_epi64_mask(first, _mm512_set1_epi64('-'));
    const __m512i digit_bits = _mm512_mask_sub_epi64(eight.bits, negative, eight.bits, _mm512_set1_epi64(8));
    const __m512i others = _mm512_sub_epi64(_mm512_set1_epi64(64), _mm512_min_epu64(digit_bits, _mm512_set1_epi64(64)));
    const __m512i digits = _mm512_and_si512(_mm512_xor_si512(last, _mm512_set1_epi8('0')),
                                            _mm512_sllv_epi64(_mm512_set1_epi64(-1), others));
    const __mmask8 long_ones = _mm512_cmpeq_epi64_mask(digit_bits, _mm512_set1_epi64(8 * MOST_DIGITS));
    const __m512i ninth =
        _mm512_maskz_sub_epi64(long_ones, _mm512_srli_epi64(before, 56), _mm512_set1_epi64('0'));
    const __mmask8 bare = _mm512_cmpeq_epi64_mask(digit_bits, _mm512_setzero_si512());
    const __mmask8 longer = _mm512_cmpgt_epu64_mask(digit_bits, _mm512_set1_epi64(8 * MOST_DIGITS));
    const __mmask8 odd = no_digits(digits) | _mm512_cmpgt_epu64_mask(ninth, _mm512_set1_epi64(9)) | bare | longer;
    const __m512i size =
        _mm512_add_epi64(numbers_of(digits), _mm512_mul_epu32(ninth, _mm512_set1_epi64(100000000)));
    const __m512i value = _mm512_mask_sub_epi64(size, negative, _mm512_setzero_si512(), size);
    const __mmask8 allowed = _mm512_cmpge_epi64_mask(value, _mm512_set1_epi64(fields.min)) &
                             _mm512_cmple_epi64_mask(value, _mm512_set1_epi64(fields.max));
    const __m512i result = _mm512_mask_mov_epi64(_mm512_set1_epi64(int32_t(NO_INTEGER)), allowed, value);
    const __mmask8 done = fitting & ~odd;
    _mm256_mask_storeu_epi32(values, done, _mm512_cvtepi64_epi32(result));
    return done;
  }
};

/** Eight fields of up to eight bytes, each digits with at most a point, and a sign; of a lane each. */
struct EightNumbers {
  static constexpr bool PARSES = true;

  static uint32_t parse(const NumberFields& fields, uint32_t index, double* values, uint8_t* kinds) {
    if (fields.bytes_length > INT32_MAX) return 0;  // offsets are signed
    const EightFields eight(fields.starts + index, fields.ends + index);
    const __mmask8 fitting = eight.fitting(fields.bytes_length, 8, 8);
    const __m512i last = eight.bytes_before(fields.bytes, 8, fitting);
    const __m512i bits = eight.bits;
    const __m512i aligned = _mm512_srlv_epi64(last, _mm512_sub_epi64(_mm512_set1_epi64(64), bits));
    const __m512i first = _mm512_and_si512(aligned, _mm512_set1_epi64(0xff));
    const __mmask8 plain = fitting & ~_mm512_cmpeq_epi64_mask(first, _mm512_set1_epi64(fields.quote));  // it may be a digit
    const __mmask8 negative = _mm512_cmpeq_epi64_mask(first, _mm512_set1_epi64('-'));
    const __m512i digit_bits = _mm512_mask_sub_epi64(bits, negative, bits, _mm512_set1_epi64(8));
    const __m512i others = _mm512_sub_epi64(_mm512_set1_epi64(64), digit_bits);
    const __m512i kept = _mm512_sllv_epi64(_mm512_set1_epi64(-1), others);
    const __m512i marks = _mm512_and_si512(_mm512_xor_si512(last, _mm512_set1_epi8('0')), kept);
    return take_marks(plain, marks, digit_bits, negative, values, kinds);
  }

  /** Lanes whose values lie between two. */
  static uint32_t between(const double* values, double low, double high) {
    const __m512d value = _mm512_loadu_pd(values);
    return _mm512_cmp_pd_mask(value, _mm512_set1_pd(low), _CMP_GE_OQ) &
           _mm512_cmp_pd_mask(value, _mm512_set1_pd(high), _CMP_LE_OQ);
  }

 private:
  /** `marks` are the values of digits, and points, in `digit_bits` at the upper end of each lane. */
  static uint32_t take_marks(__mmask8 lanes, __m512i marks, __m512i digit_bits, __mmask8 negative, double* values,
                             uint8_t* kinds) {
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
    const __mmask8 done = lanes & ~bare & ~no_digits(digits);
    store(done, digits, decimal, behind, negative, values);
    const __m128i kind = _mm_mask_blend_epi8(decimal, _mm_set1_epi8(NUMBER_INTEGER), _mm_set1_epi8(NUMBER_DECIMAL));
    _mm_mask_storeu_epi8(kinds, done, kind);
    return done;
  }

  /** Both digits and power are exact in a double, so that the quotient is rounded once (Clinger 1990). */
  static void store(__mmask8 lanes, __m512i digits, __mmask8 decimal, __m512i behind, __mmask8 negative,
                    double* values) {
    const __m512i places = _mm512_sad_epu8(_mm512_and_si512(behind, _mm512_set1_epi8(1)), _mm512_setzero_si512());
    const __m512d powers = _mm512_setr_pd(1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7);
    const __m512d power = _mm512_permutexvar_pd(_mm512_maskz_mov_epi64(decimal, places), powers);
    const __m512d size = _mm512_div_pd(_mm512_cvtepu64_pd(numbers_of(digits)), power);
    const __m512d value = _mm512_mask_sub_pd(size, negative, _mm512_setzero_pd(), size);
    _mm512_mask_storeu_pd(values, lanes, value);
  }
};

/** `PlainDigits`, of a lane for each digit. */
struct EightDigits {
  /**
   * The digit of 10^k is that before the point in 10 times the fraction of number / 10^(k + 1). A fraction is a multiple of
   * 2^-52, and rounded down: what is added makes up for that, and is less than the distance of two fractions.
   */
  static uint64_t of(uint32_t number) {
    constexpr int64_t ONE = int64_t(1) << 52;
    constexpr int64_t MOST_LOST = 100000000;
    const __m512i parts = _mm512_setr_epi64(ONE / 100000000, ONE / 10000000, ONE / 1000000, ONE / 100000, ONE / 10000,
                                            ONE / 1000, ONE / 100, ONE / 10);
    // Of the first digit no more than 0.274 of it is lost, and the distance is 45 millions.
    const __m512i lost = _mm512_setr_epi64(MOST_LOST / 3, MOST_LOST, MOST_LOST, MOST_LOST, MOST_LOST, MOST_LOST,
                                           MOST_LOST, MOST_LOST);
    const __m512i fractions = _mm512_madd52lo_epu64(lost, _mm512_set1_epi64(number), parts);
    const __m512i digits = _mm512_madd52hi_epu64(_mm512_setzero_si512(), fractions, _mm512_set1_epi64(10));
    return uint64_t(_mm_cvtsi128_si64(_mm512_cvtepi64_epi8(digits)));
  }
};

}  // namespace
}  // namespace linemill
