// Winograd's filtering on emulated vectors.
#include "../kernels/conv/winograd.h"
#include "../kernels/vectors/emulated.h"
#include "families.h"

namespace qjit::test {

void emulated_windows(int rounds) {
  using Narrow = WinogradConv<Emulated<8, int16_t>>;
  using Wide = WinogradConv<Emulated<16, int16_t>>;
  test_convolutions("emulated 8", Family::windows, rounds, [](const Conv& g) { return Narrow::suits(g, 1 << 30) ? std::make_unique<Narrow>(g) : nullptr; });
  test_convolutions("emulated 16", Family::windows, rounds, [](const Conv& g) { return Wide::suits(g, 1 << 30) ? std::make_unique<Wide>(g) : nullptr; });
}

}  // namespace qjit::test
