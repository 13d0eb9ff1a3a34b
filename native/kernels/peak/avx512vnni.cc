#include "peak.h"
#include "../vectors/standard.h"

// From here on for the instruction set; what was included before stays for the baseline.
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni"))), apply_to = function)
#else
#pragma GCC target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")
#endif

#include "../vectors/lanes512.h"
#include "dots.h"

namespace qjit {

PeakKernel peak_avx512vnni() { return peak_of<WideBytes>(); }

}  // namespace qjit

#if defined(__clang__)
#pragma clang attribute pop
#endif
