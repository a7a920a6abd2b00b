#include "scanners.h"

#include <string.h>

namespace linemill {
namespace {

constexpr int MOST_SETS = 5;

struct Supported {
  const Scanners* sets[MOST_SETS] = {};
};

#if defined(__x86_64__)

bool runs_avx2() {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2") &&
         __builtin_cpu_supports("popcnt") && __builtin_cpu_supports("pclmul");
}

/** VBMI2 is asked for too: processors without it have AVX-512 units that slow their neighbours down; with it they have IFMA. */
bool runs_avx512() {
  return runs_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512vbmi2") && __builtin_cpu_supports("avx512ifma");
}

Supported detect() {
  __builtin_cpu_init();
  Supported supported;
  int count = 0;
  if (runs_avx512()) supported.sets[count++] = &avx512_scanners;
  if (runs_avx2()) supported.sets[count++] = &avx2_scanners;
  supported.sets[count++] = &sse2_scanners;
  supported.sets[count] = &scalar_scanners;
  return supported;
}

#elif defined(__aarch64__)

Supported detect() { return {{&neon_scanners, &scalar_scanners}}; }

#else

Supported detect() { return {{&scalar_scanners}}; }

#endif

}  // namespace

const Scanners* const* supported_scanners() {
  static const Supported supported = detect();
  return supported.sets;
}

const Scanners* find_scanners(const char* name) {
  for (const Scanners* const* set = supported_scanners(); *set != nullptr; set++) {
    if (strcmp((*set)->name, name) == 0) return *set;
  }
  return nullptr;
}

}  // namespace linemill
