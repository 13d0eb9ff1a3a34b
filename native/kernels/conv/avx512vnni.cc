#include "conv.h"
#include "../vectors/standard.h"

// From here on for the instruction set; what was included before stays for the baseline.
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni"))), apply_to = function)
#else
#pragma GCC target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")
#endif

#include "../vectors/lanes512.h"
#include "tile.h"

namespace qjit {

std::unique_ptr<ConvKernel> conv_avx512vnni(const Conv& g) {
  if (!tileable(g)) return nullptr;
  if (byte_weights(g)) return std::make_unique<TiledConv<WideBytes>>(g);
  return std::make_unique<TiledConv<WideWords>>(g);
}

}  // namespace qjit

#if defined(__clang__)
#pragma clang attribute pop
#endif
