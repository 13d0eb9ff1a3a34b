#include "plain.h"
#include "../vectors/standard.h"

// From here on for the instruction set; what was included before stays for the baseline.
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#else
#pragma GCC target("avx2,fma")
#endif

#include "../vectors/lanes256.h"
#include "interleave.h"
#include "lanes.h"

namespace qjit {

PlainKernels plain_avx2() {
  return {"avx2", quantize_lanes<Avx2Words>, maximum_lanes<Avx2Words>, sum_lanes_of<Avx2Words>, interleave3};
}

}  // namespace qjit

#if defined(__clang__)
#pragma clang attribute pop
#endif
