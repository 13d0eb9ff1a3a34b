#include "plain.h"
#include "../vectors/standard.h"

// From here on for the instruction set; what was included before stays for the baseline.
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni"))), apply_to = function)
#else
#pragma GCC target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")
#endif

#include "../vectors/lanes512.h"
#include "interleave.h"
#include "lanes.h"

namespace qjit {

PlainKernels plain_avx512vnni() {
  return {"avx512vnni", quantize_lanes<WideWords>, maximum_lanes<WideWords>, sum_lanes_of<WideWords>, interleave3};
}

}  // namespace qjit

#if defined(__clang__)
#pragma clang attribute pop
#endif
