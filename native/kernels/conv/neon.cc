#include "conv.h"
#include "../vectors/neon.h"
#include "tile.h"

namespace qjit {

std::unique_ptr<ConvKernel> conv_neon(const Conv& g) {
  return tileable(g) ? std::make_unique<TiledConv<NeonWords>>(g) : nullptr;
}

}  // namespace qjit
