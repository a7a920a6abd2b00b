#include "huge_pages.h"

#ifdef __linux__
#include <sys/mman.h>
#endif

namespace linemill {

size_t prefer_huge_pages(const uint8_t* memory, size_t length) {
  const size_t first = size_t(0 - reinterpret_cast<uintptr_t>(memory)) & (HUGE_PAGE_BYTES - 1);
  if (first >= length) return length;
#ifdef __linux__
  // From its first huge page on: whole pages, whatever their size.
  const size_t whole = (length - first) & ~(HUGE_PAGE_BYTES - 1);
  if (whole > 0) madvise(const_cast<uint8_t*>(memory) + first, whole, MADV_HUGEPAGE);
#endif
  return first;
}

}  // namespace linemill
