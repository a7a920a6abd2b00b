/** Parsing fields as numbers of any kind. See automaton.h for the hazard of this folder. */
#pragma once

#include <string.h>

#include "field.h"
#include "number.h"
#include "parse.h"

namespace linemill {
namespace {

constexpr uint64_t GREATEST_EXACT = uint64_t(1) << 53;
/** Bytes before the end of a field that are looked at at once. */
constexpr size_t QUICK_BYTES = 16;

/** What digits are: an integer that a double holds exactly, or a larger one; NUMBER_NONE if there is anything else. */
inline uint32_t kind_of_digits(const uint8_t* at, const uint8_t* end) {
  if (at == end) return NUMBER_NONE;
  uint64_t size = 0;
  for (; at < end; at++) {
    if (!is_digit(*at)) return NUMBER_NONE;
    // Once it is too large it stays so.
    if (size <= GREATEST_EXACT) size = size * 10 + (*at - '0');
  }
  return size <= GREATEST_EXACT ? NUMBER_INTEGER : NUMBER_BIG;
}

/** Parse a field with loops; return its kind. */
inline uint32_t parse_number_slowly(const uint8_t* at, const uint8_t* end, double* value) {
  *value = __builtin_nan("");
  if (at == end) return NUMBER_EMPTY;
  double number = 0;
  const NumberIs reading = read_number(at, end, &number);
  if (reading == NumberIs::UNKNOWN) return NUMBER_UNKNOWN;
  if (reading == NumberIs::NONE || !(number - number == 0)) return NUMBER_NONE;
  *value = number + 0.0;  // never -0
  const uint32_t kind = kind_of_digits(at + (*at == '-' || *at == '+'), end);
  return kind == NUMBER_NONE ? uint32_t(NUMBER_DECIMAL) : kind;
}

/** The lowest byte that is `byte`, as the number of a bit in it; 64 if there is none. */
inline uint32_t find_byte(uint64_t word, uint8_t byte) {
  const uint64_t others = word ^ (byte * EVERY_BYTE);
  const uint64_t zeros = (others - EVERY_BYTE) & ~others & (0x80 * EVERY_BYTE);
  return zeros == 0 ? 64 : uint32_t(__builtin_ctzll(zeros)) - 7;
}

/** Take a byte out of a word, at the bit where it begins: those below move up, `below` into the lowest. */
inline uint64_t without_byte(uint64_t word, uint32_t bit, uint64_t below) {
  const uint64_t lower = (uint64_t(1) << bit) - 1;
  return (word & ~lower & ~(uint64_t(0xff) << bit)) | ((word & lower) << 8) | below;
}

/** A number or its negative, without a branch: signs may follow no rule. Never -0. */
inline double with_sign(double size, bool is_negative) {
  uint64_t bits;
  memcpy(&bits, &size, sizeof(bits));
  bits |= uint64_t(is_negative) << 63;
  memcpy(&size, &bits, sizeof(size));
  return size + 0.0;
}

/** The same of up to 16 digits and a point, where QUICK_BYTES precede `end`: in two words, without a loop. */
inline uint32_t parse_decimal_quickly(const uint8_t* at, const uint8_t* end, size_t count, uint64_t last,
                                      double* value) {
  constexpr uint64_t POINT = '.' ^ '0';
  uint64_t first = 0;
  if (count > 8) {
    memcpy(&first, end - 16, 8);
    first = (first ^ ('0' * EVERY_BYTE)) & (~uint64_t(0) << (128 - 8 * count));
  }
  uint32_t fraction = 0;
  bool is_decimal = true;
  if (const uint32_t bit = find_byte(last, POINT); bit < 64) {
    last = without_byte(last, bit, first >> 56);
    first <<= 8;
    fraction = 7 - bit / 8;
  } else if (const uint32_t bit = find_byte(first, POINT); bit < 64) {
    first = without_byte(first, bit, 0);
    fraction = 15 - bit / 8;
  } else {
    is_decimal = false;
  }
  const uint64_t digits = number_of(last) + (first == 0 ? 0 : number_of(first) * uint64_t(100000000));
  if (!are_digits(last) || !are_digits(first) || count == is_decimal || digits > GREATEST_EXACT) {
    return parse_number_slowly(at, end, value);
  }
  // Both are exact in a double, so that the result is rounded once (Clinger 1990).
  const double size = double(digits) / POWERS_OF_TEN[fraction];
  *value = with_sign(size, *at == '-');
  return is_decimal ? NUMBER_DECIMAL : NUMBER_INTEGER;
}

/** The same where QUICK_BYTES precede `end`. */
inline uint32_t parse_number_quickly(const uint8_t* at, const uint8_t* end, double* value) {
  const bool is_negative = at < end && *at == '-';
  const size_t count = size_t(end - at) - is_negative;
  if (count - 1 >= QUICK_BYTES) return parse_number_slowly(at, end, value);
  uint64_t last;
  memcpy(&last, end - 8, 8);
  last = (last ^ ('0' * EVERY_BYTE)) & (~uint64_t(0) << (count < 8 ? 64 - 8 * count : 0));
  const uint32_t ninth = count == 9 ? uint32_t(end[-9]) - '0' : 0;
  if (count > 9 || ninth > 9 || !are_digits(last)) return parse_decimal_quickly(at, end, count, last, value);
  const int64_t size = number_of(last) + ninth * 100000000;
  *value = double(is_negative ? -size : size);
  return NUMBER_INTEGER;
}

/** For instruction sets that parse one number after the other; others give the lanes whose fields they have parsed. */
struct NumberByNumber {
  static constexpr bool PARSES = false;

