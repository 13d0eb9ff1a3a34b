#include "conv.h"
#include "../vectors/standard.h"

// From here on for the instruction set; what was included before stays for the baseline.
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("dotprod"))), apply_to = function)
#else
#pragma GCC target("arch=armv8.2-a+dotprod")
#endif

#include "../vectors/neondot.h"
#include "tile.h"

namespace qjit {

/** Of weights that are bytes. */
std::unique_ptr<ConvKernel> conv_neondot(const Conv& g) {
  return tileable(g) && byte_weights(g) ? std::make_unique<TiledConv<NeonDotBytes>>(g) : nullptr;
}

}  // namespace qjit

#if defined(__clang__)
#pragma clang attribute pop
#endif
