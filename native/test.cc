// Tests of the kernels, without Node: every row against loops as the meaning has them, with guard bytes around what it writes;
// instruction sets that this CPU lacks run on emulated vectors. Exits with 1 if anything differs.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>

#include "kernels/add/lanes.h"
#include "kernels/conv/tile.h"
#include "kernels/conv/winograd.h"
#include "kernels/dwconv/depthwise.h"
#include "kernels/dwconv/march.h"
#include "kernels/plain/lanes.h"
#include "kernels/vectors/emulated.h"
#include "program/program.h"

using namespace qjit;

namespace {

uint32_t seed = 1;
uint32_t random_word() {
  seed = seed * 1664525u + 1013904223u;
  return seed >> 8;
}
int between(int lo, int hi) { return lo + static_cast<int>(random_word() % static_cast<uint32_t>(hi - lo + 1)); }

int failures = 0, checks = 0;
void check(bool ok, const std::string& what) {
  checks++;
  if (ok) return;
  failures++;
  std::printf("FAILED %s\n", what.c_str());
}

constexpr uint8_t guard = 0xa5;
constexpr size_t guard_bytes = 128;

/** Bytes between guards; `room` more readable bytes of noise follow them. */
class Guarded {
 public:
  Guarded(size_t size, size_t room) : size_(size), bytes_(size + room + 2 * guard_bytes, guard) {
    for (size_t i = 0; i < room; i++) bytes_[guard_bytes + size + i] = static_cast<uint8_t>(random_word());
    tail_.assign(bytes_.begin() + static_cast<long>(guard_bytes + size), bytes_.end());
  }
  uint8_t* data() { return bytes_.data() + guard_bytes; }
  bool intact() const {
    for (size_t i = 0; i < guard_bytes; i++) if (bytes_[i] != guard) return false;
    return std::memcmp(tail_.data(), bytes_.data() + guard_bytes + size_, tail_.size()) == 0;
  }

