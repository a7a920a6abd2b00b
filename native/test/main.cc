/**
 * Runs the native tests; exits with 1 if any failed. With `fail` or `overread` it shows that it can: that a failed
 * check is counted, and that a byte behind a guarded buffer crashes.
 */
#include <string.h>

#include "check.h"
#include "guarded_buffer.h"

namespace linemill_test {

void test_columns();
void test_ending();
void test_fields();
void test_file_blocks();
void test_huge_pages();
void test_scanners();
void test_mapping();
void test_match();
void test_members();
void test_numbers();
void test_select();

namespace {

void overread() {
  GuardedBuffer buffer(5, Side::BEHIND);
  const volatile uint8_t* const bytes = buffer.data();
  CHECK(bytes[5] == 0);
}

int report() {
  if (failure_count == 0) return 0;
  fprintf(stderr, "%d failures\n", failure_count);
  return 1;
}

}  // namespace
}  // namespace linemill_test

int main(int count, char** arguments) {
  const char* const mode = count > 1 ? arguments[1] : "";
  if (strcmp(mode, "fail") == 0) {
    CHECK(!"this check fails");
  } else if (strcmp(mode, "overread") == 0) {
    linemill_test::overread();
  } else {
    linemill_test::test_scanners();
    linemill_test::test_numbers();
    linemill_test::test_columns();
    linemill_test::test_select();
    linemill_test::test_match();
    linemill_test::test_fields();
    linemill_test::test_members();
    linemill_test::test_mapping();
    linemill_test::test_file_blocks();
    linemill_test::test_huge_pages();
    linemill_test::test_ending();
  }
  return linemill_test::report();
}
