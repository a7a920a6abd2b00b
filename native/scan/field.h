/** Fields, and what stands between their quotes. See automaton.h for the hazard of this folder. */
#pragma once

#include <stddef.h>
#include <string.h>

#include "words.h"

namespace linemill {
namespace {

/** The most bytes of a field that are copied to take doubled quotes out of it. */
constexpr size_t MOST_COPIED = 4096;
/** Room for them, and for a word behind the last one. */
constexpr size_t COPY_BYTES = MOST_COPIED + 2 * WORD_BYTES;

/** The bytes of a field; up to `limit` they may be read. */
struct Field {
  const uint8_t* at;
  const uint8_t* end;
  const uint8_t* limit;

  size_t length() const { return size_t(end - at); }
};

/**
 * Take the quotes off a field that begins with one: what stands between them, doubled quotes reduced, then any text
 * behind the closing quote as it is. False where it is too long for the copy that this may need.
 */
inline bool unquote(Field& field, uint8_t quote, uint8_t* copy) {
  const uint8_t* at = field.at + 1;
  const uint8_t* const closing = static_cast<const uint8_t*>(memchr(at, quote, size_t(field.end - at)));
  if (closing == nullptr || closing + 1 == field.end) {
    field = {at, closing == nullptr ? field.end : closing, field.limit};
    return true;
  }
  if (field.length() > MOST_COPIED) return false;
  uint8_t* to = copy;
  for (; at < field.end; at++) {
    if (*at == quote && (++at == field.end || *at != quote)) break;
    *to++ = *at;
  }
  while (at < field.end) *to++ = *at++;
  field = {copy, to, copy + COPY_BYTES};
  return true;
}

/** Below 0 where `field` comes before `text` by their bytes, 0 where they are equal. */
inline int compare(const Field& field, const Field& text) {
  const size_t shorter = field.length() < text.length() ? field.length() : text.length();
  const int order = memcmp(field.at, text.at, shorter);
  if (order != 0 || field.length() == text.length()) return order;
  return field.length() < text.length() ? -1 : 1;
}

}  // namespace
}  // namespace linemill
