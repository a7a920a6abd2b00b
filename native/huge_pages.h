/** Memory in huge pages, for buffers of some megabytes that are written soon. */
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace linemill {

/** What a huge page holds. On machines where it is something else, memory of theirs comes in small ones. */
constexpr size_t HUGE_PAGE_BYTES = size_t(2) << 20;

/**
 * Ask the system to back the pages that lie within `[memory, memory + length)` by huge ones where nothing backs them yet. A
 * hint: without effect where there are none.
 *
 * @return how far behind `memory` the first huge page may begin; at most `length`.
 */
size_t prefer_huge_pages(const uint8_t* memory, size_t length);

}  // namespace linemill
