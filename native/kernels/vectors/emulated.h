// The vectors of lanes.h in plain C++, for any width: what the tests run where a CPU lacks an instruction set.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>

// Calls, so that tiles of hundreds of such operations are compiled in seconds, with sanitizers too.
#if defined(__GNUC__)
#define QJIT_CALLED __attribute__((noinline))
#else
#define QJIT_CALLED
#endif

namespace qjit {

template <int L, class E>
struct Emulated {
  static constexpr int lanes = L;
  /** Few, so that tiles are small and quickly compiled. */
  static constexpr int registers = 8;
  static constexpr const char* isa = "emulated";
  using Element = E;
  struct I { std::array<int32_t, L> v; };
  struct F { std::array<float, L> v; };
  using Words = std::array<int16_t, 2 * L>;

  static Words words(I a) { return std::bit_cast<Words>(a); }
  static QJIT_CALLED I of(Words w) { return std::bit_cast<I>(w); }
  template <class Fn>
  static I each(Fn&& fn) { I r; for (int i = 0; i < L; i++) r.v[i] = fn(i); return r; }
  template <class Fn>
  static F each_real(Fn&& fn) { F r; for (int i = 0; i < L; i++) r.v[i] = fn(i); return r; }
  template <class Fn>
  static I each_word(Fn&& fn) { Words r; for (int i = 0; i < 2 * L; i++) r[i] = fn(i); return of(r); }
  static int16_t sat16(int32_t v) { return static_cast<int16_t>(std::clamp(v, -32768, 32767)); }

  static QJIT_CALLED I load(const void* p) { I r; std::memcpy(&r, p, sizeof r); return r; }
  static QJIT_CALLED void store(void* p, I v) { std::memcpy(p, &v, sizeof v); }
  static QJIT_CALLED I splat(int32_t v) { return each([&](int) { return v; }); }
  static QJIT_CALLED I splat16(int16_t v) { return each_word([&](int) { return v; }); }
  static QJIT_CALLED I broadcast(const uint8_t* p) { int32_t v; std::memcpy(&v, p, 4); return splat(v); }
  static QJIT_CALLED I add(I a, I b) {
    return each([&](int i) { return static_cast<int32_t>(static_cast<uint32_t>(a.v[i]) + static_cast<uint32_t>(b.v[i])); });
  }
  static QJIT_CALLED I dot(I acc, I x, I w) {
    if constexpr (sizeof(E) == 1) {
      const auto xs = std::bit_cast<std::array<uint8_t, 4 * L>>(x);
      const auto ws = std::bit_cast<std::array<int8_t, 4 * L>>(w);
      return add(acc, each([&](int i) { int s = 0; for (int k = 4 * i; k < 4 * i + 4; k++) s += xs[k] * ws[k]; return s; }));
    } else {
      const Words xs = words(x), ws = words(w);
      return add(acc, each([&](int i) { return xs[2 * i] * ws[2 * i] + xs[2 * i + 1] * ws[2 * i + 1]; }));
    }
  }

  static QJIT_CALLED I dot_at(I acc, I x, const void* w) { return dot(acc, x, load(w)); }
  static QJIT_CALLED I sub(I a, I b) {
    return each([&](int i) { return static_cast<int32_t>(static_cast<uint32_t>(a.v[i]) - static_cast<uint32_t>(b.v[i])); });
  }
  static QJIT_CALLED I multiply(I a, I b) {
    return each([&](int i) { return static_cast<int32_t>(static_cast<uint32_t>(a.v[i]) * static_cast<uint32_t>(b.v[i])); });
  }
  static QJIT_CALLED I shift_right(I v, int by) { return each([&](int i) { return v.v[i] >> by; }); }
  static QJIT_CALLED I clamp32(I v, I lo, I hi) { return each([&](int i) { return std::min(std::max(v.v[i], lo.v[i]), hi.v[i]); }); }

  static QJIT_CALLED F load_real(const float* p) { F r; std::memcpy(&r, p, sizeof r); return r; }
  static QJIT_CALLED F splat_real(float v) { return each_real([&](int) { return v; }); }
  static QJIT_CALLED F real(I v) { return each_real([&](int i) { return static_cast<float>(v.v[i]); }); }
  static QJIT_CALLED F mul(F a, F b) { return each_real([&](int i) { return a.v[i] * b.v[i]; }); }
  static QJIT_CALLED F plus(F a, F b) { return each_real([&](int i) { return a.v[i] + b.v[i]; }); }
  static QJIT_CALLED F fma(F a, F b, F c) { return each_real([&](int i) { return std::fmaf(a.v[i], b.v[i], c.v[i]); }); }
  static QJIT_CALLED F divide(F a, F b) { return each_real([&](int i) { return a.v[i] / b.v[i]; }); }
  static QJIT_CALLED F least(F a, F b) { return each_real([&](int i) { return a.v[i] < b.v[i] ? a.v[i] : b.v[i]; }); }
  static QJIT_CALLED F most(F a, F b) { return each_real([&](int i) { return a.v[i] > b.v[i] ? a.v[i] : b.v[i]; }); }
  static QJIT_CALLED F where_reaches(F v, F limit, F then, F other) {
    return each_real([&](int i) { return v.v[i] >= limit.v[i] ? then.v[i] : other.v[i]; });
  }
  static QJIT_CALLED I truncate(F v) { return each([&](int i) { return static_cast<int32_t>(v.v[i]); }); }
  static QJIT_CALLED F with_sign(F m, F s) { return each_real([&](int i) { return std::copysign(m.v[i], s.v[i]); }); }
  static QJIT_CALLED I round(F v) { return each([&](int i) { return static_cast<int32_t>(std::nearbyint(v.v[i])); }); }

