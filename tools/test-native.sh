#!/usr/bin/env bash
# Builds and runs the C++ tests of the kernels, plain and under AddressSanitizer and UndefinedBehaviorSanitizer.
set -euo pipefail
cd "$(dirname "$0")/.."
for sanitize in OFF ON; do
  dir=build/native-test-$sanitize
  cmake -S native -B "$dir" -DQJIT_SANITIZE=$sanitize -DCMAKE_BUILD_TYPE=$([ $sanitize = ON ] && echo Debug || echo Release) >/dev/null
  cmake --build "$dir" -j "${JOBS:-2}" >/dev/null
  ctest --test-dir "$dir" --output-on-failure
done
