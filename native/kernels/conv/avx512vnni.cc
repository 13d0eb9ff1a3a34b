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
#include "winograd.h"

namespace qjit {
namespace {

/** Bytes of transformed weights from which reading them costs more than is won over the direct kernel. */
constexpr int64_t winograd_weights = int64_t{5} << 18;

}  // namespace

std::unique_ptr<ConvKernel> conv_avx512vnni(const Conv& g) {
  if (!tileable(g)) return nullptr;
  if (WinogradConv<WideWords>::suits(g, winograd_weights)) return std::make_unique<WinogradConv<WideWords>>(g);
  if (byte_weights(g)) return std::make_unique<TiledConv<WideBytes>>(g);
  return std::make_unique<TiledConv<WideWords>>(g);
}

}  // namespace qjit

#if defined(__clang__)
#pragma clang attribute pop
#endif
