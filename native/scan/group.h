/**
 * Groups of records: the number of a group is that of its key, found in a table with open addressing or put
 * into it; layouts: PLACE_, GROUP_, KEY_ and ASSIGN_. Some records go together: their keys are hashed first, so that
 * what they need of a large table is on its way while others are looked up. See automaton.h for the hazard of this
 * folder.
 */
#pragma once

#include "select.h"

namespace linemill {
namespace {

constexpr uint32_t KEY_WORD_BYTES = 8;
constexpr uint32_t FIRST_BYTES = 2 * KEY_WORD_BYTES;
constexpr uint32_t GROUPED_TOGETHER = 32;
/** Room for keys that are made of several fields, or had doubled quotes in them, of the records that go together. */
constexpr size_t MADE_BYTES = 2 * COPY_BYTES;

inline uint64_t load_key_word(const uint8_t* at) {
  uint64_t word;
  memcpy(&word, at, sizeof(word));
  return word;
}

/** Two words of a key, zeros behind its end. */
struct KeyWords {
  uint64_t one, other;
};

/** The key of a record, and what its lookup begins with. */
struct GroupKey {
  const uint8_t* at;
  uint32_t length;
  uint32_t hash;
  KeyWords first;
};

/** The bytes of a word that so many bytes fill. */
constexpr uint64_t FILLED[] = {0, 0xff, 0xffff, 0xffffff, 0xffffffff, 0xffffffffff, 0xffffffffffff,
                               0xffffffffffffff, ~uint64_t(0)};

/** The first words of a key. Which length it has, up to both of them, decides no branch: nobody could foresee it. */
inline KeyWords first_words(const Field& field) {
  const size_t length = field.length();
  if (__builtin_expect(size_t(field.limit - field.at) < FIRST_BYTES, 0)) {
    KeyWords words = {0, 0};
    memcpy(&words, field.at, length < FIRST_BYTES ? length : FIRST_BYTES);
    return words;
  }
  const size_t bounded = length < FIRST_BYTES ? length : FIRST_BYTES;
  const size_t in_one = bounded < KEY_WORD_BYTES ? bounded : KEY_WORD_BYTES;
  return {load_key_word(field.at) & FILLED[in_one],
          load_key_word(field.at + KEY_WORD_BYTES) & FILLED[bounded - in_one]};
}

/** The hash as it comes to be: two words that take in 8 bytes at a time by a multiplication. */
struct Hash {
  uint32_t one, other;

  void take(uint64_t word) {
    one ^= uint32_t(word);
    other ^= uint32_t(word >> 32);
    const uint64_t product = uint64_t(one) * other;
    one ^= uint32_t(product);
    other ^= uint32_t(product >> 32);
  }
};

/** Make the key of a field; `seed` is that of the hash. */
inline GroupKey make_key(const Field& field, const uint32_t* seed) {
  const uint32_t length = uint32_t(field.length());
  const KeyWords first = first_words(field);
  Hash hash = {seed[0] ^ length, seed[1]};
  hash.take(first.one);
  hash.take(first.other);
  if (length > FIRST_BYTES) {
    const uint32_t last = length - KEY_WORD_BYTES;
    for (uint32_t at = FIRST_BYTES; at < last; at += KEY_WORD_BYTES) hash.take(load_key_word(field.at + at));
    hash.take(load_key_word(field.at + last));
  }
  hash.take(HASH_LAST | uint64_t(HASH_LAST_OTHER) << 32);
  return {field.at, length, hash.one ^ hash.other, first};
}

/** Whether two keys of one length are the same behind their first words. */
inline bool has_same_rest(const uint8_t* one, const uint8_t* other, uint32_t length) {
  const uint32_t last = length - KEY_WORD_BYTES;
  for (uint32_t at = FIRST_BYTES; at < last; at += KEY_WORD_BYTES) {
    if (load_key_word(one + at) != load_key_word(other + at)) return false;
  }
  return load_key_word(one + last) == load_key_word(other + last);
}

/** The groups that there are, and those that come. */
class Groups {
 public:
  Groups(const Grouping& grouping, const uint32_t* assign)
      : grouping_(grouping),
        mask_(assign[ASSIGN_PLACES] - 1),
        most_(assign[ASSIGN_MOST]),
        count_(assign[ASSIGN_GROUPS]),
        key_end_(assign[ASSIGN_KEY_END]) {}

