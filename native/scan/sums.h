/**
 * Adding numbers to the sums of groups, exactly: small superaccumulators (Neal 2015) over a part of the exponents; layout:
 * SUMS_. See automaton.h for the hazard of this folder.
 */
#pragma once

#include <string.h>

#include "automaton.h"

namespace linemill {
namespace {

/** What the exponent of a double has to be for its lowest bit to weigh 1. */
constexpr int32_t UNIT_EXPONENT = 1023 + 52;
/** The words of a limb. */
constexpr size_t LIMB = 2;

/** Add to a limb, or take away where `sign` is -1, and not 0. */
inline void add_to_limb(uint32_t* limb, uint64_t size, uint64_t sign) {
  uint64_t value;
  memcpy(&value, limb, sizeof(value));
  value += (size ^ sign) - sign;
  memcpy(limb, &value, sizeof(value));
}

/** Add 64 bits, shifted by `bit`. */
inline void add_bits(uint32_t* limbs, uint32_t bit, uint64_t size, uint64_t sign) {
  uint32_t* const at = limbs + LIMB * (bit >> 5);
  const uint32_t shift = bit & 31;
  const uint64_t low = size << shift;
  add_to_limb(at, uint32_t(low), sign);
  add_to_limb(at + LIMB, low >> 32, sign);
  add_to_limb(at + 2 * LIMB, (size >> 1) >> (63 - shift), sign);
}

/** Add a number that is not 0, and its square; false where there are no limbs for it. */
template <bool HAS_SQUARES>
inline bool add_number(uint32_t* sums, double value) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof(bits));
  const uint32_t bit = uint32_t(int32_t((bits >> 52) & 0x7ff) - UNIT_EXPONENT + int32_t(SUMS_SCALE));
  if (bit >= SUMS_BITS) return false;
  const uint64_t size = (bits & ((uint64_t(1) << 52) - 1)) | uint64_t(1) << 52;
  add_bits(sums + SUMS_SUM, bit, size, 0 - (bits >> 63));
  if (HAS_SQUARES) {
    const uint64_t low = uint32_t(size);
    const uint64_t high = size >> 32;
    add_bits(sums + SUMS_SQUARES, 2 * bit, low * low, 0);
    add_bits(sums + SUMS_SQUARES, 2 * bit + 32, 2 * high * low, 0);
    add_bits(sums + SUMS_SQUARES, 2 * bit + 64, high * high, 0);
  }
  return true;
}

/** Integers whose size a word holds. */
constexpr double SHORT_END = 4294967296.0;

/** Add such an integer to the one limb that it takes, and its square to two. */
template <bool HAS_SQUARES>
inline void add_short_integer(uint32_t* sums, int64_t value) {
  add_to_limb(sums + SUMS_SUM + LIMB * (SUMS_SCALE / 32), uint64_t(value), 0);
  if (!HAS_SQUARES) return;
  uint32_t* const unit = sums + SUMS_SQUARES + LIMB * (2 * SUMS_SCALE / 32);
  const uint64_t square = uint64_t(value) * uint64_t(value);
  add_to_limb(unit, uint32_t(square), 0);
  add_to_limb(unit + LIMB, square >> 32, 0);
}

inline void count_number(uint32_t* sums, double value) {
  double count, min, max;
  memcpy(&count, sums + SUMS_COUNT, sizeof(count));
  memcpy(&min, sums + SUMS_MIN, sizeof(min));
  memcpy(&max, sums + SUMS_MAX, sizeof(max));
  count += 1;
  min = value < min ? value : min;
  max = value > max ? value : max;
  memcpy(sums + SUMS_COUNT, &count, sizeof(count));
  memcpy(sums + SUMS_MIN, &min, sizeof(min));
  memcpy(sums + SUMS_MAX, &max, sizeof(max));
}

template <bool HAS_SQUARES>
bool add_all(const Adding& adding, uint32_t* add, uint32_t* left) {
  constexpr size_t words = HAS_SQUARES ? SUMS_WORDS_WITH_SQUARES : SUMS_WORDS;
  const uint32_t until = add[ADD_UNTIL];
  const uint32_t room = add[ADD_ROOM];
  uint32_t group = add[ADD_GROUP];
  uint32_t left_count = 0;
  for (uint32_t index = add[ADD_FROM]; index < until; index++) {
    const uint32_t kind = adding.kinds[index];
    if (kind == NUMBER_BIG) left[left_count++] = index;
    if (kind != NUMBER_INTEGER && kind != NUMBER_DECIMAL) continue;
    if (adding.groups != nullptr) group = adding.groups[index];
    if (group >= room) return false;
    uint32_t* const sums = adding.sums + words * group;
    const double value = adding.values[index];
    count_number(sums, value);
    sums[SUMS_HAS_DECIMAL] |= kind == NUMBER_DECIMAL;
    if (value == 0) continue;
    if (kind == NUMBER_INTEGER && value > -SHORT_END && value < SHORT_END) {
      add_short_integer<HAS_SQUARES>(sums, int64_t(value));
    } else if (!add_number<HAS_SQUARES>(sums, value)) {
      left[left_count++] = index;
    }
  }
  add[ADD_LEFT] = left_count;
  return true;
}

inline bool add_numbers(const Adding& adding, uint32_t* add, uint32_t* left) {
  return add[ADD_HAS_SQUARES] != 0 ? add_all<true>(adding, add, left) : add_all<false>(adding, add, left);
}

}  // namespace
}  // namespace linemill
