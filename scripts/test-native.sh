#!/usr/bin/env bash
# Runs the native code's own tests under the sanitizers of addresses, leaks and undefined behaviour.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

out=build/sanitized
cxx=${CXX:-c++}
flags=(-std=c++17 -O1 -g -Wall -Wextra -fno-exceptions -fno-rtti -fno-omit-frame-pointer
  -fsanitize=address,undefined -fno-sanitize-recover=all)
mkdir -p "$out"

objects=()
compile() { # the flags of an instruction set must not reach code that every processor runs, as in binding.gyp
  local source=$1 object
  shift
  object="$out/$(basename "$source" .cc).o"
  "$cxx" "${flags[@]}" "$@" -c "$source" -o "$object"
  objects+=("$object")
}

for source in native/ending.cc native/errno_name.cc native/fault_guard.cc native/file_blocks.cc native/huge_pages.cc native/mapping.cc native/predicate.cc native/scanners.cc native/test/*.cc; do
  compile "$source"
done
compile native/isa/scalar.cc
avx2=(-mavx2 -mbmi -mbmi2 -mpopcnt -mpclmul)
case $(uname -m) in
  x86_64)
    compile native/isa/sse2.cc
    compile native/isa/avx2.cc "${avx2[@]}"
    compile native/isa/avx512.cc "${avx2[@]}" -mavx512f -mavx512bw -mavx512vl -mavx512dq -mavx512vbmi2 -mavx512ifma
    ;;
  aarch64 | arm64) compile native/isa/neon.cc ;;
esac
"$cxx" "${flags[@]}" "${objects[@]}" -lpthread -ldl -o "$out/native_test"

# Reports go before the tests' own handlers of SIGBUS and SIGSEGV, which are part of what is tested.
export ASAN_OPTIONS=detect_leaks=1:handle_sigbus=0:handle_segv=0:allow_user_segv_handler=1
export UBSAN_OPTIONS=print_stacktrace=1
"$out/native_test"
# What makes it fail must still do so.
for mode in fail overread; do
  if { "$out/native_test" $mode; } 2>/dev/null; then
    echo "native_test $mode should fail" >&2
    exit 1
  fi
done
echo 'The native tests pass under the sanitizers.'
