/** Copying chosen fields of records, with delimiters and quotes as the target has them. See automaton.h for the hazard. */
#pragma once

#include <string.h>

#include "words.h"

namespace linemill {
namespace {

/** What a field's bytes must not hold, and what they may begin with; bytes may be NO_BYTE. */
struct FieldRules {
  uint32_t delimiter, quote, input_quote;
  bool has_other_delimiter, has_other_quote;
  /** Nothing parts fields in the input: they may hold line feeds. */
  bool are_bare;
  /** A record is one field: without bytes it would be a line without bytes. */
  bool is_alone;

  explicit FieldRules(const uint32_t* fields)
      : delimiter(fields[FIELDS_DELIMITER]),
        quote(fields[FIELDS_QUOTE]),
        input_quote(fields[FIELDS_INPUT_QUOTE]),
        has_other_delimiter(delimiter != fields[FIELDS_INPUT_DELIMITER]),
        has_other_quote(quote != input_quote),
        are_bare(fields[FIELDS_INPUT_DELIMITER] == NO_BYTE),
        is_alone(fields[FIELDS_RUNS] == 1 && fields[FIELDS_WORDS + RUN_FIRST] == fields[FIELDS_WORDS + RUN_LAST]) {}

  bool is_same() const { return !has_other_delimiter && !has_other_quote; }
};

/** A field of the input, and where in the record it goes; up to `limit` its bytes and those behind may be read. */
struct CopiedField {
  const uint8_t* at;
  const uint8_t* end;
  const uint8_t* limit;
  bool is_last;

  bool is_empty() const { return at == end; }
  /** A carriage return before the line feed would be taken for a part of the record's end. */
  bool loses_its_end() const { return is_last && at < end && end[-1] == CARRIAGE_RETURN; }
};

/** The room that is left in the target. */
struct Room {
  uint8_t* at;
  uint8_t* end;

  size_t length() const { return size_t(end - at); }
};

/** Gives the bytes that a field stands for, one after the other: without its quotes, doubled ones reduced. */
struct ValueBytes {
  const uint8_t* at;
  const uint8_t* end;
  uint32_t quote;
  bool is_inside;

  ValueBytes(const CopiedField& field, uint32_t input_quote)
      : at(field.at), end(field.end), quote(input_quote), is_inside(!field.is_empty() && *field.at == input_quote) {
    if (is_inside) at++;
  }

