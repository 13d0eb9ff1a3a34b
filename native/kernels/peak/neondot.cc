#include "peak.h"
#include "../vectors/standard.h"

// From here on for the instruction set; what was included before stays for the baseline.
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("dotprod"))), apply_to = function)
#else
#pragma GCC target("arch=armv8.2-a+dotprod")
#endif

#include "../vectors/neondot.h"
#include "dots.h"

namespace qjit {

PeakKernel peak_neondot() { return peak_of<NeonDotBytes>(); }

}  // namespace qjit

#if defined(__clang__)
#pragma clang attribute pop
#endif
