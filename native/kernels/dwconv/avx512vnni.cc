#include "../conv/conv.h"
#include "../vectors/standard.h"

// From here on for the instruction set; what was included before stays for the baseline.
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma,avx512f,avx512bw,avx512dq,avx512vl,avx512vnni"))), apply_to = function)
#else
#pragma GCC target("avx2,fma,avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")
#endif

#include "../vectors/vnni256.h"
#include "../vectors/lanes512.h"
#include "depthwise.h"
#include "march.h"

namespace qjit {
namespace {

/** Its own type, so that its code is compiled for this file's instruction set. */
struct HalfBytes : EvexBytes {};

}  // namespace

std::unique_ptr<ConvKernel> dwconv_avx512vnni(const Conv& g) {
  if (MarchingDepthwise<WideBytes, HalfBytes>::suits(g)) return std::make_unique<MarchingDepthwise<WideBytes, HalfBytes>>(g);
  return is_depthwise(g) ? std::make_unique<Depthwise<WideWords>>(g) : nullptr;
}

}  // namespace qjit

#if defined(__clang__)
#pragma clang attribute pop
#endif
