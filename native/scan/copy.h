/** Copying extents. See automaton.h for the hazard of this folder. */
#pragma once

#include "words.h"

namespace linemill {
namespace {

/** Copy what fits of one extent from byte `skip` on; return the bytes written. */
inline uint32_t copy_piece(const uint8_t* from, uint32_t length, uint32_t then, const uint8_t* follows,
                           uint32_t skip, uint8_t* to, uint32_t room) {
  uint32_t copied = 0;
  if (skip < length) {
    copied = length - skip < room ? length - skip : room;
    memcpy(to, from + skip, copied);
    skip += copied;
  }
  if (then != 0 && skip == length && copied < room) to[copied++] = follows[then];
  return copied;
}

/**
 * Copy extents. A short one is a load and a store of 64 bytes where both stay within what the caller gave: the
 * bytes written too many are overwritten by the next extent, or lie in the room that is still free.
 */
template <class Block>
bool copy_extents(const Copying& copying, uint32_t* copy) {
  const uint32_t count = copy[COPY_COUNT];
  const uint32_t target_end = copy[COPY_TARGET_END];
  const uint8_t delimiter = uint8_t(copy[COPY_DELIMITER]);
  const uint8_t follows[4] = {0, delimiter, LINE_FEED, LINE_FEED};
  uint32_t index = copy[COPY_FIRST];
  uint32_t skip = copy[COPY_SKIP];
  uint32_t to = copy[COPY_TARGET];
  bool is_valid = true;
  for (; index < count; index++) {
    const uint32_t offset = copying.extents[EXTENT_WORDS * index];
    const uint32_t word = copying.extents[EXTENT_WORDS * index + 1];
    const uint32_t length = word & EXTENT_LENGTH_MASK;
    const uint32_t then = word >> 30;
    const uint32_t total = length + (then != 0);
    const bool is_short = length <= WORD_BYTES && skip == 0 && target_end - to > WORD_BYTES;
    if (is_short && uint64_t(offset) + WORD_BYTES <= copying.bytes_length) {
      Block::load(copying.bytes + offset).store(copying.target + to);
      copying.target[to + length] = follows[then];
      to += total;
      continue;
    }
    is_valid = uint64_t(offset) + length <= copying.bytes_length;
    if (!is_valid) break;
    const uint32_t room = target_end - to;
    const uint32_t copied =
        copy_piece(copying.bytes + offset, length, then, follows, skip, copying.target + to, room);
    to += copied;
    skip += copied;
    if (skip < total) break;
    skip = 0;
  }
  copy[COPY_FIRST] = index;
  copy[COPY_SKIP] = skip;
  copy[COPY_TARGET] = to;
  return is_valid;
}

}  // namespace
}  // namespace linemill
