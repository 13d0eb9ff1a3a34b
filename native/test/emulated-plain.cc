// Kernels that are no products, on emulated vectors.
#include "../kernels/add/lanes.h"
#include "../kernels/plain/lanes.h"
#include "../kernels/vectors/emulated.h"
#include "families.h"

namespace qjit::test {

void emulated_plain(int) {
  using Words = Emulated<16, int16_t>;
  test_plain("emulated 16", {"emulated", quantize_lanes<Words>, maximum_lanes<Words>, sum_lanes_of<Words>});
  test_additions("emulated 8", add_lanes<Emulated<8, int16_t>>);
  test_additions("emulated 16", add_lanes<Words>);
}

}  // namespace qjit::test
