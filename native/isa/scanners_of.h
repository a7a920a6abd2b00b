/** The functions of one instruction set, from its `Block`. See scan/automaton.h for the hazard. */
#pragma once

#include "../scan/copy.h"
#include "../scan/count.h"
#include "../scan/cut_fields.h"
#include "../scan/fields.h"
#include "../scan/members.h"
#include "../scan/assign.h"
#include "../scan/numbers.h"
#include "../scan/parse.h"
#include "../scan/select.h"
#include "../scan/summarize.h"
#include "../scan/sums.h"
#include "../scan/survey.h"

namespace linemill {
namespace {

/** `Integers` and `Numbers` parse several fields at once, `Keys` looks up several keys, and `Digits` makes eight digits. */
template <class Block, class Integers = IntegerByInteger, class Numbers = NumberByNumber, class Keys = KeyByKey,
          class Digits = PlainDigits>
constexpr Scanners scanners_of(const char* name) {
  return {name,
          summarize<Block>,
          find_record_start<Block>,
          cut_records<Block>,
          copy_extents<Block, Digits>,
          copy_records<RecordByWord<Block>>,
          parse_integers<Integers>,
          parse_numbers<Numbers>,
          add_numbers,
          survey_fields,
          is_ascii<Block>,
          count_line_feeds<Block>,
          select_records<WordFinder<Block>, Numbers>,
          cut_members<WordMarker<Block>>,
          assign_groups<Keys>,
          move_places,
          count_groups,
          copy_fields<WordFields<Block>>};
}

}  // namespace
}  // namespace linemill