  static uint32_t parse(const NumberFields&, uint32_t, double*, uint8_t*) { return 0; }

  static uint32_t between(const double*, double, double) { return 0; }
};

/** Parse one field of a column by a function, if it has QUICK_BYTES before its end; `copy` has room for COPY_BYTES. */
inline uint32_t parse_field(const NumberFields& fields, uint32_t index, double* value, uint8_t* copy,
                            uint32_t (*parse)(const uint8_t*, const uint8_t*, double*)) {
  const uint32_t end = fields.ends[index];
  Field field = {fields.bytes + fields.starts[index], fields.bytes + end, fields.bytes + fields.bytes_length};
  if (field.at < field.end && *field.at == fields.quote) {
    const bool is_short = unquote(field, uint8_t(fields.quote), copy);
    return is_short ? parse_number_slowly(field.at, field.end, value) : uint32_t(NUMBER_UNKNOWN);
  }
  return end >= QUICK_BYTES ? parse(field.at, field.end, value) : parse_number_slowly(field.at, field.end, value);
}

/**
 * Parse fields of a column. `Several` parses those of LANES at once that are a few digits, `parse` one of the others that
 * has QUICK_BYTES before its end.
 */
template <class Several>
bool parse_numbers_by(const NumberFields& fields, double* values, uint8_t* kinds, uint32_t* unknown,
                      uint32_t (*parse)(const uint8_t*, const uint8_t*, double*)) {
  uint8_t copy[COPY_BYTES];
  for (uint32_t first = 0; first < fields.count; first += LANES) {
    const bool are_several = fields.count - first >= LANES;
    const uint32_t until = are_several ? first + LANES : fields.count;
    const uint32_t done = are_several ? Several::parse(fields, first, values + first, kinds + first) : 0;
    if (done == EVERY_LANE) continue;
    for (uint32_t index = first; index < until; index++) {
      if ((done >> (index - first)) & 1) continue;
      if (fields.starts[index] > fields.ends[index] || fields.ends[index] > fields.bytes_length) return false;
      const uint32_t kind = parse_field(fields, index, values + index, copy, parse);
      kinds[index] = uint8_t(kind);
      *unknown += kind == NUMBER_UNKNOWN;
    }
  }
  return true;
}

template <class Several>
bool parse_numbers(const NumberFields& fields, double* values, uint8_t* kinds, uint32_t* unknown) {
  return parse_numbers_by<Several>(fields, values, kinds, unknown, parse_number_quickly);
}

}  // namespace
}  // namespace linemill
