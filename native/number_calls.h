/** The calls from JavaScript that are about a column's values, as those in scanner_calls.h. */
#pragma once

#include "arguments.h"
#include "layout.h"
#include "scanners.h"

namespace linemill {
namespace {

/** The instruction set that a function was made for. */
const Scanners& scanners_of(const CallbackInfo& info) { return *static_cast<const Scanners*>(info.Data()); }

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

}  // namespace
}  // namespace linemill
