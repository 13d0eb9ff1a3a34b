// Tiled convolutions on emulated vectors of 16-bit pairs.
#include "../kernels/conv/tile.h"
#include "../kernels/vectors/emulated.h"
#include "families.h"

namespace qjit::test {

void emulated_words(int rounds) {
  test_convolutions("emulated 8 words", Family::any, rounds, [](const Conv& g) { return std::make_unique<TiledConv<Emulated<8, int16_t>>>(g); });
  test_convolutions("emulated 16 words", Family::any, rounds, [](const Conv& g) { return std::make_unique<TiledConv<Emulated<16, int16_t>>>(g); });
}

}  // namespace qjit::test
