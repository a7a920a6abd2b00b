/** The functions of one instruction set, from its `Block`. See scan/automaton.h for the hazard. */
#pragma once

#include "../scan/copy.h"
#include "../scan/count.h"
#include "../scan/cut_fields.h"
#include "../scan/fields.h"
#include "../scan/members.h"
#include "../scan/group.h"
#include "../scan/numbers.h"
#include "../scan/parse.h"
#include "../scan/select.h"
#include "../scan/summarize.h"
#include "../scan/sums.h"
#include "../scan/survey.h"

namespace linemill {
namespace {

/** `Several` parses several numbers at once. */
template <class Block, class Several = OneByOne>
constexpr Scanners scanners_of(const char* name) {
  return {name,
          summarize<Block>,
          find_record_start<Block>,
          cut_records<Block>,
          copy_extents<Block>,
          parse_integers,
          parse_numbers<Several>,
          add_numbers,
          survey_fields,
          is_ascii<Block>,
          count_line_feeds<Block>,
          select_records<WordFinder<Block>>,
          cut_members<WordMarker<Block>>,
          assign_groups,

          copy_fields<WordFields<Block>>};
}

}  // namespace
}  // namespace linemill
