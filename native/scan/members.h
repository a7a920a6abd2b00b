/**
 * Cutting members out of ndjson: each line is checked to be one object of JSON, token by token, and the values of
 * wanted members are noted as fields. See automaton.h for the hazard of this folder.
 */
#pragma once

#include "json_marks.h"
#include "json_values.h"

namespace linemill {
namespace {

/** How deep values may be in each other, and how long a line may be. */
constexpr uint32_t MOST_DEPTH = 64;
constexpr uint32_t MOST_LINE_BYTES = 1u << 28;

enum class ValueIs : uint32_t { TEXT, NUMBER, WORD, NOTHING, NESTED };

/** A value; of a text what is between its quotes. */
struct JsonValue {
  ValueIs kind;
  uint32_t start;
  uint32_t end;
};

/**
 * Goes over the tokens of a line.
 *
 * HAZARD: the bytes of a mapped file may change between marking and walking, so that marks and bytes need not agree.
 * Nothing is read outside of the line whatever they are.
 */
class JsonWalk {
 public:
  JsonWalk(const Line& line, const Marks& marks) : line_(line), marks_(marks), at_(0) {}

  bool is_at_end() const { return at_ == marks_.count; }

  uint32_t offset() const { return marks_.at[at_]; }

  /** The first byte of the token at hand; 0 behind the last one. */
  uint8_t byte() const { return at_ < marks_.count ? line_.bytes[offset()] : 0; }

  bool take(uint8_t expected) {
    if (byte() != expected) return false;
    at_++;
    return true;
  }

  /** Take a name and the colon behind it. */
  bool take_name(JsonValue& name) {
    if (byte() != '"') return false;
    take_text(name);
    return take(':');
  }

  bool take_value(JsonValue& value, Decided& decided) {
    const uint8_t first = byte();
    if (first == '"') {
      take_text(value);
      return true;
    }
    if (first != '{' && first != '[') return take_scalar(value);
    value.kind = ValueIs::NESTED;
    value.start = offset();
    if (!take_nested(decided)) return false;
    value.end = marks_.at[at_ - 1] + 1;
    return true;
  }

 private:
  /** Inside of a text nothing is marked, and it is closed. */
  void take_text(JsonValue& value) {
    value = {ValueIs::TEXT, marks_.at[at_] + 1, marks_.at[at_ + 1]};
    at_ += 2;
  }

  bool take_scalar(JsonValue& value) {
    if (at_ >= marks_.count) return false;
    const uint8_t first = byte();
    value.start = marks_.at[at_];
    value.end = marks_.at[at_ + 1];
    const uint8_t* const start = line_.bytes + value.start;
    const uint8_t* const end = line_.bytes + value.end;
    value.kind = ValueIs::WORD;
    if (first == '-' || is_digit(first)) {
      value.kind = ValueIs::NUMBER;
      if (!is_json_number(start, end, line_.bytes + line_.limit)) return false;
    } else if (is_same(start, end, "null")) {
      value.kind = ValueIs::NOTHING;
      value.end = value.start;
    } else if (!is_same(start, end, "true") && !is_same(start, end, "false")) {
      return false;
    }
    at_++;
    // Its end is a mark of its own where space follows.
    if (is_space(byte())) at_++;
    return true;
  }

  /** Take an object or an array with all that is in it. */
  bool take_nested(Decided& decided) {
    uint64_t objects = 0;  // a bit for each that is open, the innermost is the lowest
    uint32_t depth = 0;
    bool is_opened = true;
    do {
      if (is_opened) {
        if (depth++ == MOST_DEPTH) {
          decided = Decided::BEYOND;
          return false;
        }
        objects = objects << 1 | (byte() == '{' ? 1 : 0);
        at_++;
        is_opened = false;
        if (byte() != closing(objects) && !take_element(objects, is_opened)) return false;
      } else if (take(',')) {
        if (!take_element(objects, is_opened)) return false;
      } else {
        if (!take(closing(objects))) return false;
        objects >>= 1;
        depth--;
      }
    } while (depth > 0);
    return true;
  }

  static uint8_t closing(uint64_t objects) { return objects & 1 ? '}' : ']'; }

  /** Take an element of the innermost one; or only its name, where it opens another. */
  bool take_element(uint64_t objects, bool& is_opened) {
    JsonValue value;
    if ((objects & 1) && !take_name(value)) return false;
    const uint8_t first = byte();
    is_opened = first == '{' || first == '[';
    if (is_opened) return true;
    if (first != '"') return take_scalar(value);
    take_text(value);
    return true;
  }

  const Line& line_;
  const Marks& marks_;
  uint32_t at_;
};

/** The wanted names; layout: NAMES_. */
class Names {
 public:
  explicit Names(const uint32_t* words) : words_(words), lengths_(0) {
    for (uint32_t index = 0; index < count(); index++) lengths_ |= length_bit(place(index)[1]);
  }

