// k.conv, k.gemm, conv2d and linear: the 8-bit kernels where one applies, else loops as the meaning has them.
#include "../kernels/conv/conv.h"

#include <algorithm>

#include "../kernels/conv/finish.h"
#include "rules.h"
#include "storages.h"

namespace qjit {
namespace {

Epilogue read_epilogue(Reader& r, int64_t channels, bool residual) {
  Epilogue e;
  const uint32_t count = r.count(1);
  for (uint32_t i = 0; i < count; i++) {
    Stage s;
    s.kind = static_cast<Stage::Kind>(r.below(4, "a stage"));
    if (s.kind == Stage::Kind::requantize) s.by = read_rescale(r, channels);
    if (s.kind == Stage::Kind::add) {
      want(residual, "a residual where a stage adds one");
      s.add = read_addition(r);
    }
    s.zero = r.f64();
    s.low = r.f64();
    s.high = r.f64();
    want(std::isfinite(s.zero) && !std::isnan(s.low) && !std::isnan(s.high), "numbers in a stage");
    e.stages.push_back(std::move(s));
  }
  return e;
}

/** A number that was written as a double and fits a small integer. */
int small(Reader& r) {
  const double v = r.f64();
  want(v == std::trunc(v) && std::fabs(v) <= 32767, "a small integer");
  return static_cast<int>(v);
}

/** The formula of a rule that is an instance of it, for the channels whose sums are in its reach (`prove_reach`). */
void take_rule(Formula& k, const Stage& stage, size_t channels) {
  const Rescale& by = stage.by;
  want(by.rule == RescaleRule::f32_rne || by.rule == RescaleRule::f32_rne_zp, "a rule that is its own formula");
  k.shift.assign(channels, 0);
  k.offset.assign(channels, by.rule == RescaleRule::f32_rne ? 0.0f : static_cast<float>(stage.zero));
  for (size_t c = 0; c < channels; c++) {
    const double scale = by.a[by.a.size() == 1 ? 0 : c];
    k.scale.push_back(static_cast<float>(scale));
    k.proved.push_back(k.scale.back() == scale && std::isfinite(scale));
  }
}

/** Takes back the proof of channels whose sums may leave what kernels round, magnitudes below 2^21. */
void prove_reach(Conv& c) {
  const double least = (c.x_signed ? -128 : 0) - c.x_zero, most = least + 255;
  for (size_t k = 0; k < static_cast<size_t>(c.o); k++) {
    const double scale = c.formula.scale[k], offset = c.formula.offset[k];
    const auto fits = [&](double low, double high) {
      return low >= -0x1p31 && high < 0x1p31 && std::max(std::fabs(f(low) * scale), std::fabs(f(high) * scale)) + std::fabs(offset) <= 0x1p21;
    };
    const double bias = c.bias[k], any = static_cast<double>(c.taps()) * 255 * 255;
    if (fits(bias - any, bias + any)) continue;
    double low = bias, high = bias;
    for (int64_t t = 0; t < c.taps(); t++) {
      const double w = c.weights[k * static_cast<size_t>(c.taps()) + static_cast<size_t>(t)];
      low += std::min(w * least, w * most);
      high += std::max(w * least, w * most);
    }
    if (!fits(low, high)) c.formula.proved[k] = 0;
  }
}

/** The formulas of each channel as the program states them. */
void read_channels(Formula& k, Reader& r, size_t channels) {
  k.proved = r.constants<uint8_t>(Storage::u8);
  k.shift = r.constants<int32_t>(Storage::i32);
  k.scale = r.constants<float>(Storage::f32);
  k.offset = r.constants<float>(Storage::f32);
  want(k.proved.size() == channels && k.shift.size() == channels && k.scale.size() == channels && k.offset.size() == channels,
       "constants for each channel");
  if (r.flag()) {
    k.wide_scale = r.doubles();
    k.wide_offset = r.doubles();
    want(k.wide_scale.size() == channels && k.wide_offset.size() == channels, "wide constants for each channel");
  }
}

/** `natural`: whether it is that of the rule itself. */
Formula read_formula(Reader& r, const Epilogue& epilogue, size_t channels, bool& natural) {
  Formula k;
  k.away = r.flag();
  k.zero = small(r);
  k.low = small(r);
  k.high = small(r);
  if ((natural = r.flag())) {
    want(!epilogue.stages.empty() && epilogue.stages[0].kind == Stage::Kind::requantize, "a requantize stage first");
    take_rule(k, epilogue.stages[0], channels);
  } else {
    read_channels(k, r, channels);
  }
  k.add = r.flag();
  if (k.add) {
    k.residual_signed = r.flag();
    k.add_proved = r.flag();
    if (k.add_proved) {
      k.a = static_cast<float>(r.f64());
      k.b = static_cast<float>(r.f64());
      k.c = static_cast<float>(r.f64());
      k.add_away = static_cast<float>(r.f64());
    }
    k.add_zero = small(r);
    k.add_low = small(r);
    k.add_high = small(r);
  }
  return k;
}

/** The convolution by its meaning, for any storages, with weights that may be computed. */
class ReferenceConv final : public Step {
 public:
  Tensor x, w, bias, residual, out;
  bool has_bias = false, has_residual = false;
  Windows g{};
  int64_t o = 0, i = 0;
  double x_zero = 0;
  std::vector<double> w_zeros;
  Epilogue epilogue;
  /** Entries of the table stage that are computed. */
  bool computed_table = false;
  Tensor table;
  /** Whether integer sums have 64 bits. */
  bool wide = false;
  /** Copies of constants. */
  std::vector<uint8_t> w_bytes, bias_bytes;

