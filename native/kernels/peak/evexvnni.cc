#include "peak.h"
#include "../vectors/standard.h"

// From here on for the instruction set; what was included before stays for the baseline.
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma,avx512f,avx512bw,avx512vl,avx512vnni"))), apply_to = function)
#else
#pragma GCC target("avx2,fma,avx512f,avx512bw,avx512vl,avx512vnni")
#endif

#include "../vectors/vnni256.h"
#include "dots.h"

namespace qjit {

PeakKernel peak_evexvnni() { return peak_of<EvexBytes>(); }

}  // namespace qjit

#if defined(__clang__)
#pragma clang attribute pop
#endif
