// Ops on plain numbers, element by element: functions, extrema, comparisons, choices, casts, tables of 16 bits.
#include "../kernels/functions.h"
#include "storages.h"

namespace qjit {

std::unique_ptr<Step> make_unary(Reader& r, Isa) {
  const Tensor x = r.operand(), out = r.tensor(true);
  want(x.storage == Storage::f32 && out.storage == Storage::f32 && x.size == out.size, "floats of one size");
  const Unary fn = static_cast<Unary>(r.below(unary_functions, "a function"));
  return elements("f32_unary__scalar", x.size, [=](const Memory& m, int64_t begin, int64_t end) {
    const float* from = x.in<float>(m);
    float* to = out.out<float>(m);
    for (int64_t i = begin; i < end; i++) to[i] = static_cast<float>(apply_unary(fn, from[i]));
  });
}

std::unique_ptr<Step> make_binary(Reader& r, Isa) {
  const Tensor x = r.operand(), y = r.operand(), out = r.tensor(true);
  want(x.storage == y.storage && x.storage == out.storage, "one storage");
  const Binary fn = static_cast<Binary>(r.below(binary_functions, "a function"));
  want(x.storage == Storage::f32 ? of_floats(fn) : of_integers(fn), "a function of such numbers");
  const Broadcast b(x, y, out);
  return with_storage(x.storage, [&](auto zero) -> std::unique_ptr<Step> {
    using T = decltype(zero);
    using Number = std::conditional_t<std::is_same_v<T, float>, double, int64_t>;
    return loop(type_name(x.storage) + "_binary__scalar", b.units(), b.grain(), [=](const Memory& m, int64_t begin, int64_t end) {
      const T* xs = x.in<T>(m);
      const T* ys = y.in<T>(m);
      T* to = out.out<T>(m);
      b.rows(begin, end, [&](int64_t at, int64_t i, int64_t j, int64_t n, int64_t di, int64_t dj) {
        for (int64_t k = 0; k < n; k++) {
          to[at + k] = static_cast<T>(apply_binary(fn, static_cast<Number>(xs[i + k * di]), static_cast<Number>(ys[j + k * dj])));
        }
      });
    });
  });
}

std::unique_ptr<Step> make_extremum(Reader& r, Isa) {
  const Tensor x = r.operand(), y = r.operand(), out = r.tensor(true);
  want(x.storage == y.storage && x.storage == out.storage && is_integer(x), "one integer storage");
  const bool max = r.flag();
  const Broadcast b(x, y, out);
  return with_storage(x.storage, [&](auto zero) -> std::unique_ptr<Step> {
    using T = decltype(zero);
    return loop(type_name(x.storage) + "_extremum__scalar", b.units(), b.grain(), [=](const Memory& m, int64_t begin, int64_t end) {
      const T* xs = x.in<T>(m);
      const T* ys = y.in<T>(m);
      T* to = out.out<T>(m);
      b.rows(begin, end, [&](int64_t at, int64_t i, int64_t j, int64_t n, int64_t di, int64_t dj) {
        for (int64_t k = 0; k < n; k++) {
          const T p = xs[i + k * di], q = ys[j + k * dj];
          to[at + k] = (p > q) == max ? p : q;
        }
      });
    });
  });
}

std::unique_ptr<Step> make_compare(Reader& r, Isa) {
  const Tensor x = r.operand(), y = r.operand(), out = r.tensor(true);
  want(x.storage == y.storage && out.storage == Storage::boolean, "operands of one storage and a result of booleans");
  const uint32_t fn = r.below(6, "a comparison");
  const Broadcast b(x, y, out);
  return with_storage(x.storage, [&](auto zero) -> std::unique_ptr<Step> {
    using T = decltype(zero);
    return loop(type_name(x.storage) + "_compare__scalar", b.units(), b.grain(), [=](const Memory& m, int64_t begin, int64_t end) {
      const T* xs = x.in<T>(m);
      const T* ys = y.in<T>(m);
      uint8_t* to = out.out<uint8_t>(m);
      b.rows(begin, end, [&](int64_t at, int64_t i, int64_t j, int64_t n, int64_t di, int64_t dj) {
        for (int64_t k = 0; k < n; k++) {
          const T p = xs[i + k * di], q = ys[j + k * dj];
          switch (fn) {
            case 0: to[at + k] = p == q; break;
            case 1: to[at + k] = p != q; break;
            case 2: to[at + k] = p < q; break;
            case 3: to[at + k] = p <= q; break;
            case 4: to[at + k] = p > q; break;
            default: to[at + k] = p >= q;
          }
        }
      });
    });
  });
}

std::unique_ptr<Step> make_where(Reader& r, Isa) {
  const Tensor condition = r.operand(), x = r.operand(), y = r.operand(), out = r.tensor(true);
  want(condition.storage == Storage::boolean && x.storage == y.storage && x.storage == out.storage, "booleans, and operands of one storage");
  const Broadcast b(x, y, out);
  const std::vector<int64_t> strides = Broadcast::strides(condition.shape, b.dims == std::vector<int64_t>{1} && out.shape.empty() ? out.shape : b.dims);
  return with_storage(x.storage, [&](auto zero) -> std::unique_ptr<Step> {
    using T = decltype(zero);
    return elements(type_name(x.storage) + "_where__scalar", out.size, [=](const Memory& m, int64_t begin, int64_t end) {
      const uint8_t* chosen = condition.in<uint8_t>(m);
      const T* xs = x.in<T>(m);
      const T* ys = y.in<T>(m);
      T* to = out.out<T>(m);
      for (int64_t i = begin; i < end; i++) {
        int64_t c = 0, p = 0, q = 0;
        for (size_t d = out.shape.size(), left = static_cast<size_t>(i); d-- > 0;) {
          const int64_t k = static_cast<int64_t>(left) % out.shape[d];
          left /= static_cast<size_t>(out.shape[d]);
          c += k * strides[d];
          p += k * b.x[d];
          q += k * b.y[d];
        }
        to[i] = chosen[c] ? xs[p] : ys[q];
      }
    });
  });
}

namespace {

/** Elements [begin, end) of `from`, cast; to 0 or 1 where the result is a `truth`. */
template <class From, class To>
void cast_elements(const void* from_bytes, void* to_bytes, bool truth, int64_t begin, int64_t end) {
  const From* from = static_cast<const From*>(from_bytes);
  To* to = static_cast<To*>(to_bytes);
  for (int64_t i = begin; i < end; i++) {
    // Numbers on their way to f32 pass through doubles, and so round twice; integers wrap.
    if (truth) to[i] = static_cast<To>(from[i] != 0);
    else if constexpr (std::is_same_v<To, float> || std::is_same_v<From, float>) store_number(to + i, static_cast<double>(from[i]));
    else to[i] = static_cast<To>(from[i]);
  }
}

}  // namespace

std::unique_ptr<Step> make_cast(Reader& r, Isa) {
  const Tensor x = r.operand(), out = r.tensor(true);
  want(x.size == out.size, "one size");
  // A function for each pair of storages, but one step.
  const auto cast = with_storage(x.storage, [&](auto from) {
    return with_storage(out.storage, [&](auto to) { return &cast_elements<decltype(from), decltype(to)>; });
  });
  return elements(type_name(x.storage) + "_" + type_name(out.storage) + "_cast__scalar", x.size, [=](const Memory& m, int64_t begin, int64_t end) {
    cast(x.in<uint8_t>(m), out.out<uint8_t>(m), out.storage == Storage::boolean, begin, end);
  });
}

namespace {

/** A step of make_wide_table with entries of T. */
template <class T>
std::unique_ptr<Step> looked_up(Reader& r, const Tensor& x, const Tensor* y, const Tensor& out) {
  const Entries table = Entries::read(r, 65536, sizeof(T));
  const std::string bits = sizeof(T) == 1 ? "" : "_16";
  if (!y) {
    return elements("s16_table" + bits + "__scalar", out.size, [=](const Memory& m, int64_t begin, int64_t end) {
      const int16_t* xs = x.in<int16_t>(m);
      const T* entries = table.at<T>(m);
      T* to = out.out<T>(m);
      for (int64_t i = begin; i < end; i++) to[i] = entries[xs[i] + 32768];
    });
  }
  const Broadcast b(x, *y, out);
  const uint8_t fx = x.storage == Storage::i8 ? 0x80 : 0, fy = y->storage == Storage::i8 ? 0x80 : 0;
  return loop("x8_table_pairs" + bits + "__scalar", b.units(), b.grain(), [=, y = *y](const Memory& m, int64_t begin, int64_t end) {
    const uint8_t* xs = x.in<uint8_t>(m);
    const uint8_t* ys = y.in<uint8_t>(m);
    const T* entries = table.at<T>(m);
    T* to = out.out<T>(m);
    b.rows(begin, end, [&](int64_t at, int64_t i, int64_t j, int64_t n, int64_t di, int64_t dj) {
      for (int64_t k = 0; k < n; k++) to[at + k] = entries[256 * (xs[i + k * di] ^ fx) + (ys[j + k * dj] ^ fy)];
    });
  });
}

}  // namespace

/** Every 16-bit value, or every pair of bytes, through 65536 entries of 8 or 16 bits. */
std::unique_ptr<Step> make_wide_table(Reader& r, Isa) {
  const Tensor x = r.operand();
  const bool pairs = r.flag();
  const Tensor y = pairs ? r.operand() : x;
  const Tensor out = r.tensor(true);
  want(pairs ? is_byte(x.storage) && is_byte(y.storage) : x.storage == Storage::i16 && x.size == out.size, "16 bits of operands");
  const uint32_t width = storage_bytes[static_cast<uint32_t>(out.storage)];
  want(width <= 2, "a result of 8 or 16 bits");
  return width == 1 ? looked_up<uint8_t>(r, x, pairs ? &y : nullptr, out) : looked_up<uint16_t>(r, x, pairs ? &y : nullptr, out);
}

}  // namespace qjit