  bool next(uint8_t& byte) {
    if (at == end) return false;
    byte = *at++;
    if (!is_inside || byte != quote) return true;
    if (at < end && *at == quote) at++;
    else {
      is_inside = false;  // what follows the closing quote is text
      if (at == end) return false;
      byte = *at++;
    }
    return true;
  }
};

enum class Written : uint32_t { YES, NO_ROOM, REFUSED };

/**
 * Write what a field stands for, in quotes where it needs them.
 * HAZARD: bytes of a mapped file may change between the look through them and the writing: each write is bounded.
 */
[[maybe_unused]] __attribute__((noinline)) Written write_value(const CopiedField& field, const FieldRules& rules,
                                                               Room& room) {
  size_t length = 0;
  size_t quotes = 0;
  bool is_special = false;
  uint8_t byte = 0;
  uint8_t last = 0;
  for (ValueBytes value(field, rules.input_quote); value.next(byte); length++) {
    is_special |= byte == rules.delimiter || byte == LINE_FEED;
    quotes += byte == rules.quote;
    last = byte;
  }
  const bool has_quote = rules.quote != NO_BYTE;
  const bool loses_its_end = field.is_last && last == CARRIAGE_RETURN;
  const bool is_unseen = rules.is_alone && length == 0 && has_quote;
  const bool is_wrapped = is_special || quotes > 0 || loses_its_end || is_unseen;
  if (is_wrapped && !has_quote) return Written::REFUSED;
  if (length + (is_wrapped ? quotes + 2 : 0) > room.length()) return Written::NO_ROOM;
  if (is_wrapped) *room.at++ = uint8_t(rules.quote);
  for (ValueBytes value(field, rules.input_quote); value.next(byte);) {
    const bool is_doubled = is_wrapped && byte == rules.quote;
    if (room.length() <= is_doubled) return Written::NO_ROOM;
    if (is_doubled) *room.at++ = byte;
    *room.at++ = byte;
  }
  if (!is_wrapped) return Written::YES;
  if (room.length() == 0) return Written::NO_ROOM;
  *room.at++ = uint8_t(rules.quote);
  return Written::YES;
}

/** Whether a byte stands behind the quote that closes the one which a field begins with. */
[[maybe_unused]] __attribute__((noinline)) bool has_behind_quotes(const CopiedField& field, uint8_t quote,
                                                                  uint8_t byte) {
  const uint8_t* at = field.at + 1;
  while (at < field.end) {
    at = static_cast<const uint8_t*>(memchr(at, quote, size_t(field.end - at)));
    if (at == nullptr || ++at == field.end) return false;
    if (*at != quote) return memchr(at, byte, size_t(field.end - at)) != nullptr;
    at++;
  }
  return false;
}

/** Looks through fields byte by byte. */
struct ByteFields {
  static bool has_either(const CopiedField& field, uint32_t one, uint32_t other) {
    bool has = false;
    for (const uint8_t* at = field.at; at < field.end; at++) has |= *at == one || *at == other;
    return has;
  }
};

/** Looks through fields by words of 64 bytes where they may be read. */
template <class Block>
struct WordFields {
  static bool has_either(const CopiedField& field, uint32_t one, uint32_t other) {
    const typename Block::Needle first = Block::needle(uint8_t(one));
    const typename Block::Needle second = Block::needle(uint8_t(other));
    const uint64_t has_first = one == NO_BYTE ? 0 : ~uint64_t(0);
    const uint64_t has_second = other == NO_BYTE ? 0 : ~uint64_t(0);
    for (const uint8_t* at = field.at; at < field.end; at += WORD_BYTES) {
      if (size_t(field.limit - at) < WORD_BYTES) {
        return ByteFields::has_either({at, field.end, field.limit, field.is_last}, one, other);
      }
      const Block block = Block::load(at);
      const size_t rest = size_t(field.end - at);
      const uint64_t valid = rest < WORD_BYTES ? lowest_bits(uint32_t(rest)) : ~uint64_t(0);
      if (((block.equal(first) & has_first) | (block.equal(second) & has_second)) & valid) return true;
    }
    return false;
  }
};

/** Whether a field's bytes, as they stand, mean in the target what they mean in the input. */
template <class Fields>
inline bool is_right(const CopiedField& field, const FieldRules& rules) {
  if (field.loses_its_end()) return false;
  if (field.is_empty()) return !rules.is_alone || rules.quote == NO_BYTE;
  if (rules.is_same()) return true;
  const bool is_quoted = *field.at == rules.input_quote;
  if (is_quoted && rules.has_other_quote) return false;
  if (rules.are_bare && Fields::has_either(field, LINE_FEED, NO_BYTE)) return false;
  const uint32_t delimiter = rules.has_other_delimiter ? rules.delimiter : uint32_t(NO_BYTE);
  const uint32_t quote = rules.has_other_quote ? rules.quote : uint32_t(NO_BYTE);
  if (!Fields::has_either(field, delimiter, quote)) return true;
  return is_quoted && !has_behind_quotes(field, uint8_t(rules.quote), uint8_t(rules.delimiter));
}

/** Where a run of fields lies in the input: from the start of its first field to the end of its last. */
struct Run {
  uint32_t start, last_start, end;

  bool is_within(uint32_t length) const { return start <= last_start && last_start <= end && end <= length; }
};

/** Bytes that are copied at once where as many may be read and written: those too many are written over later. */
constexpr uint32_t HALF_BYTES = 16;
constexpr uint32_t SHORT_BYTES = 2 * HALF_BYTES;

/** Copy up to SHORT_BYTES. Two halves are quicker than one store that lies across cache lines more often. */
inline void copy_short(const uint8_t* from, uint32_t length, uint8_t* to) {
  memcpy(to, from, HALF_BYTES);
  if (length > HALF_BYTES) memcpy(to + HALF_BYTES, from + HALF_BYTES, HALF_BYTES);
}

/** Write a run, and what follows it, wherever it may end and however much room there is. */
template <class Fields>
__attribute__((noinline)) Written write_run(const Run& run, bool is_last, const CopyingFields& copying,
                                            const FieldRules& rules, Room& room) {
  const uint8_t* const limit = copying.bytes + copying.bytes_length;
  const CopiedField last = {copying.bytes + run.last_start, copying.bytes + run.end, limit, is_last};
  const bool is_whole = is_right<Fields>(last, rules);
  const size_t length = (is_whole ? run.end : run.last_start) - run.start;
  if (length > room.length()) return Written::NO_ROOM;
  memcpy(room.at, copying.bytes + run.start, length);
  room.at += length;
  if (!is_whole) {
    const Written written = write_value(last, rules, room);
    if (written != Written::YES) return written;
  }
  if (room.length() == 0) return Written::NO_ROOM;
  *room.at++ = is_last ? LINE_FEED : uint8_t(rules.delimiter);
  return Written::YES;
}

/** Writes one record after the other. `IsSame`: delimiter and quote are those of the input. */
template <class Fields, bool IsSame>
struct RecordWriter {
  const CopyingFields& copying;
  const FieldRules& rules;
  const uint32_t runs, capacity;
  /** Whether a record may be one field without bytes, which must be seen. */
  const bool must_see;
  bool is_valid = true;
  /** The run that is refused, if one is. */
  uint32_t refused = NO_INDEX;

