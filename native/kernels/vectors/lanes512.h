// Vectors of 16 lanes on AVX-512 (F, BW, VL, DQ) with VNNI. See lanes.h for what each operation means.
#pragma once

#include "lanes.h"
#include "standard.h"

namespace qjit {

struct Lanes512 {
  static constexpr int lanes = 16;
  static constexpr int registers = 32;
  using I = __m512i;
  using F = __m512;

  static QJIT_INLINE I load(const void* p) { return _mm512_loadu_si512(p); }
  static QJIT_INLINE void store(void* p, I v) { _mm512_storeu_si512(p, v); }
  static QJIT_INLINE I splat(int32_t v) { return _mm512_set1_epi32(v); }
  static QJIT_INLINE I splat16(int16_t v) { return _mm512_set1_epi16(v); }
  static QJIT_INLINE I broadcast(const uint8_t* p) {
    int32_t v;
    std::memcpy(&v, p, 4);
    return _mm512_set1_epi32(v);
  }
  static QJIT_INLINE I add(I a, I b) { return _mm512_add_epi32(a, b); }

  static QJIT_INLINE F load_real(const float* p) { return _mm512_loadu_ps(p); }
  static QJIT_INLINE F splat_real(float v) { return _mm512_set1_ps(v); }
  static QJIT_INLINE F real(I v) { return _mm512_cvtepi32_ps(v); }
  static QJIT_INLINE F mul(F a, F b) { return _mm512_mul_ps(a, b); }
  static QJIT_INLINE F plus(F a, F b) { return _mm512_add_ps(a, b); }
  static QJIT_INLINE F divide(F a, F b) { return _mm512_div_ps(a, b); }
  static QJIT_INLINE F least(F a, F b) { return _mm512_min_ps(a, b); }
  static QJIT_INLINE F most(F a, F b) { return _mm512_max_ps(a, b); }
  static QJIT_INLINE F where_reaches(F v, F limit, F then, F other) {
    return _mm512_mask_blend_ps(_mm512_cmp_ps_mask(v, limit, _CMP_GE_OQ), other, then);
  }
  static QJIT_INLINE I truncate(F v) { return _mm512_cvttps_epi32(v); }
  static QJIT_INLINE F with_sign(F magnitude, F sign) {
    return _mm512_or_ps(magnitude, _mm512_and_ps(sign, _mm512_set1_ps(-0.0f)));
  }
  static QJIT_INLINE I round(F v) { return _mm512_cvtps_epi32(v); }

  static QJIT_INLINE I wide(I acc, const double* s, const double* o, bool away) {
    const __m512d sign = away ? _mm512_set1_pd(-0.0) : _mm512_setzero_pd();
    const auto half = [&](__m256i a, int at) QJIT_LAMBDA_INLINE {
      const __m512d v = _mm512_mul_pd(_mm512_cvtepi32_pd(a), _mm512_loadu_pd(s + at));
      return _mm512_cvtpd_epi32(_mm512_add_pd(v, _mm512_or_pd(_mm512_loadu_pd(o + at), _mm512_and_pd(v, sign))));
    };
    return _mm512_inserti64x4(_mm512_castsi256_si512(half(_mm512_castsi512_si256(acc), 0)), half(_mm512_extracti64x4_epi64(acc, 1), 8), 1);
  }

  static QJIT_INLINE I pack(I a, I b) { return _mm512_packs_epi32(a, b); }
  static QJIT_INLINE I add16(I a, I b) { return _mm512_adds_epi16(a, b); }
  static QJIT_INLINE I sub16(I a, I b) { return _mm512_sub_epi16(a, b); }
  static QJIT_INLINE I clamp16(I v, I lo, I hi) { return _mm512_min_epi16(_mm512_max_epi16(v, lo), hi); }
  static QJIT_INLINE I low(I a, I b) { return _mm512_unpacklo_epi16(a, b); }
  static QJIT_INLINE I high(I a, I b) { return _mm512_unpackhi_epi16(a, b); }
  static QJIT_INLINE I low32(I v) { return _mm512_srai_epi32(_mm512_unpacklo_epi16(v, v), 16); }
  static QJIT_INLINE I high32(I v) { return _mm512_srai_epi32(_mm512_unpackhi_epi16(v, v), 16); }

