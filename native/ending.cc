#include "ending.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <atomic>

namespace linemill {
namespace {

/** What an abort does. */
struct Abort {
  std::string text;
  std::string paths;
  int status;
};

/** HAZARD: never freed, since the handler may be reading it; a process prepares a few. */
std::atomic<const Abort*> prepared{nullptr};

/** HAZARD: runs inside any instruction of any thread: system calls alone. */
void on_abort(int) {
  const Abort* const abort = prepared.load(std::memory_order_acquire);
  const char* const end = abort->paths.data() + abort->paths.size();
  for (const char* path = abort->paths.data(); path < end; path += strlen(path) + 1) unlink(path);
  const ssize_t written = write(STDERR_FILENO, abort->text.data(), abort->text.size());
  (void)written;
  // Not exit(): it would wait for other threads.
  _exit(abort->status);
}

}  // namespace

void prepare_abort(const std::string& text, const std::string& paths, int status) {
  prepared.store(new Abort{text, paths, status}, std::memory_order_release);
  struct sigaction action = {};
  action.sa_handler = on_abort;
  sigemptyset(&action.sa_mask);
  sigaction(SIGABRT, &action, nullptr);
}

}  // namespace linemill
