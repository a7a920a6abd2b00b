/**
 * The quoting automaton 64 bytes at a time. A word's bytes become bit masks, bit i for byte i, and the bytes
 * inside quotes a prefix XOR over its quotes.
 *
 * A `Block` is what an instruction set has to bring along:
 *
 *   Needle needle(byte)            a byte to compare with
 *   Block load(at)                 64 bytes, at any alignment
 *   store(at)
 *   equal(needle), above_ascii(), controls()   masks
 *   prefix_xor(mask)               bit i: parity of bits 0..i
 *   flatten(mask, base, out)       base + index of each set bit
 *   flatten_few(mask, base, out)   the same, fastest where few bits are set
 *   flatten_ranks(bits, mask, base, out)   base + how many bits of `mask` are below it, for each bit of `bits`
 *
 * The last three may write up to 64 values, however many bits are set.
 */
#pragma once

#include <string.h>

#include "automaton.h"

namespace linemill {
namespace {

constexpr uint32_t WORD_BYTES = 64;

inline uint32_t bit_count(uint64_t mask) {
#if defined(__x86_64__) && !defined(__POPCNT__)
  // Without the instruction the builtin is a call with a table.
  mask -= (mask >> 1) & 0x5555555555555555;
  mask = (mask & 0x3333333333333333) + ((mask >> 2) & 0x3333333333333333);
  mask = (mask + (mask >> 4)) & 0x0f0f0f0f0f0f0f0f;
  return uint32_t((mask * 0x0101010101010101) >> 56);
#else
  return uint32_t(__builtin_popcountll(mask));
#endif
}

/** Index of the lowest bit; `mask` is not 0. */
inline uint32_t lowest_bit(uint64_t mask) { return uint32_t(__builtin_ctzll(mask)); }

/** The mask of the lowest `count` bits, 1 to 64. */
inline uint64_t lowest_bits(uint32_t count) { return ~uint64_t(0) >> (WORD_BYTES - count); }

/** What may be loaded of `[at, end)`: the block, how many of its bytes count, and their mask. */
template <class Block>
struct Word {
  Block block;
  uint32_t length;
  uint64_t valid;
};

/** Load the next word; the bytes from `end` on are not touched. */
template <class Block>
inline Word<Block> load_word(const uint8_t* bytes, uint32_t at, uint32_t end) {
  const uint32_t rest = end - at;
  if (rest >= WORD_BYTES) return {Block::load(bytes + at), WORD_BYTES, ~uint64_t(0)};
  uint8_t tail[WORD_BYTES] = {};
  memcpy(tail, bytes + at, rest);
  return {Block::load(tail), rest, lowest_bits(rest)};
}

/** The meaningful bytes of a dialect. A byte it does not have is compared with 0 and masked away. */
template <class Block>
struct Needles {
  typename Block::Needle line_feed, carriage_return, delimiter, quote;
  uint64_t has_delimiter, has_quote;

  explicit Needles(const Dialect& dialect)
      : line_feed(Block::needle(LINE_FEED)),
        carriage_return(Block::needle(CARRIAGE_RETURN)),
        delimiter(Block::needle(uint8_t(dialect.delimiter))),
        quote(Block::needle(uint8_t(dialect.quote))),
        has_delimiter(dialect.delimiter == NO_BYTE ? 0 : ~uint64_t(0)),
        has_quote(dialect.quote == NO_BYTE ? 0 : ~uint64_t(0)) {}

