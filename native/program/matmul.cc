// Products of two computed matrices.
#include <algorithm>

#include "storages.h"

namespace qjit {
namespace {

/** Rows [begin, end) of all matrices of the result; `sums` holds one row. */
template <class X, class Y, class Sum, class To>
void multiply(const Tensor& x, const Tensor& y, const Tensor& out, const Broadcast& batch, int64_t x_zero, const std::vector<int32_t>& y_zeros,
              const Memory& m, int64_t begin, int64_t end) {
  const int64_t rows = x.shape[x.shape.size() - 2], depth = x.last(), columns = y.last();
  Sum* sums = reinterpret_cast<Sum*>(m.scratch);
  for (int64_t row = begin; row < end; row++) {
    int64_t at = row / rows, ix = 0, iy = 0;
    for (size_t d = batch.dims.size(); d-- > 0;) {
      ix += at % batch.dims[d] * batch.x[d];
      iy += at % batch.dims[d] * batch.y[d];
      at /= batch.dims[d];
    }
    const X* from = x.in<X>(m) + (ix * rows + row % rows) * depth;
    const Y* weights = y.in<Y>(m) + iy * depth * columns;
    std::fill(sums, sums + columns, Sum{});
    for (int64_t k = 0; k < depth; k++, weights += columns) {
      if constexpr (std::is_same_v<Sum, float>) {
        const float p = from[k];
        for (int64_t c = 0; c < columns; c++) sums[c] = sums[c] + p * weights[c];
      } else {
        // In 32 bits sums wrap, which unsigned ones may.
        const Sum p = static_cast<Sum>(from[k] - static_cast<int32_t>(x_zero));
        if (y_zeros.size() == 1) {
          for (int64_t c = 0; c < columns; c++) sums[c] += p * static_cast<Sum>(static_cast<int32_t>(weights[c]) - y_zeros[0]);
        } else {
          for (int64_t c = 0; c < columns; c++) sums[c] += p * static_cast<Sum>(static_cast<int32_t>(weights[c]) - y_zeros[static_cast<size_t>(c)]);
        }
      }
    }
    To* to = out.out<To>(m) + row * columns;
    for (int64_t c = 0; c < columns; c++) to[c] = static_cast<To>(sums[c]);
  }
}

}  // namespace

std::unique_ptr<Step> make_matmul(Reader& r, Isa) {
  const Tensor x = r.operand(), y = r.operand(), out = r.tensor(true);
  const int64_t x_zero = r.integer(-65536, 65536, "a zero point");
  const std::vector<int32_t> y_zeros = r.constants<int32_t>(Storage::i32);
  const auto matrix = [](const Tensor& t) { return t.shape.size() >= 2; };
  want(matrix(x) && matrix(y) && matrix(out), "matrices");
  const int64_t rows = x.shape[x.shape.size() - 2], depth = x.last(), columns = y.last();
  want(y.shape[y.shape.size() - 2] == depth && out.shape[out.shape.size() - 2] == rows && out.last() == columns, "matrices that fit");
  want(y_zeros.size() == 1 || static_cast<int64_t>(y_zeros.size()) == columns, "one zero point or one per column");
  for (const int32_t z : y_zeros) want(z >= -65536 && z <= 65536, "zero points of 16 bits");
  const bool real = x.storage == Storage::f32;
  const auto small = [](const Tensor& t) { return is_byte(t.storage) || t.storage == Storage::i16; };
  want(real ? y.storage == Storage::f32 && out.storage == Storage::f32
            : small(x) && small(y) && (out.storage == Storage::i32 || out.storage == Storage::i64),
       "floats, or integers with their sums");
  // The dimensions before the last two, as tensors of their own.
  const auto outer = [](const Tensor& t) {
    Tensor o = t;
    o.shape.resize(o.shape.size() - 2);
    o.size = 1;
    for (const int64_t d : o.shape) o.size *= d;
    return o;
  };
  const Broadcast batch(outer(x), outer(y), outer(out));
  const int64_t units = columns == 0 ? 0 : out.size / columns;
  std::unique_ptr<Step> step;
  if (real) {
    step = loop("f32_matmul__scalar", units, 1, [=](const Memory& m, int64_t begin, int64_t end) {
      multiply<float, float, float, float>(x, y, out, batch, 0, y_zeros, m, begin, end);
    });
  } else {
    step = with_storage(x.storage, [&](auto xt) {
      return with_storage(y.storage, [&](auto yt) -> std::unique_ptr<Step> {
        using X = decltype(xt);
        using Y = decltype(yt);
        if constexpr (!std::is_same_v<X, float> && !std::is_same_v<Y, float> && sizeof(X) <= 2 && sizeof(Y) <= 2) {
          const bool wide = out.storage == Storage::i64;
          return loop(type_name(x.storage) + "_matmul__scalar", units, 1, [=](const Memory& m, int64_t begin, int64_t end) {
            if (wide) multiply<X, Y, int64_t, int64_t>(x, y, out, batch, x_zero, y_zeros, m, begin, end);
            else multiply<X, Y, uint32_t, int32_t>(x, y, out, batch, x_zero, y_zeros, m, begin, end);
          });
        } else {
          throw ProgramError("wants integers of at most 16 bits");
        }
      });
    });
  }
  step->scratch = 8 * static_cast<size_t>(columns);
  step->work = static_cast<double>(out.size) * static_cast<double>(depth);
  return step;
}

}  // namespace qjit