  uint32_t count() const { return words_[NAMES_COUNT]; }

  /** The index of a name; `count` if it is not wanted. */
  uint32_t find(const uint8_t* at, uint32_t length) const {
    if ((lengths_ & length_bit(length)) == 0) return count();
    for (uint32_t index = 0; index < count(); index++) {
      const uint32_t* const name = place(index);
      const uint8_t* const bytes = reinterpret_cast<const uint8_t*>(words_) + name[0];
      if (name[1] == length && memcmp(bytes, at, length) == 0) return index;
    }
    return count();
  }

 private:
  static uint64_t length_bit(uint32_t length) { return uint64_t(1) << (length < 63 ? length : 63); }

  const uint32_t* place(uint32_t index) const { return words_ + NAMES_WORDS + NAME_WORDS * size_t(index); }

  const uint32_t* words_;
  uint64_t lengths_;
};

/** What a value cannot be read as from its bytes; layout: MEMBER_. */
inline uint32_t doubts_of(const JsonValue& value, const Line& line, bool has_escapes) {
  const uint8_t* const start = line.bytes + value.start;
  const uint8_t* const end = line.bytes + value.end;
  if (value.kind == ValueIs::NESTED) return MEMBER_NO_TEXT;
  if (value.kind == ValueIs::NUMBER) return is_plain_number(start, end) ? 0 : uint32_t(MEMBER_NO_TEXT);
  if (value.kind != ValueIs::TEXT) return 0;
  if (has_escapes && memchr(start, '\\', size_t(end - start)) != nullptr) return MEMBER_NO_TEXT | MEMBER_NO_NUMBER;
  return is_utf8(start, end) ? 0 : uint32_t(MEMBER_NO_TEXT);
}

/** A line of a batch as a row of its table; layouts: tableWords, MEMBER_. */
struct MemberRow {
  uint32_t* row;
  size_t capacity;
  uint32_t doubts;

  void set(uint32_t column, const JsonValue& value, uint32_t value_doubts) {
    uint32_t* const starts = row + (3 + 2 * size_t(column)) * capacity;
    starts[0] = value.start;
    starts[capacity] = value.end;
    const uint32_t shift = 2 * (column < MEMBER_SHARED ? column : uint32_t(MEMBER_SHARED));
    // The last one of a name counts; in bits that are shared the doubts of those before stay.
    if (column < MEMBER_SHARED) doubts &= ~(3u << shift);
    doubts |= value_doubts << shift;
  }
};

/** Take all members of a line; what cannot be told from it is INVALID. */
inline Decided take_members(JsonWalk& walk, const Line& line, bool has_escapes, const Names& names, MemberRow& row) {
  if (!walk.take('{')) return Decided::INVALID;
  bool is_open = !walk.take('}');
  while (is_open) {
    JsonValue name;
    JsonValue value;
    Decided decided = Decided::INVALID;
    if (!walk.take_name(name)) return Decided::INVALID;
    const uint8_t* const at = line.bytes + name.start;
    const uint32_t length = name.end - name.start;
    // Escaped it may be any.
    if (has_escapes && memchr(at, '\\', length) != nullptr) return Decided::INVALID;
    if (!walk.take_value(value, decided)) return decided;
    const uint32_t column = names.find(at, length);
    if (column < names.count()) row.set(column, value, doubts_of(value, line, has_escapes));
    is_open = walk.take(',');
    if (!is_open && !walk.take('}')) return Decided::INVALID;
  }
  return walk.is_at_end() ? Decided::VALID : Decided::INVALID;
}

/** `Marker` marks the lines. */
template <class Marker>
bool cut_members(const MemberCutting& cutting, uint32_t* members) {
  const Names names(cutting.names);
  const Marker marker;
  Marks marks;
  const size_t capacity = members[MEMBERS_CAPACITY];
  const uint32_t end = members[MEMBERS_END];
  uint32_t next = members[MEMBERS_NEXT];
  for (; next < end; next++) {
    MemberRow row = {cutting.table + next, capacity, 0};
    const Line line = {cutting.bytes, cutting.bytes_length, row.row[0], row.row[capacity]};
    if (line.start > line.end || line.end > line.limit) return false;
    for (uint32_t column = 0; column < names.count(); column++) {
      row.set(column, {ValueIs::NOTHING, line.end, line.end}, 0);
    }
    Decided decided = Decided::INVALID;
    if (line.end - line.start <= MOST_LINE_BYTES) decided = marker.mark(line, marks);
    if (decided == Decided::VALID) {
      JsonWalk walk(line, marks);
      decided = take_members(walk, line, marks.has_escapes, names, row);
    }
    if (decided == Decided::BEYOND) break;
    row.row[2 * capacity] = decided == Decided::VALID ? row.doubts : uint32_t(MEMBERS_UNDECIDED);
  }
  members[MEMBERS_NEXT] = next;
  return true;
}

}  // namespace
}  // namespace linemill
