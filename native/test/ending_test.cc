/** Aborts that were prepared, each in a child process. */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../ending.h"
#include "check.h"

namespace linemill_test {

using namespace linemill;

namespace {

struct Ended {
  int status;
  char text[64];
};

/** How a child ends that runs `act`, and what it writes to standard error. */
Ended run_child(void (*act)()) {
  int ends[2];
  CHECK(pipe(ends) == 0);
  const pid_t child = fork();
  if (child == 0) {
    dup2(ends[1], STDERR_FILENO);
    act();
    _exit(0);
  }
  close(ends[1]);
  Ended ended = {};
  CHECK(read(ends[0], ended.text, sizeof ended.text - 1) >= 0);
  close(ends[0]);
  waitpid(child, &ended.status, 0);
  return ended;
}

char paths[2][32] = {"/tmp/ending-test-XXXXXX", "/tmp/ending-test-XXXXXX"};

void abort_prepared() {
  prepare_abort("first", "", 1);
  prepare_abort("second", std::string(paths[0]) + '\0' + paths[1] + '\0', 7);
  abort();
}

}  // namespace

void test_ending() {
  for (char* path : paths) close(mkstemp(path));
  const Ended ended = run_child(abort_prepared);
  CHECK(WIFEXITED(ended.status) && WEXITSTATUS(ended.status) == 7);
  CHECK(strcmp(ended.text, "second") == 0);
  for (const char* path : paths) CHECK(access(path, F_OK) != 0);
  const Ended killed = run_child([] {
    prepare_abort("", "", 3);
    kill(getpid(), SIGABRT);
    pause();
  });
  CHECK(WIFEXITED(killed.status) && WEXITSTATUS(killed.status) == 3 && killed.text[0] == 0);
  fprintf(stdout, "ending\n");
}

}  // namespace linemill_test
