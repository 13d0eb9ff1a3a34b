// The sum of two 8-bit tensors by a float formula: one that was tried on all pairs of bytes (src/codegen/wasm/proof-add.ts),
// or a rule that is two fused multiply-adds itself.
#pragma once

#include <cstdint>

#include "../isa.h"

namespace qjit {

/** rne(v) + zero with v = x * a + (y * b + c), moved by `away` from zero, clamped. */
struct AddFit {
  float a, b, c, away;
  int zero, low, high;
  bool x_signed, y_signed, out_signed;
  /** Each product and its sum are rounded once, and `away` is not used. */
  bool fused = false;
};

struct AddKernel {
  const char* name = "";
  void (*run)(const AddFit&, const uint8_t* x, const uint8_t* y, uint8_t* out, int64_t count) = nullptr;
};

/** The kernel of an instruction set; without a function where there is none. */
AddKernel add_kernel(Isa);

void add_avx2(const AddFit&, const uint8_t*, const uint8_t*, uint8_t*, int64_t);
void add_neon(const AddFit&, const uint8_t*, const uint8_t*, uint8_t*, int64_t);
void add_avx512vnni(const AddFit&, const uint8_t*, const uint8_t*, uint8_t*, int64_t);

}  // namespace qjit
