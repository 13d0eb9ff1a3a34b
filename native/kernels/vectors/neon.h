// Vectors of 4 lanes on NEON (AArch64). See lanes.h for what each operation means.
#pragma once

#include "lanes.h"
#include "standard.h"

namespace qjit {

struct LanesNeon {
  static constexpr int lanes = 4;
  static constexpr int registers = 32;
  using I = int32x4_t;
  using F = float32x4_t;

  static QJIT_INLINE int16x8_t words(I v) { return vreinterpretq_s16_s32(v); }
  static QJIT_INLINE int8x16_t bytes(I v) { return vreinterpretq_s8_s32(v); }
  static QJIT_INLINE uint8x16_t naturals(I v) { return vreinterpretq_u8_s32(v); }
  static QJIT_INLINE I of(int16x8_t v) { return vreinterpretq_s32_s16(v); }
  static QJIT_INLINE I of(int8x16_t v) { return vreinterpretq_s32_s8(v); }
  static QJIT_INLINE I of(uint8x16_t v) { return vreinterpretq_s32_u8(v); }

  static QJIT_INLINE I load(const void* p) { return of(vld1q_u8(static_cast<const uint8_t*>(p))); }
  static QJIT_INLINE void store(void* p, I v) { vst1q_u8(static_cast<uint8_t*>(p), naturals(v)); }
  static QJIT_INLINE I splat(int32_t v) { return vdupq_n_s32(v); }
  static QJIT_INLINE I splat16(int16_t v) { return of(vdupq_n_s16(v)); }
  /** The four bytes at p in every lane. */
  static QJIT_INLINE I broadcast(const uint8_t* p) {
    int32_t v;
    std::memcpy(&v, p, 4);
    return vdupq_n_s32(v);
  }
  static QJIT_INLINE I add(I a, I b) { return vaddq_s32(a, b); }
  static QJIT_INLINE I sub(I a, I b) { return vsubq_s32(a, b); }
  static QJIT_INLINE I clamp32(I v, I lo, I hi) { return vminq_s32(vmaxq_s32(v, lo), hi); }

  static QJIT_INLINE F load_real(const float* p) {
    // The constants of tiles lie among bytes.
    return vreinterpretq_f32_u8(vld1q_u8(reinterpret_cast<const uint8_t*>(p)));
  }
  static QJIT_INLINE F splat_real(float v) { return vdupq_n_f32(v); }
  static QJIT_INLINE F real(I v) { return vcvtq_f32_s32(v); }
  static QJIT_INLINE F mul(F a, F b) { return vmulq_f32(a, b); }
  static QJIT_INLINE F plus(F a, F b) { return vaddq_f32(a, b); }
  static QJIT_INLINE F fma(F a, F b, F c) { return vfmaq_f32(c, a, b); }
  static QJIT_INLINE F divide(F a, F b) { return vdivq_f32(a, b); }
  static QJIT_INLINE F least(F a, F b) { return vbslq_f32(vcltq_f32(a, b), a, b); }
  static QJIT_INLINE F most(F a, F b) { return vbslq_f32(vcgtq_f32(a, b), a, b); }
  static QJIT_INLINE F where_reaches(F v, F limit, F then, F other) { return vbslq_f32(vcgeq_f32(v, limit), then, other); }
  static QJIT_INLINE I truncate(F v) { return vcvtq_s32_f32(v); }
  static QJIT_INLINE F with_sign(F magnitude, F sign) {
    const uint32x4_t bit = vandq_u32(vreinterpretq_u32_f32(sign), vdupq_n_u32(0x80000000u));
    return vreinterpretq_f32_u32(vorrq_u32(vreinterpretq_u32_f32(magnitude), bit));
  }
  static QJIT_INLINE I round(F v) { return vcvtnq_s32_f32(v); }

  static QJIT_INLINE I wide(I acc, const double* s, const double* o, bool away) {
    const uint64x2_t sign = vdupq_n_u64(away ? 0x8000000000000000u : 0);
    const auto half = [&](int32x2_t a, int at) QJIT_LAMBDA_INLINE {
      const float64x2_t v = vmulq_f64(vcvtq_f64_s64(vmovl_s32(a)), vld1q_f64(s + at));
      const uint64x2_t offset = vorrq_u64(vreinterpretq_u64_f64(vld1q_f64(o + at)), vandq_u64(vreinterpretq_u64_f64(v), sign));
      return vmovn_s64(vcvtnq_s64_f64(vaddq_f64(v, vreinterpretq_f64_u64(offset))));
    };
    return vcombine_s32(half(vget_low_s32(acc), 0), half(vget_high_s32(acc), 2));
  }

