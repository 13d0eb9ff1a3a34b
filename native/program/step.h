// A step: an op whose operands and attributes are read and checked, ready to run any number of times, from any thread.
#pragma once

#include <algorithm>
#include <memory>

#include "../kernels/isa.h"
#include "../kernels/share.h"
#include "reader.h"

namespace qjit {

class Step {
 public:
  virtual ~Step() = default;
  /** Computes one share; who runs all shares, in any order or at once, has run the step. */
  virtual void run(const Memory& memory, Share share) const = 0;
  /** The kernel's name: datatype, kernel, tile, target. */
  virtual std::string kernel() const = 0;
  /** Scratch bytes that each share needs. */
  size_t scratch = 0;
  /** Elements that a run goes through at most, all shares together, where those are more than its operands have. */
  double work = 0;
};

/** Reads one step of an op. Throws ProgramError. */
using MakeStep = std::unique_ptr<Step> (*)(Reader&, Isa);

std::unique_ptr<Step> make_conv(Reader&, Isa);
std::unique_ptr<Step> make_add(Reader&, Isa);
std::unique_ptr<Step> make_mul(Reader&, Isa);
std::unique_ptr<Step> make_clamp(Reader&, Isa);
std::unique_ptr<Step> make_table(Reader&, Isa);
std::unique_ptr<Step> make_requantize(Reader&, Isa);
std::unique_ptr<Step> make_quantize(Reader&, Isa);
std::unique_ptr<Step> make_dequantize(Reader&, Isa);
std::unique_ptr<Step> make_unary(Reader&, Isa);
std::unique_ptr<Step> make_binary(Reader&, Isa);
std::unique_ptr<Step> make_extremum(Reader&, Isa);
std::unique_ptr<Step> make_cast(Reader&, Isa);
std::unique_ptr<Step> make_max_pool(Reader&, Isa);
std::unique_ptr<Step> make_avg_pool(Reader&, Isa);
std::unique_ptr<Step> make_sum(Reader&, Isa);
std::unique_ptr<Step> make_softmax(Reader&, Isa);
std::unique_ptr<Step> make_resize(Reader&, Isa);
std::unique_ptr<Step> make_arg_extremum(Reader&, Isa);
std::unique_ptr<Step> make_gather(Reader&, Isa);
std::unique_ptr<Step> make_copy(Reader&, Isa);
std::unique_ptr<Step> make_matmul(Reader&, Isa);
std::unique_ptr<Step> make_reduce(Reader&, Isa);
std::unique_ptr<Step> make_compare(Reader&, Isa);
std::unique_ptr<Step> make_where(Reader&, Isa);
std::unique_ptr<Step> make_wide_table(Reader&, Isa);
std::unique_ptr<Step> make_l2_normalize(Reader&, Isa);
std::unique_ptr<Step> make_detect(Reader&, Isa);

/** A step out of a kernel name and a function `body(memory, begin, end)`, for ops whose code is one loop over `total` units. */
template <class F>
class Loop final : public Step {
 public:
  Loop(std::string name, int64_t total, int64_t grain, F body) : name_(std::move(name)), total_(total), grain_(grain), body_(std::move(body)) {}
  void run(const Memory& m, Share share) const override {
    const auto [begin, end] = share.of(total_, grain_);
    if (begin < end) body_(m, begin, end);
  }
  std::string kernel() const override { return name_; }

 private:
  std::string name_;
  int64_t total_, grain_;
  F body_;
};

/** A loop whose units are independent; shares begin at multiples of `grain`. */
template <class F>
std::unique_ptr<Step> loop(std::string name, int64_t total, int64_t grain, F body) {
  return std::make_unique<Loop<F>>(std::move(name), total, grain, std::move(body));
}

/** A loop over elements; shares begin on cache lines of bytes. */
template <class F>
std::unique_ptr<Step> elements(std::string name, int64_t total, F body) {
  return loop(std::move(name), total, 64, std::move(body));
}

/** A step whose function `body(memory, share)` divides the work itself. */
template <class F>
class Divided final : public Step {
 public:
  Divided(std::string name, F body) : name_(std::move(name)), body_(std::move(body)) {}
  void run(const Memory& m, Share share) const override { body_(m, share); }
  std::string kernel() const override { return name_; }

 private:
  std::string name_;
  F body_;
};

template <class F>
std::unique_ptr<Step> divided(std::string name, F body) {
  return std::make_unique<Divided<F>>(std::move(name), std::move(body));
}

/** Work that one thread does. */
template <class F>
std::unique_ptr<Step> alone(std::string name, F body) {
  return loop(std::move(name), 1, 1, [body = std::move(body)](const Memory& m, int64_t, int64_t) { body(m); });
}

/** Calls `use` with a value of the element type of a storage. */
template <class F>
auto with_storage(Storage s, F&& use) {
  switch (s) {
    case Storage::i8: return use(int8_t{});
    case Storage::u8: case Storage::boolean: return use(uint8_t{});
    case Storage::i16: return use(int16_t{});
    case Storage::u16: return use(uint16_t{});
    case Storage::i32: return use(int32_t{});
    case Storage::i64: return use(int64_t{});
    case Storage::f32: return use(float{});
  }
  throw ProgramError("wants a storage");
}

/** Two operands that broadcast to a result: the result's dimensions with the strides of each operand, 0 where repeated. */
struct Broadcast {
  std::vector<int64_t> dims, x, y;
  bool same = false;

