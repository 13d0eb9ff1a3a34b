#include "peak.h"
#include "../vectors/standard.h"

// From here on for the instruction set; what was included before stays for the baseline.
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma,avxvnni"))), apply_to = function)
#else
#pragma GCC target("avx2,fma,avxvnni")
#endif

#include "../vectors/vnni256.h"
#include "dots.h"

namespace qjit {

PeakKernel peak_avxvnni() { return peak_of<VnniBytes>(); }

}  // namespace qjit

#if defined(__clang__)
#pragma clang attribute pop
#endif