  uint32_t count() const { return count_; }

  void prefetch(uint32_t hash) const { __builtin_prefetch(grouping_.places + PLACE_WORDS * size_t(hash & mask_)); }

  /** The number of a key's group, which appears with record `row` if it is new; NO_INDEX where there is no room. */
  uint32_t number_of(const GroupKey& key, uint32_t row) {
    const uint32_t kind = (key.length > FIRST_BYTES ? GROUP_LONG : key.length) << GROUP_LENGTH_SHIFT;
    const uint32_t* const place = grouping_.places + PLACE_WORDS * size_t(key.hash & mask_);
    const uint32_t found = place[PLACE_GROUP];
    KeyWords first;
    memcpy(&first, place + PLACE_FIRST, sizeof(first));
    // All at once: a branch for each would be one more that nobody could foresee.
    const uint64_t differing = (first.one ^ key.first.one) | (first.other ^ key.first.other) |
                               ((found & ~GROUP_NUMBER_MASK) ^ kind);
    const uint32_t number = (found & GROUP_NUMBER_MASK) - 1;
    if (__builtin_expect(differing == 0 && number < count_ && key.length <= FIRST_BYTES, 1)) return number;
    return search(key, kind, row);
  }

  void write(uint32_t* assign) const {
    assign[ASSIGN_GROUPS] = count_;
    assign[ASSIGN_KEY_END] = key_end_;
  }

 private:
  /** Look for a key that is not at its place, or longer than what stands there. */
  __attribute__((noinline)) uint32_t search(const GroupKey& key, uint32_t kind, uint32_t row) {
    for (uint32_t at = key.hash & mask_;; at = (at + 1) & mask_) {
      uint32_t* const place = grouping_.places + PLACE_WORDS * size_t(at);
      const uint32_t found = place[PLACE_GROUP];
      const uint32_t number = (found & GROUP_NUMBER_MASK) - 1;
      if (found == 0) return add(key, kind, place, row);
      KeyWords first;
      memcpy(&first, place + PLACE_FIRST, sizeof(first));
      const uint64_t differing = (first.one ^ key.first.one) | (first.other ^ key.first.other) |
                                 ((found & ~GROUP_NUMBER_MASK) ^ kind);
      if (differing != 0 || number >= count_) continue;
      if (key.length <= FIRST_BYTES || has_rest(key, number)) return number;
    }
  }

  bool has_rest(const GroupKey& key, uint32_t number) const {
    const uint32_t* const group = grouping_.groups + GROUP_WORDS * size_t(number);
    const uint32_t start = group[GROUP_START];
    if (start > key_end_ || key_end_ - start < key.length || group[GROUP_END] - start != key.length) return false;
    return has_same_rest(key.at, grouping_.key_bytes + start, key.length);
  }

  uint32_t add(const GroupKey& key, uint32_t kind, uint32_t* place, uint32_t row) {
    const uint64_t room = uint64_t(grouping_.key_bytes_length) - key_end_;
    if (count_ >= most_ || room < uint64_t(key.length) + KEY_SPARE) return NO_INDEX;
    uint32_t* const group = grouping_.groups + GROUP_WORDS * size_t(count_);
    memcpy(grouping_.key_bytes + key_end_, key.at, key.length);
    group[GROUP_HASH] = key.hash;
    group[GROUP_START] = key_end_;
    key_end_ += key.length;
    group[GROUP_END] = key_end_;
    group[GROUP_ROW] = row;
    place[PLACE_HASH] = key.hash;
    place[PLACE_GROUP] = kind | (count_ + 1);
    memcpy(place + PLACE_FIRST, &key.first, sizeof(key.first));
    return count_++;
  }

  const Grouping grouping_;
  const uint32_t mask_, most_;
  uint32_t count_, key_end_;
};

/** Whether a record's key was found. A LATER one waits until the keys before it have left their room. */
enum class KeyIs { FOUND, LATER, ODD, OUTSIDE };

/** Finds the keys of records, and makes those that are not fields as they stand. */
class KeyFinder {
 public:
  KeyFinder(const Grouping& grouping, const uint32_t* assign)
      : grouping_(grouping), capacity_(assign[ASSIGN_CAPACITY]), key_count_(assign[ASSIGN_KEYS]) {}

