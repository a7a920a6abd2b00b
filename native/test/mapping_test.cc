/** The mapping registry and the fault guard, without Node. */
#include "../mapping.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

namespace linemill_test {
namespace {

using namespace linemill;

/** A file of `length` bytes 'x' that has no name. */
int open_file(off_t length) {
  char path[] = "/tmp/linemill_native_test_XXXXXX";
  const int fd = mkstemp(path);
  unlink(path);
  for (off_t at = 0; at < length; at += 1024) {
    char piece[1024];
    for (char& byte : piece) byte = 'x';
    if (pwrite(fd, piece, sizeof(piece), at) != sizeof(piece)) abort();
  }
  return fd;
}

void test_lifetimes() {
  const int fd = open_file(65536);
  MappingId id = 0;
  void* data = nullptr;
  bool faulted = true;
  uint64_t resident = 0;
  CHECK(map_file(fd, 0, &id) == EINVAL);
  CHECK(map_file(-1, 65536, &id) == EBADF);
  CHECK(map_file(fd, 65536, &id) == 0);
  CHECK(mapping_count() == 1);
  CHECK(open_window(id, 65000, 537, &data) == ERANGE);
  CHECK(open_window(id, ~uint64_t(0), 2, &data) == ERANGE);
  CHECK(open_window(id, 65000, 536, &data) == 0);
  CHECK(*static_cast<char*>(data) == 'x');
  CHECK(advise(id, 5, 100, Advice::WILL_NEED) == 0);
  CHECK(resident_bytes(id, &resident) == 0 && resident <= 65536);
  CHECK(is_faulted(id, &faulted) == 0 && !faulted);
  CHECK(unmap(id));
  CHECK(!unmap(id));
  CHECK(open_window(id, 0, 1, &data) == EBADF);
  CHECK(advise(id, 0, 1, Advice::NORMAL) == EBADF);
  CHECK(is_faulted(id, &faulted) == 0 && !faulted);
  CHECK(mapping_count() == 1);
  close_window(id);
  CHECK(mapping_count() == 0);
  CHECK(is_faulted(id, &faulted) == EBADF);
  close(fd);
}

constexpr int MOST = 32768;

void test_many() {
  const int fd = open_file(4096);
  static MappingId ids[MOST + 1];
  int made = 0;
  while (made < MOST && map_file(fd, 4096, &ids[made]) == 0) made++;
  CHECK(made == MOST);
  CHECK(map_file(fd, 4096, &ids[made]) == ENFILE);
  // Places that are given back serve again, wherever they lie.
  for (int index = 0; index < made; index += 2) CHECK(unmap(ids[index]));
  for (int index = 0; index < made; index += 2) CHECK(map_file(fd, 4096, &ids[index]) == 0);
  for (int index = 0; index < made; index++) CHECK(unmap(ids[index]));
  CHECK(mapping_count() == 0);
  close(fd);
}

void* read_all(void* argument) {
  const volatile uint8_t* const bytes = static_cast<const volatile uint8_t*>(argument);
  uint64_t sum = 0;
  for (int at = 0; at < 65536; at++) sum += bytes[at];
  return reinterpret_cast<void*>(sum);
}

void test_fault() {
  const int fd = open_file(65536);
  const int other_fd = open_file(65536);
  MappingId id = 0;
  MappingId other = 0;
  void* data = nullptr;
  bool faulted = false;
  CHECK(map_file(fd, 65536, &id) == 0);
  CHECK(map_file(other_fd, 65536, &other) == 0);
  CHECK(open_window(id, 0, 65536, &data) == 0);
  CHECK(ftruncate(fd, 32768) == 0);
  pthread_t threads[4];
  for (pthread_t& thread : threads) pthread_create(&thread, nullptr, read_all, data);
  for (pthread_t& thread : threads) {
    void* sum = nullptr;
    pthread_join(thread, &sum);
    CHECK(reinterpret_cast<uint64_t>(sum) == 32768u * 'x');
  }
  CHECK(is_faulted(id, &faulted) == 0 && faulted);
  CHECK(is_faulted(other, &faulted) == 0 && !faulted);
  CHECK(ftruncate(fd, 65536) == 0);
  CHECK(is_faulted(id, &faulted) == 0 && faulted);
  close_window(id);
  CHECK(unmap(id) && unmap(other));
  MappingId next = 0;
  CHECK(map_file(fd, 65536, &next) == 0);
  CHECK(is_faulted(next, &faulted) == 0 && !faulted);
  CHECK(unmap(next));
  close(fd);
  close(other_fd);
}

void read_foreign_fault() {
  const int fd = open_file(4096);
  void* const bytes = mmap(nullptr, 4096, PROT_READ, MAP_PRIVATE, fd, 0);
  if (ftruncate(fd, 0) != 0) _exit(1);
  read_all(bytes);
}

/** The signal that ends a child which runs `act`; 0 if it exits. */
int signal_of_child(void (*act)()) {
  const pid_t child = fork();
  if (child == 0) {
    act();
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

void test_foreign_faults() {
  CHECK(signal_of_child(read_foreign_fault) == SIGBUS);
  CHECK(signal_of_child([] { raise(SIGBUS); }) == SIGBUS);
}

}  // namespace

void test_mapping() {
  test_lifetimes();
  test_many();
  test_fault();
  test_foreign_faults();
  fprintf(stdout, "mapping\n");
}

}  // namespace linemill_test
