// The standard headers that kernels use. Files that are compiled for an instruction set include this first: inline functions
// of the standard library must be compiled for the baseline, since the linker keeps one copy of each for the whole program.
#pragma once

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>
