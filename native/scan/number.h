/** Reading numbers as doubles, correctly rounded. See automaton.h for the hazard of this folder. */
#pragma once

#include <stdint.h>
#include <string.h>

#include "automaton.h"

namespace linemill {
namespace {

/** What reading a number came to; UNKNOWN where it has more digits, or a larger exponent, than is decided here. */
enum class NumberIs : uint32_t { NONE, KNOWN, UNKNOWN };

/** Significant digits that 64 bits hold, whatever they are. */
constexpr uint32_t SIGNIFICANT_DIGITS = 19;
/** The same of 32 bits, one of them a sign. */
constexpr int32_t INT32_DIGITS = 9;
/** The powers of ten, and of five, that a double and 63 bits hold exactly. */
constexpr int32_t DOUBLE_POWERS = 22;
constexpr int32_t INTEGER_POWERS = 27;
/** An exponent beyond which nothing depends on how large it is. */
constexpr int32_t HUGE_EXPONENT = 1 << 24;

constexpr double POWERS_OF_TEN[DOUBLE_POWERS + 1] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                                     1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                                     1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

inline bool is_digit(uint8_t byte) { return uint8_t(byte - '0') <= 9; }

/** Two to a power that a double has, and not as a subnormal. */
inline double power_of_two(int32_t exponent) {
  const uint64_t bits = uint64_t(exponent + 1023) << 52;
  double value;
  memcpy(&value, &bits, sizeof(value));
  return value;
}

/** Round `digits` times ten to the power of `scale` once, to the nearest double; false where that is not decided. */
inline bool scale_number(uint64_t digits, int32_t scale, double* value) {
  if (digits >> 53 == 0 && scale >= -DOUBLE_POWERS && scale <= DOUBLE_POWERS) {
    // Both are exact in a double, so that the result is rounded once (Clinger 1990).
    *value = scale < 0 ? double(digits) / POWERS_OF_TEN[-scale] : double(digits) * POWERS_OF_TEN[scale];
    return true;
  }
#if defined(__SIZEOF_INT128__)
  if (digits == 0 || scale < -INTEGER_POWERS || scale > INTEGER_POWERS) return false;
  using Wide = unsigned __int128;
  uint64_t power = 1;  // of five: the powers of two are exact
  for (int32_t count = scale < 0 ? -scale : scale; count > 0; count--) power *= 5;
  if (scale >= 0) {
    *value = double(Wide(digits) * power) * power_of_two(scale);
    return true;
  }
  const int32_t shift = __builtin_clzll(digits) + 63;
  const Wide dividend = Wide(digits) << shift;
  const Wide quotient = dividend / power;
  // It has 64 bits or more, so the lowest may tell of a remainder to whoever rounds it to 53.
  *value = double(quotient | (quotient * power != dividend ? 1 : 0)) * power_of_two(scale - shift);
  return true;
#else
  return false;
#endif
}

/** Whether `[at, end)` is a word of lower-case letters, in any case. */
inline bool is_word(const uint8_t* at, const uint8_t* end, const char* word) {
  for (; at < end && *word != 0; at++, word++) {
    if ((*at | 0x20) != uint8_t(*word)) return false;
  }
  return at == end && *word == 0;
}

inline NumberIs read_word(const uint8_t* at, const uint8_t* end, bool is_negative, double* value) {
  if (is_word(at, end, "nan")) *value = __builtin_nan("");
  else if (!is_word(at, end, "inf") && !is_word(at, end, "infinity")) return NumberIs::NONE;
  else *value = is_negative ? -__builtin_inf() : __builtin_inf();
  return NumberIs::KNOWN;
}

/** Read what stands behind the digits: nothing, or `e`, sign and digits. False if it is anything else. */
inline bool read_exponent(const uint8_t* at, const uint8_t* end, int32_t* exponent) {
  *exponent = 0;
  if (at == end) return true;
  if ((*at | 0x20) != 'e' || ++at == end) return false;
  const bool is_negative = *at == '-';
  if ((is_negative || *at == '+') && ++at == end) return false;
  for (; at < end; at++) {
    if (!is_digit(*at)) return false;
    if (*exponent < HUGE_EXPONENT) *exponent = *exponent * 10 + (*at - '0');
  }
  if (is_negative) *exponent = -*exponent;
  return true;
}

/** The digits of a number, and how many of them stand behind the point. */
struct Digits {
  uint64_t value;
  uint32_t count;
  uint32_t significant;
  int64_t fraction;
};

/** Read digits with at most one point; return what stands behind them, or behind too many of them. */
inline const uint8_t* read_digits(const uint8_t* at, const uint8_t* end, Digits& digits) {
  bool has_point = false;
  for (; at < end && digits.significant <= SIGNIFICANT_DIGITS; at++) {
    if (is_digit(*at)) {
      digits.value = digits.value * 10 + (*at - '0');
      digits.significant += digits.significant != 0 || *at != '0';
      digits.fraction += has_point;
      digits.count++;
    } else if (*at == '.' && !has_point) {
      has_point = true;
    } else {
      break;
    }
  }
  return at;
}

/** Read what is not a few digits alone. */
inline NumberIs read_odd_number(const uint8_t* at, const uint8_t* end, bool is_negative, double* value) {
  Digits digits = {0, 0, 0, 0};
  const uint8_t* const behind = read_digits(at, end, digits);
  if (digits.count == 0) return read_word(at, end, is_negative, value);
  if (digits.significant > SIGNIFICANT_DIGITS) return NumberIs::UNKNOWN;
  int32_t exponent = 0;
  if (!read_exponent(behind, end, &exponent)) return NumberIs::NONE;
  const int64_t scale = exponent - digits.fraction;
  double size = 0;
  if (digits.value != 0) {
    if (scale < -INTEGER_POWERS || scale > INTEGER_POWERS) return NumberIs::UNKNOWN;
    if (!scale_number(digits.value, int32_t(scale), &size)) return NumberIs::UNKNOWN;
  }
  *value = is_negative ? -size : size;
  return NumberIs::KNOWN;
}

/** Read a field as a number: the grammar of a float64 column. */
inline NumberIs read_number(const uint8_t* at, const uint8_t* end, double* value) {
  if (at == end) return NumberIs::NONE;
  const bool is_negative = *at == '-';
  if (is_negative || *at == '+') at++;
  if (end - at <= INT32_DIGITS) {
    uint32_t whole = 0;
    const uint8_t* digit = at;
    for (; digit < end && is_digit(*digit); digit++) whole = whole * 10 + (*digit - '0');
    if (digit == end && digit > at) {
      *value = is_negative ? -double(whole) : double(whole);
      return NumberIs::KNOWN;
    }
  }
  return read_odd_number(at, end, is_negative, value);
}

}  // namespace
}  // namespace linemill
