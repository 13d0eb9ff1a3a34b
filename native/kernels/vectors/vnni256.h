// AVX-VNNI: dot products on vectors of 8 lanes.
#pragma once

#include "lanes256.h"

namespace qjit {

/** Fours of unsigned times signed bytes. */
struct VnniBytes : Lanes256 {
  static constexpr const char* isa = "avxvnni";
  using Element = uint8_t;
  static QJIT_INLINE I dot(I acc, I x, I w) { return _mm256_dpbusd_avx_epi32(acc, x, w); }
  static QJIT_INLINE I dot_at(I acc, I x, const void* w) { return dot(acc, x, load(w)); }
};

/** 16-bit pairs. */
struct VnniWords : Lanes256 {
  static constexpr const char* isa = "avxvnni";
  using Element = int16_t;
  static QJIT_INLINE I dot(I acc, I x, I w) { return _mm256_dpwssd_avx_epi32(acc, x, w); }
  static QJIT_INLINE I dot_at(I acc, I x, const void* w) { return dot(acc, x, load(w)); }
};

}  // namespace qjit
