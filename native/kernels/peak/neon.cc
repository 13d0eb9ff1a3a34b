#include "peak.h"
#include "../vectors/neon.h"
#include "dots.h"

namespace qjit {

PeakKernel peak_neon() { return peak_of<NeonWords>(); }

}  // namespace qjit