  static QJIT_CALLED I wide(I acc, const double* s, const double* o, bool away) {
    return each([&](int i) {
      const double v = acc.v[i] * s[i];
      return static_cast<int32_t>(std::nearbyint(v + (away ? std::copysign(o[i], v) : o[i])));
    });
  }

  /** Index, in groups of 128 bits, of word i of two interleaved or packed vectors. */
  static QJIT_CALLED I pack(I a, I b) {
    return each_word([&](int i) { const int g = i / 8, k = i % 8; return sat16((k < 4 ? a : b).v[4 * g + k % 4]); });
  }
  static QJIT_CALLED I add16(I a, I b) { const Words x = words(a), y = words(b); return each_word([&](int i) { return sat16(x[i] + y[i]); }); }
  static QJIT_CALLED I sub16(I a, I b) { const Words x = words(a), y = words(b); return each_word([&](int i) { return static_cast<int16_t>(x[i] - y[i]); }); }
  static QJIT_CALLED I clamp16(I v, I lo, I hi) {
    const Words x = words(v), l = words(lo), h = words(hi);
    return each_word([&](int i) { return std::min(std::max(x[i], l[i]), h[i]); });
  }
  static QJIT_CALLED I interleave(I a, I b, int half) {
    const Words x = words(a), y = words(b);
    return each_word([&](int i) { const int g = i / 8, k = i % 8; return (k % 2 ? y : x)[8 * g + 4 * half + k / 2]; });
  }
  static QJIT_CALLED I low(I a, I b) { return interleave(a, b, 0); }
  static QJIT_CALLED I high(I a, I b) { return interleave(a, b, 1); }
  static QJIT_CALLED I low32(I v) { const Words x = words(low(v, v)); return each([&](int i) { return int32_t{x[2 * i]}; }); }
  static QJIT_CALLED I high32(I v) { const Words x = words(high(v, v)); return each([&](int i) { return int32_t{x[2 * i]}; }); }

  using Bytes = std::array<uint8_t, 4 * L>;
  template <class Fn>
  static I each_byte(Fn&& fn) { Bytes r; for (int i = 0; i < 4 * L; i++) r[i] = static_cast<uint8_t>(fn(i)); return std::bit_cast<I>(r); }
  static QJIT_CALLED I pack_bytes(I a, I b, bool is_signed) {
    return each_byte([&](int i) {
      const int g = i / 16, k = i % 16;
      const int v = words(k < 8 ? a : b)[8 * g + k % 8];
      return is_signed ? std::clamp(v, -128, 127) : std::clamp(v, 0, 255);
    });
  }
  static QJIT_CALLED I natural(I v) { return each([&](int i) { return v.v[4 * (i % (L / 4)) + i / (L / 4)]; }); }
  static QJIT_CALLED I interleave8(I a, I b, int half) {
    const Bytes x = std::bit_cast<Bytes>(a), y = std::bit_cast<Bytes>(b);
    return each_byte([&](int i) { return (i % 2 ? y : x)[i / 16 * 16 + 8 * half + i % 16 / 2]; });
  }
  static QJIT_CALLED I low8(I a, I b) { return interleave8(a, b, 0); }
  static QJIT_CALLED I high8(I a, I b) { return interleave8(a, b, 1); }
  static QJIT_CALLED I flip_bits(I v, I mask) { return each([&](int i) { return v.v[i] ^ mask.v[i]; }); }
  static QJIT_CALLED I splat_byte(int v) { return each_byte([&](int) { return v; }); }
  static QJIT_CALLED I max_bytes(I a, I b, bool is_signed) {
    const Bytes x = std::bit_cast<Bytes>(a), y = std::bit_cast<Bytes>(b);
    return each_byte([&](int i) { return is_signed ? std::max(static_cast<int8_t>(x[i]), static_cast<int8_t>(y[i])) : std::max(x[i], y[i]); });
  }
  static QJIT_CALLED I clamp_bytes(I v, I lo, I hi, bool is_signed) {
    const Bytes x = std::bit_cast<Bytes>(v), l = std::bit_cast<Bytes>(lo), h = std::bit_cast<Bytes>(hi);
    const auto number = [&](uint8_t b) { return is_signed ? static_cast<int>(static_cast<int8_t>(b)) : static_cast<int>(b); };
    return each_byte([&](int i) { return std::min(std::max(number(x[i]), number(l[i])), number(h[i])); });
  }
  static QJIT_CALLED I load_widened(const uint8_t* p, bool is_signed, int count) {
    return each([&](int i) { return i >= count ? 0 : is_signed ? static_cast<int8_t>(p[i]) : static_cast<int32_t>(p[i]); });
  }
  static QJIT_CALLED void store_first(uint8_t* p, I v, int count) { std::memcpy(p, &v, static_cast<size_t>(count)); }

  static QJIT_CALLED I load_bytes(const uint8_t* p, bool is_signed, int count = 2 * L) {
    return each_word([&](int i) -> int16_t {
      if (i >= count) return 0;
      return is_signed ? static_cast<int8_t>(p[i]) : p[i];
    });
  }
  static QJIT_CALLED void store_bytes(uint8_t* p, I v, bool is_signed, int count) {
    const Words x = words(v);
    for (int i = 0; i < std::min(count, 2 * L); i++) {
      p[i] = static_cast<uint8_t>(is_signed ? std::clamp<int16_t>(x[i], -128, 127) : std::clamp<int16_t>(x[i], 0, 255));
    }
  }
};

}  // namespace qjit
