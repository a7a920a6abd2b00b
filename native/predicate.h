/** Checking programs of predicates before they run; layouts: PREDICATE_ and TEST_. */
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace linemill {

/** A program, and how large the table is whose records it will look at. */
struct PredicateUse {
  const uint32_t* program;
  size_t program_words;
  size_t table_words;
  uint32_t capacity;
  /** Records. */
  uint32_t end;
};

/** Whether a program ends whatever it is answered, and reads nothing outside of itself and the table. */
bool is_sound(const PredicateUse& use);

}  // namespace linemill
