// The dot products of AVX-VNNI as AVX-512 (VL) encodes them: the same arithmetic for CPUs that have only that encoding.
#pragma once

#include "lanes256.h"

namespace qjit {

/** Fours of unsigned times signed bytes. */
struct EvexBytes : Lanes256 {
  static constexpr const char* isa = "avxvnni";
  using Element = uint8_t;
  static QJIT_INLINE I dot(I acc, I x, I w) { return _mm256_dpbusd_epi32(acc, x, w); }
  static QJIT_INLINE I dot_at(I acc, I x, const void* w) { return dot(acc, x, load(w)); }
};

/** 16-bit pairs. */
struct EvexWords : Lanes256 {
  static constexpr const char* isa = "avxvnni";
  using Element = int16_t;
  static QJIT_INLINE I dot(I acc, I x, I w) { return _mm256_dpwssd_epi32(acc, x, w); }
  static QJIT_INLINE I dot_at(I acc, I x, const void* w) { return dot(acc, x, load(w)); }
};

}  // namespace qjit
