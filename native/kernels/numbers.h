// The arithmetic of the op declarations (src/ir/rescale.ts, addition.ts, averaging.ts, fixed-point.ts, math.ts), bit for bit.
// A JavaScript number is a double; every rounding to float is written as a cast. Build without contraction.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

namespace qjit {

/** Rounds to float: Math.fround. */
inline double f(double x) { return static_cast<double>(static_cast<float>(x)); }

/** Nearest integer, halves to even; never -0. */
inline double round_half_even(double x) {
  constexpr double two52 = 4503599627370496.0;
  if (x >= 0) return x < two52 ? x + two52 - two52 : x;
  return x > -two52 ? x - two52 + two52 : x;
}

/** Nearest integer, halves away from zero. */
inline double round_half_away(double x) {
  const double t = std::trunc(x);
  if (!(std::fabs(x - t) >= 0.5)) return t;
  return x > 0 ? t + 1 : t - 1;
}

/** v limited to [lo, hi]; not-a-number passes. */
inline double clamp(double v, double lo, double hi) { return v < lo ? lo : v > hi ? hi : v; }

/** A double as a 64-bit integer modulo 2^64, truncated; 0 if not finite: what storing into an integer array does. */
inline uint64_t wrap_integer(double v) {
  if (!std::isfinite(v)) return 0;
  v = std::trunc(v);
  if (std::fabs(v) < 9223372036854775808.0) return static_cast<uint64_t>(static_cast<int64_t>(v));
  const double m = std::fmod(v, 18446744073709551616.0);
  const uint64_t low = static_cast<uint64_t>(std::fabs(m));
  return m < 0 ? 0 - low : low;
}

/** Stores a double as a typed array does: floats round, integers wrap. */
template <class T>
inline void store_number(T* to, double v) {
  if constexpr (std::is_same_v<T, float>) *to = static_cast<float>(v);
  else *to = static_cast<T>(wrap_integer(v));
}

using Wide = __int128;

/** gemmlowp's SaturatingRoundingDoublingHighMul. */
inline int64_t doubling_high_mul(int64_t a, int64_t b) {
  if (a == -2147483648LL && b == -2147483648LL) return 2147483647;
  if (a == static_cast<int32_t>(a) && b == static_cast<int32_t>(b)) {
    // Truncation with a nudge that depends on the sign is a floor with one nudge.
    return (a * b + 1073741824) >> 31;
  }
  const Wide p = static_cast<Wide>(a) * b;
  return static_cast<int64_t>((p + (p >= 0 ? 1073741824 : 1 - 1073741824)) / 2147483648LL);
}

/** gemmlowp's RoundingDivideByPOT: halves away from zero. */
inline int64_t rounding_divide_by_power_of_two(int64_t x, int exponent) {
  if (exponent == 0) return x;
  if (exponent > 31) return x == -2147483648LL && exponent == 32 ? -1 : 0;
  const int32_t v = static_cast<int32_t>(x);
  const int64_t mask = exponent == 31 ? 0x7fffffff : (int64_t{1} << exponent) - 1;
  const int64_t dropped = v & mask;
  const int64_t half = int64_t{1} << (exponent - 1);
  return (v >> exponent) + (dropped > half || (dropped == half && v >= 0) ? 1 : 0);
}

/** TFLite's MultiplyByQuantizedMultiplier with double rounding; shift > 0 is left. */
inline int64_t multiply_by_quantized_multiplier(int64_t x, int64_t m, int shift) {
  if (shift > 0) {
    const uint64_t shifted = shift < 64 ? static_cast<uint64_t>(x) << shift : 0;
    return doubling_high_mul(static_cast<int32_t>(static_cast<uint32_t>(shifted)), m);
  }
  return rounding_divide_by_power_of_two(doubling_high_mul(x, m), -shift);
}

enum class RescaleRule : uint32_t { f32_rne, f32_rne_zp, f32_dequant_quant, q31_double, q31_single, q15_single, f64_away };
constexpr uint32_t rescale_rules = 7;

/** A rounding rule with its constants: one for the tensor, or one for each channel. */
struct Rescale {
  RescaleRule rule{};
  std::vector<double> a, b;
};

/** (x a + half) >> places with one rounding, halves up. */
inline double one_rounding(int64_t x, int64_t a, int places) {
  if (places > 120) return 0;
  const Wide p = static_cast<Wide>(x) * a;
  if (places <= 0) return static_cast<double>(places < -62 ? 0 : p * (Wide{1} << -places));
  return static_cast<double>((p + (Wide{1} << (places - 1))) >> places);
}

/** An exact integer on another scale; not clamped yet. */
inline double rescale(RescaleRule rule, int64_t acc, double a, double b, double zero) {
  switch (rule) {
    case RescaleRule::f32_rne:
      return round_half_even(f(f(static_cast<double>(acc)) * a)) + zero;
    case RescaleRule::f32_rne_zp:
      return round_half_even(f(f(f(static_cast<double>(acc)) * a) + zero));
    case RescaleRule::f32_dequant_quant:
      return round_half_even(f(f(f(static_cast<double>(acc)) * a) * b)) + zero;
    case RescaleRule::q31_double:
      return static_cast<double>(
                 multiply_by_quantized_multiplier(acc, static_cast<int64_t>(a), static_cast<int>(b))) + zero;
    case RescaleRule::q31_single:
      return one_rounding(acc, static_cast<int64_t>(a), 31 - static_cast<int>(b)) + zero;
    case RescaleRule::q15_single: {
      const int64_t m = static_cast<int64_t>(a);
      return one_rounding(acc, m < 0x7fff0000 ? (m + (1 << 15)) >> 16 : 0x7fff, 15 - static_cast<int>(b)) + zero;
    }
    case RescaleRule::f64_away:
      return round_half_away(static_cast<double>(acc) * a) + zero;
  }
  return 0;
}

inline double rescale(const Rescale& r, int64_t acc, size_t channel, double zero) {
  const size_t i = r.a.size() == 1 ? 0 : channel;
  return rescale(r.rule, acc, r.a[i], r.b.empty() ? 0 : r.b[i], zero);
}

/** x * y + z rounded once to float, of values that floats hold: an exact product, a sum in double, and its error. */
inline double fused_multiply_add(double x, double y, double z) {
  const double p = x * y;
  const double s = p + z;
  const double back = s - p;
  const double error = p - (s - back) + (z - back);
  const bool middle = (std::bit_cast<uint64_t>(s) & 0x1fffffff) == 0x10000000;
  if (!middle || error == 0) return f(s);
  return f(s + std::copysign(std::fabs(s) * 0x1p-52, error));
}

enum class AdditionRule : uint32_t { f32, fixed_away, fixed_up, q31_three, q31_three_sub, f32_fma };
constexpr uint32_t addition_rules = 6;
/** How many constants each rule has. */
constexpr uint32_t addition_constants[] = {3, 3, 3, 7, 7, 3};

/** A rule of addition with its constants; zero points of both operands and of the result. */
struct Addition {
  AdditionRule rule{};
  double k[7]{};
};

/** The sum of two stored values as a stored value; not clamped yet. */
inline double add_by(const Addition& by, int64_t x, int64_t y, double zx, double zy, double zero) {
  const double* k = by.k;
  const double dx = static_cast<double>(x) - zx;
  const double dy = static_cast<double>(y) - zy;
  switch (by.rule) {
    case AdditionRule::f32:
      return round_half_even(f(f(f(k[0] * f(dx)) + f(k[1] * f(dy))) * k[2])) + zero;
    case AdditionRule::f32_fma:
      return round_half_even(fused_multiply_add(static_cast<double>(x), k[0], fused_multiply_add(static_cast<double>(y), k[1], k[2])));
    case AdditionRule::fixed_away:
      return round_half_away((dx * k[0] + dy * k[1]) / std::exp2(k[2])) + zero;
    case AdditionRule::fixed_up:
      return std::floor((dx * k[0] + dy * k[1]) / std::exp2(k[2]) + 0.5) + zero;
    case AdditionRule::q31_three:
    case AdditionRule::q31_three_sub: {
      const auto term = [&](double d, double m, double e) {
        return multiply_by_quantized_multiplier(static_cast<int64_t>(d * std::exp2(k[0])), static_cast<int64_t>(m),
                                                static_cast<int>(e));
      };
      const int64_t a = term(dx, k[1], k[2]);
      const int64_t b = term(dy, k[3], k[4]);
      const int64_t sum = by.rule == AdditionRule::q31_three ? a + b : a - b;
      return static_cast<double>(
                 multiply_by_quantized_multiplier(sum, static_cast<int64_t>(k[5]), static_cast<int>(k[6]))) + zero;
    }
  }
  return 0;
}

/** Whether a rule is a function of the sum of two terms, each of one operand. */
inline bool adds_terms(AdditionRule rule) { return rule != AdditionRule::f32_fma; }

/** The term of an operand: of x, or of y (`second`), a stored value. */
inline double addition_term(const Addition& by, bool second, int64_t v, double zero) {
  const double d = static_cast<double>(v) - zero;
  switch (by.rule) {
    case AdditionRule::f32:
      return f(by.k[second] * f(d));
    case AdditionRule::fixed_away:
    case AdditionRule::fixed_up:
      return d * by.k[second];
    default: {
      const double m = by.k[second ? 3 : 1], e = by.k[second ? 4 : 2];
      const double t = static_cast<double>(multiply_by_quantized_multiplier(
          static_cast<int64_t>(d * std::exp2(by.k[0])), static_cast<int64_t>(m), static_cast<int>(e)));
      return second && by.rule == AdditionRule::q31_three_sub ? -t : t;
    }
  }
}

/** The stored value of a sum of two terms; not clamped yet. `power` is 2^k[2] of the fixed rules. */
inline double add_terms(const Addition& by, double sum, double power, double zero) {
  switch (by.rule) {
    case AdditionRule::f32:
      return round_half_even(f(f(sum) * by.k[2])) + zero;
    case AdditionRule::fixed_away:
      return round_half_away(sum / power) + zero;
    case AdditionRule::fixed_up:
      return std::floor(sum / power + 0.5) + zero;
    default:
      return static_cast<double>(multiply_by_quantized_multiplier(static_cast<int64_t>(sum), static_cast<int64_t>(by.k[5]),
                                                                  static_cast<int>(by.k[6]))) + zero;
  }
}

enum class AveragingRule : uint32_t { real, int_away, int_up, torch_nchw, torch_nhwc, torch_nchw_fixed, raw_even, qnnpack, raw_div_even };
constexpr uint32_t averaging_rules = 9;

/** One window's average from its plain sum; not clamped yet. `inside` values lie in the image, `n` is what to divide by. */
inline double average_by(AveragingRule rule, double k, double sum, double inside, double n, double zx, double zero) {
  const double half = std::floor(n / 2);
  const double centered = sum - inside * zx;
  switch (rule) {
    case AveragingRule::real:
      return f(sum / n);
    case AveragingRule::int_away:
      return std::trunc((sum + (sum > 0 ? half : -half)) / n);
    case AveragingRule::int_up:
      return std::floor((sum + half) / n);
    case AveragingRule::torch_nchw:
      return round_half_even(f(f(centered * f(k / n)) + zero));
    case AveragingRule::torch_nhwc: {
      const double inverse = f(1 / f(1 / f(f(k) / n)));
      return round_half_even(f(centered * inverse)) + zero;
    }
    case AveragingRule::torch_nchw_fixed:
      return round_half_even(f(f(centered * k) + zero));
    case AveragingRule::raw_even:
      return round_half_even(f(sum * k));
    case AveragingRule::raw_div_even:
      return round_half_even(f(f(sum) / n));
    case AveragingRule::qnnpack:
      return round_half_even(f(centered * k)) + zero;
  }
  return 0;
}

/** x * 2^exponent of an int32: to the left saturating, to the right rounding halves away from zero. */
inline int64_t multiply_by_power_of_two(int64_t x, int exponent) {
  if (exponent <= 0) return rounding_divide_by_power_of_two(x, -exponent);
  const int64_t v = x * (int64_t{1} << exponent);
  return v > 2147483647 ? 2147483647 : v < -2147483648LL ? -2147483648LL : v;
}

/** 1 / x of a positive x with `integer_bits` integer bits: mantissa in Q0.31 and the bits that x is over its unit. */
inline int64_t fixed_reciprocal(int32_t x, int integer_bits, int* bits) {
  const int headroom = std::countl_zero(static_cast<uint32_t>(x));
  *bits = integer_bits - headroom;
  const int64_t a = (static_cast<int64_t>(x) << headroom) - 2147483648LL;
  const int64_t d = (a + 2147483648LL) / 2;
  int64_t r = 1515870810 + doubling_high_mul(d, -1010580540);
  for (int step = 0; step < 3; step++) {
    r += multiply_by_power_of_two(doubling_high_mul(r, (1 << 29) - doubling_high_mul(d, r)), 2);
  }
  return multiply_by_power_of_two(r, 1);
}

/** The parts of e^x = 2^n (1 + q); see src/ir/math.ts. */
inline void exp_parts(double x, double* scale, double* q) {
  constexpr double log2e = 1.4426950408889634;
  constexpr double ln2_high = 0.6931471803691238, ln2_low = 1.9082149292705877e-10;
  constexpr double rounder = 6755399441055744.0;
  constexpr double taylor[] = {1.0 / 3628800, 1.0 / 362880, 1.0 / 40320, 1.0 / 5040, 1.0 / 720,
                               1.0 / 120,     1.0 / 24,     1.0 / 6,     1.0 / 2,    1.0};
  const double n = x * log2e + rounder - rounder;
  const double r = x - n * ln2_high - n * ln2_low;
  double p = 1.0 / 39916800;
  for (const double c : taylor) p = p * r + c;
  *scale = std::exp2(n);
  *q = p * r;
}

inline double limit_exponent(double x) { return x < -150 ? -150 : x > 150 ? 150 : x; }

inline double exp_double(double x) {
  double scale, q;
  exp_parts(limit_exponent(x), &scale, &q);
  return scale * q + scale;
}

inline double expm1_double(double x) {
  double scale, q;
  exp_parts(limit_exponent(x), &scale, &q);
  return scale * q + (scale - 1);
}

inline float exp_float(double x) { return static_cast<float>(exp_double(x)); }

inline float tanh_float(double x) {
  const double m = expm1_double(2 * (x < -10 ? -10 : x > 10 ? 10 : x));
  return static_cast<float>(m / (m + 2));
}

}  // namespace qjit
