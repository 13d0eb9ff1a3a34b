#include "conv.h"
#include "../vectors/standard.h"

// From here on for the instruction set; what was included before stays for the baseline.
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma,avxvnni"))), apply_to = function)
#else
#pragma GCC target("avx2,fma,avxvnni")
#endif

#include "../vectors/vnni256.h"
#include "tile.h"

namespace qjit {

std::unique_ptr<ConvKernel> conv_avxvnni(const Conv& g) {
  if (!tileable(g)) return nullptr;
  if (byte_weights(g)) return std::make_unique<TiledConv<VnniBytes>>(g);
  return std::make_unique<TiledConv<VnniWords>>(g);
}

}  // namespace qjit

#if defined(__clang__)
#pragma clang attribute pop
#endif
