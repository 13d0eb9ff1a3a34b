// Ops that work element by element on quantized values: add, mul, clamp, tables, conversions.
#include "../kernels/add/add.h"
#include "../kernels/numbers.h"
#include "../kernels/plain/plain.h"
#include "rules.h"
#include "storages.h"

namespace qjit {
namespace {

/** A byte-to-anything map applied to each element. */
template <class To>
std::unique_ptr<Step> mapped(std::string name, const Tensor& x, const Tensor& out, std::vector<To> table) {
  return elements(std::move(name), x.size, [x, out, table = std::move(table)](const Memory& m, int64_t begin, int64_t end) {
    const uint8_t* from = x.in<uint8_t>(m);
    To* to = out.out<To>(m);
    for (int64_t i = begin; i < end; i++) to[i] = table[from[i]];
  });
}

/** The map of an 8-bit x (by its bytes) through `value`, a function of the stored number, as a step. */
template <class F>
std::unique_ptr<Step> tabulated(const char* op, const Tensor& x, const Tensor& out, F&& value) {
  return with_storage(out.storage, [&](auto zero) -> std::unique_ptr<Step> {
    using To = decltype(zero);
    std::vector<To> table(256);
    for (int b = 0; b < 256; b++) store_number(&table[b], value(x.storage == Storage::i8 ? static_cast<int8_t>(b) : b));
    return mapped<To>(type_name(x.storage) + "_" + op + "_table__scalar", x, out, std::move(table));
  });
}

}  // namespace

std::unique_ptr<Step> make_add(Reader& r, Isa isa) {
  const Tensor x = r.operand(), y = r.operand(), out = r.tensor(true);
  want(is_integer(x) && is_integer(y) && is_integer(out), "integers");
  const Addition by = read_addition(r);
  const double zx = r.f64(), zy = r.f64(), zero = r.f64(), lo = r.f64(), hi = r.f64();
  const bool fitted = r.flag();
  AddFit fit{};
  if (fitted) {
    fit.a = static_cast<float>(r.f64());
    fit.b = static_cast<float>(r.f64());
    fit.c = static_cast<float>(r.f64());
    fit.away = static_cast<float>(r.f64());
  }
  const Broadcast b(x, y, out);
  if (is_byte(out.storage)) {
    want(lo >= (out.storage == Storage::i8 ? -128 : 0) && hi <= (out.storage == Storage::i8 ? 127 : 255) && lo <= hi, "bounds within the storage");
  }
  if (by.rule == AdditionRule::f32_fma && is_byte(x.storage) && is_byte(y.storage) && is_byte(out.storage)) {
    fit.a = static_cast<float>(by.k[0]);
    fit.b = static_cast<float>(by.k[1]);
    fit.c = static_cast<float>(by.k[2]);
    const double most = 255 * (std::fabs(by.k[0]) + std::fabs(by.k[1])) + std::fabs(by.k[2]);
    fit.fused = most < 0x1p30 && fit.a == by.k[0] && fit.b == by.k[1] && fit.c == by.k[2];
  }
  if (fitted || fit.fused) {
    want(is_byte(x.storage) && is_byte(y.storage) && is_byte(out.storage), "bytes where a formula stands for the rule");
    // The rule's own constant has all zero points.
    fit.zero = fit.fused ? 0 : static_cast<int32_t>(zero);
    fit.low = static_cast<int32_t>(lo);
    fit.high = static_cast<int32_t>(hi);
    want(static_cast<int32_t>(zero) == zero && std::fabs(zero) <= 255 && fit.low == lo && fit.high == hi && std::fabs(lo) <= 255 && std::fabs(hi) <= 255,
         "zero point and bounds of bytes");
    fit.x_signed = x.storage == Storage::i8;
    fit.y_signed = y.storage == Storage::i8;
    fit.out_signed = out.storage == Storage::i8;
    if (const AddKernel kernel = add_kernel(isa); kernel.run && b.same) {
      return elements(type_name(out.storage) + kernel.name, out.size, [=](const Memory& m, int64_t begin, int64_t end) {
        kernel.run(fit, x.in<uint8_t>(m) + begin, y.in<uint8_t>(m) + begin, out.out<uint8_t>(m) + begin, end - begin);
      });
    }
  }
  if (is_byte(x.storage) && is_byte(y.storage) && is_byte(out.storage) && adds_terms(by.rule)) {
    std::vector<double> tx(256), ty(256);
    for (int i = 0; i < 256; i++) {
      tx[i] = addition_term(by, false, x.storage == Storage::i8 ? static_cast<int8_t>(i) : i, zx);
      ty[i] = addition_term(by, true, y.storage == Storage::i8 ? static_cast<int8_t>(i) : i, zy);
    }
    const double power = std::exp2(by.k[2]);
    return loop(type_name(out.storage) + "_add_terms__scalar", b.units(), b.grain(), [=](const Memory& m, int64_t begin, int64_t end) {
      const uint8_t* xs = x.in<uint8_t>(m);
      const uint8_t* ys = y.in<uint8_t>(m);
      uint8_t* to = out.out<uint8_t>(m);
      b.rows(begin, end, [&](int64_t at, int64_t i, int64_t j, int64_t n, int64_t di, int64_t dj) {
        for (int64_t k = 0; k < n; k++) {
          const double v = add_terms(by, tx[xs[i + k * di]] + ty[ys[j + k * dj]], power, zero);
          to[at + k] = static_cast<uint8_t>(static_cast<int32_t>(clamp(v, lo, hi)));
        }
      });
    });
  }
  return loop(type_name(out.storage) + "_add__scalar", b.units(), b.grain(), [=](const Memory& m, int64_t begin, int64_t end) {
    const void* xs = x.in<uint8_t>(m);
    const void* ys = y.in<uint8_t>(m);
    void* to = out.out<uint8_t>(m);
    b.rows(begin, end, [&](int64_t at, int64_t i, int64_t j, int64_t n, int64_t di, int64_t dj) {
      for (int64_t k = 0; k < n; k++) {
        const double v = add_by(by, integer_at(xs, x.storage, i + k * di), integer_at(ys, y.storage, j + k * dj), zx, zy, zero);
        store_at(to, out.storage, at + k, clamp(v, lo, hi));
      }
    });
  });
}

std::unique_ptr<Step> make_mul(Reader& r, Isa) {
  const Tensor x = r.operand(), y = r.operand(), out = r.tensor(true);
  want(is_integer(x) && is_integer(y) && is_integer(out), "integers");
  const double zx = r.f64(), zy = r.f64();
  const bool rescaled = r.flag();
  Rescale by;
  double zero = 0, lo = 0, hi = 0;
  if (rescaled) {
    by = read_rescale(r, 1);
    zero = r.f64();
    lo = r.f64();
    hi = r.f64();
  }
  const Broadcast b(x, y, out);
  return loop(type_name(x.storage) + "_mul__scalar", b.units(), b.grain(), [=](const Memory& m, int64_t begin, int64_t end) {
    const void* xs = x.in<uint8_t>(m);
    const void* ys = y.in<uint8_t>(m);
    void* to = out.out<uint8_t>(m);
    b.rows(begin, end, [&](int64_t at, int64_t i, int64_t j, int64_t n, int64_t di, int64_t dj) {
      for (int64_t k = 0; k < n; k++) {
        const double p = (static_cast<double>(integer_at(xs, x.storage, i + k * di)) - zx) *
                         (static_cast<double>(integer_at(ys, y.storage, j + k * dj)) - zy);
        // Products are kept in 32 bits.
        const int32_t product = static_cast<int32_t>(wrap_integer(p));
        store_at(to, out.storage, at + k, rescaled ? clamp(rescale(by, product, 0, zero), lo, hi) : product);
      }
    });
  });
}

std::unique_ptr<Step> make_clamp(Reader& r, Isa) {
  const Tensor x = r.operand(), out = r.tensor(true);
  want(x.size == out.size && x.storage == out.storage, "a result like x");
  const double lo = r.f64(), hi = r.f64();
  return with_storage(x.storage, [&](auto zero) -> std::unique_ptr<Step> {
    using T = decltype(zero);
    if constexpr (std::is_same_v<T, float>) {
      return elements("f32_clamp__scalar", x.size, [=](const Memory& m, int64_t begin, int64_t end) {
        const float* from = x.in<float>(m);
        float* to = out.out<float>(m);
        for (int64_t i = begin; i < end; i++) to[i] = static_cast<float>(clamp(from[i], lo, hi));
      });
    } else {
      constexpr double least = static_cast<double>(std::numeric_limits<T>::min());
      constexpr double most = static_cast<double>(std::numeric_limits<T>::max());
      want(lo >= least && hi <= most && lo <= hi, "bounds within the storage");
      const T low = static_cast<T>(lo), high = static_cast<T>(hi);
      return elements(type_name(x.storage) + "_clamp__scalar", x.size, [=](const Memory& m, int64_t begin, int64_t end) {
        const T* from = x.in<T>(m);
        T* to = out.out<T>(m);
        for (int64_t i = begin; i < end; i++) to[i] = from[i] < low ? low : from[i] > high ? high : from[i];
      });
    }
  });
}

std::unique_ptr<Step> make_table(Reader& r, Isa) {
  const Tensor x = r.operand(), out = r.tensor(true);
  const Entries entries = Entries::read(r, 256, 1);
  want(is_byte(x.storage) && is_byte(out.storage) && x.size == out.size, "bytes of one size");
  const uint8_t flip = x.storage == Storage::i8 ? 0x80 : 0;
  if (!entries.constant) {
    return elements("x8_table_computed__scalar", x.size, [=](const Memory& m, int64_t begin, int64_t end) {
      const uint8_t* from = x.in<uint8_t>(m);
      const uint8_t* table = entries.at(m);
      uint8_t* to = out.out<uint8_t>(m);
      for (int64_t i = begin; i < end; i++) to[i] = table[from[i] ^ flip];
    });
  }
  std::vector<uint8_t> table(256);
  for (int b = 0; b < 256; b++) table[b] = entries.bytes[static_cast<size_t>(b ^ flip)];
  return mapped<uint8_t>("x8_table__scalar", x, out, std::move(table));
}

std::unique_ptr<Step> make_requantize(Reader& r, Isa) {
  const Tensor x = r.operand(), out = r.tensor(true);
  want(is_integer(x) && is_integer(out) && x.size == out.size, "integers of one size");
  const Rescale by = read_rescale(r, out.last());
  const double from = r.f64(), zero = r.f64(), lo = r.f64(), hi = r.f64();
  const int64_t channels = out.last();
  if (is_byte(x.storage) && by.a.size() == 1) {
    return tabulated("requantize", x, out, [&](int v) {
      return clamp(rescale(by, static_cast<int64_t>(v - from), 0, zero), lo, hi);
    });
  }
  return elements(type_name(x.storage) + "_requantize__scalar", x.size, [=](const Memory& m, int64_t begin, int64_t end) {
    const void* xs = x.in<uint8_t>(m);
    void* to = out.out<uint8_t>(m);
    for (int64_t i = begin, c = begin % channels; i < end; i++) {
      const double v = static_cast<double>(integer_at(xs, x.storage, i)) - from;
      // Sums beyond 64 bits are far beyond every bound.
      const int64_t acc = std::fabs(v) < 9223372036854775808.0 ? static_cast<int64_t>(v) : v < 0 ? INT64_MIN : INT64_MAX;
      store_at(to, out.storage, i, clamp(rescale(by, acc, static_cast<size_t>(c), zero), lo, hi));
      if (++c == channels) c = 0;
    }
  });
}

std::unique_ptr<Step> make_quantize(Reader& r, Isa isa) {
  const Tensor x = r.operand(), out = r.tensor(true);
  want(x.storage == Storage::f32 && is_integer(out) && x.size == out.size, "floats to integers of one size");
  const uint32_t rule = r.below(3, "a quantize rule");
  const double k = r.f64(), zero = r.f64(), lo = r.f64(), hi = r.f64();
  const bool nan_high = r.flag(), infinity_low = r.flag();
  const PlainKernels kernels = plain_kernels(isa);
  const bool bytes = is_byte(out.storage) && std::trunc(zero) == zero && std::trunc(lo) == lo && std::trunc(hi) == hi && std::fabs(zero) <= 255 &&
                     lo >= (out.storage == Storage::i8 ? -128 : 0) && hi <= (out.storage == Storage::i8 ? 127 : 255) && lo <= hi;
  if (kernels.quantize && bytes && static_cast<double>(static_cast<float>(k)) == k) {
    const Quantizer q{rule != 0, rule == 2, static_cast<float>(k), static_cast<int>(zero), static_cast<int>(lo), static_cast<int>(hi),
                      nan_high, infinity_low, out.storage == Storage::i8};
    return elements("f32_" + type_name(out.storage) + "_quantize__" + kernels.isa, x.size, [=](const Memory& m, int64_t begin, int64_t end) {
      kernels.quantize(q, x.in<float>(m) + begin, out.out<uint8_t>(m) + begin, end - begin);
    });
  }
  return elements("f32_" + type_name(out.storage) + "_quantize__scalar", x.size, [=](const Memory& m, int64_t begin, int64_t end) {
    const float* xs = x.in<float>(m);
    void* to = out.out<uint8_t>(m);
    for (int64_t i = begin; i < end; i++) {
      const double q = rule == 0 ? f(xs[i] * k) : f(xs[i] / k);
      const double v = rule == 2 ? round_half_away(q) : round_half_even(q);
      double s;
      if (std::isnan(v)) s = nan_high ? hi : lo;
      else if (infinity_low && std::fabs(v) >= 9223372036854775808.0) s = lo;
      else s = clamp(f(v + zero), lo, hi);
      store_at(to, out.storage, i, s);
    }
  });
}

std::unique_ptr<Step> make_dequantize(Reader& r, Isa) {
  const Tensor x = r.operand(), out = r.tensor(true);
  want(is_integer(x) && out.storage == Storage::f32 && x.size == out.size, "integers to floats of one size");
  const bool per_tensor = r.flag();
  const std::vector<double> scales = r.doubles(), zeros = r.doubles();
  const int64_t inner = r.u32();
  want(!scales.empty() && scales.size() == zeros.size() && inner > 0, "scales, zero points and an axis");
  if (per_tensor) {
    want(scales.size() == 1, "one scale");
    const double scale = f(scales[0]);
    const double zero = zeros[0];
    const auto value = [=](int64_t q) {
      return scale * f(static_cast<int32_t>(wrap_integer(static_cast<double>(q) - zero)));
    };
    if (is_byte(x.storage)) return tabulated("dequantize", x, out, value);
    return elements(type_name(x.storage) + "_f32_dequantize__scalar", x.size, [=](const Memory& m, int64_t begin, int64_t end) {
      const void* xs = x.in<uint8_t>(m);
      float* to = out.out<float>(m);
      for (int64_t i = begin; i < end; i++) to[i] = static_cast<float>(value(integer_at(xs, x.storage, i)));
    });
  }
  return elements(type_name(x.storage) + "_f32_dequantize_axis__scalar", x.size, [=](const Memory& m, int64_t begin, int64_t end) {
    const void* xs = x.in<uint8_t>(m);
    float* to = out.out<float>(m);
    const int64_t channels = static_cast<int64_t>(scales.size());
    for (int64_t i = begin; i < end; i++) {
      const size_t c = static_cast<size_t>(i / inner % channels);
      const double q = f(static_cast<double>(integer_at(xs, x.storage, i)));
      to[i] = static_cast<float>(scales[c] * (q - f(zeros[c])));
    }
  });
}

}  // namespace qjit
