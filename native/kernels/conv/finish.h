// From accumulators in registers to stored bytes: the epilogue's formula on one pair of vectors.
#pragma once

#include <algorithm>

#include "../vectors/lanes.h"
#include "conv.h"

namespace qjit {

/** How a block of channels is finished: by the f32 formula, by the one in doubles (`wide`), or one by one (`spill`). */
enum class Mode { spill, plus, away, wide };

/** What all blocks of a convolution share. */
struct FinishPlan {
  bool fast = false;
  bool bytes_signed = true, away = false;
  int zero = 0, low = 0, high = 0;
  bool add = false, residual_signed = false;
  float a = 0, b = 0, c = 0, add_away = 0;
  int add_zero = 0, add_low = 0, add_high = 0;
  /** Instead of a proven formula for the residual. */
  std::shared_ptr<const ByteSum> sums;
  const uint8_t* table = nullptr;
  int table_lowest = 0;
};

/** The shared plan of a convolution's formula. */
FinishPlan plan_finish(const Conv&);

/** How the channels [channel, channel + count) are finished. */
Mode mode_of(const Conv&, const FinishPlan&, int64_t channel, int64_t count);

/** The end of a pair that a formula does not reach: residual sums by tables, and the epilogue's table. */
void finish_bytes(const FinishPlan&, const uint8_t* from_lowest, const uint8_t* residual, uint8_t* out, int count);

/** The plan's constants in registers. */
template <class V>
struct FinishConstants {
  typename V::I zero, low, high;
  explicit FinishConstants(const FinishPlan& p)
      : zero(V::splat16(static_cast<int16_t>(p.zero))), low(V::splat16(static_cast<int16_t>(p.low))),
        high(V::splat16(static_cast<int16_t>(p.high))) {}
};

template <class V, bool Away>
QJIT_INLINE typename V::I finish_lanes(typename V::I acc, typename V::F scale, typename V::F offset) {
  const typename V::F v = V::mul(V::real(acc), scale);
  return V::round(V::plus(v, Away ? V::with_sign(offset, v) : offset));
}

/** The rescaled residual added to 16-bit values by the proven formula. */
template <class V>
QJIT_INLINE typename V::I add_residual(const FinishPlan& p, typename V::I v, const uint8_t* residual, int count) {
  using I = typename V::I;
  using F = typename V::F;
  const F a = V::splat_real(p.a), b = V::splat_real(p.b), c = V::splat_real(p.c), away = V::splat_real(p.add_away);
  const I y = V::load_bytes(residual, p.residual_signed, count);
  const auto sum = [&](I x32, I y32) QJIT_LAMBDA_INLINE {
    const F s = V::plus(V::mul(V::real(x32), a), V::plus(V::mul(V::real(y32), b), c));
    return V::round(V::plus(s, V::with_sign(away, s)));
  };
  v = V::pack(sum(V::low32(v), V::low32(y)), sum(V::high32(v), V::high32(y)));
  return V::clamp16(V::add16(v, V::splat16(static_cast<int16_t>(p.add_zero))), V::splat16(static_cast<int16_t>(p.add_low)),
                    V::splat16(static_cast<int16_t>(p.add_high)));
}

/**
 * Finishes and stores a pair: `count` bytes (at most 2 * lanes) at `out`. `scales` and `offsets` have the constants of both
 * vectors: floats, or doubles in `wide` mode.
 */
template <class V, Mode M>
QJIT_INLINE void finish_pair(const FinishPlan& p, const FinishConstants<V>& k, typename V::I acc0, typename V::I acc1,
                             const void* scales, const void* offsets, const uint8_t* residual, uint8_t* out, int count) {
  using I = typename V::I;
  I first, second;
  if constexpr (M == Mode::wide) {
    const double* s = static_cast<const double*>(scales);
    const double* o = static_cast<const double*>(offsets);
    first = V::wide(acc0, s, o, p.away);
    second = V::wide(acc1, s + V::lanes, o + V::lanes, p.away);
  } else {
    const float* s = static_cast<const float*>(scales);
    const float* o = static_cast<const float*>(offsets);
    first = finish_lanes<V, M == Mode::away>(acc0, V::load_real(s), V::load_real(o));
    second = finish_lanes<V, M == Mode::away>(acc1, V::load_real(s + V::lanes), V::load_real(o + V::lanes));
  }
  I v = V::clamp16(V::add16(V::pack(first, second), k.zero), k.low, k.high);
  if (p.sums) {
    uint8_t from_lowest[2 * V::lanes];
    V::store_bytes(from_lowest, V::sub16(v, k.low), false, 2 * V::lanes);
    return finish_bytes(p, from_lowest, residual, out, count);
  }
  if (p.add) v = add_residual<V>(p, v, residual, count);
  V::store_bytes(out, v, p.bytes_signed, count);
  if (p.table) finish_bytes(p, nullptr, nullptr, out, count);
}

/** One sum of a channel that has no formula, or a sum stored as it is; `acc` includes the bias and no shift. */
void finish_one(const Conv&, int32_t acc, int64_t channel, const uint8_t* residual, uint8_t* out);

}  // namespace qjit
