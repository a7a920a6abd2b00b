/** The calls of the scanners from JavaScript: the part of addon.cc that reads their arguments and checks them. */
#pragma once

#include "arguments.h"
#include "layout.h"
#include "predicate.h"
#include "scanners.h"

namespace linemill {
namespace {

/** A dialect comes as one number: the delimiter, and the quote times 65536. */
Dialect dialect_at(const CallbackInfo& info, size_t index) {
  const uint32_t packed = uint32_at(info, index);
  return {packed & 0xffff, packed >> 16};
}

const Scanners& scanners_of(const CallbackInfo& info) { return *static_cast<const Scanners*>(info.Data()); }

bool is_within(uint64_t start, uint64_t end, size_t length) { return start <= end && end <= length; }

Value summarize(const CallbackInfo& info) {
  const Bytes bytes(info, 0);
  const Range range = {uint32_at(info, 1), uint32_at(info, 2), int64_at(info, 3)};
  const Words summary(info, 5);
  const bool can_look_back =
      range.content_start <= range.start && (range.content_start >= 0 || range.start >= 2);
  if (!is_within(range.start, range.end, bytes.length) || !can_look_back || summary.length < SUMMARY_WORDS) {
    return throw_range(info.Env(), "summarize");
  }
  scanners_of(info).summarize(bytes.data, range, dialect_at(info, 4), summary.data);
  return info.Env().Undefined();
}

Value find_record_start(const CallbackInfo& info) {
  const Bytes bytes(info, 0);
  const uint32_t from = uint32_at(info, 1);
  const uint32_t limit = uint32_at(info, 2);
  const uint32_t state = uint32_at(info, 3);
  if (!is_within(from, limit, bytes.length) || state >= STATE_COUNT) {
    return throw_range(info.Env(), "findRecordStart");
  }
  const Scanners& set = scanners_of(info);
  return Napi::Number::New(info.Env(), set.find_record_start(bytes.data, from, limit, state, dialect_at(info, 4)));
}

Value cut_records(const CallbackInfo& info) {
  const Bytes bytes(info, 0);
  const Words cut(info, 1);
  const Words wanted(info, 2);
  const Words table(info, 3);
  bool is_valid =
      cut.length >= CUT_WORDS && is_within(cut.data[CUT_NEXT], cut.data[CUT_DATA_END], bytes.length);
  if (is_valid) {
    const uint64_t wanted_count = cut.data[CUT_WANTED];
    const uint64_t capacity = cut.data[CUT_CAPACITY];
    is_valid = wanted_count <= wanted.length && capacity <= table.length / (3 + 2 * wanted_count);
  }
  if (!is_valid) return throw_range(info.Env(), "cutRecords");
  scanners_of(info).cut_records(bytes.data, cut.data, wanted.data, table.data);
  return info.Env().Undefined();
}

/** How much of an array an offset of 32 bits can reach. */
uint32_t reachable_length(const Bytes& bytes) {
  return bytes.length < UINT32_MAX ? uint32_t(bytes.length) : UINT32_MAX;
}

Value copy_extents(const CallbackInfo& info) {
  const Bytes bytes(info, 0);
  const Words extents(info, 1);
  const Words copy(info, 2);
  const Bytes target(info, 3);
  const Bytes text(info, 4);
  const bool is_valid = copy.length >= COPY_WORDS && copy.data[COPY_COUNT] <= extents.length / EXTENT_WORDS &&
                        is_within(copy.data[COPY_TARGET], copy.data[COPY_TARGET_END], target.length);
  const Copying copying = {bytes.data, reachable_length(bytes), text.data, reachable_length(text),
                           extents.data, target.data};
  if (!is_valid || !scanners_of(info).copy_extents(copying, copy.data)) {
    return throw_range(info.Env(), "copyExtents");
  }
  return info.Env().Undefined();
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

Value is_ascii(const CallbackInfo& info) {
  const Bytes bytes(info, 0);
  const uint32_t start = uint32_at(info, 1);
  const uint32_t end = uint32_at(info, 2);
  if (!is_within(start, end, bytes.length)) return throw_range(info.Env(), "isAscii");
  return Napi::Boolean::New(info.Env(), scanners_of(info).is_ascii(bytes.data, start, end));
}

Value count_line_feeds(const CallbackInfo& info) {
  const Bytes bytes(info, 0);
  const uint32_t start = uint32_at(info, 1);
  const uint32_t end = uint32_at(info, 2);
  if (!is_within(start, end, bytes.length)) return throw_range(info.Env(), "countLineFeeds");
  return Napi::Number::New(info.Env(), scanners_of(info).count_line_feeds(bytes.data, start, end));
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

/** The scanners of one instruction set as an object of functions; undefined when this processor has it not. */
Value scanners(const CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const Scanners* const set = find_scanners(info[0].As<Napi::String>().Utf8Value().c_str());
  if (set == nullptr) return env.Undefined();
  void* const data = const_cast<Scanners*>(set);
  Napi::Object result = Napi::Object::New(env);
  result.Set("summarize", Napi::Function::New<summarize>(env, "summarize", data));
  result.Set("findRecordStart", Napi::Function::New<find_record_start>(env, "findRecordStart", data));
  result.Set("cutRecords", Napi::Function::New<cut_records>(env, "cutRecords", data));
  result.Set("copyExtents", Napi::Function::New<copy_extents>(env, "copyExtents", data));
  result.Set("parseIntegers", Napi::Function::New<parse_integers>(env, "parseIntegers", data));
  result.Set("parseNumbers", Napi::Function::New<parse_numbers>(env, "parseNumbers", data));
  result.Set("addNumbers", Napi::Function::New<add_numbers>(env, "addNumbers", data));
  result.Set("surveyFields", Napi::Function::New<survey_fields>(env, "surveyFields", data));
  result.Set("isAscii", Napi::Function::New<is_ascii>(env, "isAscii", data));
  result.Set("countLineFeeds", Napi::Function::New<count_line_feeds>(env, "countLineFeeds", data));
  result.Set("selectRecords", Napi::Function::New<select_records>(env, "selectRecords", data));
  result.Set("cutMembers", Napi::Function::New<cut_members>(env, "cutMembers", data));
  result.Set("assignGroups", Napi::Function::New<assign_groups>(env, "assignGroups", data));
  return result;
}

}  // namespace
}  // namespace linemill
