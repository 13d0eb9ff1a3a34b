#!/usr/bin/env bash
# Cross-compiles the C++ tests for 64-bit ARM and runs them under qemu: once on a CPU without dot products, once with them.
# Says so and ends well where the compiler or qemu is not installed (Debian: g++-aarch64-linux-gnu qemu-user).
set -euo pipefail
cd "$(dirname "$0")/.."

for tool in cmake aarch64-linux-gnu-g++ qemu-aarch64; do
  if ! command -v "$tool" >/dev/null; then echo "skipped: no $tool"; exit 0; fi
done

programs=build/native-programs
npx esbuild tools/native-programs.ts --bundle --platform=node --format=esm --external:binaryen --log-level=warning --outfile=build/native-programs.mjs
node build/native-programs.mjs . "$programs"

dir=build/native-test-arm
cmake -S native -B "$dir" -DCMAKE_SYSTEM_NAME=Linux -DCMAKE_SYSTEM_PROCESSOR=aarch64 -DCMAKE_CXX_COMPILER=aarch64-linux-gnu-g++ \
  -DCMAKE_EXE_LINKER_FLAGS=-static -DCMAKE_BUILD_TYPE=Release >/dev/null
cmake --build "$dir" -j "${JOBS:-2}" --target qjit_test qjit_program_test >/dev/null

for cpu in cortex-a53 max; do
  echo "== $cpu"
  qemu-aarch64 -cpu "$cpu" "$dir/qjit_test" "${ROUNDS:-60}"
  qemu-aarch64 -cpu "$cpu" "$dir/qjit_program_test" --complete --damaged "${DAMAGED:-10}" "$programs"/*.bin
done
