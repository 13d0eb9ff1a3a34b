// Vectors of 8 lanes on AVX2. See lanes.h for what each operation means.
#pragma once

#include "lanes.h"
#include "standard.h"

namespace qjit {

struct Lanes256 {
  static constexpr int lanes = 8;
  static constexpr int registers = 16;
  using I = __m256i;
  using F = __m256;

  static QJIT_INLINE I load(const void* p) { return _mm256_loadu_si256(static_cast<const __m256i*>(p)); }
  static QJIT_INLINE void store(void* p, I v) { _mm256_storeu_si256(static_cast<__m256i*>(p), v); }
  static QJIT_INLINE I splat(int32_t v) { return _mm256_set1_epi32(v); }
  static QJIT_INLINE I splat16(int16_t v) { return _mm256_set1_epi16(v); }
  /** The four bytes at p in every lane. */
  static QJIT_INLINE I broadcast(const uint8_t* p) {
    int32_t v;
    std::memcpy(&v, p, 4);
    return _mm256_set1_epi32(v);
  }
  static QJIT_INLINE I add(I a, I b) { return _mm256_add_epi32(a, b); }

  static QJIT_INLINE F load_real(const float* p) { return _mm256_loadu_ps(p); }
  static QJIT_INLINE F splat_real(float v) { return _mm256_set1_ps(v); }
  static QJIT_INLINE F real(I v) { return _mm256_cvtepi32_ps(v); }
  static QJIT_INLINE F mul(F a, F b) { return _mm256_mul_ps(a, b); }
  static QJIT_INLINE F plus(F a, F b) { return _mm256_add_ps(a, b); }
  static QJIT_INLINE F divide(F a, F b) { return _mm256_div_ps(a, b); }
  static QJIT_INLINE F least(F a, F b) { return _mm256_min_ps(a, b); }
  static QJIT_INLINE F most(F a, F b) { return _mm256_max_ps(a, b); }
  static QJIT_INLINE F where_reaches(F v, F limit, F then, F other) {
    return _mm256_blendv_ps(other, then, _mm256_cmp_ps(v, limit, _CMP_GE_OQ));
  }
  static QJIT_INLINE I truncate(F v) { return _mm256_cvttps_epi32(v); }
  static QJIT_INLINE F with_sign(F magnitude, F sign) {
    return _mm256_or_ps(magnitude, _mm256_and_ps(sign, _mm256_set1_ps(-0.0f)));
  }
  static QJIT_INLINE I round(F v) { return _mm256_cvtps_epi32(v); }

  static QJIT_INLINE I wide(I acc, const double* s, const double* o, bool away) {
    const __m256d sign = away ? _mm256_set1_pd(-0.0) : _mm256_setzero_pd();
    const auto half = [&](__m128i a, int at) QJIT_LAMBDA_INLINE {
      const __m256d v = _mm256_mul_pd(_mm256_cvtepi32_pd(a), _mm256_loadu_pd(s + at));
      return _mm256_cvtpd_epi32(_mm256_add_pd(v, _mm256_or_pd(_mm256_loadu_pd(o + at), _mm256_and_pd(v, sign))));
    };
    return _mm256_set_m128i(half(_mm256_extracti128_si256(acc, 1), 4), half(_mm256_castsi256_si128(acc), 0));
  }

  static QJIT_INLINE I pack(I a, I b) { return _mm256_packs_epi32(a, b); }
  static QJIT_INLINE I add16(I a, I b) { return _mm256_adds_epi16(a, b); }
  static QJIT_INLINE I sub16(I a, I b) { return _mm256_sub_epi16(a, b); }
  static QJIT_INLINE I clamp16(I v, I lo, I hi) { return _mm256_min_epi16(_mm256_max_epi16(v, lo), hi); }
  static QJIT_INLINE I low(I a, I b) { return _mm256_unpacklo_epi16(a, b); }
  static QJIT_INLINE I high(I a, I b) { return _mm256_unpackhi_epi16(a, b); }
  static QJIT_INLINE I low32(I v) { return _mm256_srai_epi32(_mm256_unpacklo_epi16(v, v), 16); }
  static QJIT_INLINE I high32(I v) { return _mm256_srai_epi32(_mm256_unpackhi_epi16(v, v), 16); }

