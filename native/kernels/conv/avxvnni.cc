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
#include "winograd.h"

namespace qjit {
namespace {

/** Bytes of transformed weights from which reading them costs more than is won over the direct kernel. */
constexpr int64_t winograd_weights = int64_t{5} << 18;

}  // namespace

std::unique_ptr<ConvKernel> conv_avxvnni(const Conv& g) {
  if (!tileable(g)) return nullptr;
  if (WinogradConv<VnniWords>::suits(g, winograd_weights)) return std::make_unique<WinogradConv<VnniWords>>(g);
  if (byte_weights(g)) return std::make_unique<TiledConv<VnniBytes>>(g);
  return std::make_unique<TiledConv<VnniWords>>(g);
}

}  // namespace qjit

#if defined(__clang__)
#pragma clang attribute pop
#endif
