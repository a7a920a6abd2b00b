/** Where huge pages may begin, and that asking for them changes nothing that is there. */
#include "../huge_pages.h"

#include <stdlib.h>
#include <string.h>

#include "check.h"

namespace linemill_test {

using namespace linemill;

void test_huge_pages() {
  const size_t length = 3 * HUGE_PAGE_BYTES;
  uint8_t* const memory = static_cast<uint8_t*>(malloc(length));
  memset(memory, 7, length);
  const size_t first = prefer_huge_pages(memory, length);
  CHECK(first < HUGE_PAGE_BYTES && (reinterpret_cast<uintptr_t>(memory) + first) % HUGE_PAGE_BYTES == 0);
  CHECK(prefer_huge_pages(memory + first, HUGE_PAGE_BYTES) == 0);
  CHECK(prefer_huge_pages(memory + first + 1, 5) == 5);
  CHECK(prefer_huge_pages(memory + first + 5, HUGE_PAGE_BYTES - 4) == HUGE_PAGE_BYTES - 5);
  CHECK(prefer_huge_pages(nullptr, 0) == 0);
  size_t changed = 0;
  for (size_t at = 0; at < length; at++) changed += memory[at] != 7;
  CHECK(changed == 0);
  free(memory);
  fprintf(stdout, "huge pages\n");
}

}  // namespace linemill_test
