/**
 * Turns a SIGBUS in a mapping (the file was truncated, or its device failed) into a fault: from the faulting page
 * on, the mapping reads as zeros, and says so. Any other SIGBUS goes where it would have gone.
 */
#pragma once

#include <stddef.h>

namespace linemill {

/**
 * The most mappings at a time; a signal handler cannot look them up in anything that grows. Half of what Linux allows
 * a process by default (vm.max_map_count): a runtime that gets no more aborts.
 */
constexpr int MOST_GUARDED = 32768;

constexpr int NOT_GUARDED = -1;

/**
 * Guard `[start, start + length)`, pages that this process has mapped; the handler is installed with the first
 * call. Returns a place in the table, or NOT_GUARDED with errno set. Not thread safe against itself.
 */
int guard(void* start, size_t length);

/** Give the place back; before the range is unmapped, and when nobody reads it any more. Not thread safe either. */
void release_guard(int place);

/** Whether a fault was caught in the range. Any thread, any time between `guard` and `release_guard`. */
bool has_faulted(int place);

}  // namespace linemill
