#!/usr/bin/env bash
# Builds and runs the C++ tests: kernels with guard bytes, and serialized programs on threads and damaged.
#
#   tools/test-native.sh [plain] [asan] [tsan] [valgrind]     all of them unless some are named
#
# asan is AddressSanitizer with UndefinedBehaviorSanitizer, tsan ThreadSanitizer. JOBS, ROUNDS (convolutions for each row of the
# kernel table) and DAMAGED (damaged programs for each program) can be set.
set -euo pipefail
cd "$(dirname "$0")/.."

programs=build/native-programs
npx esbuild tools/native-programs.ts --bundle --platform=node --format=esm --external:binaryen --log-level=warning --outfile=build/native-programs.mjs
node build/native-programs.mjs . "$programs"

build() { # name, sanitizers, build type
  cmake -S native -B "build/native-test-$1" -DQJIT_SANITIZE="$2" -DCMAKE_BUILD_TYPE="$3" >/dev/null
  cmake --build "build/native-test-$1" -j "${JOBS:-2}" --target qjit_test qjit_program_test >/dev/null
}

run() { # name, default rounds, default damaged, command in front
  echo "== $1"
  ${4:-} "build/native-test-$1/qjit_test" "${ROUNDS:-$2}"
  ${4:-} "build/native-test-$1/qjit_program_test" --damaged "${DAMAGED:-$3}" "$programs"/*.bin | tail -n 1
}

for what in "${@:-plain asan tsan valgrind}"; do
  for one in $what; do
    case $one in
      plain) build plain "" Release; run plain 300 2000 ;;
      asan) build asan "address,undefined" Debug; run asan 60 500 ;;
      # Kernels have no threads of their own; their shares are run by the programs.
      tsan) build tsan thread Debug; run tsan 6 50 ;;
      valgrind)
        if ! command -v valgrind >/dev/null; then echo "== valgrind: skipped, it is not installed"; continue; fi
        build plain "" Release
        # Valgrind has no AVX-512, and so does not tell programs of it.
        run plain 3 5 "valgrind --quiet --error-exitcode=1 --leak-check=full" ;;
      *) echo "test-native.sh: wants plain, asan, tsan or valgrind, found $one" >&2; exit 2 ;;
    esac
  done
done
