// From accumulators in registers to stored bytes: the epilogue's formula on one pair of vectors.
#pragma once

#include <algorithm>

#include "../vectors/lanes.h"
#include "conv.h"

namespace qjit {

/** How a block of channels is finished. `spill`: sums go through memory, one by one. */
enum class Mode { spill, plus, away, plus_add, away_add };

/** What all blocks of a convolution share. */
struct FinishPlan {
  bool fast = false;
  bool bytes_signed = true;
  int zero = 0, low = 0, high = 0;
  bool add = false, residual_signed = false;
  float a = 0, b = 0, c = 0, away = 0;
  int add_zero = 0, add_low = 0, add_high = 0;
  const uint8_t* table = nullptr;
  int table_lowest = 0;
};

/** The shared plan of a convolution's formula. */
FinishPlan plan_finish(const Conv&);

/** Constants of one pair of vectors, in the order of `channel_of`, and of the whole plan, in registers. */
template <class V>
struct PairConstants {
  typename V::F scale[2], offset[2];
};

template <class V>
struct FinishConstants {
  typename V::I zero, low, high, add_zero, add_low, add_high;
  typename V::F a, b, c, away;
  explicit FinishConstants(const FinishPlan& p)
      : zero(V::splat16(static_cast<int16_t>(p.zero))), low(V::splat16(static_cast<int16_t>(p.low))),
        high(V::splat16(static_cast<int16_t>(p.high))), add_zero(V::splat16(static_cast<int16_t>(p.add_zero))),
        add_low(V::splat16(static_cast<int16_t>(p.add_low))), add_high(V::splat16(static_cast<int16_t>(p.add_high))),
        a(V::splat_real(p.a)), b(V::splat_real(p.b)), c(V::splat_real(p.c)), away(V::splat_real(p.away)) {}
};

template <class V, bool Away>
QJIT_INLINE typename V::I finish_lanes(typename V::I acc, typename V::F scale, typename V::F offset) {
  const typename V::F v = V::mul(V::real(acc), scale);
  return V::round(V::plus(v, Away ? V::with_sign(offset, v) : offset));
}

/** Finishes and stores a pair: `count` bytes (at most 2 * lanes) at `out`. */
template <class V, Mode M>
QJIT_INLINE void finish_pair(const FinishPlan& p, const FinishConstants<V>& k, typename V::I acc0, typename V::I acc1,
                             const typename V::F* scale, const typename V::F* offset, const uint8_t* residual, uint8_t* out,
                             int count) {
  constexpr bool away = M == Mode::away || M == Mode::away_add;
  using I = typename V::I;
  using F = typename V::F;
  const I first = finish_lanes<V, away>(acc0, scale[0], offset[0]);
  const I second = finish_lanes<V, away>(acc1, scale[1], offset[1]);
  I v = V::clamp16(V::add16(V::pack(first, second), k.zero), k.low, k.high);
  if constexpr (M == Mode::plus_add || M == Mode::away_add) {
    const I y = V::load_bytes(residual, p.residual_signed, count);
    const auto sum = [&](I x32, I y32) {
      const F s = V::plus(V::mul(V::real(x32), k.a), V::plus(V::mul(V::real(y32), k.b), k.c));
      return V::round(V::plus(s, V::with_sign(k.away, s)));
    };
    v = V::pack(sum(V::low32(v), V::low32(y)), sum(V::high32(v), V::high32(y)));
    v = V::clamp16(V::add16(v, k.add_zero), k.add_low, k.add_high);
  }
  V::store_bytes(out, v, p.bytes_signed, count);
  if (p.table) {
    for (int i = 0; i < std::min(count, 2 * V::lanes); i++) {
      const int byte = p.bytes_signed ? static_cast<int8_t>(out[i]) : out[i];
      out[i] = p.table[byte - p.table_lowest];
    }
  }
}

/** One sum of a channel that has no formula, or a sum stored as it is; `acc` includes the bias and no shift. */
void finish_one(const Conv&, int32_t acc, int64_t channel, const uint8_t* residual, uint8_t* out);

}  // namespace qjit
