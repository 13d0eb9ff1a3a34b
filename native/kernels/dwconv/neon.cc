#include "../conv/conv.h"
#include "../vectors/neon.h"
#include "depthwise.h"

namespace qjit {

std::unique_ptr<ConvKernel> dwconv_neon(const Conv& g) {
  return is_depthwise(g) ? std::make_unique<Depthwise<NeonWords>>(g) : nullptr;
}

}  // namespace qjit
