// Functions of plain numbers (src/ir/math.ts, src/ir/ops/plain.ts), bit for bit: doubles in the order written, rounded to float once.
#pragma once

#include "numbers.h"

namespace qjit {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double whole_rounder = 6755399441055744.0;

/** Nearest whole number, halves to even, with the sign of x. */
inline double round_whole(double x) { return std::nearbyint(x); }

/** Nearest whole number of an f32, halves away from zero. */
inline double round_away(double x) { return std::trunc(std::signbit(x) ? x - 0.5 : x + 0.5); }

/** A binary float format of fewer bits than f32: significant bits, exponent of the least normal number, where infinity begins. */
struct NarrowFormat {
  int bits, least;
  double end;
};

/** The nearest number of a narrow format, halves to even, with the sign of x. */
inline double narrow(double x, const NarrowFormat& format) {
  const double sign = std::signbit(x) && !std::isnan(x) ? -1 : 1;
  const double a = std::fabs(x);
  if (!(a < format.end)) return sign * a * infinity;
  if (a < std::ldexp(1.0, format.least)) {
    const double unit = std::ldexp(1.0, format.least + 1 - format.bits);
    return sign * ((a / unit + whole_rounder - whole_rounder) * unit);
  }
  const double c = a * (std::ldexp(1.0, 53 - format.bits) + 1);
  return sign * f(c - (c - a));
}

/** The natural logarithm of a positive f32 as a double. */
inline double log_double(double x) {
  constexpr double ln2_high = 0.6931471803691238, ln2_low = 1.9082149292705877e-10;
  constexpr double series[] = {1.0 / 21, 1.0 / 19, 1.0 / 17, 1.0 / 15, 1.0 / 13, 1.0 / 11, 1.0 / 9, 1.0 / 7, 1.0 / 5, 1.0 / 3};
  int n = 0;
  double m = std::frexp(x, &n);
  // m in [1/2, 1), or in [sqrt(1/2), sqrt 2) with one less in n.
  if (m <= 1.4142135623730951 / 2) {
    m *= 2;
    n -= 1;
  }
  const double s = (m - 1) / (m + 1);
  const double z = s * s;
  double p = 1.0 / 23;
  for (const double c : series) p = p * z + c;
  return n * ln2_high + (2 * s + (2 * s * (p * z) + n * ln2_low));
}

inline double log_float(double x) {
  if (!(x > 0)) return x == 0 ? -infinity : not_a_number;
  return x == infinity ? x : f(log_double(x));
}

/** x^y of two f32, rounded to f32. */
inline double pow_float(double x, double y) {
  if (y == 0 || x == 1) return 1;
  if (std::isnan(x) || std::isnan(y)) return not_a_number;
  if (y == 1) return x;
  if (y == 2) return f(x * x);
  if (y == -1) return f(1 / x);
  if (y == 0.5 && x >= 0) return f(std::sqrt(x));
  const bool whole = std::trunc(y) == y;
  const bool odd = whole && std::trunc(y / 2) * 2 != y;
  const double a = std::fabs(x);
  if (x < 0 && !whole && a != infinity) return not_a_number;
  const bool negative = odd && std::signbit(x);
  double r;
  if (a == 1) r = 1;
  else if (a == 0 || a == infinity) r = (a == 0) == (y > 0) ? 0 : infinity;
  else {
    const double e = y * log_double(a);
    r = e > 100 ? infinity : exp_double(e);
  }
  return f(negative ? -r : r);
}

inline double erf_double(double x) {
  constexpr double two_by_sqrt_pi = 1.1283791670955126;
  const double a = std::fabs(x);
  if (a >= 4) return x < 0 ? -1 : 1;
  const double z = a * a;
  if (a < 2) {
    double term = 1, sum = 1;
    for (int k = 1; k <= 40; k++) {
      term = (term * (2 * z)) / (2 * k + 1);
      sum += term;
    }
    return x * two_by_sqrt_pi * exp_double(-z) * sum;
  }
  double t = a;
  for (int k = 60; k >= 1; k--) t = a + k / 2.0 / t;
  const double c = (exp_double(-z) * (two_by_sqrt_pi / 2)) / t;
  return x < 0 ? c - 1 : 1 - c;
}

/** sin (quarter 0) or cos (quarter 1) of an f32 as a double. */
inline double wave(double x, double quarter) {
  constexpr double half_pi[] = {1.570796251296997, 7.549789415861596e-8, 5.390302529957765e-15};
  constexpr double sine[] = {1.0 / 355687428096000, -1.0 / 1307674368000, 1.0 / 6227020800, -1.0 / 39916800,
                             1.0 / 362880, -1.0 / 5040, 1.0 / 120, -1.0 / 6};
  constexpr double cosine[] = {-1.0 / 6402373705728000, 1.0 / 20922789888000, -1.0 / 87178291200, 1.0 / 479001600,
                               -1.0 / 3628800, 1.0 / 40320, -1.0 / 720, 1.0 / 24, -1.0 / 2};
  const double n = x / half_pi[0] + whole_rounder - whole_rounder;
  const double r = x - n * half_pi[0] - n * half_pi[1] - n * half_pi[2];
  const double turn = n + quarter;
  const double q = turn - 4 * std::floor(turn / 4);
  const double z = r * r;
  double p = 0;
  const bool odd = q == 1 || q == 3;
  if (odd) for (const double c : cosine) p = p * z + c;
  else for (const double c : sine) p = p * z + c;
  const double v = odd ? 1 + p * z : r + r * (p * z);
  return q >= 2 ? -v : v;
}

/** A signed 8-bit quantizer for values from `low` to `high`, by TFLite's recipe for values of run time. */
inline void range_quantizer(double low, double high, double* scale, double* zero) {
  const double from = low < 0 ? low : 0, to = high > 0 ? high : 0;
  *scale = 1;
  *zero = 0;
  if (from == to) return;
  *scale = (to - from) / 255;
  const double at_low = from / *scale, at_high = to / *scale;
  const double z = 128 + std::fabs(at_low) < 127 + std::fabs(at_high) ? -128 - at_low : 127 - at_high;
  *zero = z <= -128 ? -128 : z >= 127 ? 127 : round_away(z);
}

/** Math.min and Math.max: not-a-number wins, and -0 is below 0. */
inline double least_of(double x, double y) {
  if (std::isnan(x) || std::isnan(y)) return not_a_number;
  if (x == y) return std::signbit(x) ? x : y;
  return x < y ? x : y;
}
inline double greatest_of(double x, double y) {
  if (std::isnan(x) || std::isnan(y)) return not_a_number;
  if (x == y) return std::signbit(x) ? y : x;
  return x > y ? x : y;
}

/** The names of src/ir/ops/plain.ts in the order of src/codegen/native/ops.ts. */
enum class Unary : uint32_t {
  sqrt, rsqrt, abs, neg, floor, square, exp, sigmoid, tanh, ceil, round, roundaway, half, bf16, e4m3fn, e4m3fnuz, e5m2, e5m2fnuz,
  e2m1, log, erf, sin, cos,
};
constexpr uint32_t unary_functions = 23;

inline double apply_unary(Unary fn, double v) {
  switch (fn) {
    case Unary::sqrt: return f(std::sqrt(v));
    case Unary::rsqrt: return f(1 / f(std::sqrt(v)));
    case Unary::abs: return std::fabs(v);
    case Unary::neg: return -v;
    case Unary::floor: return std::floor(v);
    case Unary::square: return f(v * v);
    case Unary::exp: return f(exp_double(v));
    case Unary::sigmoid: return f(1 / (1 + exp_double(-v)));
    case Unary::tanh: return tanh_float(v);
    case Unary::ceil: return std::ceil(v);
    case Unary::round: return round_whole(v);
    case Unary::roundaway: return round_away(v);
    case Unary::half: return narrow(v, {11, -14, 65520});
    case Unary::bf16: return narrow(v, {8, -126, infinity});
    case Unary::e4m3fn: return narrow(v, {4, -6, infinity});
    case Unary::e4m3fnuz: return narrow(v, {4, -7, infinity});
    case Unary::e5m2: return narrow(v, {3, -14, infinity});
    case Unary::e5m2fnuz: return narrow(v, {3, -15, infinity});
    case Unary::e2m1: return narrow(v, {2, 0, infinity});
    case Unary::log: return log_float(v);
    case Unary::erf: return std::isnan(v) ? v : f(erf_double(v));
    case Unary::sin: return f(wave(v, 0));
    case Unary::cos: return f(wave(v, 1));
  }
  return 0;
}

/** The names of src/ir/ops/plain.ts in the order of src/codegen/native/ops.ts. */
enum class Binary : uint32_t { add, sub, mul, div, floordiv, min, max, pow, rangescale, rangezero, bit_and, bit_or, bit_xor, divu };
constexpr uint32_t binary_functions = 14;
inline bool of_floats(Binary fn) { return fn < Binary::bit_and; }
inline bool of_integers(Binary fn) { return fn < Binary::pow || fn > Binary::rangezero; }

/** Of two f32; the caller rounds. */
inline double apply_binary(Binary fn, double x, double y) {
  double scale, zero;
  switch (fn) {
    case Binary::add: return x + y;
    case Binary::sub: return x - y;
    case Binary::mul: return x * y;
    case Binary::div: return x / y;
    case Binary::floordiv: return std::floor(x / y);
    case Binary::min: return least_of(x, y);
    case Binary::max: return greatest_of(x, y);
    case Binary::pow: return pow_float(x, y);
    case Binary::rangescale:
    case Binary::rangezero:
      range_quantizer(x, y, &scale, &zero);
      return fn == Binary::rangescale ? f(scale) : zero;
    default: return 0;
  }
}

/** Of two integers of at most 64 bits, modulo 2^64. */
inline uint64_t apply_binary(Binary fn, int64_t x, int64_t y) {
  const uint64_t a = static_cast<uint64_t>(x), b = static_cast<uint64_t>(y);
  switch (fn) {
    case Binary::add: return a + b;
    case Binary::sub: return a - b;
    case Binary::mul: return a * b;
    case Binary::div:
    case Binary::floordiv: {
      if (y == 0) return 0;
      // The one quotient that 64 bits do not hold wraps.
      if (y == -1) return 0 - a;
      const int64_t q = x / y;
      return static_cast<uint64_t>(fn == Binary::floordiv && q * y != x && (x < 0) != (y < 0) ? q - 1 : q);
    }
    case Binary::min: return y < x ? b : a;
    case Binary::max: return y > x ? b : a;
    case Binary::bit_and: return a & b;
    case Binary::bit_or: return a | b;
    case Binary::bit_xor: return a ^ b;
    case Binary::divu: return b == 0 ? 0 : a / b;
    default: return 0;
  }
}

}  // namespace qjit