  /** Forget the keys that were made. */
  void restart() { made_ = 0; }

  template <bool IsOnly>
  KeyIs find(uint32_t row, Field& key) {
    if (!IsOnly) return join(row, key);
    if (!find_field(row, grouping_.keys, key)) return KeyIs::OUTSIDE;
    return is_quoted(key, grouping_.keys[KEY_QUOTE]) ? take_quotes_off(key) : KeyIs::FOUND;
  }

 private:
  bool find_field(uint32_t row, const uint32_t* column, Field& field) const {
    const uint32_t* const starts = grouping_.table + column[KEY_FIELD] + row;
    const uint32_t start = starts[0];
    const uint32_t end = starts[capacity_];
    if (start > end || end > grouping_.bytes_length) return false;
    field = {grouping_.bytes + start, grouping_.bytes + end, grouping_.bytes + grouping_.bytes_length};
    return true;
  }

  static bool is_quoted(const Field& field, uint32_t quote) {
    return quote != NO_BYTE && field.at < field.end && *field.at == quote;
  }

  KeyIs take_quotes_off(Field& key) {
    if (MADE_BYTES - made_ < COPY_BYTES) return KeyIs::LATER;
    if (!unquote(key, uint8_t(grouping_.keys[KEY_QUOTE]), bytes_ + made_)) return KeyIs::ODD;
    if (key.at == bytes_ + made_) made_ += key.length();
    return KeyIs::FOUND;
  }

  __attribute__((noinline)) KeyIs join(uint32_t row, Field& key) {
    uint8_t* const start = bytes_ + made_;
    uint8_t* const limit = bytes_ + MADE_BYTES;
    uint8_t* to = start;
    for (uint32_t index = 0; index < key_count_; index++) {
      const uint32_t* const column = grouping_.keys + KEY_WORDS * size_t(index);
      uint8_t copy[COPY_BYTES];
      Field field;
      if (!find_field(row, column, field)) return KeyIs::OUTSIDE;
      const uint32_t quote = column[KEY_QUOTE];
      if (is_quoted(field, quote) && !unquote(field, uint8_t(quote), copy)) return KeyIs::ODD;
      const size_t length = field.length();
      // Behind a key there is room for a word, as behind a field.
      const size_t room = size_t(limit - to);
      if (room < KEY_WORD_BYTES + 5 || room - KEY_WORD_BYTES - 5 < length) return made_ > 0 ? KeyIs::LATER : KeyIs::ODD;
      if (index + 1 < key_count_) to = write_length(to, uint32_t(length));
      memcpy(to, field.at, length);
      to += length;
    }
    key = {start, to, limit};
    made_ = size_t(to - bytes_);
    return KeyIs::FOUND;
  }

  static uint8_t* write_length(uint8_t* to, uint32_t length) {
    if (length < KEY_LONG) {
      *to = uint8_t(length);
      return to + 1;
    }
    *to = KEY_LONG;
    memcpy(to + 1, &length, sizeof(length));
    return to + 1 + sizeof(length);
  }

  const Grouping grouping_;
  const uint32_t capacity_, key_count_;
  size_t made_ = 0;
  uint8_t bytes_[MADE_BYTES];
};

inline void move_places(const uint32_t* from, uint32_t from_count, uint32_t* to, uint32_t to_count) {
  const uint32_t mask = to_count - 1;
  for (uint32_t index = 0; index < from_count; index++, from += PLACE_WORDS) {
    if (from[PLACE_GROUP] == 0) continue;
    uint32_t at = from[PLACE_HASH] & mask;
    while (to[PLACE_WORDS * size_t(at) + PLACE_GROUP] != 0) at = (at + 1) & mask;
    memcpy(to + PLACE_WORDS * size_t(at), from, PLACE_WORDS * sizeof(uint32_t));
  }
}

inline bool count_groups(const uint32_t* groups, uint32_t from, uint32_t until, double* counts, size_t group_count) {
  for (uint32_t index = from; index < until; index++) {
    if (groups[index] >= group_count) return false;
    counts[groups[index]] += 1;
  }
  return true;
}

}  // namespace
}  // namespace linemill
