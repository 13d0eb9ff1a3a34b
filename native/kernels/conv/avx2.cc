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
#include "winograd.h"

namespace qjit {
namespace {

/** Bytes of transformed weights from which reading them costs more than is won over the direct kernel. */
constexpr int64_t winograd_weights = int64_t{1} << 23;

}  // namespace

std::unique_ptr<ConvKernel> conv_avx2(const Conv& g) {
  if (!tileable(g)) return nullptr;
  if (WinogradConv<Avx2Words>::suits(g, winograd_weights)) return std::make_unique<WinogradConv<Avx2Words>>(g);
  return std::make_unique<TiledConv<Avx2Words>>(g);
}

}  // namespace qjit

#if defined(__clang__)
#pragma clang attribute pop
#endif
