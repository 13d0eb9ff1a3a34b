// Loops over bytes that are no products: quantization of floats, windows' maxima and sums, pixels out of planes.
#pragma once

#include <cstdint>

#include "../isa.h"

namespace qjit {

/** How floats become bytes: x * k or x / k, rounded (halves to even, or away from zero), plus the zero point, clamped. */
struct Quantizer {
  bool divides = false, away = false;
  float k = 1;
  int zero = 0, low = 0, high = 0;
  /** What not-a-number becomes: `high` or `low`; and whether what no 64-bit integer holds is `low`. */
  bool nan_high = false, infinity_low = false;
  bool out_signed = false;
};

/** The loops of an instruction set; none where there is none. */
struct PlainKernels {
  const char* isa = "scalar";
  void (*quantize)(const Quantizer&, const float* x, uint8_t* out, int64_t count) = nullptr;
  /** Maxima of `c` channels over the places of a window, which are offsets into x. Up to 63 bytes after x may be read. */
  void (*maximum)(const uint8_t* x, const int64_t* places, int64_t count, int64_t c, bool is_signed, uint8_t* out) = nullptr;
  /** Sums of `c` channels over the places of a window. */
  void (*sum)(const uint8_t* x, const int64_t* places, int64_t count, int64_t c, bool is_signed, int32_t* out) = nullptr;
  /** Pixels of three bytes, each from its plane. */
  void (*interleave3)(const uint8_t* first, const uint8_t* second, const uint8_t* third, uint8_t* out, int64_t pixels) = nullptr;
};

PlainKernels plain_kernels(Isa);
PlainKernels plain_avx2();
PlainKernels plain_avx512vnni();
PlainKernels plain_neon();

}  // namespace qjit
