// Softmax along the last axis, by the rules of src/ir/ops/softmax.ts.
#include <algorithm>

#include "../kernels/numbers.h"
#include "step.h"

namespace qjit {
namespace {

/** A table of 513 entries at a 16-bit position: 9 bits choose the step, 7 interpolate. */
int32_t look_up(const std::vector<int16_t>& table, int32_t v) {
  const size_t index = static_cast<size_t>(256 + (v >> 7));
  return table[index] + (((table[index + 1] - table[index]) * (v & 127) + 64) >> 7);
}

int32_t to16(double v) { return static_cast<int32_t>(clamp(v, -32768, 32767)); }

/** TFLite's softmax of 16-bit values: one row. */
void lut_row(const int16_t* x, int64_t n, int64_t multiplier, int shift, const std::vector<int16_t>& exps, const std::vector<int16_t>& reciprocals,
             int16_t* to) {
  const int16_t max = *std::max_element(x, x + n);
  uint32_t total = 0;
  for (int64_t i = 0; i < n; i++) {
    const double d = static_cast<double>(multiply_by_quantized_multiplier(x[i] - max, multiplier, shift));
    to[i] = static_cast<int16_t>(look_up(exps, to16(d + 32767)));
    total += static_cast<uint32_t>(int32_t{to[i]});
  }
  const int zeros = std::countl_zero(total);
  const double sum = static_cast<double>(static_cast<int32_t>(total));
  const double shifted = std::floor((std::ldexp(sum, zeros - 1) + 8192) / 16384);
  const int32_t scale = look_up(reciprocals, to16(shifted - 98304));
  const int right = 31 - zeros;
  for (int64_t i = 0; i < n; i++) {
    const double v = static_cast<double>(to[i]) * scale;
    to[i] = static_cast<int16_t>(clamp(std::floor((v + std::ldexp(1.0, right - 1)) / std::ldexp(1.0, right)), 0, 32767));
  }
}

/** TFLite's softmax of bytes: the rows of elements [begin, end). */
template <class From, class To>
void byte_rows(const void* x, void* out, int64_t row, int64_t begin, int64_t end, const std::vector<int32_t>& exps) {
  constexpr double lo = static_cast<double>(std::numeric_limits<To>::min());
  constexpr double hi = static_cast<double>(std::numeric_limits<To>::max());
  for (int64_t at = begin; at < end; at += row) {
    const From* from = static_cast<const From*>(x) + at;
    To* to = static_cast<To*>(out) + at;
    const From max = *std::max_element(from, from + row);
    const auto exp_of = [&](int64_t i) {
      return exps[static_cast<size_t>(255 + static_cast<int>(from[i]) - static_cast<int>(max)) & 255];
    };
    int32_t sum = 0;
    for (int64_t i = 0; i < row; i++) {
      sum = static_cast<int32_t>(static_cast<uint32_t>(sum) + static_cast<uint32_t>(rounding_divide_by_power_of_two(exp_of(i), 12)));
    }
    int over;
    const int64_t mantissa = fixed_reciprocal(sum, 12, &over);
    for (int64_t i = 0; i < row; i++) {
      const int64_t v = doubling_high_mul(mantissa, exp_of(i));
      const int shift = over + 31 - 8 * static_cast<int>(sizeof(To));
      store_number(to + i, clamp(static_cast<double>(rounding_divide_by_power_of_two(v, shift)) + lo, lo, hi));
    }
  }
}

/** byte_rows for a result of 8 or 16 bits. */
template <class From>
auto rows_to(Storage to) {
  return to == Storage::i8 ? byte_rows<From, int8_t> : to == Storage::u8 ? byte_rows<From, uint8_t> : byte_rows<From, int16_t>;
}

}  // namespace

std::unique_ptr<Step> make_softmax(Reader& r, Isa) {
  const Tensor x = r.operand(), out = r.tensor(true);
  const int64_t row = x.last();
  want(!x.shape.empty() && row > 0 && x.size == out.size, "rows of one size");
  const uint32_t rule = r.below(3, "a softmax rule");
  if (rule == 2) {
    want(x.storage == Storage::i16 && out.storage == Storage::i16, "16 bits");
    const std::vector<int16_t> exps = r.constants<int16_t>(Storage::i16), reciprocals = r.constants<int16_t>(Storage::i16);
    want(exps.size() == 513 && reciprocals.size() == 513, "tables of 513 entries");
    const int64_t multiplier = r.i32();
    const int shift = static_cast<int>(r.integer(-1000, 1000, "a shift"));
    return loop("s16_softmax__scalar", x.size / row, 1, [=](const Memory& m, int64_t begin, int64_t end) {
      for (int64_t at = begin * row; at < end * row; at += row) {
        lut_row(x.in<int16_t>(m) + at, row, multiplier, shift, exps, reciprocals, out.out<int16_t>(m) + at);
      }
    });
  }
  if (rule == 1) {
    want(x.storage == Storage::f32 && out.storage == Storage::f32, "floats");
    const double beta = r.f64();
    return loop("f32_softmax__scalar", x.size / row, 1, [=](const Memory& m, int64_t begin, int64_t end) {
      for (int64_t at = begin * row; at < end * row; at += row) {
        const float* from = x.in<float>(m) + at;
        float* to = out.out<float>(m) + at;
        float max = from[0];
        for (int64_t i = 0; i < row; i++) if (from[i] > max) max = from[i];
        float sum = 0;
        for (int64_t i = 0; i < row; i++) {
          to[i] = exp_float(f(f(static_cast<double>(from[i]) - max) * beta));
          sum = sum + to[i];
        }
        for (int64_t i = 0; i < row; i++) to[i] = to[i] / sum;
      }
    });
  }
  const std::vector<int32_t> exps = r.constants<int32_t>(Storage::i32);
  want(exps.size() == 256 && (x.storage == Storage::i8 || x.storage == Storage::u8), "bytes and 256 exponentials");
  want(out.storage == Storage::i8 || out.storage == Storage::u8 || out.storage == Storage::i16, "a result of 8 or 16 bits");
  const auto rows = x.storage == Storage::i8 ? rows_to<int8_t>(out.storage) : rows_to<uint8_t>(out.storage);
  return loop("qs8_softmax__scalar", x.size / row, 1, [=](const Memory& m, int64_t begin, int64_t end) {
    rows(x.in<uint8_t>(m), out.out<uint8_t>(m), row, begin * row, end * row, exps);
  });
}

}  // namespace qjit
