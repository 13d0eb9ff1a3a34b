// Ops that reduce along axes: sums, extrema, products, positions of extrema, rows of length 1.
#include <algorithm>

#include "../kernels/fixed.h"
#include "../kernels/functions.h"
#include "storages.h"

namespace qjit {
namespace {

/** A walk over x in row-major order along with the places in a result that lacks some axes. */
struct Kept {
  std::vector<int64_t> shape, strides;
  int64_t size = 1;

  Kept(const Tensor& x, uint32_t axes) : shape(x.shape), strides(x.shape.size(), 0) {
    for (size_t d = shape.size(); d-- > 0;) {
      if (axes >> d & 1) continue;
      strides[d] = size;
      size *= shape[d];
    }
  }
  /** Calls `visit(index, place in the result)` for `count` elements. */
  template <class F>
  void each(int64_t count, F&& visit) const {
    int64_t index[max_rank] = {}, at = 0;
    for (int64_t i = 0; i < count; i++) {
      visit(i, at);
      for (size_t d = shape.size(); d-- > 0;) {
        at += strides[d];
        if (++index[d] < shape[d]) break;
        at -= strides[d] * shape[d];
        index[d] = 0;
      }
    }
  }
};

}  // namespace

std::unique_ptr<Step> make_sum(Reader& r, Isa) {
  const Tensor x = r.operand(), out = r.tensor(true);
  const uint32_t axes = r.u32();
  const double zero = r.f64();
  const Kept kept(x, axes);
  const bool real = x.storage == Storage::f32;
  want(kept.size == out.size && out.storage == (real ? Storage::f32 : Storage::i32), "a result of the dimensions that are kept");
  want(std::fabs(zero) <= 2147483648.0 && zero == std::trunc(zero), "a whole zero point");
  // Bytes of an image summed over its pixels: rows of channels, added one after the other.
  const size_t rank = x.shape.size();
  const bool bytes = is_byte(x.storage) && rank > 1;
  const uint32_t inner = rank ? (1u << (rank - 1)) - 1 : 0;
  uint32_t outer = 0;
  for (size_t d = 0; d + 1 < rank; d++) if (x.shape[d] == 1) outer |= 1u << d;
  if (bytes && (axes & inner) != 0 && ((axes | outer) & inner) == inner && !(axes >> (rank - 1) & 1) && kept.size == x.last() && x.last() > 0) {
    const bool is_signed = x.storage == Storage::i8;
    const int64_t channels = x.last(), rows = x.size / channels;
    const int32_t start = static_cast<int32_t>(wrap_integer(-zero * static_cast<double>(rows)));
    return elements("qs8_sum_pixels__scalar", channels, [=](const Memory& m, int64_t begin, int64_t end) {
      int32_t* to = out.out<int32_t>(m);
      std::fill(to + begin, to + end, start);
      const auto add = [&](auto tag) {
        const auto* from = x.in<decltype(tag)>(m);
        for (int64_t row = 0; row < rows; row++, from += channels)
          for (int64_t c = begin; c < end; c++) to[c] = static_cast<int32_t>(static_cast<uint32_t>(to[c]) + static_cast<uint32_t>(int32_t{from[c]}));
      };
      if (is_signed) add(int8_t{});
      else add(uint8_t{});
    });
  }
  return with_storage(x.storage, [&](auto tag) -> std::unique_ptr<Step> {
    using T = decltype(tag);
    using To = std::conditional_t<std::is_same_v<T, float>, float, int32_t>;
    return alone("x_sum__scalar", [=](const Memory& m) {
      const T* from = x.in<T>(m);
      To* to = out.out<To>(m);
      std::fill(to, to + out.size, To{});
      kept.each(x.size, [&](int64_t i, int64_t at) {
        store_number(to + at, static_cast<double>(to[at]) + (static_cast<double>(from[i]) - zero));
      });
    });
  });
}

/** max, min or prod of stored values. */
std::unique_ptr<Step> make_reduce(Reader& r, Isa) {
  const Tensor x = r.operand(), out = r.tensor(true);
  const uint32_t fn = r.below(3, "a reduction"), axes = r.u32();
  const Kept kept(x, axes);
  want(kept.size == out.size && out.storage == x.storage && (x.size > 0 || out.size == 0), "a result of the dimensions that are kept");
  return with_storage(x.storage, [&](auto tag) -> std::unique_ptr<Step> {
    using T = decltype(tag);
    return alone("x_reduce__scalar", [=](const Memory& m) {
      const T* from = x.in<T>(m);
      T* to = out.out<T>(m);
      constexpr bool real = std::is_same_v<T, float>;
      T start{1};
      if (fn < 2) {
        if constexpr (real) start = fn == 0 ? -std::numeric_limits<float>::infinity() : std::numeric_limits<float>::infinity();
        else start = fn == 0 ? std::numeric_limits<T>::min() : std::numeric_limits<T>::max();
      }
      std::fill(to, to + out.size, start);
      kept.each(x.size, [&](int64_t i, int64_t at) {
        if constexpr (real) {
          to[at] = static_cast<float>(fn == 0 ? greatest_of(to[at], from[i]) : fn == 1 ? least_of(to[at], from[i]) : static_cast<double>(to[at]) * from[i]);
        } else if (fn == 2) {
          to[at] = static_cast<T>(static_cast<uint64_t>(to[at]) * static_cast<uint64_t>(from[i]));
        } else {
          to[at] = fn == 0 ? std::max(to[at], from[i]) : std::min(to[at], from[i]);
        }
      });
    });
  });
}

/** x over the root of the sum of its squares along the last axis, in fixed point. */
std::unique_ptr<Step> make_l2_normalize(Reader& r, Isa) {
  const Tensor x = r.operand(), out = r.tensor(true);
  const int32_t zero = static_cast<int32_t>(r.integer(-65536, 65536, "a zero point"));
  const int64_t row = x.last();
  want(is_byte(x.storage) && out.storage == x.storage && out.size == x.size && !x.shape.empty() && row > 0, "rows of bytes");
  const bool is_signed = x.storage == Storage::i8;
  return with_storage(x.storage, [&](auto tag) -> std::unique_ptr<Step> {
    using T = decltype(tag);
    return loop(type_name(x.storage) + "_l2_normalize__scalar", x.size / row, 1, [=](const Memory& m, int64_t begin, int64_t end) {
      for (int64_t at = begin * row; at < end * row; at += row) {
        const T* from = x.in<T>(m) + at;
        T* to = out.out<T>(m) + at;
        uint32_t sum = 0;
        const auto value = [&](int64_t i) { return static_cast<int64_t>(from[i]) - zero; };
        for (int64_t i = 0; i < row; i++) sum += static_cast<uint32_t>(value(i) * value(i));
        const FixedRoot by = fixed_inverse_sqrt(static_cast<int32_t>(sum));
        for (int64_t i = 0; i < row; i++) {
          const int64_t v = is_signed ? multiply_by_quantized_multiplier(value(i), by.multiplier, by.shift + 7)
                                      : multiply_by_quantized_multiplier(128 * value(i), by.multiplier, by.shift) + 128;
          store_number(to + i, clamp(static_cast<double>(v), static_cast<double>(std::numeric_limits<T>::lowest()), static_cast<double>(std::numeric_limits<T>::max())));
        }
      }
    });
  });
}

std::unique_ptr<Step> make_arg_extremum(Reader& r, Isa) {
  const Tensor x = r.operand(), out = r.tensor(true);
  const bool max = r.flag();
  const uint32_t axis = r.below(max_rank, "an axis");
  want(axis < x.shape.size() && x.shape[axis] > 0, "elements along the axis");
  want(out.storage == Storage::i32 || out.storage == Storage::i64, "positions as i32 or i64");
  const int64_t count = x.shape[axis];
  int64_t inner = 1;
  for (size_t d = axis + 1; d < x.shape.size(); d++) inner *= x.shape[d];
  want(out.size * count == x.size, "a result without the axis");
  return with_storage(x.storage, [&](auto tag) -> std::unique_ptr<Step> {
    using T = decltype(tag);
    return elements("x_arg_extremum__scalar", out.size, [=](const Memory& m, int64_t begin, int64_t end) {
      const T* from = x.in<T>(m);
      for (int64_t i = begin; i < end; i++) {
        const T* p = from + i / inner * count * inner + i % inner;
        T best = p[0];
        int64_t at = 0;
        for (int64_t k = 1; k < count; k++) {
          const T v = p[k * inner];
          if ((max ? v > best : v < best) || (best != best && v == v)) {
            best = v;
            at = k;
          }
        }
        if (out.storage == Storage::i64) out.out<int64_t>(m)[i] = at;
        else out.out<int32_t>(m)[i] = static_cast<int32_t>(at);
      }
    });
  });
}

}  // namespace qjit
