// What kernels decide and compute outside of their inner loops: compiled for the baseline, so that no other code of the
// library meets instructions that a CPU may not have.
#include "finish.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace qjit {

Conv::Conv() = default;
Conv::Conv(const Conv&) = default;
Conv::~Conv() = default;
ConvKernel::ConvKernel() = default;
ConvKernel::~ConvKernel() = default;

FinishPlan plan_finish(const Conv& g) {
  FinishPlan p;
  const Formula& k = g.formula;
  p.bytes_signed = g.result == Result::i8;
  p.fast = g.has_formula;
  p.away = k.away;
  p.zero = k.zero;
  p.low = k.low;
  p.high = k.high;
  p.add = k.add;
  p.residual_signed = k.residual_signed;
  p.a = k.a; p.b = k.b; p.c = k.c; p.add_away = k.add_away;
  p.add_zero = k.add_zero;
  p.add_low = k.add_low;
  p.add_high = k.add_high;
  double before = 0;
  for (const Stage& s : g.epilogue.stages) {
    if (s.kind == Stage::Kind::requantize) before = s.zero;
    // Two clamps in a row are one.
    if (s.kind == Stage::Kind::clamp) {
      int& low = p.add ? p.add_low : p.low;
      int& high = p.add ? p.add_high : p.high;
      low = static_cast<int>(clamp(low, s.low, s.high));
      high = static_cast<int>(clamp(high, s.low, s.high));
    }
    if (s.kind == Stage::Kind::table) {
      p.table = g.table.data();
      p.table_lowest = static_cast<int>(s.low);
      p.bytes_signed = s.low < 0;
    }
    if (s.kind == Stage::Kind::add && k.add && s.add.rule == AdditionRule::f32_fma) {
      p.fused = true;
      p.a = static_cast<float>(s.add.k[0]);
      p.b = static_cast<float>(s.add.k[1]);
      p.c = static_cast<float>(s.add.k[2]);
      // The rule's offset has all zero points.
      p.add_zero = 0;
      const double most = std::max(std::abs(k.low), std::abs(k.high)) * std::fabs(s.add.k[0]) + 255 * std::fabs(s.add.k[1]) + std::fabs(s.add.k[2]);
      if (!(most < 0x1p30) || p.a != s.add.k[0] || p.b != s.add.k[1] || p.c != s.add.k[2]) p.fast = false;
    } else if (s.kind == Stage::Kind::add && k.add && !k.add_proved) {
      if (!adds_terms(s.add.rule) || k.high - k.low > 255) {
        p.fast = false;
        continue;
      }
      auto sums = std::make_shared<ByteSum>();
      sums->by = s.add;
      sums->power = std::exp2(s.add.k[2]);
      sums->zero = s.zero;
      for (int i = 0; i < 256; i++) {
        sums->x[i] = addition_term(s.add, false, k.low + i, before);
        sums->y[i] = addition_term(s.add, true, k.residual_signed ? static_cast<int8_t>(i) : i, g.epilogue.residual_zero);
      }
      p.sums = std::move(sums);
    }
  }
  if (p.sums) {
    // The last clamp is known only now.
    auto sums = std::make_shared<ByteSum>(*p.sums);
    sums->low = p.add_low;
    sums->high = p.add_high;
    p.sums = std::move(sums);
  }
  return p;
}

Mode mode_of(const Conv& g, const FinishPlan& p, int64_t channel, int64_t count) {
  if (!p.fast) return Mode::spill;
  for (int64_t c = channel; c < channel + count; c++) {
    if (!g.formula.proved[static_cast<size_t>(c)]) return g.formula.wide_scale.empty() ? Mode::spill : Mode::wide;
  }
  if (p.away) return Mode::away;
  const float* offset = g.formula.offset.data() + channel;
  return std::all_of(offset, offset + count, [](float v) { return v == 0; }) ? Mode::plain : Mode::plus;
}

void finish_bytes(const FinishPlan& p, const uint8_t* from_lowest, const uint8_t* residual, uint8_t* out, int count) {
  for (int i = 0; i < count; i++) {
    if (from_lowest) out[i] = static_cast<uint8_t>(p.sums->at(from_lowest[i], residual[i]));
    if (p.table) out[i] = p.table[(p.bytes_signed ? static_cast<int8_t>(out[i]) : out[i]) - p.table_lowest];
  }
}

void finish_one(const Conv& g, int32_t acc, int64_t channel, const uint8_t* residual, uint8_t* out) {
  if (g.result == Result::i32) {
    const int32_t v = g.epilogue.stages.empty() ? acc : static_cast<int32_t>(wrap_integer(g.epilogue.apply(acc, static_cast<size_t>(channel), 0)));
    std::memcpy(out, &v, 4);
    return;
  }
  double r = 0;
  if (residual) r = g.formula.residual_signed ? static_cast<int8_t>(*residual) : *residual;
  *out = static_cast<uint8_t>(wrap_integer(g.epilogue.apply(acc, static_cast<size_t>(channel), r)));
}

bool byte_weights(const Conv& g) {
  // Without an early end, so that the loop is one of vectors.
  int16_t least = 0, most = 0;
  for (const int16_t w : g.weights) {
    least = std::min(least, w);
    most = std::max(most, w);
  }
  return least >= -128 && most <= 127;
}

bool tileable(const Conv& g) {
  return g.i > 0 && g.o > 0 && g.kh * g.dy < 4096 && (g.w + g.left + g.right) * g.c * (g.kh * g.dy + g.sy) < (int64_t{1} << 28);
}

bool sums_below(const Conv& g, int64_t bound) {
  const int64_t least = (g.x_signed ? -128 : 0) - g.x_zero, most = least + 255;
  const int64_t taps = g.taps();
  // Sums of weights fit 32 bits up to here.
  if (taps > 1 << 20) return false;
  for (const int16_t* w = g.weights.begin(); w < g.weights.end(); w += taps) {
    int32_t positive = 0, negative = 0;
    for (int64_t t = 0; t < taps; t++) {
      positive += std::max<int32_t>(w[t], 0);
      negative += std::min<int32_t>(w[t], 0);
    }
    const int64_t low = positive * least + negative * most, high = positive * most + negative * least;
    if (low <= -bound || high >= bound) return false;
  }
  return true;
}

bool is_depthwise(const Conv& g) {
  return g.i == 1 && g.o == g.c && g.kh * g.dy < 4096 && (g.w + g.left + g.right) * g.c * (g.kh * g.dy + 4 * g.sy) < (int64_t{1} << 28);
}

}  // namespace qjit
