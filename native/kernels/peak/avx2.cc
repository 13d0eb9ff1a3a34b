#include "peak.h"
#include "../vectors/standard.h"

// From here on for the instruction set; what was included before stays for the baseline.
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#else
#pragma GCC target("avx2,fma")
#endif

#include "../vectors/lanes256.h"
#include "dots.h"

namespace qjit {

PeakKernel peak_avx2() { return peak_of<Avx2Words>(); }

}  // namespace qjit

#if defined(__clang__)
#pragma clang attribute pop
#endif
