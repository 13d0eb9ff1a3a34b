// NEON with dot products.
#pragma once

#include "neon.h"

namespace qjit {

/** Fours of bytes. The instruction multiplies signed ones, so x goes with its top bit flipped: 128 less, which biases make good. */
struct NeonDotBytes : LanesNeon {
  static constexpr const char* isa = "neondot";
  using Element = uint8_t;
  static constexpr int x_offset = 128;
  static QJIT_INLINE I dot(I acc, I x, I w) { return vdotq_s32(acc, bytes(flip_bits(x, splat_byte(0x80))), bytes(w)); }
  static QJIT_INLINE I dot_at(I acc, I x, const void* w) { return dot(acc, x, load(w)); }
};

}  // namespace qjit
