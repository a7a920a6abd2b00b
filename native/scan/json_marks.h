/**
 * Where the tokens of a line of JSON begin and end. Marked are its braces, brackets, colons and commas, both quotes of
 * each text, and of anything else (numbers, words, whatever stands there) the first byte and the one behind the last,
 * as far as they are in the line. See automaton.h for the hazard of this folder.
 */
#pragma once

#include <string.h>

#include "words.h"

namespace linemill {
namespace {

/** The most marks of a line. */
constexpr uint32_t MOST_MARKS = 8192;

/** A line, of bytes that may be read up to `limit`. */
struct Line {
  const uint8_t* bytes;
  uint32_t limit;
  uint32_t start;
  uint32_t end;
};

/** What is known of a line: BEYOND where it has too many marks, or is too deep, to be decided here. */
enum class Decided : uint32_t { VALID, INVALID, BEYOND };

/** Offsets in ascending order; the line's end follows them twice. `flatten` writes 64 values whatever. */
struct Marks {
  uint32_t at[MOST_MARKS + 2 * WORD_BYTES];
  uint32_t count;
  bool has_escapes;

  Decided finish(uint32_t end, bool is_valid) {
    at[count] = end;
    at[count + 1] = end;
    return is_valid ? Decided::VALID : Decided::INVALID;
  }
};

inline bool is_hex(uint8_t byte) { return uint8_t(byte - '0') <= 9 || uint8_t((byte | 0x20) - 'a') <= 5; }

/** Whether the backslash at `at` begins an escape of JSON. */
inline bool is_escape(const Line& line, uint32_t at) {
  if (line.end - at < 2) return false;
  const uint8_t* const behind = line.bytes + at + 1;
  if (*behind == 'u') {
    return line.end - at >= 6 && is_hex(behind[1]) && is_hex(behind[2]) && is_hex(behind[3]) && is_hex(behind[4]);
  }
  return *behind != 0 && strchr("\"\\/bfnrt", *behind) != nullptr;
}

inline bool is_structure(uint8_t byte) { return byte != 0 && strchr("{}[]:,", byte) != nullptr; }

/** A line feed ends the line, so it is none of its bytes. */
inline bool is_space(uint8_t byte) { return byte == ' ' || byte == '\t' || byte == CARRIAGE_RETURN; }

/** Marks a line byte by byte. */
struct ByteMarker {
  Decided mark(const Line& line, Marks& marks) const {
    bool is_inside = false;
    bool is_other = false;
    bool is_valid = true;
    marks.count = 0;
    marks.has_escapes = false;
    for (uint32_t at = line.start; at < line.end; at++) {
      const uint8_t byte = line.bytes[at];
      if (marks.count >= MOST_MARKS) return Decided::BEYOND;
      if (is_inside && byte == '\\') {
        marks.has_escapes = true;
        is_valid &= is_escape(line, at++);
      } else if (is_inside) {
        is_valid &= byte >= ' ';
        if (byte != '"') continue;
        marks.at[marks.count++] = at;
        is_inside = false;
      } else {
        const bool was_other = is_other;
        is_inside = byte == '"';
        is_other = !is_inside && !is_structure(byte) && !is_space(byte);
        if (is_inside || is_structure(byte) || is_other != was_other) marks.at[marks.count++] = at;
      }
    }
    return marks.finish(line.end, is_valid && !is_inside);
  }
};

/** Marks a line by words. What stands outside of texts may be taken for an escape, where the line is invalid anyway. */
template <class Block>
class WordMarker {
 public:
  WordMarker()
      : quote_(Block::needle('"')),
        backslash_(Block::needle('\\')),
        opening_(Block::needle('{')),
        closing_(Block::needle('}')),
        colon_(Block::needle(':')),
        comma_(Block::needle(',')),
        space_(Block::needle(' ')),
        lower_case_(Block::load(reinterpret_cast<const uint8_t*>(SPACES))) {}

  Decided mark(const Line& line, Marks& marks) const {
    uint64_t is_inside = 0;
    uint64_t is_escaped = 0;
    uint64_t is_other = 0;
    uint64_t wrong = 0;
    bool has_escapes = false;
    bool is_valid = true;
    uint32_t count = 0;
    for (uint32_t at = line.start; at < line.end; at += WORD_BYTES) {
      const Word<Block> word = load(line, at);
      const Block& block = word.block;
      uint64_t quotes = block.equal(quote_) & word.valid;
      const uint64_t backslashes = block.equal(backslash_) & word.valid;
      if (__builtin_expect((backslashes | is_escaped) != 0, 0)) {
        has_escapes = true;
        quotes &= ~escaped_bytes(line, at, backslashes, is_escaped, is_valid);
      }
      const uint64_t inside = Block::prefix_xor(quotes) ^ is_inside;
      is_inside = uint64_t(int64_t(inside) >> 63);
      const uint64_t controls = block.controls() & word.valid;
      uint64_t spaces = block.equal(space_);
      if (__builtin_expect(controls != 0, 0)) {
        wrong |= controls & inside;
        spaces |= block.equal(Block::needle('\t')) | block.equal(Block::needle(CARRIAGE_RETURN));
      }
      // Brackets are the braces of the other case.
      const Block folded = block | lower_case_;
      const uint64_t structure = (folded.equal(opening_) | folded.equal(closing_) | block.equal(colon_) |
                                  block.equal(comma_)) & ~inside;
      const uint64_t others = word.valid & ~(inside | quotes | structure | spaces);
      const uint64_t edges = others ^ (others << 1 | is_other);
      is_other = others >> 63;
      const uint64_t marked = (structure | quotes | edges) & word.valid;
      Block::flatten(marked, at, marks.at + count);
      count += bit_count(marked);
      if (count >= MOST_MARKS) return Decided::BEYOND;
      if (line.end - at <= WORD_BYTES) break;
    }
    marks.count = count;
    marks.has_escapes = has_escapes;
    // Of the last word nothing stands behind a text that is open.
    return marks.finish(line.end, is_valid && wrong == 0 && is_inside == 0);
  }

 private:
  static constexpr const char* SPACES = "                                                                ";

  /** The bytes behind those that count may be loaded, where there are any. */
  static Word<Block> load(const Line& line, uint32_t at) {
    const uint32_t rest = line.end - at;
    if (rest >= WORD_BYTES) return {Block::load(line.bytes + at), WORD_BYTES, ~uint64_t(0)};
    if (line.limit - at >= WORD_BYTES) return {Block::load(line.bytes + at), rest, lowest_bits(rest)};
    return load_word<Block>(line.bytes, at, line.end);
  }

  /** The bytes that a backslash takes their meaning; `carry` is whether the first one is, and the next word's. */
  static uint64_t escaped_bytes(const Line& line, uint32_t at, uint64_t backslashes, uint64_t& carry, bool& is_valid) {
    uint64_t escaped = carry;
    uint64_t rest = backslashes & ~carry;
    carry = 0;
    while (rest != 0) {
      const uint32_t index = lowest_bit(rest);
      const uint64_t behind = uint64_t(2) << index;
      is_valid &= is_escape(line, at + index);
      if (index == WORD_BYTES - 1) carry = 1;
      escaped |= behind;
      rest &= rest - 1;
      rest &= ~behind;
    }
    return escaped;
  }

  typename Block::Needle quote_, backslash_, opening_, closing_, colon_, comma_, space_;
  Block lower_case_;
};

}  // namespace
}  // namespace linemill
