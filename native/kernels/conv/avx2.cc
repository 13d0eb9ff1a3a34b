#include "conv.h"
#include "../vectors/standard.h"

// From here on for the instruction set; what was included before stays for the baseline.
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#else
#pragma GCC target("avx2,fma")
#endif

#include "../vectors/lanes256.h"
#include "tile.h"

namespace qjit {

std::unique_ptr<ConvKernel> conv_avx2(const Conv& g) {
  if (!tileable(g)) return nullptr;
  return std::make_unique<TiledConv<Avx2Words>>(g);
}

}  // namespace qjit

#if defined(__clang__)
#pragma clang attribute pop
#endif
