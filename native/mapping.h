/**
 * Files mapped into memory, one registry for the whole process: an id made on one thread serves on all of them.
 *
 * A mapping lives while its owner or a window refers to it:
 *
 *   state                open     closed (windows left)   gone
 *   open_window          window   EBADF                   EBADF
 *   advise, resident     done     EBADF                   EBADF
 *   is_faulted           known    known                   EBADF
 *   unmap                closed   false                   false
 *
 * HAZARD: whoever writes to a file or truncates it while it is mapped changes what is read here at any moment.
 * Truncation is caught (fault_guard.h); other changes are not noticed.
 *
 * Functions that return an int give 0 or an errno.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace linemill {

using MappingId = int32_t;

/** Map the first `length` bytes of a file, privately: writes stay in this process. `length` is not 0. */
int map_file(int fd, uint64_t length, MappingId* id);

/** Drop the owner's reference; false when it was dropped before. */
bool unmap(MappingId id);

/** Refer to the bytes `[offset, offset + length)`; ERANGE when the mapping has no such bytes. */
int open_window(MappingId id, uint64_t offset, uint64_t length, void** data);

/** Drop a window's reference. Any thread, also when an environment is torn down. */
void close_window(MappingId id);

int is_faulted(MappingId id, bool* result);

enum class Advice { NORMAL, SEQUENTIAL, RANDOM, WILL_NEED, DONT_NEED };

int advise(MappingId id, uint64_t offset, uint64_t length, Advice advice);

/** Bytes of the mapping that the page cache holds. */
int resident_bytes(MappingId id, uint64_t* bytes);

/** Ask the system to forget cached pages of a file; without effect where it has no such call. */
int evict_file(int fd, uint64_t offset, uint64_t length);

/** Mappings that are not gone. */
size_t mapping_count();

}  // namespace linemill