  std::string kernel() const override { return x.storage == Storage::f32 ? "f32_conv__scalar" : "q_conv__scalar"; }

  void run(const Memory& m, Share share) const override {
    const Share::Range rows = share.of(g.n * g.oh);
    if (x.storage == Storage::f32) return real(m, rows);
    with_storage(x.storage, [&](auto tx) {
      with_storage(w.storage, [&](auto tw) {
        if constexpr (!std::is_floating_point_v<decltype(tx)> && !std::is_floating_point_v<decltype(tw)> && sizeof(tx) <= 2 && sizeof(tw) == 1) {
          if (wide) whole<decltype(tx), decltype(tw), int64_t>(m, rows);
          else whole<decltype(tx), decltype(tw), uint32_t>(m, rows);
        }
      });
    });
  }

 private:
  const void* place(const Tensor& t, const std::vector<uint8_t>& own, const Memory& m) const {
    return t.region == Region::load ? own.data() : t.in<uint8_t>(m);
  }

  /** Calls `visit(pixel of x, tap)` for the taps of an output position that lie in the image. */
  template <class F>
  void each_tap(int64_t b, int64_t y, int64_t z, F&& visit) const {
    const int64_t top = y * g.sy - g.top, left = z * g.sx - g.left;
    const Share::Range rows = Windows::inside(top, g.dy, g.kh, g.h), columns = Windows::inside(left, g.dx, g.kw, g.w);
    for (int64_t ky = rows.begin; ky < rows.end; ky++)
      for (int64_t kx = columns.begin; kx < columns.end; kx++)
        visit(((b * g.h + top + ky * g.dy) * g.w + left + kx * g.dx) * g.c, ky * g.kw + kx);
  }