  static QJIT_INLINE F fma(F a, F b, F c) { return _mm256_fmadd_ps(a, b, c); }
  static QJIT_INLINE I sub(I a, I b) { return _mm256_sub_epi32(a, b); }
  static QJIT_INLINE I multiply(I a, I b) { return _mm256_mullo_epi32(a, b); }
  static QJIT_INLINE I shift_right(I v, int by) { return _mm256_srai_epi32(v, by); }
  static QJIT_INLINE I clamp32(I v, I lo, I hi) { return _mm256_min_epi32(_mm256_max_epi32(v, lo), hi); }
  static QJIT_INLINE I pack_bytes(I a, I b, bool is_signed) { return is_signed ? _mm256_packs_epi16(a, b) : _mm256_packus_epi16(a, b); }
  static QJIT_INLINE I natural(I v) { return _mm256_permutevar8x32_epi32(v, _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7)); }
  static QJIT_INLINE I low8(I a, I b) { return _mm256_unpacklo_epi8(a, b); }
  static QJIT_INLINE I high8(I a, I b) { return _mm256_unpackhi_epi8(a, b); }
  static QJIT_INLINE I flip_bits(I v, I mask) { return _mm256_xor_si256(v, mask); }
  static QJIT_INLINE I splat_byte(int v) { return _mm256_set1_epi8(static_cast<char>(v)); }
  static QJIT_INLINE I max_bytes(I a, I b, bool is_signed) { return is_signed ? _mm256_max_epi8(a, b) : _mm256_max_epu8(a, b); }
  static QJIT_INLINE I clamp_bytes(I v, I lo, I hi, bool is_signed) {
    return is_signed ? _mm256_min_epi8(_mm256_max_epi8(v, lo), hi) : _mm256_min_epu8(_mm256_max_epu8(v, lo), hi);
  }
  static QJIT_INLINE I load_widened(const uint8_t* p, bool is_signed, int count) {
    uint64_t part = 0;
    if (count >= 8) std::memcpy(&part, p, 8);
    else for (int i = 0; i < count; i++) part |= uint64_t{p[i]} << 8 * i;
    const __m128i v = _mm_cvtsi64_si128(static_cast<int64_t>(part));
    return is_signed ? _mm256_cvtepi8_epi32(v) : _mm256_cvtepu8_epi32(v);
  }
  static QJIT_INLINE void store_first(uint8_t* p, I v, int count) {
    if (count == 32) return _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), v);
    if (count == 16) return _mm_storeu_si128(reinterpret_cast<__m128i*>(p), _mm256_castsi256_si128(v));
    uint8_t part[32];
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(part), v);
    std::memcpy(p, part, static_cast<size_t>(count));
  }

  static QJIT_INLINE I load_bytes(const uint8_t* p, bool is_signed) {
    const __m128i v = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    return is_signed ? _mm256_cvtepi8_epi16(v) : _mm256_cvtepu8_epi16(v);
  }
  static QJIT_INLINE I load_bytes(const uint8_t* p, bool is_signed, int count) {
    if (count >= 16) return load_bytes(p, is_signed);
    uint8_t part[16] = {};
    std::memcpy(part, p, static_cast<size_t>(count));
    return load_bytes(part, is_signed);
  }
  static QJIT_INLINE void store_bytes(uint8_t* p, I v, bool is_signed, int count) {
    const __m128i a = _mm256_castsi256_si128(v), b = _mm256_extracti128_si256(v, 1);
    const __m128i bytes = is_signed ? _mm_packs_epi16(a, b) : _mm_packus_epi16(a, b);
    if (count >= 16) return _mm_storeu_si128(reinterpret_cast<__m128i*>(p), bytes);
    uint8_t part[16];
    _mm_storeu_si128(reinterpret_cast<__m128i*>(part), bytes);
    std::memcpy(p, part, static_cast<size_t>(count));
  }
};

/** 16-bit pairs by multiply-add. */
struct Avx2Words : Lanes256 {
  static constexpr const char* isa = "avx2";
  using Element = int16_t;
  static QJIT_INLINE I dot(I acc, I x, I w) { return _mm256_add_epi32(acc, _mm256_madd_epi16(x, w)); }
  static QJIT_INLINE I dot_at(I acc, I x, const void* w) { return dot(acc, x, load(w)); }
};

}  // namespace qjit
