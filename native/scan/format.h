/** Formatting integers. See automaton.h for the hazard of this folder. */
#pragma once

#include <string.h>

#include "automaton.h"

namespace linemill {
namespace {

/** A sign and ten digits. */
constexpr uint32_t MOST_INTEGER_BYTES = 11;

inline uint32_t size_of(int32_t value) { return value < 0 ? 0 - uint32_t(value) : uint32_t(value); }

/** Write an integer with a loop; return its length. */
inline uint32_t format_slowly(int32_t value, uint8_t* to) {
  uint8_t digits[MOST_INTEGER_BYTES];
  uint32_t count = 0;
  for (uint32_t rest = size_of(value); rest > 0 || count == 0; rest /= 10) digits[count++] = uint8_t('0' + rest % 10);
  uint32_t length = 0;
  if (value < 0) to[length++] = '-';
  while (count > 0) to[length++] = digits[--count];
  return length;
}

/** The eight digits of a number below 10^8 as values of bytes, the first one lowest: halves, then halves of those. */
inline uint64_t digits_of(uint32_t number) {
  const uint64_t fours = (number / 10000) | uint64_t(number % 10000) << 32;
  const uint64_t hundreds = ((fours * 10486) >> 20) & 0x0000007f0000007f;
  const uint64_t pairs = hundreds | (fours - 100 * hundreds) << 16;
  const uint64_t tens = ((pairs * 103) >> 10) & 0x000f000f000f000f;
  return tens | (pairs - 10 * tens) << 8;
}

/** For instruction sets that have nothing better than `digits_of`. */
struct PlainDigits {
  static uint64_t of(uint32_t number) { return digits_of(number); }
};

/** Write an integer; return its length. All of `to[0, MOST_INTEGER_BYTES)` may be written. */
template <class Digits>
uint32_t format_quickly(int32_t value, uint8_t* to) {
  constexpr uint64_t ZEROS = 0x3030303030303030;
  constexpr uint32_t EIGHT_DIGITS = 100000000;
  uint32_t size = size_of(value);
  uint32_t length = value < 0;
  to[0] = '-';
  if (size >= EIGHT_DIGITS) {
    const uint32_t head = size / EIGHT_DIGITS;
    size -= head * EIGHT_DIGITS;
    if (head >= 10) to[length++] = uint8_t('0' + head / 10);
    to[length++] = uint8_t('0' + head % 10);
    const uint64_t text = Digits::of(size) + ZEROS;
    memcpy(to + length, &text, 8);
    return length + 8;
  }
  const uint64_t digits = Digits::of(size);
  // A zero is a digit where it is the last one.
  const uint32_t leading = uint32_t(__builtin_ctzll(digits | uint64_t(1) << 56)) / 8;
  const uint64_t text = (digits + ZEROS) >> (8 * leading);
  memcpy(to + length, &text, 8);
  return length + 8 - leading;
}

}  // namespace
}  // namespace linemill
