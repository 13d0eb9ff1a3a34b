// GMAC/s of the convolution kernels on shapes of common networks, at each instruction set of this CPU.
#include <chrono>
#include <cstdio>
#include <cstring>

#include "kernels/conv/conv.h"
#include "program/reader.h"

using namespace qjit;

namespace {

struct Shape {
  const char* name;
  int64_t hw, c, o, k, stride;
  bool depthwise, residual;
};

constexpr Shape shapes[] = {
    {"first 3x3 s2", 224, 3, 32, 3, 2, false, false},   {"1x1", 112, 32, 16, 1, 1, false, false},  {"1x1", 112, 16, 96, 1, 1, false, false},
    {"1x1", 28, 192, 32, 1, 1, false, false},           {"1x1", 14, 384, 64, 1, 1, false, false},  {"1x1", 7, 320, 1280, 1, 1, false, false},
    {"3x3", 56, 64, 64, 3, 1, false, false}, {"3x3", 28, 128, 128, 3, 1, false, false},            {"3x3", 14, 256, 256, 3, 1, false, false}, {"3x3", 7, 512, 512, 3, 1, false, false},
    {"depthwise 3x3", 112, 32, 32, 3, 1, true, false},  {"depthwise 3x3", 56, 144, 144, 3, 1, true, false},
    {"depthwise 3x3 s2", 112, 96, 96, 3, 2, true, false}, {"depthwise 3x3", 14, 384, 384, 3, 1, true, false},
    {"1x1 with residual", 56, 64, 256, 1, 1, false, true}, {"1x1 with residual", 28, 192, 32, 1, 1, false, true},
    {"1x1 with residual", 14, 576, 96, 1, 1, false, true}, {"1x1 with residual", 7, 960, 160, 1, 1, false, true}, {"3x3 with residual", 14, 256, 256, 3, 1, false, true}, {"3x3 with residual", 56, 64, 64, 3, 1, false, true},
};

Conv conv_of(const Shape& s) {
  Conv g;
  g.n = 1;
  g.h = g.w = s.hw;
  g.c = s.c;
  g.o = s.o;
  g.kh = g.kw = s.k;
  g.i = s.depthwise ? 1 : s.c;
  g.sy = g.sx = s.stride;
  g.top = g.left = g.bottom = g.right = s.k / 2;
  g.oh = g.ow = (s.hw + 2 * (s.k / 2) - s.k) / s.stride + 1;
  g.x_signed = false;
  g.x_zero = 3;
  g.weights.resize(static_cast<size_t>(g.o * g.taps()));
  for (size_t k = 0; k < g.weights.size(); k++) g.weights[k] = static_cast<int16_t>(static_cast<int>(k * 37 % 255) - 127);
  g.bias.assign(static_cast<size_t>(g.o), 5);
  g.result = Result::i8;
  Stage r;
  r.by.rule = RescaleRule::f32_rne;
  r.by.a = {0.001};
  r.low = -128;
  r.high = 127;
  g.epilogue.stages.push_back(r);
  g.has_formula = true;
  g.formula.low = -128;
  g.formula.high = 127;
  g.formula.proved.assign(static_cast<size_t>(g.o), 1);
  g.formula.shift.assign(static_cast<size_t>(g.o), 0);
  g.formula.scale.assign(static_cast<size_t>(g.o), 0.001f);
  g.formula.offset.assign(static_cast<size_t>(g.o), 0.0f);
  if (!s.residual) return g;
  Stage a;
  a.kind = Stage::Kind::add;
  a.add.rule = AdditionRule::f32;
  a.add.k[0] = a.add.k[1] = 0.5;
  a.add.k[2] = 1;
  a.low = -128;
  a.high = 127;
  g.epilogue.stages.push_back(a);
  Formula& f = g.formula;
  f.add = f.add_proved = f.residual_signed = true;
  f.a = f.b = 0.5f;
  f.add_low = -128;
  f.add_high = 127;
  return g;
}

}  // namespace

int main() {
  using clock = std::chrono::steady_clock;
  for (const Isa isa : available()) {
    for (const Shape& s : shapes) {
      const Conv g = conv_of(s);
      const auto kernel = conv_kernel(g, isa);
      if (!kernel) continue;
      std::vector<uint8_t> x(static_cast<size_t>(g.h * g.w * g.c) + slack, 7), out(static_cast<size_t>(g.oh * g.ow * g.o)), scratch(kernel->scratch + slack), residual(out.size(), 3);
      double best = 1e9;
      const auto begun = clock::now();
      for (int i = 0; i < 1000 && (i < 5 || clock::now() - begun < std::chrono::milliseconds(200)); i++) {
        const auto start = clock::now();
        kernel->run(x.data(), out.data(), s.residual ? residual.data() : nullptr, scratch.data());
        best = std::min(best, std::chrono::duration<double>(clock::now() - start).count());
      }
      const double macs = static_cast<double>(g.oh * g.ow * g.o * g.taps());
      std::printf("%-34s %-17s %3lldx%-3lld %4lld -> %-4lld %8.3f ms %7.1f GMAC/s\n", kernel->name.c_str(), s.name, static_cast<long long>(s.hw),
                  static_cast<long long>(s.hw), static_cast<long long>(s.c), static_cast<long long>(s.o), best * 1e3, macs / best * 1e-9);
    }
  }
}
