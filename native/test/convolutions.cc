// Convolutions of any shape and epilogue, by the rows of the kernel table.
#include <cmath>
#include <cstring>

#include "../program/reader.h"
#include "check.h"
#include "families.h"

namespace qjit::test {
namespace {

/** A random convolution; `kind` says which stages it has. */
Conv random_conv(Family family, int kind) {
  const bool depthwise = family == Family::depthwise;
  Conv g;
  g.n = between(1, 2);
  g.kh = between(1, 3);
  g.kw = between(1, 3);
  if (depthwise && between(0, 1)) g.kh = g.kw = 3;
  g.dy = between(0, 3) ? 1 : 2;
  g.dx = between(0, 3) ? 1 : 2;
  g.sy = between(1, 2);
  g.sx = between(1, 2);
  g.top = between(0, 1); g.left = between(0, 1); g.bottom = between(0, 1); g.right = between(0, 1);
  if (g.kh == 1 && g.kw == 1 && between(0, 1)) {
    g.top = g.left = g.bottom = g.right = 0;
    g.sy = g.sx = 1;
  }
  g.h = (g.kh - 1) * g.dy + between(1, 9);
  g.w = (g.kw - 1) * g.dx + between(1, 9);
  const int groups = depthwise ? between(1, 70) : between(0, 4) || family == Family::windows ? 1 : between(2, 3);
  g.i = depthwise ? 1 : between(1, 21);
  const bool windows = family == Family::windows;
  if (windows) {
    g.kh = g.kw = 3;
    g.sy = g.sx = g.dy = g.dx = 1;
    g.h = between(4, 12);
    g.w = between(4, 12);
    g.i = 32 * between(1, 2);
  }
  g.c = groups * g.i;
  g.o = depthwise ? g.c : windows ? 64 * between(1, 2) : groups * between(1, between(0, 1) ? 80 : 9);
  g.oh = (g.h + g.top + g.bottom - (g.kh - 1) * g.dy - 1) / g.sy + 1;
  g.ow = (g.w + g.left + g.right - (g.kw - 1) * g.dx - 1) / g.sx + 1;
  g.x_signed = between(0, 1);
  g.x_zero = g.x_signed ? between(-128, 127) : between(0, 255);
  const bool nine_bits = between(0, 3) == 0;
  g.weights.resize(static_cast<size_t>(g.o * g.taps()));
  for (int16_t& w : g.weights) w = static_cast<int16_t>(nine_bits ? between(-255, 255) : between(-128, 127));
  for (int64_t k = 0; k < g.o; k++) g.bias.push_back(between(-20000, 20000));
  g.result = kind == 0 ? Result::i32 : between(0, 1) ? Result::i8 : Result::u8;
  if (kind == 0) return g;

  // Powers of two: then the rule, the f32 formula and the one in doubles are the same function.
  const int low = g.result == Result::i8 ? -128 : 0;
  Stage r;
  r.kind = Stage::Kind::requantize;
  r.by.rule = RescaleRule::f32_rne;
  for (int64_t k = 0; k < g.o; k++) r.by.a.push_back(std::ldexp(1.0, -between(8, 14)));
  r.zero = low + between(100, 150);
  r.low = between(0, 1) ? low : r.zero;
  r.high = low + 255;
  g.epilogue.stages.push_back(r);
  g.has_formula = true;
  Formula& f = g.formula;
  f.away = kind == 2;
  f.zero = static_cast<int>(r.zero);
  f.low = static_cast<int>(r.low);
  f.high = static_cast<int>(r.high);
  for (int64_t k = 0; k < g.o; k++) {
    f.proved.push_back(kind != 3 || between(0, 1));
    // A bias that the shift takes back.
    const int shift = f.away ? 0 : between(-5, 5);
    f.shift.push_back(shift);
    f.scale.push_back(static_cast<float>(r.by.a[static_cast<size_t>(k)]));
    f.offset.push_back(f.away ? 0.0f : static_cast<float>(-shift * r.by.a[static_cast<size_t>(k)]));
  }
  if (kind == 3) {
    f.wide_scale = r.by.a;
    f.wide_offset.assign(static_cast<size_t>(g.o), 0.0);
  }
  if (kind == 5) f.proved.assign(static_cast<size_t>(g.o), 0);
  if (between(0, 1)) {
    Stage a;
    a.kind = Stage::Kind::add;
    a.add.rule = AdditionRule::f32;
    a.add.k[0] = 0.5;
    a.add.k[1] = 0.25;
    a.add.k[2] = 1;
    a.zero = low + between(90, 160);
    a.low = low;
    a.high = low + between(200, 255);
    g.epilogue.stages.push_back(a);
    f.add = true;
    f.residual_signed = between(0, 1);
    g.epilogue.residual_zero = f.residual_signed ? between(-100, 100) : between(0, 200);
    f.add_proved = kind != 4;
    f.a = 0.5f;
    f.b = 0.25f;
    f.c = static_cast<float>(-(r.zero * 0.5 + g.epilogue.residual_zero * 0.25));
    f.add_zero = static_cast<int>(a.zero);
    f.add_low = static_cast<int>(a.low);
    f.add_high = static_cast<int>(a.high);
    if (between(0, 2) == 0) {
      // Kernels have the instruction; the formula stays out of use.
      Addition& by = g.epilogue.stages.back().add;
      by.rule = AdditionRule::f32_fma;
      by.k[0] = 0.4f;
      by.k[1] = 0.3f;
      by.k[2] = static_cast<float>(a.zero - (r.zero * 0.4 + g.epilogue.residual_zero * 0.3));
      f.add_proved = between(0, 1);
    }
  }
  if (between(0, 3) == 0) {
    Stage c;
    c.kind = Stage::Kind::clamp;
    c.low = low + 20;
    c.high = low + 200;
    g.epilogue.stages.push_back(c);
  }
  if (between(0, 3) == 0) {
    Stage t;
    t.kind = Stage::Kind::table;
    t.low = low;
    g.epilogue.stages.push_back(t);
    for (int k = 0; k < 256; k++) {
      g.table.push_back(static_cast<uint8_t>(random_word()));
      g.epilogue.table.push_back(g.result == Result::i8 ? static_cast<int8_t>(g.table.back()) : g.table.back());
    }
  }
  return g;
}

/** The convolution by its meaning. */
std::vector<uint8_t> reference(const Conv& g, const uint8_t* x, const uint8_t* residual) {
  std::vector<uint8_t> out;
  const int64_t per_group = g.o / g.groups();
  for (int64_t b = 0; b < g.n; b++)
    for (int64_t y = 0; y < g.oh; y++)
      for (int64_t z = 0; z < g.ow; z++)
        for (int64_t k = 0; k < g.o; k++) {
          int32_t sum = g.bias[static_cast<size_t>(k)];
          for (int64_t ky = 0; ky < g.kh; ky++)
            for (int64_t kx = 0; kx < g.kw; kx++) {
              const int64_t iy = y * g.sy - g.top + ky * g.dy, ix = z * g.sx - g.left + kx * g.dx;
              if (iy < 0 || iy >= g.h || ix < 0 || ix >= g.w) continue;
              for (int64_t j = 0; j < g.i; j++) {
                const uint8_t v = x[((b * g.h + iy) * g.w + ix) * g.c + k / per_group * g.i + j];
                sum += ((g.x_signed ? static_cast<int8_t>(v) : v) - g.x_zero) *
                       g.weights[static_cast<size_t>(((k * g.kh + ky) * g.kw + kx) * g.i + j)];
              }
            }
          const size_t place = out.size();
          if (g.result == Result::i32) {
            out.resize(place + 4);
            std::memcpy(&out[place], &sum, 4);
          } else {
            double r = 0;
            if (g.formula.add) r = g.formula.residual_signed ? static_cast<int8_t>(residual[place]) : residual[place];
            out.push_back(static_cast<uint8_t>(wrap_integer(g.epilogue.apply(sum, static_cast<size_t>(k), r))));
          }
        }
  return out;
}

}  // namespace

void test_convolutions(const char* row, Family family, int rounds, const MakeKernel& make) {
  seed(7);
  for (int round = 0; round < rounds; round++) {
    const Conv g = random_conv(family, round % 6);
    const auto kernel = make(g);
    if (!kernel) continue;
    const size_t in = static_cast<size_t>(g.n * g.h * g.w * g.c), size = static_cast<size_t>(g.n * g.oh * g.ow * g.o);
    Guarded x(in, slack), residual(size, 0), out(size * (g.result == Result::i32 ? 4 : 1), 0), scratch(kernel->scratch, slack);
    for (size_t i = 0; i < in; i++) x.data()[i] = static_cast<uint8_t>(random_word());
    for (size_t i = 0; i < size; i++) residual.data()[i] = static_cast<uint8_t>(random_word());
    const std::vector<uint8_t> want = reference(g, x.data(), residual.data());
    // Shares in any order give what one run gives.
    const int shares = round % 3 ? 1 : between(2, 5);
    for (int s = shares; s-- > 0;) kernel->run(x.data(), out.data(), g.formula.add ? residual.data() : nullptr, scratch.data(), Share{s, shares});
    const std::string what = std::string(row) + " " + kernel->name + " round " + std::to_string(round) + " in " + std::to_string(shares);
    check(std::memcmp(want.data(), out.data(), want.size()) == 0, what + ": values");
    check(out.intact() && scratch.intact() && x.intact() && residual.intact(), what + ": guard bytes");
  }
}

}  // namespace qjit::test
