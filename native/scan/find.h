/** Finding a text in a field. See automaton.h for the hazard of this folder. */
#pragma once

#include <string.h>

#include "field.h"
#include "words.h"

namespace linemill {
namespace {

/** Finds a text by its first byte. */
struct ByteFinder {
  /** The first place of a text in a field, or null. */
  static const uint8_t* find(const Field& field, const Field& text) {
    if (text.length() == 0) return field.at;
    const uint8_t* at = field.at;
    while (size_t(field.end - at) >= text.length()) {
      const size_t rest = size_t(field.end - at) - text.length() + 1;
      at = static_cast<const uint8_t*>(memchr(at, text.at[0], rest));
      if (at == nullptr || memcmp(at, text.at, text.length()) == 0) return at;
      at++;
    }
    return nullptr;
  }
};

/**
 * Finds a text by four of its bytes, a word at a time, as far as the bytes behind the field may be read. The last two are
 * among them: that is where texts that are alike, as times are, differ most often.
 */
template <class Block>
struct WordFinder {
  static const uint8_t* find(const Field& field, const Field& text) {
    const size_t length = text.length();
    if (length == 0) return field.at;
    const size_t middle = length / 2;
    const typename Block::Needle first = Block::needle(text.at[0]);
    const size_t late = length > 1 ? length - 2 : 0;
    const typename Block::Needle inner = Block::needle(text.at[middle]);
    const typename Block::Needle later = Block::needle(text.at[late]);
    const typename Block::Needle last = Block::needle(text.end[-1]);
    for (const uint8_t* at = field.at; size_t(field.end - at) >= length; at += WORD_BYTES) {
      if (size_t(field.limit - at) < length - 1 + WORD_BYTES) {
        return ByteFinder::find({at, field.end, field.limit}, text);
      }
      uint64_t found = Block::load(at).equal(first) & Block::load(at + middle).equal(inner) &
                       Block::load(at + late).equal(later) & Block::load(at + length - 1).equal(last);
      const size_t starts = size_t(field.end - at) - length + 1;
      if (starts < WORD_BYTES) found &= lowest_bits(uint32_t(starts));
      for (; found != 0; found &= found - 1) {
        const uint8_t* const place = at + lowest_bit(found);
        if (length <= 3 || memcmp(place, text.at, length) == 0) return place;
      }
      if (starts <= WORD_BYTES) return nullptr;
    }
    return nullptr;
  }
};

}  // namespace
}  // namespace linemill
