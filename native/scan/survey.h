/**
 * Surveying the fields of a column: how many have bytes, how long they are, which come first and last, and a hash of
 * each; layout: SURVEY_. What is told of a field is told of what stands between its quotes. See automaton.h for the
 * hazard of this folder.
 */
#pragma once

#include <string.h>

#include "automaton.h"

namespace linemill {
namespace {

/** What a field holds: the bytes of a range, or, where `quote` is not NO_BYTE, what is left of them without quotes. */
struct Content {
  const uint8_t* at;
  const uint8_t* end;
  uint32_t quote;

  bool is_range() const { return quote == NO_BYTE; }

  /** Take the next byte; -1 at the end. */
  int32_t take() {
    if (at == end) return -1;
    if (*at == quote) {
      if (++at == end) return -1;
      // A quote that is not doubled closes; what follows is text.
      if (*at != quote) quote = NO_BYTE;
    }
    return *at++;
  }
};

inline Content content_of(const uint8_t* at, const uint8_t* end, uint32_t quote) {
  if (at == end || *at != quote) return {at, end, NO_BYTE};
  at++;
  const uint8_t* const closing = static_cast<const uint8_t*>(memchr(at, int(quote), size_t(end - at)));
  if (closing == nullptr) return {at, end, NO_BYTE};
  return closing + 1 == end ? Content{at, closing, NO_BYTE} : Content{at, end, quote};
}

inline uint32_t turn(uint32_t word, uint32_t count) { return word << count | word >> (32 - count); }

inline uint32_t mix(uint32_t word) {
  word = (word ^ word >> 16) * 0x85ebca6b;
  word = (word ^ word >> 13) * 0xc2b2ae35;
  return word ^ word >> 16;
}

/** Two hashes of 32 bits that know of each other, after MurmurHash3 (Appleby); never both 0. */
struct FieldHash {
  uint32_t one = 0x9747b28c;
  uint32_t other = 0x3c6ef372;

  void add(uint32_t word) {
    one = turn(one ^ turn(word * 0xcc9e2d51, 15) * 0x1b873593, 13) * 5 + 0xe6546b64;
    other = turn(other ^ turn(word * 0x239b961b, 16) * 0xab0e9789, 17) * 5 + 0x0bcaa747;
  }

  void end(uint32_t length, uint32_t* hash) {
    const uint32_t sum = (one ^ length) + (other ^ length);
    const uint32_t first = mix(sum);
    const uint32_t second = mix(sum + (other ^ length));
    hash[1] = first + second + second;
    hash[0] = first + second + (first == 0 && second == 0);
  }
};

/** Hash what a field holds; return its length. Up to `limit` bytes may be read. */
inline uint32_t hash_content(Content content, const uint8_t* limit, uint32_t* hash) {
  FieldHash state;
  uint32_t word = 0;
  uint32_t length = 0;
  if (content.is_range()) {
    const uint8_t* at = content.at;
    length = uint32_t(content.end - at);
    for (; content.end - at >= 4; at += 4) {
      memcpy(&word, at, 4);
      state.add(word);
    }
    const uint32_t rest = uint32_t(content.end - at);
    word = 0;
    if (limit - at >= 4) {
      memcpy(&word, at, 4);
      word &= (uint32_t(1) << 8 * rest) - 1;
    } else {
      for (uint32_t byte = 0; byte < rest; byte++) word |= uint32_t(at[byte]) << 8 * byte;
    }
  } else {
    for (int32_t byte = content.take(); byte >= 0; byte = content.take()) {
      word |= uint32_t(byte) << 8 * (length & 3);
      if ((++length & 3) != 0) continue;
      state.add(word);
      word = 0;
    }
  }
  if ((length & 3) != 0) state.add(word);
  state.end(length, hash);
  return length;
}

/** The first eight bytes of what a field holds, the first one highest, with zeros behind its end. */
inline uint64_t head_of(Content content, const uint8_t* limit) {
  uint64_t head = 0;
  if (content.is_range() && limit - content.at >= 8) {
    memcpy(&head, content.at, 8);
    head = __builtin_bswap64(head);
    const size_t length = size_t(content.end - content.at);
    return length >= 8 ? head : head & ~(~uint64_t(0) >> 8 * length);
  }
  for (uint32_t shift = 64; shift > 0; shift -= 8) {
    const int32_t byte = content.take();
    if (byte < 0) break;
    head |= uint64_t(byte) << (shift - 8);
  }
  return head;
}

/** Below 0 where one comes before the other by their bytes, 0 where they are equal. */
inline int32_t order(Content one, Content other) {
  if (one.is_range() && other.is_range()) {
    const size_t lengths[] = {size_t(one.end - one.at), size_t(other.end - other.at)};
    const int found = memcmp(one.at, other.at, lengths[0] < lengths[1] ? lengths[0] : lengths[1]);
    return found != 0 ? found : lengths[0] < lengths[1] ? -1 : lengths[0] > lengths[1];
  }
  for (;;) {
    const int32_t byte = one.take();
    const int32_t second = other.take();
    if (byte != second) return byte - second;
    if (byte < 0) return 0;
  }
}

/** The field that comes first, or last, of those seen so far. */
struct Extreme {
  Content content = {nullptr, nullptr, NO_BYTE};
  uint64_t head = 0;
  uint32_t record = NO_INDEX;

  void set(const Content& to, uint64_t its_head, uint32_t its_record) {
    content = to;
    head = its_head;
    record = its_record;
  }
};

inline bool survey_fields(const uint8_t* bytes, uint32_t bytes_length, const uint32_t* table, uint32_t* survey,
                          uint32_t* hashes) {
  const uint32_t* const starts = table + survey[SURVEY_WORD];
  const uint32_t* const ends = starts + survey[SURVEY_CAPACITY];
  const uint32_t quote = survey[SURVEY_QUOTE];
  const uint8_t* const limit = bytes + bytes_length;
  const uint32_t until = survey[SURVEY_UNTIL];
  Extreme least, greatest;
  uint32_t filled = 0;
  uint32_t shortest = NO_INDEX;
  uint32_t longest = 0;
  for (uint32_t record = survey[SURVEY_FROM]; record < until; record++) {
    if (starts[record] > ends[record] || ends[record] > bytes_length) return false;
    const Content content = content_of(bytes + starts[record], bytes + ends[record], quote);
    if (content.at == content.end) continue;
    const uint32_t length = hash_content(content, limit, hashes + SURVEY_HASH_WORDS * filled);
    if (length == 0) continue;
    filled++;
    shortest = length < shortest ? length : shortest;
    longest = length > longest ? length : longest;
    const uint64_t head = head_of(content, limit);
    if (least.record == NO_INDEX) {
      least.set(content, head, record);
      greatest = least;
    } else if (head < least.head || (head == least.head && order(content, least.content) < 0)) {
      least.set(content, head, record);
    } else if (head > greatest.head || (head == greatest.head && order(content, greatest.content) > 0)) {
      greatest.set(content, head, record);
    }
  }
  survey[SURVEY_FILLED] = filled;
  survey[SURVEY_SHORTEST] = shortest;
  survey[SURVEY_LONGEST] = longest;
  survey[SURVEY_LEAST] = least.record;
  survey[SURVEY_GREATEST] = greatest.record;
  return true;
}

}  // namespace
}  // namespace linemill
