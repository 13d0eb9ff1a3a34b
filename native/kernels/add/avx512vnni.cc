#include "add.h"
#include "../vectors/standard.h"

// From here on for the instruction set; what was included before stays for the baseline.
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni"))), apply_to = function)
#else
#pragma GCC target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")
#endif

#include "../vectors/lanes512.h"
#include "lanes.h"

namespace qjit {

void add_avx512vnni(const AddFit& k, const uint8_t* x, const uint8_t* y, uint8_t* out, int64_t count) {
  add_lanes<WideWords>(k, x, y, out, count);
}

}  // namespace qjit

#if defined(__clang__)
#pragma clang attribute pop
#endif
