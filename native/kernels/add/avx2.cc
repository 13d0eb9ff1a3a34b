#include "add.h"
#include "../vectors/standard.h"

// From here on for the instruction set; what was included before stays for the baseline.
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#else
#pragma GCC target("avx2,fma")
#endif

#include "../vectors/lanes256.h"
#include "lanes.h"

namespace qjit {

void add_avx2(const AddFit& k, const uint8_t* x, const uint8_t* y, uint8_t* out, int64_t count) {
  add_lanes<Avx2Words>(k, x, y, out, count);
}

}  // namespace qjit

#if defined(__clang__)
#pragma clang attribute pop
#endif
