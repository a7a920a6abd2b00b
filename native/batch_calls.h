/** The calls of the scanners that look at a batch's table, and what all calls share. See scanner_calls.h. */
#pragma once

#include "arguments.h"
#include "layout.h"
#include "predicate.h"
#include "scanners.h"

namespace linemill {
namespace {

const Scanners& scanners_of(const CallbackInfo& info) { return *static_cast<const Scanners*>(info.Data()); }

/** A dialect comes as one number: the delimiter, and the quote times 65536. */
Dialect dialect_at(const CallbackInfo& info, size_t index) {
  const uint32_t packed = uint32_at(info, index);
  return {packed & 0xffff, packed >> 16};
}

bool is_within(uint64_t start, uint64_t end, size_t length) { return start <= end && end <= length; }

/** How much of an array an offset of 32 bits can reach. */
uint32_t reachable_length(const Bytes& bytes) {
  return bytes.length < UINT32_MAX ? uint32_t(bytes.length) : UINT32_MAX;
}

/** Arguments: bytes, table, word of the column's starts, capacity, first record, record behind the last, min, max, values. */
Value parse_integers(const CallbackInfo& info) {
  const Bytes bytes(info, 0);
  const Words table(info, 1);
  const uint64_t word = uint32_at(info, 2);
  const uint64_t capacity = uint32_at(info, 3);
  const uint32_t from = uint32_at(info, 4);
  const uint32_t until = uint32_at(info, 5);
  const int32_t min = int32_at(info, 6);
  const int32_t max = int32_at(info, 7);
  const Integers values(info, 8);
  const bool has_column = until <= capacity && word + 2 * capacity <= table.length;
  if (!has_column || !is_within(from, until, values.length)) return throw_range(info.Env(), "parseIntegers");
  const Fields fields = {table.data + word + from, table.data + word + capacity + from, until - from, min, max};
  scanners_of(info).parse_integers(bytes.data, reachable_length(bytes), fields, values.data + from);
  return info.Env().Undefined();
}

/** Arguments: bytes, table, word of the column's starts, capacity, quote, first record, record behind the last, values, kinds. */
Value parse_numbers(const CallbackInfo& info) {
  const Bytes bytes(info, 0);
  const Words table(info, 1);
  const uint64_t word = uint32_at(info, 2);
  const uint64_t capacity = uint32_at(info, 3);
  const uint32_t from = uint32_at(info, 5);
  const uint32_t until = uint32_at(info, 6);
  const Doubles values(info, 7);
  const Bytes kinds(info, 8);
  const bool has_column = until <= capacity && word + 2 * capacity <= table.length;
  bool is_valid = has_column && is_within(from, until, values.length) && until <= kinds.length;
  const NumberFields fields = {bytes.data, reachable_length(bytes), table.data + word + from,
                               table.data + word + capacity + from, until - from, uint32_at(info, 4)};
  uint32_t unknown = 0;
  is_valid = is_valid && scanners_of(info).parse_numbers(fields, values.data + from, kinds.data + from, &unknown);
  if (!is_valid) return throw_range(info.Env(), "parseNumbers");
  return Napi::Number::New(info.Env(), unknown);
}

/** Arguments: values, kinds, groups, sums, add, left. */
Value add_numbers(const CallbackInfo& info) {
  const Doubles values(info, 0);
  const Bytes kinds(info, 1);
  const Words groups(info, 2);
  const Words sums(info, 3);
  const Words add(info, 4);
  const Words left(info, 5);
  bool is_valid = add.length >= ADD_WORDS && is_within(add.data[ADD_FROM], add.data[ADD_UNTIL], values.length);
  if (is_valid) {
    const uint32_t until = add.data[ADD_UNTIL];
    const size_t words = add.data[ADD_HAS_SQUARES] != 0 ? SUMS_WORDS_WITH_SQUARES : SUMS_WORDS;
    is_valid = until <= kinds.length && (groups.length == 0 || until <= groups.length) &&
               until - add.data[ADD_FROM] <= left.length && add.data[ADD_ROOM] <= sums.length / words;
  }
  const uint32_t* const listed = groups.length == 0 ? nullptr : groups.data;
  const Adding adding = {values.data, kinds.data, listed, sums.data};
  if (!is_valid || !scanners_of(info).add_numbers(adding, add.data, left.data)) {
    return throw_range(info.Env(), "addNumbers");
  }
  return info.Env().Undefined();
}

/** Arguments: bytes, table, survey, hashes. */
Value survey_fields(const CallbackInfo& info) {
  const Bytes bytes(info, 0);
  const Words table(info, 1);
  const Words survey(info, 2);
  const Words hashes(info, 3);
  bool is_valid = survey.length >= SURVEY_WORDS && survey.data[SURVEY_FROM] <= survey.data[SURVEY_UNTIL] &&
                  survey.data[SURVEY_UNTIL] <= survey.data[SURVEY_CAPACITY];
  if (is_valid) {
    const uint64_t records = survey.data[SURVEY_UNTIL] - survey.data[SURVEY_FROM];
    is_valid = survey.data[SURVEY_WORD] + 2 * uint64_t(survey.data[SURVEY_CAPACITY]) <= table.length &&
               records * SURVEY_HASH_WORDS <= hashes.length;
  }
  if (!is_valid || !scanners_of(info).survey_fields(bytes.data, reachable_length(bytes), table.data, survey.data,
                                                    hashes.data)) {
    return throw_range(info.Env(), "surveyFields");
  }
  return info.Env().Undefined();
}

Value select_records(const CallbackInfo& info) {
  const Bytes bytes(info, 0);
  const Words table(info, 1);
  const Words program(info, 2);
  const Words select(info, 3);
  const Words selected(info, 4);
  bool is_valid = select.length >= SELECT_WORDS && select.data[SELECT_NEXT] <= select.data[SELECT_END];
  if (is_valid) {
    const uint64_t most = uint64_t(select.data[SELECT_END]) - select.data[SELECT_NEXT];
    const PredicateUse use = {program.data, program.length, table.length, select.data[SELECT_CAPACITY],
                              select.data[SELECT_END]};
    is_valid = is_sound(use) && select.data[SELECT_COUNT] + most <= selected.length;
  }
  const Selecting selecting = {bytes.data, reachable_length(bytes), table.data, program.data};
  if (!is_valid || !scanners_of(info).select_records(selecting, select.data, selected.data)) {
    return throw_range(info.Env(), "selectRecords");
  }
  return info.Env().Undefined();
}

/** Whether names lie within their words, and the table has room for the records that are to be cut. */
bool are_members_sound(const Words& names, const Words& members, const Words& table) {
  if (names.length < NAMES_WORDS || members.length < MEMBERS_WORDS) return false;
  const uint64_t count = names.data[NAMES_COUNT];
  if (count > (names.length - NAMES_WORDS) / NAME_WORDS) return false;
  for (uint64_t index = 0; index < count; index++) {
    const uint32_t* const name = names.data + NAMES_WORDS + NAME_WORDS * index;
    if (uint64_t(name[0]) + name[1] > names.length * sizeof(uint32_t)) return false;
  }
  const uint64_t capacity = members.data[MEMBERS_CAPACITY];
  const uint32_t end = members.data[MEMBERS_END];
  return members.data[MEMBERS_NEXT] <= end && end <= capacity && capacity <= table.length / (3 + 2 * count);
}

Value cut_members(const CallbackInfo& info) {
  const Bytes bytes(info, 0);
  const Words names(info, 1);
  const Words members(info, 2);
  const Words table(info, 3);
  const MemberCutting cutting = {bytes.data, reachable_length(bytes), names.data, table.data};
  if (!are_members_sound(names, members, table) || !scanners_of(info).cut_members(cutting, members.data)) {
    return throw_range(info.Env(), "cutMembers");
  }
  return info.Env().Undefined();
}

/** Whether the arrays that groups are kept in are as long as `assign` says. */
bool has_room(const Words& assign, const Words& places, const Words& groups, const Bytes& key_bytes) {
  const uint64_t place_count = assign.data[ASSIGN_PLACES];
  const uint64_t most = assign.data[ASSIGN_MOST];
  const bool is_power = place_count > 0 && (place_count & (place_count - 1)) == 0;
  return is_power && most < place_count && most <= MOST_GROUPS && assign.data[ASSIGN_GROUPS] <= most &&
         PLACE_WORDS * place_count <= places.length && GROUP_WORDS * most <= groups.length &&
         uint64_t(assign.data[ASSIGN_KEY_END]) + KEY_SPARE <= key_bytes.length;
}

/** Whether the fields of all keys are within the table. */
bool has_keys(const Words& assign, const Words& keys, const Words& table) {
  const uint64_t key_count = assign.data[ASSIGN_KEYS];
  const uint64_t end = assign.data[ASSIGN_END];
  const uint64_t capacity = assign.data[ASSIGN_CAPACITY];
  if (key_count == 0 || KEY_WORDS * key_count > keys.length || end > capacity) return false;
  for (uint64_t index = 0; index < key_count; index++) {
    if (keys.data[KEY_WORDS * index + KEY_FIELD] + capacity + end > table.length) return false;
  }
  return true;
}

/** Arguments: bytes, table, columns of keys, parameters, places, groups, bytes of keys, numbers of groups. */
Value assign_groups(const CallbackInfo& info) {
  const Bytes bytes(info, 0);
  const Words table(info, 1);
  const Words keys(info, 2);
  const Words assign(info, 3);
  const Words places(info, 4);
  const Words groups(info, 5);
  const Bytes key_bytes(info, 6);
  const Words ids(info, 7);
  const bool is_valid = assign.length >= ASSIGN_WORDS &&
                        is_within(assign.data[ASSIGN_NEXT], assign.data[ASSIGN_END], ids.length) &&
                        has_keys(assign, keys, table) && has_room(assign, places, groups, key_bytes);
  const Grouping grouping = {bytes.data,  reachable_length(bytes), table.data,     keys.data,
                             places.data, groups.data,             key_bytes.data, reachable_length(key_bytes)};
  if (!is_valid || !scanners_of(info).assign_groups(grouping, assign.data, ids.data)) {
    return throw_range(info.Env(), "assignGroups");
  }
  return info.Env().Undefined();
}

/** Arguments: places of a table, those of a larger one. */
Value move_places(const CallbackInfo& info) {
  const Words from(info, 0);
  const Words to(info, 1);
  const size_t count = to.length / PLACE_WORDS;
  const bool is_power = count > 0 && (count & (count - 1)) == 0 && count <= UINT32_MAX;
  // There is a place for each then, and one that stays free, which ends every search: none of these may be taken yet.
  if (!is_power || from.length / PLACE_WORDS >= count) return throw_range(info.Env(), "movePlaces");
  scanners_of(info).move_places(from.data, uint32_t(from.length / PLACE_WORDS), to.data, uint32_t(count));
  return info.Env().Undefined();
}

/** Arguments: groups, first record, record behind the last, counts. */
Value count_groups(const CallbackInfo& info) {
  const Words groups(info, 0);
  const uint32_t from = uint32_at(info, 1);
  const uint32_t until = uint32_at(info, 2);
  const Doubles counts(info, 3);
  const bool is_valid = is_within(from, until, groups.length);
  if (!is_valid || !scanners_of(info).count_groups(groups.data, from, until, counts.data, counts.length)) {
    return throw_range(info.Env(), "countGroups");
  }
  return info.Env().Undefined();
}

/** Whether all that `copy_fields` reads of its parameters, the table and the target is there. */
bool fields_are_sound(const uint32_t* fields, size_t length, size_t table_length, size_t target_length) {
  if (length < FIELDS_WORDS) return false;
  const uint64_t runs = fields[FIELDS_RUNS];
  const uint64_t capacity = fields[FIELDS_CAPACITY];
  if (runs < 1 || length < FIELDS_WORDS + RUN_WORDS * runs) return false;
  for (uint64_t word = FIELDS_WORDS; word < FIELDS_WORDS + RUN_WORDS * runs; word++) {
    if (fields[word] + 2 * capacity > table_length) return false;
  }
  return fields[FIELDS_NEXT] <= fields[FIELDS_END] && fields[FIELDS_END] <= capacity &&
         is_within(fields[FIELDS_TARGET], fields[FIELDS_TARGET_END], target_length);
}

/** Arguments: bytes, table, list of records, parameters, target. */
Value copy_records(const CallbackInfo& info) {
  const Bytes bytes(info, 0);
  const Words table(info, 1);
  const Words records(info, 2);
  const Words copy(info, 3);
  const Bytes target(info, 4);
  const bool is_valid = copy.length >= COPY_WORDS && copy.data[COPY_COUNT] <= records.length &&
                        copy.data[COPY_CAPACITY] <= table.length / 2 &&
                        is_within(copy.data[COPY_TARGET], copy.data[COPY_TARGET_END], target.length);
  const CopyingRecords copying = {bytes.data, reachable_length(bytes), table.data, records.data, target.data};
  if (!is_valid || !scanners_of(info).copy_records(copying, copy.data)) {
    return throw_range(info.Env(), "copyRecords");
  }
  return info.Env().Undefined();
}

Value copy_fields(const CallbackInfo& info) {
  const Bytes bytes(info, 0);
  const Words table(info, 1);
  const Words fields(info, 2);
  const Bytes target(info, 3);
  const CopyingFields copying = {bytes.data, reachable_length(bytes), table.data, fields.data, target.data};
  const bool is_valid = fields_are_sound(fields.data, fields.length, table.length, target.length);
  if (!is_valid || !scanners_of(info).copy_fields(copying, fields.data)) return throw_range(info.Env(), "copyFields");
  return info.Env().Undefined();
}

}  // namespace
}  // namespace linemill