  static QJIT_INLINE F fma(F a, F b, F c) { return _mm512_fmadd_ps(a, b, c); }
  static QJIT_INLINE I sub(I a, I b) { return _mm512_sub_epi32(a, b); }
  static QJIT_INLINE I multiply(I a, I b) { return _mm512_mullo_epi32(a, b); }
  static QJIT_INLINE I shift_right(I v, int by) { return _mm512_srai_epi32(v, static_cast<unsigned>(by)); }
  static QJIT_INLINE I clamp32(I v, I lo, I hi) { return _mm512_min_epi32(_mm512_max_epi32(v, lo), hi); }
  static QJIT_INLINE I pack_bytes(I a, I b, bool is_signed) { return is_signed ? _mm512_packs_epi16(a, b) : _mm512_packus_epi16(a, b); }
  static QJIT_INLINE I natural(I v) {
    return _mm512_permutexvar_epi32(_mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15), v);
  }
  static QJIT_INLINE I low8(I a, I b) { return _mm512_unpacklo_epi8(a, b); }
  static QJIT_INLINE I high8(I a, I b) { return _mm512_unpackhi_epi8(a, b); }
  static QJIT_INLINE I flip_bits(I v, I mask) { return _mm512_xor_si512(v, mask); }
  static QJIT_INLINE I splat_byte(int v) { return _mm512_set1_epi8(static_cast<char>(v)); }
  static QJIT_INLINE I max_bytes(I a, I b, bool is_signed) { return is_signed ? _mm512_max_epi8(a, b) : _mm512_max_epu8(a, b); }
  static QJIT_INLINE I clamp_bytes(I v, I lo, I hi, bool is_signed) {
    return is_signed ? _mm512_min_epi8(_mm512_max_epi8(v, lo), hi) : _mm512_min_epu8(_mm512_max_epu8(v, lo), hi);
  }
  static QJIT_INLINE I load_widened(const uint8_t* p, bool is_signed, int count) {
    const __mmask16 m = static_cast<__mmask16>(count >= 16 ? 0xffffu : (1u << std::max(count, 0)) - 1);
    const __m128i v = _mm_maskz_loadu_epi8(m, p);
    return is_signed ? _mm512_cvtepi8_epi32(v) : _mm512_cvtepu8_epi32(v);
  }
  static QJIT_INLINE void store_first(uint8_t* p, I v, int count) {
    if (count == 64) return _mm512_storeu_si512(p, v);
    _mm512_mask_storeu_epi8(p, (uint64_t{1} << count) - 1, v);
  }

  static QJIT_INLINE __mmask32 mask(int count) { return count >= 32 ? 0xffffffffu : (1u << count) - 1; }
  static QJIT_INLINE I load_bytes(const uint8_t* p, bool is_signed) { return load_bytes(p, is_signed, 32); }
  static QJIT_INLINE I load_bytes(const uint8_t* p, bool is_signed, int count) {
    const __m256i v = _mm256_maskz_loadu_epi8(mask(count), p);
    return is_signed ? _mm512_cvtepi8_epi16(v) : _mm512_cvtepu8_epi16(v);
  }
  static QJIT_INLINE void store_bytes(uint8_t* p, I v, bool is_signed, int count) {
    const __m512i positive = _mm512_max_epi16(v, _mm512_setzero_si512());
    const __m256i bytes = is_signed ? _mm512_cvtsepi16_epi8(v) : _mm512_cvtusepi16_epi8(positive);
    _mm256_mask_storeu_epi8(p, mask(count), bytes);
  }
};

/** Fours of unsigned times signed bytes. */
struct WideBytes : Lanes512 {
  static constexpr const char* isa = "avx512vnni";
  using Element = uint8_t;
  static QJIT_INLINE I dot(I acc, I x, I w) { return _mm512_dpbusd_epi32(acc, x, w); }
  static QJIT_INLINE I dot_at(I acc, I x, const void* w) {
    __asm__("vpdpbusd %2, %1, %0" : "+v"(acc) : "v"(x), "m"(*static_cast<const I*>(w)));
    return acc;
  }
};

/** 16-bit pairs. */
struct WideWords : Lanes512 {
  static constexpr const char* isa = "avx512vnni";
  using Element = int16_t;
  static QJIT_INLINE I dot(I acc, I x, I w) { return _mm512_dpwssd_epi32(acc, x, w); }
  static QJIT_INLINE I dot_at(I acc, I x, const void* w) {
    __asm__("vpdpwssd %2, %1, %0" : "+v"(acc) : "v"(x), "m"(*static_cast<const I*>(w)));
    return acc;
  }
};

}  // namespace qjit
