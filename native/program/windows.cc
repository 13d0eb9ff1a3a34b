// Ops that move a window over an image, or scale it: pools and resize.
#include <algorithm>

#include "../kernels/numbers.h"
#include "../kernels/plain/plain.h"
#include "step.h"

namespace qjit {
namespace {

/**
 * Calls `visit(out offset, window positions inside)` for each output position of rows [begin, end) of all images; offsets are
 * in elements of channel 0.
 */
template <class F>
void each_window(const Windows& g, int64_t begin, int64_t end, F&& visit) {
  std::vector<int64_t> inside;
  inside.reserve(static_cast<size_t>(std::min<int64_t>(g.kh * g.kw, g.h * g.w)));
  int64_t out = begin * g.ow * g.c;
  for (int64_t row = begin; row < end; row++) {
      const int64_t b = row / g.oh, y = row % g.oh;
      const int64_t top = y * g.sy - g.top;
      const Share::Range rows = Windows::inside(top, g.dy, g.kh, g.h);
      bool whole = false;
      for (int64_t z = 0; z < g.ow; z++, out += g.c) {
        // From one window to the next all places move alike, unless padding cuts one.
        const int64_t left = z * g.sx - g.left;
        const bool moves = whole;
        whole = left >= 0 && left + (g.kw - 1) * g.dx < g.w;
        if (moves && whole) {
          for (int64_t& p : inside) p += g.sx * g.c;
          visit(out, inside);
          continue;
        }
        inside.clear();
        const Share::Range columns = Windows::inside(left, g.dx, g.kw, g.w);
        for (int64_t ky = rows.begin; ky < rows.end; ky++) {
          const int64_t line = (b * g.h + top + ky * g.dy) * g.w;
          for (int64_t kx = columns.begin; kx < columns.end; kx++) inside.push_back((line + left + kx * g.dx) * g.c);
        }
        visit(out, inside);
      }
  }
}

}  // namespace

std::unique_ptr<Step> make_max_pool(Reader& r, Isa isa) {
  const Tensor x = r.operand(), out = r.tensor(true);
  want(x.storage == out.storage && x.shape.size() == 4 && out.shape.size() == 4 && x.shape[3] == out.shape[3], "a result like x");
  const Windows g = Windows::read(r, x, out);
  const auto made = [&](std::unique_ptr<Step> step) {
    step->work = g.positions() * static_cast<double>(g.c);
    return step;
  };
  if (const PlainKernels kernels = plain_kernels(isa); kernels.maximum && (x.storage == Storage::i8 || x.storage == Storage::u8)) {
    return made(loop(std::string("x8_max_pool__") + kernels.isa, g.n * g.oh, 1, [=](const Memory& m, int64_t begin, int64_t end) {
      each_window(g, begin, end, [&](int64_t at, const std::vector<int64_t>& inside) {
        kernels.maximum(x.in<uint8_t>(m), inside.data(), static_cast<int64_t>(inside.size()), g.c, x.storage == Storage::i8, out.out<uint8_t>(m) + at);
      });
    }));
  }
  return made(with_storage(x.storage, [&](auto zero) -> std::unique_ptr<Step> {
    using T = decltype(zero);
    return loop("x_max_pool__scalar", g.n * g.oh, 1, [=](const Memory& m, int64_t begin, int64_t end) {
      const T* from = x.in<T>(m);
      T* to = out.out<T>(m);
      constexpr T least = std::is_same_v<T, float> ? -std::numeric_limits<T>::infinity() : std::numeric_limits<T>::lowest();
      each_window(g, begin, end, [&](int64_t at, const std::vector<int64_t>& inside) {
        std::fill(to + at, to + at + g.c, least);
        for (const int64_t p : inside)
          for (int64_t k = 0; k < g.c; k++) to[at + k] = from[p + k] > to[at + k] ? from[p + k] : to[at + k];
      });
    });
  }));
}

std::unique_ptr<Step> make_avg_pool(Reader& r, Isa isa) {
  const Tensor x = r.operand(), out = r.tensor(true);
  want(x.storage == out.storage && x.shape.size() == 4 && out.shape.size() == 4 && x.shape[3] == out.shape[3], "a result like x");
  const Windows g = Windows::read(r, x, out);
  const AveragingRule rule = static_cast<AveragingRule>(r.below(averaging_rules, "an averaging rule"));
  const double k = r.f64(), zx = r.f64(), zero = r.f64(), lo = r.f64(), hi = r.f64();
  const bool count_pad = r.flag();
  const size_t channels = static_cast<size_t>(g.c);
  const PlainKernels kernels = plain_kernels(isa);
  auto step = with_storage(x.storage, [&](auto tag) -> std::unique_ptr<Step> {
    using T = decltype(tag);
    // Sums of so many bytes fit 32 bits.
    if (kernels.sum && sizeof(T) == 1 && x.storage != Storage::boolean && g.kh * g.kw <= 1 << 20) {
      return loop(std::string("x8_avg_pool__") + kernels.isa, g.n * g.oh, 1, [=](const Memory& m, int64_t begin, int64_t end) {
        T* to = out.out<T>(m);
        int32_t* sums = reinterpret_cast<int32_t*>(m.scratch);
        each_window(g, begin, end, [&](int64_t at, const std::vector<int64_t>& inside) {
          kernels.sum(x.in<uint8_t>(m), inside.data(), static_cast<int64_t>(inside.size()), g.c, x.storage == Storage::i8, sums);
          const double count = static_cast<double>(inside.size());
          const double n = count_pad ? static_cast<double>(g.kh * g.kw) : count;
          for (size_t c = 0; c < channels; c++) {
            store_number(to + at + static_cast<int64_t>(c), clamp(average_by(rule, k, sums[c], count, n, zx, zero), lo, hi));
          }
        });
      });
    }
    // Sums of integers are exact in 64 bits; f32 sums round at each step.
    using Sum = std::conditional_t<std::is_same_v<T, float>, float, int64_t>;
    return loop("x_avg_pool__scalar", g.n * g.oh, 1, [=](const Memory& m, int64_t begin, int64_t end) {
      const T* from = x.in<T>(m);
      T* to = out.out<T>(m);
      Sum* sums = reinterpret_cast<Sum*>(m.scratch);
      each_window(g, begin, end, [&](int64_t at, const std::vector<int64_t>& inside) {
        std::fill(sums, sums + channels, Sum{});
        for (const int64_t p : inside)
          for (size_t c = 0; c < channels; c++) sums[c] += from[p + static_cast<int64_t>(c)];
        const double count = static_cast<double>(inside.size());
        const double n = count_pad ? static_cast<double>(g.kh * g.kw) : count;
        for (size_t c = 0; c < channels; c++) {
          const double v = average_by(rule, k, static_cast<double>(sums[c]), count, n, zx, zero);
          store_number(to + at + static_cast<int64_t>(c), clamp(v, lo, hi));
        }
      });
    });
  });
  step->scratch = 8 * channels;
  step->work = g.positions() * static_cast<double>(g.c);
  return step;
}

namespace {

/** Positions that a dimension of an image is read at, and how much of the second. */
struct Taps {
  std::vector<int32_t> low, high;
  std::vector<double> weight;

