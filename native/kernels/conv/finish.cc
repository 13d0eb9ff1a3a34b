// What kernels decide and compute outside of their inner loops: compiled for the baseline, so that no other code of the
// library meets instructions that a CPU may not have.
#include "finish.h"

#include <algorithm>
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
  p.fast = g.has_formula && (!k.add || k.add_proved);
  p.zero = k.zero;
  p.low = k.low;
  p.high = k.high;
  p.add = k.add;
  p.residual_signed = k.residual_signed;
  p.a = k.a; p.b = k.b; p.c = k.c; p.away = k.add_away;
  p.add_zero = k.add_zero;
  p.add_low = k.add_low;
  p.add_high = k.add_high;
  for (const Stage& s : g.epilogue.stages) {
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
  }
  return p;
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
  return std::all_of(g.weights.begin(), g.weights.end(), [](int16_t w) { return w >= -128 && w <= 127; });
}

bool tileable(const Conv& g) {
  return g.i > 0 && g.o > 0 && g.kh * g.dy < 4096 && (g.w + g.left + g.right) * g.c * (g.kh * g.dy + g.sy) < (int64_t{1} << 28);
}

bool is_depthwise(const Conv& g) {
  return g.i == 1 && g.o == g.c && g.kh * g.dy < 4096 && (g.w + g.left + g.right) * g.c * (g.kh * g.dy + 4 * g.sy) < (int64_t{1} << 28);
}

}  // namespace qjit
