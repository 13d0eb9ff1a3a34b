// Tiled convolutions on emulated vectors of fours of bytes.
#include "../kernels/conv/tile.h"
#include "../kernels/vectors/emulated.h"
#include "families.h"

namespace qjit::test {

void emulated_bytes(int rounds) {
  const auto row = [](auto tag, const Conv& g) -> std::unique_ptr<ConvKernel> {
    return byte_weights(g) ? std::make_unique<TiledConv<decltype(tag)>>(g) : nullptr;
  };
  test_convolutions("emulated 8 bytes", Family::any, rounds, [&](const Conv& g) { return row(Emulated<8, uint8_t>{}, g); });
  test_convolutions("emulated 16 bytes", Family::any, rounds, [&](const Conv& g) { return row(Emulated<16, uint8_t>{}, g); });
}

}  // namespace qjit::test
