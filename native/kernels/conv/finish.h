// From accumulators in registers to stored bytes: the epilogue's formulas on vectors.
#pragma once

#include <algorithm>

#include "../vectors/lanes.h"
#include "conv.h"

namespace qjit {

/**
 * How a block of channels is finished: by the f32 formula (`plain` where no channel has an offset), by the one in doubles
 * (`wide`), or one by one (`spill`).
 */
enum class Mode { spill, plain, plus, away, wide };

/** What all blocks of a convolution share. */
struct FinishPlan {
  bool fast = false;
  bool bytes_signed = true, away = false;
  int zero = 0, low = 0, high = 0;
  /** A residual is added: by the rule itself where that is two fused multiply-adds, else by a proven formula. */
  bool add = false, fused = false, residual_signed = false;
  float a = 0, b = 0, c = 0, add_away = 0;
  int add_zero = 0, add_low = 0, add_high = 0;
  /** Instead of a formula for the residual. */
  std::shared_ptr<const ByteSum> sums;
  const uint8_t* table = nullptr;
  int table_lowest = 0;

  /** Whether vectors become bytes by formulas alone. */
  bool direct() const { return fast && !sums && !table; }
};

/** The shared plan of a convolution's formula. */
FinishPlan plan_finish(const Conv&);

/** How the channels [channel, channel + count) are finished. */
Mode mode_of(const Conv&, const FinishPlan&, int64_t channel, int64_t count);

/** The end of what a formula does not reach: residual sums by tables, and the epilogue's table. */
void finish_bytes(const FinishPlan&, const uint8_t* from_lowest, const uint8_t* residual, uint8_t* out, int count);

/** One sum of a channel that has no formula, or a sum stored as it is; `acc` includes the bias and no shift. */
void finish_one(const Conv&, int32_t acc, int64_t channel, const uint8_t* residual, uint8_t* out);

/** The plan's constants in registers. All bytes are finished as signed ones; `flip` then makes unsigned ones of them. */
template <class V>
struct FinishConstants {
  using I = typename V::I;
  I zero16, low, high, flip;
  /** Whether the bounds are narrower than the bytes. */
  bool clamps;
  explicit FinishConstants(const FinishPlan& p) : FinishConstants(p, p.bytes_signed ? 0 : 128) {}

