/** The calls of the scanners from JavaScript: the part of addon.cc that reads their arguments and checks them. */
#pragma once

#include "batch_calls.h"
#include "file_block_calls.h"

namespace linemill {
namespace {

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

/** The scanners of one instruction set as an object of functions; undefined when this processor has it not. */
Value scanners(const CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const Scanners* const set = find_scanners(info[0].As<Napi::String>().Utf8Value().c_str());
  if (set == nullptr) return env.Undefined();
  void* const data = const_cast<Scanners*>(set);
  Napi::Object result = Napi::Object::New(env);
  result.Set("summarize", Napi::Function::New<summarize>(env, "summarize", data));
  result.Set("summarizeBlocks", Napi::Function::New<summarize_blocks>(env, "summarizeBlocks", data));
  result.Set("findRecordStart", Napi::Function::New<find_record_start>(env, "findRecordStart", data));
  result.Set("cutRecords", Napi::Function::New<cut_records>(env, "cutRecords", data));
  result.Set("copyExtents", Napi::Function::New<copy_extents>(env, "copyExtents", data));
  result.Set("copyRecords", Napi::Function::New<copy_records>(env, "copyRecords", data));
  result.Set("parseIntegers", Napi::Function::New<parse_integers>(env, "parseIntegers", data));
  result.Set("parseNumbers", Napi::Function::New<parse_numbers>(env, "parseNumbers", data));
  result.Set("addNumbers", Napi::Function::New<add_numbers>(env, "addNumbers", data));
  result.Set("surveyFields", Napi::Function::New<survey_fields>(env, "surveyFields", data));
  result.Set("isAscii", Napi::Function::New<is_ascii>(env, "isAscii", data));
  result.Set("countLineFeeds", Napi::Function::New<count_line_feeds>(env, "countLineFeeds", data));
  result.Set("selectRecords", Napi::Function::New<select_records>(env, "selectRecords", data));
  result.Set("cutMembers", Napi::Function::New<cut_members>(env, "cutMembers", data));
  result.Set("assignGroups", Napi::Function::New<assign_groups>(env, "assignGroups", data));
  result.Set("movePlaces", Napi::Function::New<move_places>(env, "movePlaces", data));
  result.Set("countGroups", Napi::Function::New<count_groups>(env, "countGroups", data));
  result.Set("copyFields", Napi::Function::New<copy_fields>(env, "copyFields", data));
  return result;
}

}  // namespace
}  // namespace linemill
