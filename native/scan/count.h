/** Counting and testing bytes. See automaton.h for the hazard of this folder. */
#pragma once

#include "words.h"

namespace linemill {
namespace {

template <class Block>
uint32_t count_line_feeds(const uint8_t* bytes, uint32_t start, uint32_t end) {
  const auto line_feed = Block::needle(LINE_FEED);
  uint32_t count = 0;
  uint32_t at = start;
  for (; end - at >= 4 * WORD_BYTES; at += 4 * WORD_BYTES) {
    const uint32_t first = bit_count(Block::load(bytes + at).equal(line_feed));
    const uint32_t second = bit_count(Block::load(bytes + at + WORD_BYTES).equal(line_feed));
    const uint32_t third = bit_count(Block::load(bytes + at + 2 * WORD_BYTES).equal(line_feed));
    const uint32_t fourth = bit_count(Block::load(bytes + at + 3 * WORD_BYTES).equal(line_feed));
    count += first + second + third + fourth;
  }
  while (at < end) {
    const Word<Block> word = load_word<Block>(bytes, at, end);
    count += bit_count(word.block.equal(line_feed) & word.valid);
    at += word.length;
  }
  return count;
}

template <class Block>
bool is_ascii(const uint8_t* bytes, uint32_t start, uint32_t end) {
  uint32_t at = start;
  for (; end - at >= 4 * WORD_BYTES; at += 4 * WORD_BYTES) {
    const Block block = Block::load(bytes + at) | Block::load(bytes + at + WORD_BYTES) |
                        Block::load(bytes + at + 2 * WORD_BYTES) | Block::load(bytes + at + 3 * WORD_BYTES);
    if (block.above_ascii() != 0) return false;
  }
  while (at < end) {
    const Word<Block> word = load_word<Block>(bytes, at, end);
    if (word.block.above_ascii() != 0) return false;
    at += word.length;
  }
  return true;
}

}  // namespace
}  // namespace linemill
