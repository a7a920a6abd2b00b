/** No vectors: the automaton as it stands, for any processor, and what the other sets are compared with. */
#include "../scan/automaton.h"
#include "../scan/copy.h"
#include "../scan/cut.h"
#include "../scan/fields.h"
#include "../scan/members.h"
#include "../scan/assign.h"
#include "../scan/numbers.h"
#include "../scan/parse.h"
#include "../scan/select.h"
#include "../scan/sums.h"
#include "../scan/survey.h"

namespace linemill {
namespace {

uint32_t count_line_feeds(const uint8_t* bytes, uint32_t start, uint32_t end) {
  uint32_t count = 0;
  for (uint32_t at = start; at < end; at++) count += bytes[at] == LINE_FEED;
  return count;
}

bool is_ascii(const uint8_t* bytes, uint32_t start, uint32_t end) {
  uint8_t all = 0;
  for (uint32_t at = start; at < end; at++) all |= bytes[at];
  return all < 0x80;
}

void summarize(const uint8_t* bytes, const Range& range, const Dialect& dialect, uint32_t* summary) {
  summary[SUMMARY_LINES] = count_line_feeds(bytes, range.start, range.end);
  summary[SUMMARY_EXITS] = 0;
  for (uint32_t entry = 0; entry < STATE_COUNT; entry++) {
    Hypothesis hypothesis = enter(bytes, range, entry, dialect);
    follow(bytes, range.start, range.end, dialect, hypothesis);
    summary[SUMMARY_EXITS] |= hypothesis.state << (2 * entry);
    summary[SUMMARY_ENDS + entry] = hypothesis.ends;
    summary[SUMMARY_BLANKS + entry] = hypothesis.blanks;
  }
}

uint32_t find_record_start(const uint8_t* bytes, uint32_t from, uint32_t limit, uint32_t state,
                           const Dialect& dialect) {
  uint32_t now = possible_state(state, dialect);
  for (uint32_t at = from; at < limit; at++) {
    if (bytes[at] == LINE_FEED && now != QUOTED) return at + 1;
    now = step(now, bytes[at], dialect);
  }
  return limit;
}

void cut_records(const uint8_t* bytes, uint32_t* words, const uint32_t* wanted, uint32_t* table) {
  Cut cut = read_cut(bytes, words, wanted, table);
  while (goes_on(cut)) {
    if (!cut_one_record(cut)) return;
  }
  finish_stopped(cut);
}

bool copy_extents(const Copying& copying, uint32_t* copy) {
  const uint8_t follows[4] = {0, uint8_t(copy[COPY_DELIMITER]), LINE_FEED, 0};
  uint32_t skip = copy[COPY_SKIP];
  uint32_t to = copy[COPY_TARGET];
  uint32_t index = copy[COPY_FIRST];
  bool is_valid = true;
  for (; index < copy[COPY_COUNT]; index++) {
    uint8_t scratch[MOST_INTEGER_BYTES];
    Piece piece;
    is_valid = find_piece(copying, index, scratch, piece);
    if (!is_valid) break;
    const uint32_t copied = copy_piece(piece, follows, skip, copying.target + to, copy[COPY_TARGET_END] - to);
    to += copied;
    skip += copied;
    if (skip < piece.length + (piece.then != 0)) break;
    skip = 0;
  }
  copy[COPY_FIRST] = index;
  copy[COPY_SKIP] = skip;
  copy[COPY_TARGET] = to;
  return is_valid;
}

void parse_integers_slowly(const uint8_t* bytes, uint32_t length, const Fields& fields, int32_t* values) {
  for (uint32_t index = 0; index < fields.count; index++) {
    values[index] = parse_integer(bytes, length, fields, index, parse_slowly);
  }
}

bool parse_numbers_slowly(const NumberFields& fields, double* values, uint8_t* kinds, uint32_t* unknown) {
  return parse_numbers_by<NumberByNumber>(fields, values, kinds, unknown, parse_number_slowly);
}

}  // namespace

const Scanners scalar_scanners = {"scalar",
                                  summarize,
                                  find_record_start,
                                  cut_records,
                                  copy_extents,
                                  copy_records<NoRecord>,
                                  parse_integers_slowly,
                                  parse_numbers_slowly,
                                  add_numbers,
                                  survey_fields,
                                  is_ascii,
                                  count_line_feeds,
                                  select_records<ByteFinder, NumberByNumber>,
                                  cut_members<ByteMarker>,
                                  assign_groups<KeyByKey>,
                                  move_places,
                                  count_groups,
                                  copy_fields<ByteFields>};

}  // namespace linemill
