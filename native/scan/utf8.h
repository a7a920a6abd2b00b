/** Characters of UTF-8, and bytes that are none. See automaton.h for the hazard of this folder. */
#pragma once

#include <string.h>

#include "field.h"

namespace linemill {
namespace {

/** What stands for one that is none: U+FFFD. */
constexpr uint8_t REPLACEMENT[] = {0xef, 0xbf, 0xbd};

inline bool is_between(uint8_t byte, uint8_t first, uint8_t last) { return byte >= first && byte <= last; }

/**
 * The length of the character at `at`, or of what begins like one and is none: as much of it as one replacement stands for
 * (Unicode 15, table 3-7, and section 3.9 on maximal subparts). `at` must be before `end`.
 */
inline size_t utf8_length(const uint8_t* at, const uint8_t* end, bool* is_valid) {
  const uint8_t lead = at[0];
  *is_valid = lead < 0x80;
  if (*is_valid || !is_between(lead, 0xc2, 0xf4)) return 1;
  const size_t length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  const uint8_t first = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
  const uint8_t last = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
  size_t done = 1;
  if (end - at > 1 && is_between(at[1], first, last)) done++;
  while (done > 1 && done < length && at + done < end && is_between(at[done], 0x80, 0xbf)) done++;
  *is_valid = done == length;
  return done;
}

inline bool is_utf8(const uint8_t* at, const uint8_t* end) {
  bool is_valid = true;
  while (at < end && is_valid) at += *at < 0x80 ? 1 : utf8_length(at, end, &is_valid);
  return is_valid;
}

/** Replace what is no UTF-8 as JavaScript does, in a copy that has room for COPY_BYTES; false where it may need more. */
inline bool replace_invalid(Field& field, uint8_t* copy) {
  if (field.length() > MOST_COPIED / sizeof(REPLACEMENT)) return false;
  uint8_t* to = copy;
  for (const uint8_t* at = field.at; at < field.end;) {
    bool is_valid;
    const size_t length = utf8_length(at, field.end, &is_valid);
    const size_t written = is_valid ? length : sizeof(REPLACEMENT);
    memcpy(to, is_valid ? at : REPLACEMENT, written);
    to += written;
    at += length;
  }
  field = {copy, to, copy + COPY_BYTES};
  return true;
}

}  // namespace
}  // namespace linemill
