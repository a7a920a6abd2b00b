#include "mapping.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <mutex>
#include <unordered_map>

#include "fault_guard.h"

namespace linemill {
namespace {

struct Mapping {
  uint8_t* base;
  uint64_t length;
  int guarded_place;
  /** The owner counts until `unmap`, each window until it is closed. */
  uint64_t references;
  bool is_open;
};

struct Registry {
  std::mutex mutex;
  std::unordered_map<MappingId, Mapping> mappings;
  MappingId next_id = 1;
};

/** HAZARD: never destroyed. Finalisers of windows run while the process exits, after static destructors. */
Registry& registry() {
  static Registry* const instance = new Registry;
  return *instance;
}

/** The mapping while it is open, else null. The lock is held. */
Mapping* find_open(Registry& all, MappingId id) {
  const auto found = all.mappings.find(id);
  return found == all.mappings.end() || !found->second.is_open ? nullptr : &found->second;
}

/** Drop a reference, and the memory with the last one. The lock is held. */
void drop_reference(Registry& all, std::unordered_map<MappingId, Mapping>::iterator found) {
  Mapping& mapping = found->second;
  if (--mapping.references > 0) return;
  release_guard(mapping.guarded_place);
  munmap(mapping.base, mapping.length);
  all.mappings.erase(found);
}

bool has_range(const Mapping& mapping, uint64_t offset, uint64_t length) {
  return offset <= mapping.length && length <= mapping.length - offset;
}

uint64_t page_bytes() {
  static const uint64_t bytes = uint64_t(sysconf(_SC_PAGESIZE));
  return bytes;
}

int system_advice(Advice advice) {
  switch (advice) {
    case Advice::NORMAL: return MADV_NORMAL;
    case Advice::SEQUENTIAL: return MADV_SEQUENTIAL;
    case Advice::RANDOM: return MADV_RANDOM;
    case Advice::WILL_NEED: return MADV_WILLNEED;
    case Advice::DONT_NEED: return MADV_DONTNEED;
  }
  return MADV_NORMAL;
}

/** A window over the whole mapping. */
int open_whole(MappingId id, uint64_t* length, void** data) {
  Registry& all = registry();
  const std::lock_guard<std::mutex> lock(all.mutex);
  Mapping* const mapping = find_open(all, id);
  if (mapping == nullptr) return EBADF;
  mapping->references++;
  *length = mapping->length;
  *data = mapping->base;
  return 0;
}

/** Count a mapping's resident pages; the answer has a byte for each page, so it is asked for in pieces. */
int count_resident_pages(uint8_t* base, uint64_t length, uint64_t* pages) {
  constexpr uint64_t PIECE_PAGES = 1 << 16;
#ifdef __APPLE__
  static thread_local char answer[PIECE_PAGES];
#else
  static thread_local unsigned char answer[PIECE_PAGES];
#endif
  const uint64_t page_count = (length + page_bytes() - 1) / page_bytes();
  *pages = 0;
  for (uint64_t first = 0; first < page_count; first += PIECE_PAGES) {
    const uint64_t rest = page_count - first;
    const uint64_t count = rest < PIECE_PAGES ? rest : PIECE_PAGES;
    if (mincore(base + first * page_bytes(), count * page_bytes(), answer) != 0) return errno;
    for (uint64_t page = 0; page < count; page++) *pages += answer[page] & 1;
  }
  return 0;
}

}  // namespace

int map_file(int fd, uint64_t length, MappingId* id) {
  if (length == 0 || length > SIZE_MAX) return EINVAL;
  int flags = MAP_PRIVATE;
#ifdef MAP_NORESERVE
  flags |= MAP_NORESERVE;
#endif
  Registry& all = registry();
  const std::lock_guard<std::mutex> lock(all.mutex);
  void* const base = mmap(nullptr, length, PROT_READ | PROT_WRITE, flags, fd, 0);
  if (base == MAP_FAILED) return errno;
  const int place = guard(base, length);
  if (place == NOT_GUARDED) {
    const int reason = errno;
    munmap(base, length);
    return reason;
  }
  *id = all.next_id++;
  all.mappings[*id] = {static_cast<uint8_t*>(base), length, place, 1, true};
  return 0;
}

bool unmap(MappingId id) {
  Registry& all = registry();
  const std::lock_guard<std::mutex> lock(all.mutex);
  if (find_open(all, id) == nullptr) return false;
  const auto found = all.mappings.find(id);
  found->second.is_open = false;
  drop_reference(all, found);
  return true;
}

int open_window(MappingId id, uint64_t offset, uint64_t length, void** data) {
  Registry& all = registry();
  const std::lock_guard<std::mutex> lock(all.mutex);
  Mapping* const mapping = find_open(all, id);
  if (mapping == nullptr) return EBADF;
  if (!has_range(*mapping, offset, length)) return ERANGE;
  mapping->references++;
  *data = mapping->base + offset;
  return 0;
}

void close_window(MappingId id) {
  Registry& all = registry();
  const std::lock_guard<std::mutex> lock(all.mutex);
  const auto found = all.mappings.find(id);
  if (found != all.mappings.end()) drop_reference(all, found);
}

int is_faulted(MappingId id, bool* result) {
  Registry& all = registry();
  const std::lock_guard<std::mutex> lock(all.mutex);
  const auto found = all.mappings.find(id);
  if (found == all.mappings.end()) return EBADF;
  *result = has_faulted(found->second.guarded_place);
  return 0;
}

int advise(MappingId id, uint64_t offset, uint64_t length, Advice advice) {
  void* data = nullptr;
  const int refused = open_window(id, offset, length, &data);
  if (refused != 0) return refused;
  const uint64_t before_page = reinterpret_cast<uintptr_t>(data) & (page_bytes() - 1);
  uint8_t* const page = static_cast<uint8_t*>(data) - before_page;
  const int status = madvise(page, length + before_page, system_advice(advice)) == 0 ? 0 : errno;
  close_window(id);
  return status;
}

int resident_bytes(MappingId id, uint64_t* bytes) {
  uint64_t length = 0;
  void* data = nullptr;
  const int refused = open_whole(id, &length, &data);
  if (refused != 0) return refused;
  uint64_t pages = 0;
  const int status = count_resident_pages(static_cast<uint8_t*>(data), length, &pages);
  close_window(id);
  const uint64_t resident = pages * page_bytes();
  *bytes = resident < length ? resident : length;
  return status;
}

int evict_file(int fd, uint64_t offset, uint64_t length) {
#ifdef __linux__
  return posix_fadvise(fd, off_t(offset), off_t(length), POSIX_FADV_DONTNEED);
#else
  (void)fd, (void)offset, (void)length;
  return 0;
#endif
}

size_t mapping_count() {
  Registry& all = registry();
  const std::lock_guard<std::mutex> lock(all.mutex);
  return all.mappings.size();
}

}  // namespace linemill