  uint64_t line_feeds(const Word<Block>& word) const { return word.block.equal(line_feed) & word.valid; }
  uint64_t carriage_returns(const Word<Block>& word) const { return word.block.equal(carriage_return); }
  uint64_t delimiters(const Word<Block>& word) const {
    return word.block.equal(delimiter) & word.valid & has_delimiter;
  }
  uint64_t quotes(const Word<Block>& word) const { return word.block.equal(quote) & word.valid & has_quote; }
};

/**
 * The automaton's state between two words: `inside` is all ones in QUOTED, else 0. `opens` is 1 where a quote as
 * the next byte would open a field or reopen it (FIELD_START, QUOTE_IN_QUOTED); it has no meaning in QUOTED.
 */
struct Carry {
  uint64_t inside;
  uint64_t opens;
};

inline Carry carry_of(uint32_t state) {
  return {state == QUOTED ? ~uint64_t(0) : 0, state == FIELD_START || state == QUOTE_IN_QUOTED ? 1u : 0u};
}

/** The state behind `last_byte`. */
inline uint32_t state_of(const Carry& carry, uint8_t last_byte, const Dialect& dialect) {
  if (carry.inside) return QUOTED;
  if (!carry.opens) return UNQUOTED;
  return last_byte == dialect.quote ? QUOTE_IN_QUOTED : FIELD_START;
}

/** Take the quotes that are plain text out of a word's quotes, one quote after the other. */
[[maybe_unused]] __attribute__((noinline)) uint64_t without_stray_quotes(uint64_t quotes, uint64_t field_ends,
                                                                         Carry carry) {
  uint64_t meant = 0;
  bool is_inside = carry.inside != 0;
  for (uint64_t rest = quotes; rest != 0; rest &= rest - 1) {
    const uint64_t quote = rest & (0 - rest);
    const uint64_t may_open = ((field_ends | meant) << 1) | carry.opens;
    if (!is_inside && !(quote & may_open)) continue;
    meant |= quote;
    is_inside = !is_inside;
  }
  return meant;
}

/**
 * Return the mask of bytes inside quotes (the opening quote among them, the closing one not) and step `carry`
 * over the word. `field_ends` are its delimiters and line feeds, wherever they stand.
 *
 * Toggling at every quote is right as long as each quote that opens follows a field end, a quote or the start.
 * A field end right before an opening quote is itself outside of quotes, and a quote there has just closed.
 */
template <class Block>
inline uint64_t step_word(uint64_t quotes, uint64_t field_ends, uint32_t length, Carry& carry) {
  if (quotes == 0) {
    carry.opens = (field_ends >> (length - 1)) & 1;
    return carry.inside;
  }
  uint64_t inside = Block::prefix_xor(quotes) ^ carry.inside;
  const uint64_t may_open = ((field_ends | quotes) << 1) | carry.opens;
  if (__builtin_expect((quotes & inside & ~may_open) != 0, 0)) {
    quotes = without_stray_quotes(quotes, field_ends, carry);
    inside = Block::prefix_xor(quotes) ^ carry.inside;
  }
  carry.inside = uint64_t(int64_t(inside) >> 63);
  carry.opens = ((field_ends | quotes) >> (length - 1)) & 1;
  return inside;
}

/** Prefix XOR without a carry-less multiplication. */
inline uint64_t prefix_xor_by_shifts(uint64_t mask) {
  mask ^= mask << 1;
  mask ^= mask << 2;
  mask ^= mask << 4;
  mask ^= mask << 8;
  mask ^= mask << 16;
  mask ^= mask << 32;
  return mask;
}

/**
 * Flatten so many bits at a time without asking whether there are as many: mispredicted branches would cost more
 * than the values too many. The bit that is put in keeps the count of trailing zeros defined.
 */
template <uint32_t AtATime>
inline void flatten_unrolled(uint64_t mask, uint32_t base, uint32_t* out) {
  do {
    for (uint32_t index = 0; index < AtATime; index++) {
      out[index] = base + lowest_bit(mask | (uint64_t(1) << 63));
      mask &= mask - 1;
    }
    out += AtATime;
  } while (mask != 0);
}

/** The same for `flatten_ranks`, of which there are few. */
inline void flatten_ranks_unrolled(uint64_t bits, uint64_t mask, uint32_t base, uint32_t* out) {
  do {
    for (uint32_t index = 0; index < 2; index++) {
      const uint64_t below = (bits ^ (bits - 1)) >> 1;
      out[index] = base + bit_count(mask & below);
      bits &= bits - 1;
    }
    out += 2;
  } while (bits != 0);
}

}  // namespace
}  // namespace linemill
