/** Parsing fields. See automaton.h for the hazard of this folder. */
#pragma once

#include <string.h>

#include "automaton.h"

namespace linemill {
namespace {

constexpr uint32_t MOST_DIGITS = 9;

/** How many fields are tried at once, and the bits of all of them. */
constexpr uint32_t LANES = 8;
constexpr uint32_t EVERY_LANE = 0xff;

constexpr uint64_t EVERY_BYTE = 0x0101010101010101;

/** Whether every byte is the value of a digit. */
inline bool are_digits(uint64_t values) { return ((values | (values + 0x76 * EVERY_BYTE)) & (0x80 * EVERY_BYTE)) == 0; }

/** The number that eight values of digits make, the first one in the lowest byte (after Lemire and Muła). */
inline uint32_t number_of(uint64_t values) {
  constexpr uint64_t FIRST_OF_FOUR = 0x000000ff000000ff;
  const uint64_t pairs = values * 10 + (values >> 8);
  const uint64_t high = (pairs & FIRST_OF_FOUR) * (100 + (uint64_t(1000000) << 32));
  const uint64_t low = ((pairs >> 16) & FIRST_OF_FOUR) * (1 + (uint64_t(10000) << 32));
  return uint32_t((high + low) >> 32);
}

/** Parse `[start, end)` with a loop; NO_INTEGER if it is no short integer. */
inline int32_t parse_slowly(const uint8_t* bytes, uint32_t start, uint32_t end) {
  const bool is_negative = start < end && bytes[start] == '-';
  const uint32_t first = start + is_negative;
  if (first == end || end - first > MOST_DIGITS) return int32_t(NO_INTEGER);
  int32_t size = 0;
  for (uint32_t at = first; at < end; at++) {
    const uint32_t digit = uint32_t(bytes[at]) - '0';
    if (digit > 9) return int32_t(NO_INTEGER);
    size = size * 10 + int32_t(digit);
  }
  return is_negative ? -size : size;
}

/** The same where at least 9 bytes precede `end` in `bytes`, without a branch on sign and length. */
inline int32_t parse_quickly(const uint8_t* bytes, uint32_t start, uint32_t end) {
  const uint32_t is_negative = start < end && bytes[start] == '-';
  const uint32_t count = end - start - is_negative;
  if (count - 1 >= MOST_DIGITS) return int32_t(NO_INTEGER);
  uint64_t last;
  memcpy(&last, bytes + end - 8, 8);
  // Of the bytes before the field nothing is left.
  const uint64_t mask = ~uint64_t(0) << (count < 8 ? 64 - 8 * count : 0);
  const uint64_t values = (last ^ ('0' * EVERY_BYTE)) & mask;
  const uint32_t ninth = (uint32_t(bytes[end - 9]) - '0') & (0 - uint32_t(count == MOST_DIGITS));
  if (!are_digits(values) || ninth > 9) return int32_t(NO_INTEGER);
  const uint32_t size = number_of(values) + ninth * 100000000;
  return int32_t((size ^ (0 - is_negative)) + is_negative);
}

/** Parse a field by a function for those that have 9 bytes before their end. */
inline int32_t parse_integer(const uint8_t* bytes, uint32_t length, const Fields& fields, uint32_t index,
                             int32_t (*parse)(const uint8_t*, uint32_t, uint32_t)) {
  const uint32_t start = fields.starts[index];
  const uint32_t end = fields.ends[index];
  if (start > end || end > length) return int32_t(NO_INTEGER);
  const int32_t value = end >= MOST_DIGITS ? parse(bytes, start, end) : parse_slowly(bytes, start, end);
  return value < fields.min || value > fields.max ? int32_t(NO_INTEGER) : value;
}

/** For instruction sets that parse one integer after the other; others give the lanes whose fields they have parsed. */
struct IntegerByInteger {
  static uint32_t parse(const uint8_t*, uint32_t, const Fields&, uint32_t, int32_t*) { return 0; }
};

/** Parse fields to `values`: `Several` those of LANES at once that are short integers. */
template <class Several>
void parse_integers(const uint8_t* bytes, uint32_t length, const Fields& fields, int32_t* values) {
  for (uint32_t first = 0; first < fields.count; first += LANES) {
    const bool are_several = fields.count - first >= LANES;
    const uint32_t until = are_several ? first + LANES : fields.count;
    const uint32_t done = are_several ? Several::parse(bytes, length, fields, first, values + first) : 0;
    if (done == EVERY_LANE) continue;
    for (uint32_t index = first; index < until; index++) {
      if ((done >> (index - first)) & 1) continue;
      values[index] = parse_integer(bytes, length, fields, index, parse_quickly);
    }
  }
}

}  // namespace
}  // namespace linemill
