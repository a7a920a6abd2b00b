/**
 * The quoting automaton one byte at a time. It defines what is right: the scanners over 64-byte words must agree
 * with it on every input, and fall back to it where a word's shortcuts do not hold.
 *
 * HAZARD: everything under scan/ is compiled once for each instruction set and must stay in the anonymous
 * namespace, without inline functions of the standard library: the linker merges equal names, and may keep the
 * copy that only the widest processor can run.
 */
#pragma once

#include <stdint.h>

#include "../layout.h"
#include "../scanners.h"

namespace linemill {
namespace {

constexpr uint8_t LINE_FEED = '\n';
constexpr uint8_t CARRIAGE_RETURN = '\r';

/** The state after `byte`. A line feed ends a record exactly when the state before is not QUOTED. */
inline uint32_t step(uint32_t state, uint8_t byte, const Dialect& dialect) {
  if (byte == dialect.quote) {
    if (state == FIELD_START || state == QUOTE_IN_QUOTED) return QUOTED;
    return state == QUOTED ? QUOTE_IN_QUOTED : UNQUOTED;
  }
  if (state == QUOTED) return QUOTED;
  return byte == dialect.delimiter || byte == LINE_FEED ? FIELD_START : UNQUOTED;
}

/** Where a record starts that nobody has seen the start of. */
constexpr int64_t UNKNOWN_START = INT64_MIN / 2;

/** One hypothesis about the state before a block, as it stands after some bytes of it. */
struct Hypothesis {
  uint32_t state;
  uint32_t ends;
  uint32_t blanks;
  int64_t record_start;
};

/** The state to begin in: where nothing quotes, the quoted states cannot occur and are taken for UNQUOTED. */
inline uint32_t possible_state(uint32_t state, const Dialect& dialect) {
  return dialect.quote == NO_BYTE && state != FIELD_START ? uint32_t(UNQUOTED) : state;
}

/** The hypothesis that a block is entered in `state`, before its first byte. */
inline Hypothesis enter(const uint8_t* bytes, const Range& range, uint32_t state, const Dialect& dialect) {
  Hypothesis result = {possible_state(state, dialect), 0, 0, UNKNOWN_START};
  const int64_t start = range.start;
  const bool is_first = start == range.content_start;
  if (state == FIELD_START && (is_first || bytes[start - 1] == LINE_FEED)) result.record_start = start;
  if (state == UNQUOTED && !is_first && bytes[start - 1] == CARRIAGE_RETURN &&
      (start - 1 == range.content_start || bytes[start - 2] == LINE_FEED)) {
    result.record_start = start - 1;
  }
  return result;
}

/** Follow one hypothesis over `[start, end)`. */
inline void follow(const uint8_t* bytes, uint32_t start, uint32_t end, const Dialect& dialect,
                   Hypothesis& hypothesis) {
  for (uint32_t at = start; at < end; at++) {
    const uint8_t byte = bytes[at];
    const uint32_t before = hypothesis.state;
    hypothesis.state = step(before, byte, dialect);
    if (byte != LINE_FEED || before == QUOTED) continue;
    hypothesis.ends++;
    const int64_t length = int64_t(at) - hypothesis.record_start;
    if (length == 0 || (length == 1 && bytes[at - 1] == CARRIAGE_RETURN)) hypothesis.blanks++;
    hypothesis.record_start = int64_t(at) + 1;
  }
}

/** The quote that is open at `end`, known to be one, of the record that starts at `start`. */
inline uint32_t find_open_quote(const uint8_t* bytes, uint32_t start, uint32_t end, const Dialect& dialect) {
  uint32_t state = FIELD_START;
  uint32_t open_quote = start;
  for (uint32_t at = start; at < end; at++) {
    const uint32_t before = state;
    state = step(before, bytes[at], dialect);
    if (before == FIELD_START && state == QUOTED) open_quote = at;
  }
  return open_quote;
}

}  // namespace
}  // namespace linemill