  static QJIT_INLINE I pack(I a, I b) { return of(vcombine_s16(vqmovn_s32(a), vqmovn_s32(b))); }
  static QJIT_INLINE I add16(I a, I b) { return of(vqaddq_s16(words(a), words(b))); }
  static QJIT_INLINE I sub16(I a, I b) { return of(vsubq_s16(words(a), words(b))); }
  static QJIT_INLINE I clamp16(I v, I lo, I hi) { return of(vminq_s16(vmaxq_s16(words(v), words(lo)), words(hi))); }
  static QJIT_INLINE I low(I a, I b) { return of(vzip1q_s16(words(a), words(b))); }
  static QJIT_INLINE I high(I a, I b) { return of(vzip2q_s16(words(a), words(b))); }
  static QJIT_INLINE I low32(I v) { return vmovl_s16(vget_low_s16(words(v))); }
  static QJIT_INLINE I high32(I v) { return vmovl_s16(vget_high_s16(words(v))); }

  static QJIT_INLINE I pack_bytes(I a, I b, bool is_signed) {
    if (is_signed) return of(vcombine_s8(vqmovn_s16(words(a)), vqmovn_s16(words(b))));
    return of(vcombine_u8(vqmovun_s16(words(a)), vqmovun_s16(words(b))));
  }
  static QJIT_INLINE I natural(I v) { return v; }
  static QJIT_INLINE I low8(I a, I b) { return of(vzip1q_u8(naturals(a), naturals(b))); }
  static QJIT_INLINE I high8(I a, I b) { return of(vzip2q_u8(naturals(a), naturals(b))); }
  static QJIT_INLINE I flip_bits(I v, I mask) { return veorq_s32(v, mask); }
  static QJIT_INLINE I splat_byte(int v) { return of(vdupq_n_u8(static_cast<uint8_t>(v))); }
  static QJIT_INLINE I max_bytes(I a, I b, bool is_signed) {
    return is_signed ? of(vmaxq_s8(bytes(a), bytes(b))) : of(vmaxq_u8(naturals(a), naturals(b)));
  }
  static QJIT_INLINE I clamp_bytes(I v, I lo, I hi, bool is_signed) {
    return is_signed ? of(vminq_s8(vmaxq_s8(bytes(v), bytes(lo)), bytes(hi))) : of(vminq_u8(vmaxq_u8(naturals(v), naturals(lo)), naturals(hi)));
  }
  static QJIT_INLINE I load_widened(const uint8_t* p, bool is_signed, int count) {
    uint8_t part[8] = {};
    if (count >= 4) std::memcpy(part, p, 4);
    else if (count > 0) std::memcpy(part, p, static_cast<size_t>(count));
    const int16x8_t v = is_signed ? vmovl_s8(vreinterpret_s8_u8(vld1_u8(part))) : vreinterpretq_s16_u16(vmovl_u8(vld1_u8(part)));
    return vmovl_s16(vget_low_s16(v));
  }
  static QJIT_INLINE void store_first(uint8_t* p, I v, int count) {
    if (count == 16) return store(p, v);
    if (count == 8) return vst1_u8(p, vget_low_u8(naturals(v)));
    uint8_t part[16];
    store(part, v);
    std::memcpy(p, part, static_cast<size_t>(count));
  }

  static QJIT_INLINE I load_bytes(const uint8_t* p, bool is_signed) {
    const uint8x8_t v = vld1_u8(p);
    return is_signed ? of(vmovl_s8(vreinterpret_s8_u8(v))) : of(vreinterpretq_s16_u16(vmovl_u8(v)));
  }
  static QJIT_INLINE I load_bytes(const uint8_t* p, bool is_signed, int count) {
    if (count >= 8) return load_bytes(p, is_signed);
    uint8_t part[8] = {};
    std::memcpy(part, p, static_cast<size_t>(count));
    return load_bytes(part, is_signed);
  }
  static QJIT_INLINE void store_bytes(uint8_t* p, I v, bool is_signed, int count) {
    const uint8x8_t narrow = is_signed ? vreinterpret_u8_s8(vqmovn_s16(words(v))) : vqmovun_s16(words(v));
    if (count >= 8) return vst1_u8(p, narrow);
    uint8_t part[8];
    vst1_u8(part, narrow);
    std::memcpy(p, part, static_cast<size_t>(count));
  }
};

/** 16-bit pairs by widening multiplies. */
struct NeonWords : LanesNeon {
  static constexpr const char* isa = "neon";
  using Element = int16_t;
  static QJIT_INLINE I dot(I acc, I x, I w) {
    const int32x4_t first = vmull_s16(vget_low_s16(words(x)), vget_low_s16(words(w))), second = vmull_high_s16(words(x), words(w));
    return vaddq_s32(acc, vpaddq_s32(first, second));
  }
  static QJIT_INLINE I dot_at(I acc, I x, const void* w) { return dot(acc, x, load(w)); }
};

}  // namespace qjit