  template <class X, class W, class Sum>
  void whole(const Memory& m, Share::Range rows) const {
    const X* xs = x.in<X>(m);
    const W* ws = static_cast<const W*>(place(w, w_bytes, m));
    const void* bs = place(bias, bias_bytes, m);
    const int32_t zx = static_cast<int32_t>(x_zero);
    const int64_t per_group = o / (g.c / i);
    Epilogue filled;
    if (computed_table) {
      filled = epilogue;
      for (int64_t k = 0; k < table.size; k++) filled.table.push_back(static_cast<double>(integer_at(table.in<uint8_t>(m), table.storage, k)));
    }
    const Epilogue& finish = computed_table ? filled : epilogue;
    // In 32 bits sums wrap, which unsigned ones may.
    Sum* sums = reinterpret_cast<Sum*>(m.scratch);
    int64_t at = rows.begin * g.ow * o;
    for (int64_t row = rows.begin; row < rows.end; row++)
      for (int64_t z = 0; z < g.ow; z++) {
        std::fill(sums, sums + o, Sum{0});
        each_tap(row / g.oh, row % g.oh, z, [&](int64_t pixel, int64_t tap) {
          for (int64_t k = 0; k < o; k++) {
            const X* from = xs + pixel + k / per_group * i;
            const W* weight = ws + (k * g.kh * g.kw + tap) * i;
            const int32_t zw = static_cast<int32_t>(w_zeros[w_zeros.size() == 1 ? 0 : static_cast<size_t>(k)]);
            Sum s = sums[k];
            for (int64_t j = 0; j < i; j++) s += static_cast<Sum>(from[j] - zx) * static_cast<Sum>(weight[j] - zw);
            sums[k] = s;
          }
        });
        for (int64_t k = 0; k < o; k++, at++) {
          // Sums of 64 bits take their bias in doubles.
          const double b = has_bias ? static_cast<double>(integer_at(bs, bias.storage, k)) : 0;
          double sum;
          if constexpr (sizeof(Sum) == 8) sum = static_cast<double>(sums[k]) + b;
          else sum = static_cast<int32_t>(sums[k] + static_cast<uint32_t>(static_cast<int32_t>(b)));
          const double r = has_residual ? static_cast<double>(integer_at(residual.in<uint8_t>(m), residual.storage, at)) : 0;
          store_at(out.out<uint8_t>(m), out.storage, at, finish.apply(sum, static_cast<size_t>(k), r));
        }
      }
  }

  void real(const Memory& m, Share::Range rows) const {
    const float* xs = x.in<float>(m);
    const float* ws = static_cast<const float*>(place(w, w_bytes, m));
    const float* bs = static_cast<const float*>(place(bias, bias_bytes, m));
    const int64_t per_group = o / (g.c / i);
    float* sums = reinterpret_cast<float*>(m.scratch);
    float* to = out.out<float>(m) + rows.begin * g.ow * o;
    for (int64_t row = rows.begin; row < rows.end; row++)
        for (int64_t z = 0; z < g.ow; z++, to += o) {
          std::fill(sums, sums + o, 0.0f);
          each_tap(row / g.oh, row % g.oh, z, [&](int64_t pixel, int64_t tap) {
            for (int64_t k = 0; k < o; k++) {
              const float* from = xs + pixel + k / per_group * i;
              const float* weight = ws + (k * g.kh * g.kw + tap) * i;
              float s = sums[k];
              for (int64_t j = 0; j < i; j++) s = s + from[j] * weight[j];
              sums[k] = s;
            }
          });
          for (int64_t k = 0; k < o; k++) {
            const float sum = has_bias ? sums[k] + bs[k] : sums[k];
            to[k] = static_cast<float>(epilogue.apply(sum, static_cast<size_t>(k), 0));
          }
        }
  }
};

/** An 8-bit convolution by a kernel of the table. */
class FastConv final : public Step {
 public:
  FastConv(std::unique_ptr<ConvKernel> kernel, Tensor x, Tensor out, Tensor residual, bool has_residual)
      : kernel_(std::move(kernel)), x_(std::move(x)), out_(std::move(out)), residual_(std::move(residual)), has_residual_(has_residual) {
    scratch = kernel_->scratch;
  }
  void run(const Memory& m, Share share) const override {
    kernel_->run(x_.in<uint8_t>(m), out_.out<uint8_t>(m), has_residual_ ? residual_.in<uint8_t>(m) : nullptr, m.scratch, share);
  }
  std::string kernel() const override { return kernel_->name; }

