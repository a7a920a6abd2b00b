/** Looking at the values of JSON. See automaton.h for the hazard of this folder. */
#pragma once

#include "number.h"
#include "parse.h"
#include "utf8.h"

namespace linemill {
namespace {

/** The digits of a whole number, or a fraction, that a double gives back as they are. */
constexpr uint32_t PLAIN_DIGITS = 15;
/** Where a fraction begins that JavaScript writes with an exponent. */
constexpr uint32_t MOST_LEADING_ZEROS = 6;

/** What stands behind the digits from `at` on. */
inline const uint8_t* skip_digits(const uint8_t* at, const uint8_t* end) {
  while (at < end && is_digit(*at)) at++;
  return at;
}

/** Whether `[at, end)` is a number of JSON; bytes may be read up to `limit`. */
inline bool is_json_number(const uint8_t* at, const uint8_t* end, const uint8_t* limit) {
  if (at < end && *at == '-') at++;
  const size_t length = size_t(end - at);
  if (length - 1 < 8 && size_t(limit - at) >= 8) {
    uint64_t word;
    memcpy(&word, at, 8);
    if (are_digits((word ^ ('0' * EVERY_BYTE)) & (~uint64_t(0) >> (64 - 8 * length)))) return length == 1 || *at != '0';
  }
  const uint8_t* const first = at;
  at = skip_digits(at, end);
  if (at == first || (*first == '0' && at - first > 1)) return false;
  if (at < end && *at == '.') {
    const uint8_t* const fraction = ++at;
    at = skip_digits(at, end);
    if (at == fraction) return false;
  }
  if (at < end && (*at | 0x20) == 'e') {
    at++;
    if (at < end && (*at == '+' || *at == '-')) at++;
    const uint8_t* const exponent = at;
    at = skip_digits(at, end);
    if (at == exponent) return false;
  }
  return at == end;
}

/** Whether a number of JSON is written as JavaScript writes it; false for some, with many digits, that are too. */
inline bool is_plain_number(const uint8_t* at, const uint8_t* end) {
  const bool is_negative = *at == '-';
  at += is_negative;
  const uint8_t* const point = skip_digits(at, end);
  if (point == end) return size_t(end - at) <= PLAIN_DIGITS && !(is_negative && *at == '0');
  const uint8_t* const fraction = point + 1;
  if (*point != '.' || skip_digits(fraction, end) != end) return false;
  if (size_t(end - at) > PLAIN_DIGITS + 1 || end[-1] == '0') return false;
  if (*at != '0') return true;
  const uint8_t* significant = fraction;
  while (significant < end && *significant == '0') significant++;
  return size_t(significant - fraction) < MOST_LEADING_ZEROS;
}

inline bool is_same(const uint8_t* at, const uint8_t* end, const char* word) {
  const size_t length = strlen(word);
  return size_t(end - at) == length && memcmp(at, word, length) == 0;
}

}  // namespace
}  // namespace linemill
