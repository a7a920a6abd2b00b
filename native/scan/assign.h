/**
 * Giving each record of a batch the number of its group (group.h). See automaton.h for the hazard of this folder.
 */
#pragma once

#include "group.h"

namespace linemill {
namespace {

/** How many keys are looked up at once, where an instruction set can do so. */
constexpr uint32_t FOUND_AT_ONCE = 8;
/** In larger tables they are not: what the places need comes from far away then, and others have to be on their way. */
constexpr uint32_t MOST_NEAR_PLACES = 1 << 15;
/** If more of them are missing, they are looked up one after the other. */
constexpr uint32_t MOST_MISSING = 4;

/** What looks several keys up at once, each a field as it stands, in its first place. */
struct KeySearch {
  const uint8_t* bytes;
  uint32_t bytes_length;
  const uint32_t* starts;
  const uint32_t* ends;
  uint32_t quote;
  const uint32_t* places;
  uint32_t mask;
  uint32_t group_count;
  uint32_t seed[2];
};

/** For instruction sets that look up one key after the other. */
struct KeyByKey {
  static constexpr bool FINDS = false;
  static uint32_t find(const KeySearch&, uint32_t, uint32_t*) { return 0; }
};

/** Assigns the records of a batch. */
template <bool IsOnly, class Several>
class Assigner {
 public:
  Assigner(const Grouping& grouping, uint32_t* assign, uint32_t* ids)
      : grouping_(grouping), assign_(assign), ids_(ids), groups_(grouping, assign), finder_(grouping, assign) {
    assign[ASSIGN_STATUS] = ASSIGN_DONE;
  }

  /** False if something lies outside of the bytes. */
  bool run() {
    const uint32_t end = assign_[ASSIGN_END];
    const bool is_near = Several::FINDS && IsOnly && assign_[ASSIGN_PLACES] <= MOST_NEAR_PLACES;
    while (row_ < end && goes_on()) {
      if (is_near && end - row_ >= FOUND_AT_ONCE) take_several();
      else take_until(end - row_ < GROUPED_TOGETHER ? end : row_ + GROUPED_TOGETHER);
    }
    if (last_ == KeyIs::ODD && assign_[ASSIGN_STATUS] == ASSIGN_DONE) assign_[ASSIGN_STATUS] = ASSIGN_ODD;
    assign_[ASSIGN_NEXT] = row_;
    groups_.write(assign_);
    return last_ != KeyIs::OUTSIDE;
  }

 private:
  bool goes_on() const {
    return (last_ == KeyIs::FOUND || last_ == KeyIs::LATER) && assign_[ASSIGN_STATUS] == ASSIGN_DONE;
  }

  /** Take the next FOUND_AT_ONCE records: those that are not found at once one by one, so that new groups keep their order. */
  void take_several() {
    const uint32_t first = row_;
    const uint32_t until = first + FOUND_AT_ONCE;
    const uint32_t* const starts = grouping_.table + grouping_.keys[KEY_FIELD];
    const KeySearch search = {grouping_.bytes,
                              grouping_.bytes_length,
                              starts,
                              starts + assign_[ASSIGN_CAPACITY],
                              grouping_.keys[KEY_QUOTE],
                              grouping_.places,
                              assign_[ASSIGN_PLACES] - 1,
                              groups_.count(),
                              {seed_[0], seed_[1]}};
    uint32_t missing = ~Several::find(search, first, ids_) & ((1u << FOUND_AT_ONCE) - 1);
    if (uint32_t(__builtin_popcount(missing)) > MOST_MISSING) {
      while (row_ < until && goes_on()) take_until(until);
      return;
    }
    for (; missing != 0; missing &= missing - 1) {
      row_ = first + uint32_t(__builtin_ctz(missing));
      const uint32_t behind = row_ + 1;
      while (row_ < behind && goes_on()) take_until(behind);
      if (row_ < behind) return;
    }
    row_ = until;
  }

  /** Take records, up to GROUPED_TOGETHER, as far as it goes. */
  void take_until(uint32_t until) {
    uint32_t count = 0;
    finder_.restart();
    for (; count < until - row_; count++) {
      Field field;
      last_ = finder_.template find<IsOnly>(row_ + count, field);
      if (last_ != KeyIs::FOUND) break;
      keys_[count] = make_key(field, seed_);
      groups_.prefetch(keys_[count].hash);
    }
    for (uint32_t index = 0; index < count; index++, row_++) {
      const uint32_t number = groups_.number_of(keys_[index], row_);
      if (number == NO_INDEX) {
        assign_[ASSIGN_STATUS] = ASSIGN_FULL;
        assign_[ASSIGN_NEEDED] = keys_[index].length;
        return;
      }
      ids_[row_] = number;
    }
  }

  const Grouping& grouping_;
  uint32_t* const assign_;
  uint32_t* const ids_;
  const uint32_t seed_[2] = {assign_[ASSIGN_SEED], assign_[ASSIGN_SEED + 1]};
  Groups groups_;
  KeyFinder finder_;
  GroupKey keys_[GROUPED_TOGETHER];
  KeyIs last_ = KeyIs::FOUND;
  uint32_t row_ = assign_[ASSIGN_NEXT];
};

template <class Several>
bool assign_groups(const Grouping& grouping, uint32_t* assign, uint32_t* ids) {
  const bool is_only = assign[ASSIGN_KEYS] == 1;
  return is_only ? Assigner<true, Several>(grouping, assign, ids).run()
                 : Assigner<false, Several>(grouping, assign, ids).run();
}

}  // namespace
}  // namespace linemill