  RecordWriter(const CopyingFields& from, const FieldRules& by)
      : copying(from),
        rules(by),
        runs(from.fields[FIELDS_RUNS]),
        capacity(from.fields[FIELDS_CAPACITY]),
        must_see(by.is_alone && by.quote != NO_BYTE) {}

  /** Write a record at `at`; returns its end, or null where it does not fit, is refused, or lies outside. */
  uint8_t* write(uint32_t row, uint8_t* at, uint8_t* const end) {
    for (uint32_t index = 0; index < runs; index++) {
      const uint32_t* const words = copying.fields + FIELDS_WORDS + RUN_WORDS * size_t(index);
      const uint32_t* const last = copying.table + words[RUN_LAST] + row;
      const Run run = {copying.table[size_t(words[RUN_FIRST]) + row], last[0], last[capacity]};
      if (!run.is_within(copying.bytes_length)) return stop_outside();
      const bool is_last = index + 1 == runs;
      if (size_t(end - at) > SHORT_BYTES && is_quick(run, is_last)) {
        copy_short(copying.bytes + run.start, run.end - run.start, at);
        at += run.end - run.start;
        *at++ = is_last ? LINE_FEED : uint8_t(rules.delimiter);
        continue;
      }
      Room room = {at, end};
      const Written written = write_run<Fields>(run, is_last, copying, rules, room);
      if (written == Written::REFUSED) refused = index;
      if (written != Written::YES) return nullptr;
      at = room.at;
    }
    return at;
  }

  uint8_t* stop_outside() {
    is_valid = false;
    return nullptr;
  }

  /** Whether a run is right as it stands, and may be copied with bytes too many. */
  bool is_quick(const Run& run, bool is_last) const {
    const uint32_t length = run.end - run.start;
    if (length > SHORT_BYTES || run.end == 0) return false;
    if (uint64_t(run.start) + SHORT_BYTES > copying.bytes_length) return false;
    if (must_see && length == 0) return false;
    const uint8_t* const end = copying.bytes + run.end;
    if (IsSame) return !is_last || end[-1] != CARRIAGE_RETURN;
    const uint8_t* const limit = copying.bytes + copying.bytes_length;
    return is_right<Fields>({copying.bytes + run.last_start, end, limit, is_last}, rules);
  }
};

/** Write records as long as they fit. */
template <class Fields, bool IsSame>
bool write_records(const CopyingFields& copying, const FieldRules& rules, uint32_t* fields) {
  RecordWriter<Fields, IsSame> writer(copying, rules);
  uint8_t* const room_end = copying.target + fields[FIELDS_TARGET_END];
  uint8_t* done = copying.target + fields[FIELDS_TARGET];
  const uint32_t end = fields[FIELDS_END];
  uint32_t row = fields[FIELDS_NEXT];
  for (; row < end; row++) {
    uint8_t* const next = writer.write(row, done, room_end);
    if (next == nullptr) break;
    done = next;
  }
  fields[FIELDS_NEXT] = row;
  fields[FIELDS_TARGET] = uint32_t(done - copying.target);
  fields[FIELDS_REFUSED] = writer.refused;
  return writer.is_valid;
}

/** `Fields` looks through fields. */
template <class Fields>
bool copy_fields(const CopyingFields& copying, uint32_t* fields) {
  const FieldRules rules(fields);
  return rules.is_same() ? write_records<Fields, true>(copying, rules, fields)
                         : write_records<Fields, false>(copying, rules, fields);
}

}  // namespace
}  // namespace linemill
