#include "../conv/conv.h"
#include "../vectors/standard.h"

// From here on for the instruction set; what was included before stays for the baseline.
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#else
#pragma GCC target("avx2,fma")
#endif

#include "../vectors/lanes256.h"
#include "depthwise.h"

namespace qjit {

std::unique_ptr<ConvKernel> dwconv_avx2(const Conv& g) {
  return is_depthwise(g) ? std::make_unique<Depthwise<Avx2Words>>(g) : nullptr;
}

}  // namespace qjit

#if defined(__clang__)
#pragma clang attribute pop
#endif
