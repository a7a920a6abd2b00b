/** Copying extents and records. See automaton.h for the hazard of this folder. */
#pragma once

#include "format.h"
#include "words.h"

namespace linemill {
namespace {

/** What one extent stands for: bytes, and what follows them. */
struct Piece {
  const uint8_t* bytes;
  uint32_t length;
  uint32_t then;
};

/** Find what an extent stands for, an integer written to `scratch`; false if it lies outside of its source. */
inline bool find_piece(const Copying& copying, uint32_t index, uint8_t* scratch, Piece& piece) {
  const uint32_t offset = copying.extents[EXTENT_WORDS * index];
  const uint32_t word = copying.extents[EXTENT_WORDS * index + 1];
  piece.then = word >> 30;
  if (word & EXTENT_OF_INTEGER) {
    piece.bytes = scratch;
    piece.length = format_slowly(int32_t(offset), scratch);
    return true;
  }
  const bool is_text = word & EXTENT_OF_TEXT;
  piece.bytes = (is_text ? copying.text : copying.bytes) + offset;
  piece.length = word & EXTENT_LENGTH_MASK;
  return uint64_t(offset) + piece.length <= (is_text ? copying.text_length : copying.bytes_length);
}

/** Copy what fits of a piece from byte `skip` on; return the bytes written. */
inline uint32_t copy_piece(const Piece& piece, const uint8_t* follows, uint32_t skip, uint8_t* to, uint32_t room) {
  uint32_t copied = 0;
  if (skip < piece.length) {
    copied = piece.length - skip < room ? piece.length - skip : room;
    memcpy(to, piece.bytes + skip, copied);
    skip += copied;
  }
  if (piece.then != 0 && skip == piece.length && copied < room) to[copied++] = follows[piece.then];
  return copied;
}

/**
 * Copy extents. A short one is a load and a store of 64 bytes where both stay within what the caller gave: the
 * bytes written too many are overwritten by the next extent, or lie in the room that is still free.
 */
template <class Block, class Digits>
bool copy_extents(const Copying& copying, uint32_t* copy) {
  const uint32_t count = copy[COPY_COUNT];
  const uint32_t target_end = copy[COPY_TARGET_END];
  const uint8_t follows[4] = {0, uint8_t(copy[COPY_DELIMITER]), LINE_FEED, 0};
  uint32_t index = copy[COPY_FIRST];
  uint32_t skip = copy[COPY_SKIP];
  uint32_t to = copy[COPY_TARGET];
  bool is_valid = true;
  for (; index < count; index++) {
    const uint32_t offset = copying.extents[EXTENT_WORDS * index];
    const uint32_t word = copying.extents[EXTENT_WORDS * index + 1];
    const uint32_t then = word >> 30;
    const uint32_t length = word & EXTENT_LENGTH_MASK;
    const bool has_room = length <= WORD_BYTES && skip == 0 && target_end - to > WORD_BYTES;
    if (has_room && (word & EXTENT_OF_INTEGER)) {
      to += format_quickly<Digits>(int32_t(offset), copying.target + to);
      copying.target[to] = follows[then];
      to += then != 0;
      continue;
    }
    const bool is_text = word & EXTENT_OF_TEXT;
    if (has_room && uint64_t(offset) + WORD_BYTES <= (is_text ? copying.text_length : copying.bytes_length)) {
      Block::load((is_text ? copying.text : copying.bytes) + offset).store(copying.target + to);
      copying.target[to + length] = follows[then];
      to += length + (then != 0);
      continue;
    }
    uint8_t scratch[MOST_INTEGER_BYTES];
    Piece piece;
    is_valid = find_piece(copying, index, scratch, piece);
    if (!is_valid) break;
    const uint32_t copied = copy_piece(piece, follows, skip, copying.target + to, target_end - to);
    to += copied;
    skip += copied;
    if (skip < piece.length + (then != 0)) break;
    skip = 0;
  }
  copy[COPY_FIRST] = index;
  copy[COPY_SKIP] = skip;
  copy[COPY_TARGET] = to;
  return is_valid;
}

/** Copies one record by the load and the store of a word, where it is as short as that. */
template <class Block>
struct RecordByWord {
  static bool copy(const uint8_t* from, uint32_t length, uint8_t* to, size_t readable, size_t room) {
    if (length > WORD_BYTES || readable < WORD_BYTES || room <= WORD_BYTES) return false;
    Block::load(from).store(to);
    return true;
  }
};

/** Copies no record: all of them are the plain loop's. */
struct NoRecord {
  static bool copy(const uint8_t*, uint32_t, uint8_t*, size_t, size_t) { return false; }
};

template <class Short>
bool copy_records(const CopyingRecords& copying, uint32_t* copy) {
  static constexpr uint8_t FOLLOWS[] = {0, LINE_FEED};
  const uint32_t capacity = copy[COPY_CAPACITY];
  const uint32_t count = copy[COPY_COUNT];
  const uint32_t target_end = copy[COPY_TARGET_END];
  uint32_t index = copy[COPY_FIRST];
  uint32_t skip = copy[COPY_SKIP];
  uint32_t to = copy[COPY_TARGET];
  bool is_valid = true;
  for (; index < count; index++) {
    const uint32_t row = copying.records[index];
    is_valid = row < capacity;
    if (!is_valid) break;
    const uint32_t start = copying.table[row];
    const uint32_t end = copying.table[size_t(capacity) + row];
    is_valid = start <= end && end <= copying.bytes_length;
    if (!is_valid) break;
    const uint32_t length = end - start;
    const size_t readable = copying.bytes_length - start;
    if (skip == 0 && Short::copy(copying.bytes + start, length, copying.target + to, readable, target_end - to)) {
      to += length;
      copying.target[to++] = LINE_FEED;
      continue;
    }
    const uint32_t copied =
        copy_piece({copying.bytes + start, length, 1}, FOLLOWS, skip, copying.target + to, target_end - to);
    to += copied;
    skip += copied;
    if (skip <= length) break;
    skip = 0;
  }
  copy[COPY_FIRST] = index;
  copy[COPY_SKIP] = skip;
  copy[COPY_TARGET] = to;
  return is_valid;
}

}  // namespace
}  // namespace linemill