 private:
  FinishConstants(const FinishPlan& p, int less)
      : zero16(V::splat16(static_cast<int16_t>((p.add ? p.add_zero : p.zero) - less))), low(V::splat_byte((p.add ? p.add_low : p.low) - less)),
        high(V::splat_byte((p.add ? p.add_high : p.high) - less)), flip(V::splat_byte(less)),
        clamps((p.add ? p.add_low : p.low) > -128 + less || (p.add ? p.add_high : p.high) < 127 + less) {}
};

/** Rounded sums, the zero point not added yet. */
template <class V, Mode M>
QJIT_INLINE typename V::I finish_lanes(typename V::I acc, const void* scales, const void* offsets, int at, bool away) {
  if constexpr (M == Mode::wide) {
    return V::wide(acc, static_cast<const double*>(scales) + at, static_cast<const double*>(offsets) + at, away);
  } else {
    const typename V::F v = V::mul(V::real(acc), V::load_real(static_cast<const float*>(scales) + at));
    if constexpr (M == Mode::plain) return V::round(v);
    const typename V::F offset = V::load_real(static_cast<const float*>(offsets) + at);
    return V::round(V::plus(v, M == Mode::away ? V::with_sign(offset, v) : offset));
  }
}

/** The rounded sum of two rescaled values, the zero point not added yet. */
template <class V>
QJIT_INLINE typename V::I sum_lanes(const FinishPlan& p, typename V::I x, typename V::I y) {
  using F = typename V::F;
  const F a = V::splat_real(p.a), b = V::splat_real(p.b), c = V::splat_real(p.c);
  if (p.fused) return V::round(V::fma(V::real(x), a, V::fma(V::real(y), b, c)));
  const F s = V::plus(V::mul(V::real(x), a), V::plus(V::mul(V::real(y), b), c));
  return V::round(V::plus(s, V::with_sign(V::splat_real(p.add_away), s)));
}

/** A residual added to what finish_lanes gives. */
template <class V>
QJIT_INLINE typename V::I add_residual(const FinishPlan& p, typename V::I v, typename V::I y) {
  // Bounds before the zero point, so that the sum stays in 32 bits.
  v = V::clamp32(v, V::splat(p.low - p.zero), V::splat(p.high - p.zero));
  return sum_lanes<V>(p, V::add(v, V::splat(p.zero)), y);
}

/**
 * Stores `count` channels of NV vectors (at most 4) that finish_lanes or add_residual gave. `Interleaved`: the vectors hold
 * the channels as unpacking bytes twice leaves them, which packing undoes.
 */
template <class V, int NV, bool Interleaved = false>
QJIT_INLINE void store_lanes(const FinishConstants<V>& k, const typename V::I* v, uint8_t* out, int count) {
  using I = typename V::I;
  const I none = V::splat(0);
  const I first = V::add16(V::pack(v[0], NV > 1 ? v[NV > 1 ? 1 : 0] : none), k.zero16);
  const I second = NV > 2 ? V::add16(V::pack(v[NV > 2 ? 2 : 0], NV > 3 ? v[NV > 3 ? 3 : 0] : none), k.zero16) : none;
  I bytes = V::pack_bytes(first, second, true);
  // In unrolled tiles branches cost more than they save.
  if (!Interleaved || k.clamps) bytes = V::clamp_bytes(bytes, k.low, k.high, true);
  bytes = V::flip_bits(bytes, k.flip);
  V::store_first(out, Interleaved ? bytes : V::natural(bytes), count);
}

/** Finishes and stores `count` channels of NV vectors by formulas alone. */
template <class V, Mode M, int NV, bool Interleaved = false>
QJIT_INLINE void finish_vectors(const FinishPlan& p, const FinishConstants<V>& k, const typename V::I* acc, const void* scales,
                                const void* offsets, const uint8_t* residual, uint8_t* out, int count) {
  typename V::I v[NV];
  unroll<NV>([&](auto q) QJIT_LAMBDA_INLINE { v[q] = finish_lanes<V, M>(acc[q], scales, offsets, q * V::lanes, p.away); });
  if (residual) {
    unroll<NV>([&](auto q) QJIT_LAMBDA_INLINE {
      v[q] = add_residual<V>(p, v[q], V::load_widened(residual + q * V::lanes, p.residual_signed, count - q * V::lanes));
    });
  }
  store_lanes<V, NV, Interleaved>(k, v, out, count);
}

/** The plan's constants for pairs. */
template <class V>
struct PairConstants {
  typename V::I zero, low, high;
  explicit PairConstants(const FinishPlan& p)
      : zero(V::splat16(static_cast<int16_t>(p.zero))), low(V::splat16(static_cast<int16_t>(p.low))),
        high(V::splat16(static_cast<int16_t>(p.high))) {}
};

/**
 * Finishes and stores a pair of vectors in the order of `channel_of`: `count` bytes (at most 2 * lanes) at `out`. `scales` and
 * `offsets` have the constants of both vectors: floats, or doubles in `wide` mode.
 */
template <class V, Mode M>
QJIT_INLINE void finish_pair(const FinishPlan& p, const PairConstants<V>& k, typename V::I acc0, typename V::I acc1,
                             const void* scales, const void* offsets, const uint8_t* residual, uint8_t* out, int count) {
  using I = typename V::I;
  const I first = finish_lanes<V, M>(acc0, scales, offsets, 0, p.away), second = finish_lanes<V, M>(acc1, scales, offsets, V::lanes, p.away);
  I v = V::clamp16(V::add16(V::pack(first, second), k.zero), k.low, k.high);
  if (p.sums) {
    uint8_t from_lowest[2 * V::lanes];
    V::store_bytes(from_lowest, V::sub16(v, k.low), false, 2 * V::lanes);
    return finish_bytes(p, from_lowest, residual, out, count);
  }
  if (p.add) {
    const I y = V::load_bytes(residual, p.residual_signed, count);
    v = V::pack(sum_lanes<V>(p, V::low32(v), V::low32(y)), sum_lanes<V>(p, V::high32(v), V::high32(y)));
    v = V::clamp16(V::add16(v, V::splat16(static_cast<int16_t>(p.add_zero))), V::splat16(static_cast<int16_t>(p.add_low)),
                   V::splat16(static_cast<int16_t>(p.add_high)));
  }
  V::store_bytes(out, v, p.bytes_signed, count);
  if (p.table) finish_bytes(p, nullptr, nullptr, out, count);
}

/** Finishes one row of a panel from memory, in any mode: `vectors` of sums in the order of their channels. */
template <class V>
__attribute__((noinline)) void finish_stored(const Conv& g, const FinishPlan& p, Mode mode, int64_t channel, int count, const int32_t* sums,
                                             const void* scales, const void* offsets, const uint8_t* residual, uint8_t* out) {
  using I = typename V::I;
  if (mode == Mode::spill) {
    const int64_t bytes = g.result == Result::i32 ? 4 : 1;
    for (int c = 0; c < count; c++) finish_one(g, sums[c], channel + c, residual ? residual + c : nullptr, out + c * bytes);
    return;
  }
  const FinishConstants<V> k(p);
  const I low = V::splat(p.low - p.zero), high = V::splat(p.high - p.zero);
  for (int at = 0; at < count; at += V::lanes) {
    const int live = std::min(count - at, V::lanes);
    const I acc = V::load(sums + at);
    I v = mode == Mode::wide    ? finish_lanes<V, Mode::wide>(acc, scales, offsets, at, p.away)
          : mode == Mode::plain ? finish_lanes<V, Mode::plain>(acc, scales, offsets, at, p.away)
          : mode == Mode::plus  ? finish_lanes<V, Mode::plus>(acc, scales, offsets, at, p.away)
                                : finish_lanes<V, Mode::away>(acc, scales, offsets, at, p.away);
    if (p.sums) {
      int32_t from_lowest[V::lanes];
      uint8_t bytes[V::lanes];
      V::store(from_lowest, V::sub(V::clamp32(v, low, high), low));
      for (int i = 0; i < live; i++) bytes[i] = static_cast<uint8_t>(from_lowest[i]);
      finish_bytes(p, bytes, residual + at, out + at, live);
      continue;
    }
    if (residual) v = add_residual<V>(p, v, V::load_widened(residual + at, p.residual_signed, live));
    store_lanes<V, 1>(k, &v, out + at, live);
    if (p.table) finish_bytes(p, nullptr, nullptr, out + at, live);
  }
}

}  // namespace qjit
