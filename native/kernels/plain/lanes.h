// The loops on vectors.
#pragma once

#include <algorithm>
#include <cstring>

#include "../vectors/lanes.h"
#include "plain.h"

namespace qjit {

template <class V>
void quantize_lanes(const Quantizer& q, const float* x, uint8_t* out, int64_t count) {
  using I = typename V::I;
  using F = typename V::F;
  constexpr int step = 4 * V::lanes;
  const F k = V::splat_real(q.k), low = V::splat_real(static_cast<float>(q.low - q.zero)),
          high = V::splat_real(static_cast<float>(q.high - q.zero)), huge = V::splat_real(0x1p63f), minus = V::splat_real(-1);
  const I zero = V::splat16(static_cast<int16_t>(q.zero));
  const auto rounded = [&](F v) QJIT_LAMBDA_INLINE {
    v = q.divides ? V::divide(v, k) : V::mul(v, k);
    if (q.infinity_low) v = V::where_reaches(v, huge, low, v);
    // Bounds are whole numbers, so that they may come before rounding. Both operations give the second of unordered operands.
    v = V::most(q.nan_high ? V::least(v, high) : V::least(high, v), low);
    if (!q.away) return V::round(v);
    const I whole = V::truncate(v);
    const F rest = V::plus(v, V::mul(V::real(whole), minus));
    return V::add(whole, V::truncate(V::plus(rest, rest)));
  };
  for (int64_t i = 0; i < count; i += step) {
    const int n = static_cast<int>(std::min<int64_t>(step, count - i));
    float part[step] = {};
    const float* from = x + i;
    if (n < step) {
      std::memcpy(part, from, static_cast<size_t>(n) * 4);
      from = part;
    }
    I v[4];
    unroll<4>([&](auto j) QJIT_LAMBDA_INLINE { v[j] = rounded(V::load_real(from + j * V::lanes)); });
    const I a = V::add16(V::pack(v[0], v[1]), zero), b = V::add16(V::pack(v[2], v[3]), zero);
    V::store_first(out + i, V::natural(V::pack_bytes(a, b, q.out_signed)), n);
  }
}

template <class V>
void maximum_lanes(const uint8_t* x, const int64_t* places, int64_t count, int64_t c, bool is_signed, uint8_t* out) {
  using I = typename V::I;
  constexpr int step = 4 * V::lanes;
  for (int64_t k = 0; k < c; k += step) {
    I best = V::splat_byte(is_signed ? -128 : 0);
    for (int64_t i = 0; i < count; i++) best = V::max_bytes(best, V::load(x + places[i] + k), is_signed);
    V::store_first(out + k, best, static_cast<int>(std::min<int64_t>(step, c - k)));
  }
}

template <class V>
void sum_lanes_of(const uint8_t* x, const int64_t* places, int64_t count, int64_t c, bool is_signed, int32_t* out) {
  int64_t k = 0;
  for (; k + V::lanes <= c; k += V::lanes) {
    typename V::I sum = V::splat(0);
    for (int64_t i = 0; i < count; i++) sum = V::add(sum, V::load_widened(x + places[i] + k, is_signed, V::lanes));
    V::store(out + k, sum);
  }
  for (; k < c; k++) {
    out[k] = 0;
    for (int64_t i = 0; i < count; i++) out[k] += is_signed ? static_cast<int8_t>(x[places[i] + k]) : x[places[i] + k];
  }
}

}  // namespace qjit