  static Taps read(Reader& r, int64_t from, int64_t to) {
    Taps t{r.constants<int32_t>(Storage::i32), r.constants<int32_t>(Storage::i32), r.doubles()};
    const size_t n = static_cast<size_t>(to);
    want(t.low.size() == n && t.high.size() == n && t.weight.size() == n, "a tap for each position");
    const auto inside = [&](int32_t v) { return v >= 0 && v < from; };
    // Integer weights are 1024ths; the first tap of halved steps may lie half a pixel outside.
    for (const double v : t.weight) want(std::fabs(v) <= 1024, "weights of at most 1024");
    want(std::all_of(t.low.begin(), t.low.end(), inside) && std::all_of(t.high.begin(), t.high.end(), inside), "taps inside the image");
    return t;
  }
};

}  // namespace

std::unique_ptr<Step> make_resize(Reader& r, Isa) {
  const Tensor x = r.operand(), out = r.tensor(true);
  want(x.storage == out.storage && x.shape.size() == 4 && out.shape.size() == 4 && x.shape[0] == out.shape[0] && x.shape[3] == out.shape[3],
       "images of as many channels");
  const uint32_t rule = r.below(4, "a resize rule");
  want(rule != 2 || x.storage == Storage::u8 || x.storage == Storage::f32, "bytes or floats for the f32 rule");
  const double zero = r.f64();
  const Taps rows = Taps::read(r, x.shape[1], out.shape[1]);
  const Taps columns = Taps::read(r, x.shape[2], out.shape[2]);
  return with_storage(x.storage, [&](auto tag) -> std::unique_ptr<Step> {
    using T = decltype(tag);
    const float half = std::is_same_v<T, float> ? 0.0f : 0.5f;
    return loop("x_resize__scalar", x.shape[0] * out.shape[1], 1, [=](const Memory& m, int64_t begin, int64_t end) {
      const T* from = x.in<T>(m);
      T* to = out.out<T>(m);
      const int64_t h = x.shape[1], w = x.shape[2], c = x.shape[3];
      const int64_t height = static_cast<int64_t>(rows.low.size());
      int64_t at = begin * out.shape[2] * c;
      for (int64_t line = begin; line < end; line++) {
          const int64_t b = line / height;
          const size_t y = static_cast<size_t>(line % height);
          for (size_t z = 0; z < columns.low.size(); z++) {
            const int64_t top = (b * h + rows.low[y]) * w, bottom = (b * h + rows.high[y]) * w;
            const T* p[4] = {from + (top + columns.low[z]) * c, from + (bottom + columns.low[z]) * c,
                             from + (top + columns.high[z]) * c, from + (bottom + columns.high[z]) * c};
            const double wy = rows.weight[y], wx = columns.weight[z];
            if constexpr (sizeof(T) == 1) {
              if (rule == 1) {
                // 8 bits times 1024 times 1024 fit 32 bits, and so do four of them.
                const int32_t vy = static_cast<int32_t>(wy), vx = static_cast<int32_t>(wx);
                const int32_t k0 = (1024 - vy) * (1024 - vx), k1 = vy * (1024 - vx), k2 = (1024 - vy) * vx, k3 = vy * vx;
                T* row = to + at;
                for (int64_t k = 0; k < c; k++) {
                  const int32_t sum = p[0][k] * k0 + p[1][k] * k1 + p[2][k] * k2 + p[3][k] * k3;
                  const int32_t moved = sum + (sum > 0 ? 524288 : -524288);
                  row[k] = static_cast<T>((moved + ((moved >> 31) & 1048575)) >> 20);
                }
                at += c;
                continue;
              }
            }
            for (int64_t k = 0; k < c; k++, at++) {
              if (rule == 0) { to[at] = p[0][k]; continue; }
              const double tl = static_cast<double>(p[0][k]), bl = static_cast<double>(p[1][k]);
              const double tr = static_cast<double>(p[2][k]), br = static_cast<double>(p[3][k]);
              if (rule == 3) {
                const double vy = f(1 - wy), vx = f(1 - wx);
                const double above = f(f(vx * tl) + f(wx * tr)), below = f(f(vx * bl) + f(wx * br));
                const double mixed = f(f(vy * above) + f(wy * below));
                constexpr double lo = static_cast<double>(std::numeric_limits<T>::lowest());
                constexpr double hi = static_cast<double>(std::numeric_limits<T>::max());
                store_number(to + at, clamp(round_half_even(f(mixed - zero)) + zero, lo, hi));
              } else if (rule == 1) {
                const double sum = tl * (1024 - wy) * (1024 - wx) + bl * wy * (1024 - wx) + tr * (1024 - wy) * wx + br * wy * wx;
                store_number(to + at, std::trunc((sum + (sum > 0 ? 524288 : -524288)) / 1048576));
              } else {
                // Each product and sum is one of floats.
                const float y1 = static_cast<float>(wy), x1 = static_cast<float>(wx), y0 = 1 - y1, x0 = 1 - x1;
                const float first = static_cast<float>(p[0][k]) * y0 * x0 + static_cast<float>(p[1][k]) * y1 * x0 +
                                    static_cast<float>(p[2][k]) * y0 * x1;
                const float v = first + static_cast<float>(p[3][k]) * y1 * x1 + half;
                if constexpr (sizeof(T) == 1) to[at] = static_cast<T>(static_cast<int32_t>(v));
                else store_number(to + at, v);
              }
            }
          }
      }
    });
  });
}

}  // namespace qjit
