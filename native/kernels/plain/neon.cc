#include "plain.h"
#include "../vectors/neon.h"
#include "lanes.h"

namespace qjit {

PlainKernels plain_neon() { return {"neon", quantize_lanes<NeonWords>, maximum_lanes<NeonWords>, sum_lanes_of<NeonWords>}; }

}  // namespace qjit