 private:
  std::unique_ptr<ConvKernel> kernel_;
  Tensor x_, out_, residual_;
  bool has_residual_;
};

/** The weights, stored at `from`, minus their zero points, which are numbers of the storage's signedness. */
template <class T>
void subtract_zeros(const ReferenceConv& s, const uint8_t* from, int64_t taps, int16_t* to) {
  for (int64_t channel = 0; channel < s.o; channel++, from += taps, to += taps) {
    const int zero = static_cast<int>(s.w_zeros[s.w_zeros.size() == 1 ? 0 : static_cast<size_t>(channel)]);
    for (int64_t k = 0; k < taps; k++) to[k] = static_cast<int16_t>(static_cast<T>(from[k]) - zero);
  }
}

/** The convolution as kernels take it, with its constants stored at `weights` and `bias`. */
Conv describe(const ReferenceConv& s, const uint8_t* weights, const uint8_t* bias, const Formula* formula) {
  Conv c;
  c.n = s.g.n; c.h = s.g.h; c.w = s.g.w; c.c = s.g.c; c.oh = s.g.oh; c.ow = s.g.ow;
  c.o = s.o; c.kh = s.g.kh; c.kw = s.g.kw; c.i = s.i;
  c.sy = s.g.sy; c.sx = s.g.sx; c.top = s.g.top; c.left = s.g.left; c.bottom = s.g.bottom; c.right = s.g.right;
  c.dy = s.g.dy; c.dx = s.g.dx;
  c.x_signed = s.x.storage == Storage::i8;
  c.x_zero = static_cast<int>(s.x_zero);
  c.weights.resize(static_cast<size_t>(s.w.size));
  if (s.w.storage == Storage::i8) subtract_zeros<int8_t>(s, weights, c.taps(), c.weights.data());
  else subtract_zeros<uint8_t>(s, weights, c.taps(), c.weights.data());
  c.bias.resize(static_cast<size_t>(c.o));
  if (s.has_bias) std::memcpy(c.bias.data(), bias, 4 * c.bias.size());
  c.result = s.out.storage == Storage::i32 ? Result::i32 : s.out.storage == Storage::i8 ? Result::i8 : Result::u8;
  c.epilogue = s.epilogue;
  if (formula) {
    c.has_formula = true;
    c.formula = *formula;
  }
  for (const double v : s.epilogue.table) c.table.push_back(static_cast<uint8_t>(wrap_integer(v)));
  return c;
}

/** Whether the stages of a formula come in the order that kernels have, with bounds that a byte holds. */
void check_formula(const ReferenceConv& s, const Formula& k) {
  const auto& stages = s.epilogue.stages;
  size_t at = 0;
  const auto next = [&](Stage::Kind kind) { return at < stages.size() && stages[at].kind == kind ? &stages[at++] : nullptr; };
  want(next(Stage::Kind::requantize) != nullptr, "a requantize stage first");
  want((next(Stage::Kind::add) != nullptr) == k.add && k.add == s.has_residual, "a formula of the stages");
  const Stage* last_clamp = next(Stage::Kind::clamp);
  const Stage* table = next(Stage::Kind::table);
  want(at == stages.size(), "stages in order");
  double low = k.add ? k.add_low : k.low, high = k.add ? k.add_high : k.high;
  if (last_clamp) {
    want(std::fabs(last_clamp->low) <= 32767 && std::fabs(last_clamp->high) <= 32767, "bounds of bytes");
    low = clamp(low, last_clamp->low, last_clamp->high);
    high = clamp(high, last_clamp->low, last_clamp->high);
  }
  want(is_byte(s.out.storage), "a result of bytes");
  const double least = table ? table->low : s.out.storage == Storage::i8 ? -128 : 0;
  want((least == -128 || least == 0) && low >= least && high <= least + 255 && low <= high, "bounds within the storage");
  want(!table || s.epilogue.table.size() == 256, "256 entries");
  want(k.high - k.low <= 255, "first bounds of a byte's width");
  want(std::fabs(k.zero) <= 1024 && std::fabs(k.add_zero) <= 1024, "zero points of bytes");
}

}  // namespace

std::unique_ptr<Step> make_conv(Reader& r, Isa isa) {
  auto s = std::make_unique<ReferenceConv>();
  s->x = r.operand();
  s->w = r.tensor();
  if ((s->has_bias = r.flag())) s->bias = r.tensor();
  if ((s->has_residual = r.flag())) s->residual = r.operand();
  // None, entries as constants, or computed ones.
  const uint32_t tables = r.below(3, "a kind of table");
  std::vector<double> table;
  if (tables == 1) table = r.doubles();
  if ((s->computed_table = tables == 2)) {
    s->table = r.operand();
    want(is_byte(s->table.storage) && s->table.size == 256, "a table of 256 bytes");
  }
  s->out = r.tensor(true);
  // A product is a convolution of images of one pixel; both come with their shapes as such.
  want(s->x.shape.size() == 4 && s->w.shape.size() == 4 && s->out.shape.size() == 4, "images of four dimensions");
  s->o = s->w.shape[0];
  s->i = s->w.shape[3];
  want(s->i > 0 && s->x.shape[3] % s->i == 0 && s->x.shape[3] > 0 && s->o % (s->x.shape[3] / s->i) == 0 && s->out.shape[3] == s->o,
       "input channels as groups of the weights'");
  s->g = Windows::read(r, s->x, s->out, s->w.shape[1], s->w.shape[2]);
  s->x_zero = r.f64();
  s->w_zeros = r.doubles();
  want(s->w_zeros.size() == 1 || static_cast<int64_t>(s->w_zeros.size()) == s->o, "one zero point or one per channel");
  const bool real = s->x.storage == Storage::f32;
  const Storage xs = s->x.storage;
  want(real ? s->w.storage == Storage::f32 : (is_byte(xs) || xs == Storage::i16) && is_byte(s->w.storage), "floats, or integers");
  s->wide = r.flag();
  want(!s->wide || xs == Storage::i16, "64-bit sums of 16-bit x");
  want(!s->has_bias || (s->bias.size == s->o && (real ? s->bias.storage == Storage::f32 : s->bias.storage == Storage::i32 || (s->wide && s->bias.storage == Storage::i64))),
       "a bias for each channel");
  want(!real || s->out.storage == Storage::f32, "a float result of floats");
  want(std::fabs(s->x_zero) <= 65535 && s->x_zero == std::trunc(s->x_zero), "a whole zero point");
  for (const double z : s->w_zeros) want(z == std::trunc(z) && std::fabs(z) <= 255, "zero points of bytes");
  want(!s->has_residual || (s->residual.size == s->out.size && s->residual.storage != Storage::f32), "a residual like the result");
  s->epilogue = read_epilogue(r, s->o, s->has_residual);
  s->epilogue.residual_zero = r.f64();
  s->epilogue.table = std::move(table);
  const bool has_formula = r.flag();
  Formula formula;
  bool natural = false;
  if (has_formula) {
    formula = read_formula(r, s->epilogue, static_cast<size_t>(s->o), natural);
    check_formula(*s, formula);
  }
  s->scratch = static_cast<size_t>(s->o) * 8;
  s->work = s->g.positions() * static_cast<double>(s->i * s->o);

  const bool sums = s->out.storage == Storage::i32;
  const bool bytes = is_byte(s->x.storage) && is_byte(s->w.storage) && (sums || is_byte(s->out.storage)) && s->out.size > 0 &&
                     (!s->has_residual || (is_byte(s->residual.storage) && has_formula)) && s->w.size > 0;
  const bool constant = s->w.region == Region::load && (!s->has_bias || s->bias.region == Region::load);
  // Zero points within the storage's range, so that differences and padding are bytes or 9-bit numbers.
  const bool plain_zero = s->x_zero >= (xs == Storage::i8 ? -128 : 0) && s->x_zero <= (xs == Storage::i8 ? 127 : 255);
  if (bytes && constant && plain_zero && !s->computed_table) {
    const uint8_t* bias = s->has_bias ? r.constant_bytes(s->bias) : nullptr;
    Conv described = describe(*s, r.constant_bytes(s->w), bias, has_formula ? &formula : nullptr);
    if (natural) prove_reach(described);
    if (auto kernel = conv_kernel(described, isa)) {
      auto fast = std::make_unique<FastConv>(std::move(kernel), s->x, s->out, s->residual, s->has_residual);
      // Kernels compute with padding too, and copy the rows that each row of the result needs.
      const Windows& g = s->g;
      const double staged = static_cast<double>(g.n * g.oh * ((g.kh - 1) * g.dy + g.sy)) * static_cast<double>((g.w + g.left + g.right) * g.c);
      fast->work = static_cast<double>(s->out.size) * static_cast<double>(g.kh * g.kw * s->i) + staged;
      return fast;
    }
  }
  if (s->w.region == Region::load) s->w_bytes = r.copy_bytes(s->w);
  if (s->has_bias && s->bias.region == Region::load) s->bias_bytes = r.copy_bytes(s->bias);
  return s;
}

}  // namespace qjit
