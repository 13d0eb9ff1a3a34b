// Depthwise convolutions on emulated vectors.
#include "../kernels/dwconv/depthwise.h"
#include "../kernels/dwconv/march.h"
#include "../kernels/vectors/emulated.h"
#include "families.h"

namespace qjit::test {

void emulated_depthwise(int rounds) {
  using March = MarchingDepthwise<Emulated<16, uint8_t>, Emulated<8, uint8_t>>;
  test_convolutions("emulated 8", Family::depthwise, rounds, [](const Conv& g) { return std::make_unique<Depthwise<Emulated<8, int16_t>>>(g); });
  test_convolutions("emulated 16", Family::depthwise, rounds, [](const Conv& g) { return std::make_unique<Depthwise<Emulated<16, int16_t>>>(g); });
  test_convolutions("emulated march", Family::depthwise, 2 * rounds, [](const Conv& g) { return March::suits(g) ? std::make_unique<March>(g) : nullptr; });
}

}  // namespace qjit::test