 private:
  size_t size_;
  std::vector<uint8_t> bytes_, tail_;
};

/** What convolutions are like: any, depthwise, or 3x3 of stride 1 on channels that fill vectors. */
enum class Family { any, depthwise, windows };

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

using MakeKernel = std::function<std::unique_ptr<ConvKernel>(const Conv&)>;

void test_convolutions(const char* row, Family family, int rounds, const MakeKernel& make) {
  seed = 7;
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

void test_additions(const char* row, void (*run)(const AddFit&, const uint8_t*, const uint8_t*, uint8_t*, int64_t)) {
  seed = 9;
  for (int count = 0; count < 100; count++) {
    AddFit k{0.5f, 0.25f, -10.25f, 0.0f, between(-20, 20), -128, 127, between(0, 1) != 0, between(0, 1) != 0, true};
    if (between(0, 1)) { k.out_signed = false; k.zero += 128; k.low = 0; k.high = 255; }
    const size_t n = static_cast<size_t>(count);
    Guarded x(n, 0), y(n, 0), out(n, 0);
    std::vector<uint8_t> want;
    for (size_t i = 0; i < n; i++) {
      const uint8_t a = x.data()[i] = static_cast<uint8_t>(random_word());
      const uint8_t b = y.data()[i] = static_cast<uint8_t>(random_word());
      const double v = round_half_even((k.x_signed ? static_cast<int8_t>(a) : a) * 0.5 + (k.y_signed ? static_cast<int8_t>(b) : b) * 0.25 - 10.25);
      want.push_back(static_cast<uint8_t>(static_cast<int>(clamp(v + k.zero, k.low, k.high))));
    }
    run(k, x.data(), y.data(), out.data(), count);
    check(n == 0 || std::memcmp(want.data(), out.data(), n) == 0, std::string(row) + " add of " + std::to_string(count));
    check(x.intact() && y.intact() && out.intact(), std::string(row) + " add: guard bytes");
  }
}

void test_plain(const char* row, const PlainKernels& k) {
  seed = 11;
  for (int count = 0; count < 150; count++) {
    const size_t n = static_cast<size_t>(count);
    Quantizer q;
    q.divides = between(0, 1);
    q.away = q.divides && between(0, 1);
    q.k = q.divides ? 0.5f : 2;
    q.out_signed = between(0, 1);
    q.low = q.out_signed ? -128 : 0;
    q.high = q.low + 255;
    q.zero = between(q.low, q.high);
    q.nan_high = between(0, 1);
    q.infinity_low = between(0, 1);
    std::vector<float> x;
    Guarded out(n, 0);
    std::vector<uint8_t> want;
    for (int i = 0; i < count; i++) {
      const float rare[] = {NAN, INFINITY, -INFINITY, 1e30f, -1e30f, 9223372036854775808.0f, -0.0f};
      const float v = between(0, 9) ? static_cast<float>(between(-700, 700)) / 8 : rare[between(0, 6)];
      x.push_back(v);
      const double scaled = q.divides ? v / q.k : v * q.k;
      const double r = q.away ? round_half_away(scaled) : round_half_even(scaled);
      double s = clamp(r + q.zero, q.low, q.high);
      if (std::isnan(r)) s = q.nan_high ? q.high : q.low;
      else if (q.infinity_low && std::fabs(r) >= 9223372036854775808.0) s = q.low;
      want.push_back(static_cast<uint8_t>(static_cast<int>(s)));
    }
    k.quantize(q, x.data(), out.data(), count);
    check(n == 0 || std::memcmp(want.data(), out.data(), n) == 0, std::string(row) + " quantize of " + std::to_string(count));
    check(out.intact(), std::string(row) + " quantize: guard bytes");

    const bool is_signed = between(0, 1);
    const int places = between(0, 9), c = count;
    Guarded image(static_cast<size_t>(3 * c), slack), most(n, 0);
    Guarded sums(4 * n, 0);
    for (int i = 0; i < 3 * c; i++) image.data()[i] = static_cast<uint8_t>(random_word());
    std::vector<int64_t> at;
    for (int i = 0; i < places; i++) at.push_back(between(0, 2) * c);
    k.maximum(image.data(), at.data(), places, c, is_signed, most.data());
    k.sum(image.data(), at.data(), places, c, is_signed, reinterpret_cast<int32_t*>(sums.data()));
    bool right = true;
    for (int i = 0; i < c; i++) {
      int best = is_signed ? -128 : 0, sum = 0;
      for (const int64_t p : at) {
        const int v = is_signed ? static_cast<int8_t>(image.data()[p + i]) : image.data()[p + i];
        best = std::max(best, v);
        sum += v;
      }
      int32_t found;
      std::memcpy(&found, sums.data() + 4 * i, 4);
      right = right && most.data()[i] == static_cast<uint8_t>(best) && found == sum;
    }
    check(right && most.intact() && sums.intact(), std::string(row) + " windows of " + std::to_string(c));
    if (!k.interleave3) continue;
    Guarded pixels(3 * n, 0);
    k.interleave3(image.data(), image.data() + c, image.data() + 2 * c, pixels.data(), c);
    for (int i = 0; i < 3 * c; i++) right = right && pixels.data()[i] == image.data()[i % 3 * c + i / 3];
    check(right && pixels.intact(), std::string(row) + " pixels of " + std::to_string(c));
  }
}

/** Damaged programs are refused by an error, whatever the words say. */
void test_damage() {
  std::vector<uint32_t> words(64);
  for (int round = 0; round < 20000; round++) {
    for (uint32_t& w : words) w = between(0, 2) ? static_cast<uint32_t>(between(0, 70)) : random_word() << 8 | random_word();
    words[0] = 0x504e4a51;
    words[1] = format_version;
    words[2] = static_cast<uint32_t>(words.size());
    words[4] = static_cast<uint32_t>(between(0, 4096));
    words[5] = words[7] = 48;
    words[6] = words[8] = static_cast<uint32_t>(between(0, 208));
    words[3] = checksum(reinterpret_cast<const uint8_t*>(words.data()) + 16, words.size() - 4);
    try {
      const Program p(reinterpret_cast<const uint8_t*>(words.data()), 4 * words.size(), available().back());
      p.run(*p.workspace());
      checks++;
    } catch (const ProgramError&) {
      checks++;
    }
  }
}

bool has(Isa isa) {
  for (const Isa i : available()) if (i == isa) return true;
  std::printf("skipped: this CPU has no %s; its kernels run on emulated vectors\n", name_of(isa));
  return false;
}

}  // namespace

/** The argument is how many random convolutions each row gets. */
int main(int argc, char** argv) {
  const int rounds = argc > 1 ? std::atoi(argv[1]) : 300;
  test_convolutions("emulated 8 words", Family::any, rounds, [](const Conv& g) { return std::make_unique<TiledConv<Emulated<8, int16_t>>>(g); });
  test_convolutions("emulated 16 words", Family::any, rounds, [](const Conv& g) { return std::make_unique<TiledConv<Emulated<16, int16_t>>>(g); });
  const auto bytes = [](auto tag, const Conv& g) -> std::unique_ptr<ConvKernel> {
    return byte_weights(g) ? std::make_unique<TiledConv<decltype(tag)>>(g) : nullptr;
  };
  test_convolutions("emulated 8 bytes", Family::any, rounds, [&](const Conv& g) { return bytes(Emulated<8, uint8_t>{}, g); });
  test_convolutions("emulated 16 bytes", Family::any, rounds, [&](const Conv& g) { return bytes(Emulated<16, uint8_t>{}, g); });
  test_convolutions("emulated 8", Family::depthwise, rounds, [](const Conv& g) { return std::make_unique<Depthwise<Emulated<8, int16_t>>>(g); });
  test_convolutions("emulated 16", Family::depthwise, rounds, [](const Conv& g) { return std::make_unique<Depthwise<Emulated<16, int16_t>>>(g); });
  using March = MarchingDepthwise<Emulated<16, uint8_t>, Emulated<8, uint8_t>>;
  test_convolutions("emulated march", Family::depthwise, 2 * rounds, [](const Conv& g) { return March::suits(g) ? std::make_unique<March>(g) : nullptr; });
  using Words = Emulated<16, int16_t>;
  test_plain("emulated 16", {"emulated", quantize_lanes<Words>, maximum_lanes<Words>, sum_lanes_of<Words>});
  using Narrow = WinogradConv<Emulated<8, int16_t>>;
  using Wide = WinogradConv<Words>;
  test_convolutions("emulated 8", Family::windows, rounds, [](const Conv& g) { return Narrow::suits(g, 1 << 30) ? std::make_unique<Narrow>(g) : nullptr; });
  test_convolutions("emulated 16", Family::windows, rounds, [](const Conv& g) { return Wide::suits(g, 1 << 30) ? std::make_unique<Wide>(g) : nullptr; });
  test_additions("emulated 8", add_lanes<Emulated<8, int16_t>>);
  test_additions("emulated 16", add_lanes<Emulated<16, int16_t>>);
#if defined(QJIT_X86)
  if (has(Isa::avx2)) {
    test_convolutions("avx2", Family::any, rounds, conv_avx2);
    test_convolutions("avx2", Family::windows, rounds, conv_avx2);
    test_convolutions("avx2", Family::depthwise, rounds, dwconv_avx2);
    test_additions("avx2", add_avx2);
    test_plain("avx2", plain_avx2());
  }
  if (has(Isa::avxvnni)) {
    test_convolutions("avxvnni", Family::any, rounds, has_avxvnni() ? conv_avxvnni : conv_evexvnni);
    test_convolutions("avxvnni", Family::windows, rounds, has_avxvnni() ? conv_avxvnni : conv_evexvnni);
  }
  if (has(Isa::avx512vnni)) {
    test_convolutions("avx512vnni", Family::any, rounds, conv_avx512vnni);
    test_convolutions("avx512vnni", Family::windows, rounds, conv_avx512vnni);
    test_convolutions("avx512vnni", Family::depthwise, rounds, dwconv_avx512vnni);
    test_additions("avx512vnni", add_avx512vnni);
    test_plain("avx512vnni", plain_avx512vnni());
  }
#elif defined(QJIT_ARM)
  test_convolutions("neon", Family::any, rounds, conv_neon);
  test_convolutions("neon", Family::depthwise, rounds, dwconv_neon);
  test_additions("neon", add_neon);
  test_plain("neon", plain_neon());
  if (has(Isa::neondot)) test_convolutions("neondot", Family::any, rounds, conv_neondot);
#endif
  test_damage();
  std::printf("%d checks, %d failures\n", checks, failures);
  return failures ? 1 : 0;
}