  static std::vector<int64_t> strides(const std::vector<int64_t>& from, const std::vector<int64_t>& to) {
    want(from.size() <= to.size(), "operands that broadcast");
    std::vector<int64_t> s(to.size(), 0);
    int64_t n = 1;
    for (size_t i = from.size(); i-- > 0;) {
      const size_t d = i + to.size() - from.size();
      want(from[i] == to[d] || from[i] == 1, "operands that broadcast");
      s[d] = from[i] == 1 ? 0 : n;
      n *= from[i];
    }
    return s;
  }
  Broadcast(const Tensor& a, const Tensor& b, const Tensor& result)
      : dims(result.shape), x(strides(a.shape, dims)), y(strides(b.shape, dims)),
        same(a.size == result.size && b.size == result.size) {
    if (dims.empty()) { dims = {1}; x = {0}; y = {0}; }
  }
  /** Units of `rows`: elements where all shapes are the same, else rows of the last dimension. */
  int64_t units() const {
    int64_t total = 1;
    for (size_t d = 0; d + (same ? 0 : 1) < dims.size(); d++) total *= dims[d];
    return dims.back() == 0 ? 0 : total;
  }
  int64_t grain() const { return same ? 64 : 1; }
  /** Calls `row(out, x index, y index, count, x step, y step)` for each run along the last dimension of units [begin, end). */
  template <class F>
  void rows(int64_t begin, int64_t end, F&& row) const {
    if (same) return row(begin, begin, begin, end - begin, int64_t{1}, int64_t{1});
    const size_t last = dims.size() - 1;
    int64_t index[max_rank + 1] = {}, ix = 0, iy = 0;
    for (int64_t d = static_cast<int64_t>(last) - 1, left = begin; d >= 0; d--) {
      const size_t k = static_cast<size_t>(d);
      index[k] = left % dims[k];
      left /= dims[k];
      ix += index[k] * x[k];
      iy += index[k] * y[k];
    }
    for (int64_t unit = begin; unit < end; unit++) {
      row(unit * dims[last], ix, iy, dims[last], x[last], y[last]);
      for (size_t d = last; d-- > 0;) {
        ix += x[d];
        iy += y[d];
        if (++index[d] < dims[d]) break;
        ix -= x[d] * dims[d];
        iy -= y[d] * dims[d];
        index[d] = 0;
      }
    }
  }
};

/** A window that moves over an image [n, h, w, c]. */
struct Windows {
  int64_t n, h, w, c, oh, ow;
  int64_t kh, kw, sy, sx, top, left, bottom, right, dy, dx;

  /** Reads window (unless given), strides, padding and dilation, and checks that they lead from x to the result. */
  static Windows read(Reader& r, const Tensor& x, const Tensor& out, int64_t kh = 0, int64_t kw = 0) {
    Windows g{};
    want(x.shape.size() == 4 && out.shape.size() == 4, "images of four dimensions");
    constexpr int64_t big = 1 << 20;
    if (kh == 0) {
      kh = r.integer(1, big, "a window");
      kw = r.integer(1, big, "a window");
    }
    g.n = x.shape[0]; g.h = x.shape[1]; g.w = x.shape[2]; g.c = x.shape[3];
    g.oh = out.shape[1]; g.ow = out.shape[2];
    g.kh = kh; g.kw = kw;
    want(kh > 0 && kw > 0 && kh <= big && kw <= big, "a window that is not empty");
    g.sy = r.integer(1, big, "a stride"); g.sx = r.integer(1, big, "a stride");
    g.top = r.integer(0, big, "padding"); g.left = r.integer(0, big, "padding");
    g.bottom = r.integer(0, big, "padding"); g.right = r.integer(0, big, "padding");
    g.dy = r.integer(1, big, "a dilation"); g.dx = r.integer(1, big, "a dilation");
    const auto extent = [](int64_t size, int64_t k, int64_t s, int64_t before, int64_t after, int64_t d) {
      const int64_t span = size + before + after - (k - 1) * d - 1;
      want(span >= 0, "a window that fits the image");
      return span / s + 1;
    };
    want(out.shape[0] == g.n && g.oh == extent(g.h, kh, g.sy, g.top, g.bottom, g.dy) &&
             g.ow == extent(g.w, kw, g.sx, g.left, g.right, g.dx),
         "a result of the window's extent");
    return g;
  }
  /** The taps [first, end) of a window at `start`, perhaps outside, that lie within `size` pixels; `step` apart. */
  static Share::Range inside(int64_t start, int64_t step, int64_t taps, int64_t size) {
    const int64_t first = start < 0 ? (step - 1 - start) / step : 0;
    const int64_t end = start < size ? std::min(taps, (size - 1 - start) / step + 1) : 0;
    return {std::min(first, end), end};
  }
  /** Window positions of all results that lie in the image, at most. */
  double positions() const {
    return static_cast<double>(n * oh * ow) * static_cast<double>(std::min(kh, h)) * static_cast<double>(std::min(kw, w));
  }
};

}  // namespace qjit
