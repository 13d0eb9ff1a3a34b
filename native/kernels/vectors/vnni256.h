// Dot products of AVX-VNNI on vectors of 8 lanes, in either encoding: its own, or AVX-512's (VL), the same arithmetic for CPUs that
// have only that one.
#pragma once

#include "lanes256.h"

namespace qjit {

/** Fours of unsigned times signed bytes. */
template <bool Evex>
struct Vnni256Bytes : Lanes256 {
  static constexpr const char* isa = "avxvnni";
  using Element = uint8_t;
  static QJIT_INLINE I dot(I acc, I x, I w) {
    if constexpr (Evex) return _mm256_dpbusd_epi32(acc, x, w);
    else return _mm256_dpbusd_avx_epi32(acc, x, w);
  }
  static QJIT_INLINE I dot_at(I acc, I x, const void* w) { return dot(acc, x, load(w)); }
};

/** 16-bit pairs. */
template <bool Evex>
struct Vnni256Words : Lanes256 {
  static constexpr const char* isa = "avxvnni";
  using Element = int16_t;
  static QJIT_INLINE I dot(I acc, I x, I w) {
    if constexpr (Evex) return _mm256_dpwssd_epi32(acc, x, w);
    else return _mm256_dpwssd_avx_epi32(acc, x, w);
  }
  static QJIT_INLINE I dot_at(I acc, I x, const void* w) { return dot(acc, x, load(w)); }
};

using VnniBytes = Vnni256Bytes<false>;
using VnniWords = Vnni256Words<false>;
using EvexBytes = Vnni256Bytes<true>;
using EvexWords = Vnni256Words<true>;

}  // namespace qjit
