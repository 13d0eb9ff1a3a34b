#include "add.h"
#include "../vectors/neon.h"
#include "lanes.h"

namespace qjit {

void add_neon(const AddFit& k, const uint8_t* x, const uint8_t* y, uint8_t* out, int64_t count) {
  add_lanes<NeonWords>(k, x, y, out, count);
}

}  // namespace qjit
