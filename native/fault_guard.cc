#include "fault_guard.h"

#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>

namespace linemill {
namespace {

/** A guarded range; free while `start` is 0. The handler reads it without a lock. */
struct Place {
  std::atomic<uintptr_t> start;
  std::atomic<uintptr_t> end;
  std::atomic<bool> is_poisoned;
};

static_assert(std::atomic<uintptr_t>::is_always_lock_free, "the handler must not take a lock");

Place places[MOST_GUARDED];
/** Places that were ever used: the handler looks no further. */
std::atomic<int> used_count{0};
/** No place before it is free. */
int first_free = 0;
struct sigaction previous_action;
uintptr_t page_bytes;
bool is_installed = false;

Place* find_place(uintptr_t address) {
  const Place* const end = places + used_count.load(std::memory_order_acquire);
  for (Place* at = places; at < end; at++) {
    Place& place = *at;
    const uintptr_t start = place.start.load(std::memory_order_acquire);
    if (start != 0 && start <= address && address < place.end.load(std::memory_order_acquire)) return &place;
  }
  return nullptr;
}

/** Put zero pages from the faulting page on. Several threads may do so at once: the result is the same. */
bool replace_pages(Place& place, uintptr_t address) {
  const uintptr_t page = address & ~(page_bytes - 1);
  const uintptr_t end = place.end.load(std::memory_order_acquire);
  // Before the pages are there: who reads zeros from them must find the mapping poisoned.
  place.is_poisoned.store(true, std::memory_order_seq_cst);
  int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;
#ifdef MAP_NORESERVE
  flags |= MAP_NORESERVE;
#endif
  void* const mapped = mmap(reinterpret_cast<void*>(page), end - page, PROT_READ | PROT_WRITE, flags, -1, 0);
  return mapped != MAP_FAILED;
}

/** Do what would have been done without us. */
void pass_on(int signal_number, siginfo_t* info, void* context) {
  if (previous_action.sa_flags & SA_SIGINFO) {
    previous_action.sa_sigaction(signal_number, info, context);
    return;
  }
  const bool was_sent = info->si_code <= 0;
  if (previous_action.sa_handler == SIG_IGN && was_sent) return;
  if (previous_action.sa_handler != SIG_DFL && previous_action.sa_handler != SIG_IGN) {
    previous_action.sa_handler(signal_number);
    return;
  }
  struct sigaction fatal = {};
  fatal.sa_handler = SIG_DFL;
  sigemptyset(&fatal.sa_mask);
  sigaction(signal_number, &fatal, nullptr);
  // Blocked until we return; then it ends the process, as the repeated access would.
  raise(signal_number);
}

/** HAZARD: runs inside any instruction of any thread. Only system calls and lock-free loads and stores. */
void on_bus_error(int signal_number, siginfo_t* info, void* context) {
  const int saved_errno = errno;
  const uintptr_t address = reinterpret_cast<uintptr_t>(info->si_addr);
  Place* const place = info->si_code > 0 ? find_place(address) : nullptr;
  if (place == nullptr || !replace_pages(*place, address)) pass_on(signal_number, info, context);
  errno = saved_errno;
}

/**
 * Keep this library in memory for good.
 * HAZARD: Node unloads an addon with the last environment that loaded it, which may be a worker's; the handler
 * and the finalisers of windows must not go with it.
 */
void pin_library() {
  Dl_info info;
  if (dladdr(reinterpret_cast<void*>(&pin_library), &info) == 0 || info.dli_fname == nullptr) return;
  dlopen(info.dli_fname, RTLD_NOW | RTLD_NODELETE | RTLD_NOLOAD);
}

bool install() {
  page_bytes = uintptr_t(sysconf(_SC_PAGESIZE));
  struct sigaction action = {};
  action.sa_sigaction = on_bus_error;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  sigemptyset(&action.sa_mask);
  // First, so that the handler never sees an action it has not got.
  if (sigaction(SIGBUS, nullptr, &previous_action) != 0) return false;
  pin_library();
  is_installed = sigaction(SIGBUS, &action, nullptr) == 0;
  return is_installed;
}

}  // namespace

int guard(void* start, size_t length) {
  if (!is_installed && !install()) return NOT_GUARDED;
  const uintptr_t first = reinterpret_cast<uintptr_t>(start);
  for (int index = first_free; index < MOST_GUARDED; index++) {
    Place& place = places[index];
    if (place.start.load(std::memory_order_relaxed) != 0) continue;
    place.is_poisoned.store(false, std::memory_order_relaxed);
    // The end is rounded up: replacing pages goes on to the end of the last one.
    place.end.store((first + length + page_bytes - 1) & ~(page_bytes - 1), std::memory_order_release);
    // HAZARD: the start goes last; it is what makes the place count.
    place.start.store(first, std::memory_order_release);
    if (index >= used_count.load(std::memory_order_relaxed)) {
      used_count.store(index + 1, std::memory_order_release);
    }
    first_free = index + 1;
    return index;
  }
  errno = ENFILE;
  return NOT_GUARDED;
}

void release_guard(int place) {
  places[place].start.store(0, std::memory_order_release);
  if (place < first_free) first_free = place;
}

bool has_faulted(int place) { return places[place].is_poisoned.load(std::memory_order_seq_cst); }

}  // namespace linemill
