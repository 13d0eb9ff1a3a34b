#include "conv.h"
#include "../vectors/standard.h"

// From here on for the instruction set; what was included before stays for the baseline.
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma,avx512f,avx512bw,avx512vl,avx512vnni"))), apply_to = function)
#else
#pragma GCC target("avx2,fma,avx512f,avx512bw,avx512vl,avx512vnni")
#endif

#include "../vectors/vnni256.h"
#include "tile.h"
#include "winograd.h"

namespace qjit {
namespace {

/** Bytes of transformed weights from which reading them costs more than is won over the direct kernel. */
constexpr int64_t winograd_weights = int64_t{5} << 18;

}  // namespace

std::unique_ptr<ConvKernel> conv_evexvnni(const Conv& g) {
  if (!tileable(g)) return nullptr;
  if (WinogradConv<EvexWords>::suits(g, winograd_weights)) return std::make_unique<WinogradConv<EvexWords>>(g);
  if (byte_weights(g)) return std::make_unique<TiledConv<EvexBytes>>(g);
  return std::make_unique<TiledConv<EvexWords>>(g);
}

}  // namespace qjit

#if defined(__clang__)
#pragma clang attribute pop
#endif
