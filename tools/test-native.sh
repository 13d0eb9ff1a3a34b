#!/usr/bin/env bash
# Builds and runs the C++ tests: kernels with guard bytes, and serialized programs on threads, step by step between guards, and
# damaged.
#
#   tools/test-native.sh [plain] [asan] [tsan] [valgrind] [fuzz]     the first four unless some are named
#
# asan is AddressSanitizer with UndefinedBehaviorSanitizer, tsan ThreadSanitizer; fuzz goes on with damaged programs in the build of
# asan for FUZZ_SECONDS (600). JOBS, ROUNDS (convolutions for each row of the kernel table) and DAMAGED (damaged programs for each
# program) can be set.
set -euo pipefail
cd "$(dirname "$0")/.."

programs=build/native-programs
npx esbuild tools/native-programs.ts --bundle --platform=node --format=esm --external:binaryen --log-level=warning --outfile=build/native-programs.mjs
node build/native-programs.mjs . "$programs"

build() { # name, sanitizers, build type
  cmake -S native -B "build/native-test-$1" -DQJIT_SANITIZE="$2" -DCMAKE_BUILD_TYPE="$3" -DQJIT_TESTS=ON \
    -DCMAKE_JS_INC="$PWD/node_modules/node-addon-api;$PWD/node_modules/node-api-headers/include" >/dev/null
  cmake --build "build/native-test-$1" -j "${JOBS:-2}" --target qjit_test qjit_program_test qjit >/dev/null
}

run() { # name, default rounds, default damaged, command in front
  ${4:-} "build/native-test-$1/qjit_test" "${ROUNDS:-$2}"
  ${4:-} "build/native-test-$1/qjit_program_test" --complete --damaged "${DAMAGED:-$3}" "$programs"/*.bin
}

# The addon of a build in Node, whose own code no sanitizer knows: workers, threads that end, programs that are collected.
addon() { # name, the sanitizer's library
  local library
  library=$("${CXX:-c++}" -print-file-name="$2")
  if [ ! -e "$library" ]; then echo "skipped: the addon in Node, for there is no $2"; return; fi
  LD_PRELOAD="$library" node --expose-gc test/native/lifecycle.cjs "build/native-test-$1/qjit.node" "$programs/small.bin"
  echo
}

for what in "${@:-plain asan tsan valgrind}"; do
  for one in $what; do
    echo "== $one"
    begun=$SECONDS
    case $one in
      plain) build plain "" Release; run plain 300 500 ;;
      asan) build asan "address,undefined" Debug; run asan 60 100
        ASAN_OPTIONS=detect_leaks=0 addon asan libasan.so ;;
      # Kernels have no threads of their own; their shares are run by the programs.
      tsan) build tsan thread Debug; run tsan 6 10
        # Node's own threads look like races; those of the addon have its name in the report.
        log=$(TSAN_OPTIONS=exitcode=0 addon tsan libtsan.so 2>&1)
        if grep -q "qjit\.node" <<<"$log"; then echo "$log"; exit 1; fi
        tail -n 2 <<<"$log" ;;
      valgrind)
        if ! command -v valgrind >/dev/null; then echo "skipped: valgrind is not installed"; continue; fi
        build plain "" Release
        # Valgrind has no AVX-512, and so does not tell programs of it.
        run plain 3 2 "valgrind --quiet --error-exitcode=1 --leak-check=full" ;;
      fuzz)
        build asan "address,undefined" Debug
        build/native-test-asan/qjit_program_test --only damage --damaged 50 --seconds "${FUZZ_SECONDS:-600}" "$programs"/*.bin ;;
      *) echo "test-native.sh: wants plain, asan, tsan, valgrind or fuzz, found $one" >&2; exit 2 ;;
    esac
    echo "== $one: $((SECONDS - begun)) s"
  done
done
