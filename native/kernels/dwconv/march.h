// Depthwise convolution with windows of three columns and at most three rows, on bytes. Walking along a row, each column of
// the image is read once: its rows are interleaved, so that one dot product of fours serves a channel's whole column, and the
// same vectors go into the (up to three) outputs that share the column. Padding is rows and columns of zero points that are
// read from registers or a small buffer; nothing is staged.
#pragma once

#include "../conv/finish.h"

namespace qjit {

/** `Half` has vectors of half the width, for blocks of few channels. */
template <class V, class Half>
class MarchingDepthwise final : public ConvKernel {
  static constexpr int block = 4 * V::lanes;

  struct Block {
    bool half;
    Mode mode;
    int64_t channel;
    int count;
    /** Where in `packed_`: biases, scales and offsets, then weights of each column. */
    size_t at;
  };

 public:
  static bool suits(const Conv& g) {
    if (!is_depthwise(g) || !byte_weights(g) || g.kw != 3 || g.kh > 3 || g.dx != 1 || g.sx > 2 || !g.has_formula) return false;
    const FinishPlan plan = plan_finish(g);
    if (!plan.direct() || plan.add) return false;
    const Mode all = mode_of(g, plan, 0, g.o);
    return all == Mode::plain || all == Mode::plus || all == Mode::away;
  }

  explicit MarchingDepthwise(const Conv& conv) : g_(conv), plan_(plan_finish(conv)), pad_(block + 64, static_cast<uint8_t>(conv.x_zero)) {
    size_t size = 0;
    for (int64_t c = 0; c < g_.c; c += block) {
      const int count = static_cast<int>(std::min<int64_t>(block, g_.c - c));
      Block b{count <= block / 2, mode_of(g_, plan_, c, count), c, count, size};
      size += static_cast<size_t>((b.half ? block / 2 : block) * 4 * 6);
      blocks_.push_back(b);
    }
    packed_.resize(size + 64);
    origin_ = (64 - reinterpret_cast<size_t>(packed_.data()) % 64) % 64;
    for (const Block& b : blocks_) b.half ? pack<Half>(b) : pack<V>(b);
    g_.weights.release();
    name = "qs8_dwconv_" + std::to_string(g_.kh) + "x3c" + std::to_string(blocks_[0].half ? block / 2 : block) + "_march__" + V::isa;
  }

  void run(const uint8_t* x, uint8_t* out, const uint8_t*, uint8_t*, Share share) const override {
    const Share::Range mine = share.of(g_.n * g_.oh);
    for (int64_t row = mine.begin; row < mine.end; row++) {
      const int64_t b = row / g_.oh, y = row % g_.oh * g_.sy - g_.top;
      Rows rows;
      for (int64_t k = 0; k < 3; k++) {
        const int64_t iy = y + std::min(k, g_.kh - 1) * g_.dy;
        const bool inside = iy >= 0 && iy < g_.h;
        rows.at[k] = inside ? x + (b * g_.h + iy) * g_.w * g_.c : pad_.data();
        rows.step[k] = inside ? g_.c : 0;
      }
      for (const Block& block : blocks_) block.half ? walk<Half>(block, rows, out + row * g_.ow * g_.o) : walk<V>(block, rows, out + row * g_.ow * g_.o);
    }
  }

 private:
  /** Rows of a window; the step to the next pixel is 0 in rows of padding, whose channels are all alike. */
  struct Rows {
    const uint8_t* at[3];
    int64_t step[3];
  };

  /** The channel of a lane of the vectors that unpacking bytes twice gives. */
  template <class W>
  static int interleaved(int vector, int lane) { return lane / 4 * 16 + vector * 4 + lane % 4; }

  template <class W>
  void pack(const Block& b) {
    constexpr size_t width = 4 * W::lanes * 4;
    const int64_t zero = g_.x_zero + (g_.x_signed ? 128 : 0) - x_offset_of<W>();
    uint8_t* at = packed_.data() + origin_ + b.at;
    for (int v = 0; v < 4; v++)
      for (int lane = 0; lane < W::lanes; lane++, at += 4) {
        const int c = interleaved<W>(v, lane);
        if (c >= b.count) continue;
        const size_t channel = static_cast<size_t>(b.channel + c);
        int64_t sum = 0;
        for (int64_t ky = 0; ky < g_.kh; ky++)
          for (int64_t kx = 0; kx < 3; kx++) {
            const int16_t w = g_.weights[channel * static_cast<size_t>(g_.taps()) + static_cast<size_t>(ky * 3 + kx)];
            at[width * static_cast<size_t>(3 + kx) + static_cast<size_t>(ky)] = static_cast<uint8_t>(w);
            sum += w;
          }
        const uint32_t bias = static_cast<uint32_t>(g_.bias[channel]) + static_cast<uint32_t>(g_.formula.shift[channel]) -
                              static_cast<uint32_t>(zero * sum);
        std::memcpy(at, &bias, 4);
        std::memcpy(at + width, &g_.formula.scale[channel], 4);
        std::memcpy(at + 2 * width, &g_.formula.offset[channel], 4);
      }
  }

  template <class W>
  void walk(const Block& b, const Rows& rows, uint8_t* out) const {
    switch (b.mode) {
      case Mode::plain: return g_.sx == 1 ? walk_in<W, Mode::plain, 1>(b, rows, out) : walk_in<W, Mode::plain, 2>(b, rows, out);
      case Mode::away: return g_.sx == 1 ? walk_in<W, Mode::away, 1>(b, rows, out) : walk_in<W, Mode::away, 2>(b, rows, out);
      default: return g_.sx == 1 ? walk_in<W, Mode::plus, 1>(b, rows, out) : walk_in<W, Mode::plus, 2>(b, rows, out);
    }
  }

  template <class W, Mode M, int S>
  __attribute__((noinline)) void walk_in(const Block& b, const Rows& rows, uint8_t* out) const {
    using I = typename W::I;
    constexpr int width = 4 * W::lanes * 4, vector = W::lanes * 4;
    const uint8_t* const constants = packed_.data() + origin_ + b.at;
    const uint8_t* const weights = constants + 3 * width;
    const uint8_t* const p0 = rows.at[0] + (rows.step[0] ? b.channel : 0);
    const uint8_t* const p1 = rows.at[1] + (rows.step[1] ? b.channel : 0);
    const uint8_t* const p2 = rows.at[2] + (rows.step[2] ? b.channel : 0);
    const int64_t s0 = rows.step[0], s1 = rows.step[1], s2 = rows.step[2], w = g_.w, ow = g_.ow, stride = g_.o;
    const I flip = W::splat_byte(g_.x_signed ? 0x80 : 0), padding = W::flip_bits(W::splat_byte(g_.x_zero), flip);
    const FinishConstants<W> k(plan_);
    I weight[3][4];
    unroll<3>([&](auto kx) QJIT_LAMBDA_INLINE { unroll<4>([&](auto v) QJIT_LAMBDA_INLINE { weight[kx][v] = W::load(weights + kx * width + v * vector); }); });
    out += b.channel;
    /** The interleaved rows of column z of the image. */
    const auto column = [&](int64_t z, I* to) QJIT_LAMBDA_INLINE {
      if (z < 0 || z >= w) {
        unroll<4>([&](auto v) QJIT_LAMBDA_INLINE { to[v] = padding; });
        return;
      }
      const I a = W::flip_bits(W::load(p0 + z * s0), flip), m = W::flip_bits(W::load(p1 + z * s1), flip), c = W::flip_bits(W::load(p2 + z * s2), flip);
      const I am0 = W::low8(a, m), am1 = W::high8(a, m), cc0 = W::low8(c, c), cc1 = W::high8(c, c);
      to[0] = W::low(am0, cc0);
      to[1] = W::high(am0, cc0);
      to[2] = W::low(am1, cc1);
      to[3] = W::high(am1, cc1);
    };
    const auto add = [&](I* acc, const I* from, const I* x, auto kx) QJIT_LAMBDA_INLINE {
      unroll<4>([&](auto v) QJIT_LAMBDA_INLINE { acc[v] = W::dot(from[v], x[v], weight[kx][v]); });
    };
    const auto begin = [&](I* acc, const I* x) QJIT_LAMBDA_INLINE {
      unroll<4>([&](auto v) QJIT_LAMBDA_INLINE { acc[v] = W::dot(W::load(constants + v * vector), x[v], weight[0][v]); });
    };
    const auto finish = [&](const I* acc, int64_t z) QJIT_LAMBDA_INLINE {
      finish_vectors<W, M, 4, true>(plan_, k, acc, constants + width, constants + 2 * width, nullptr, out + z * stride, b.count);
    };
    constexpr std::integral_constant<int, 1> middle{};
    constexpr std::integral_constant<int, 2> last{};
    I x[4], first[4], second[4];
    if constexpr (S == 1) {
      // `second` has two columns of its output, `first` one.
      column(-g_.left, x);
      begin(second, x);
      column(1 - g_.left, x);
      begin(first, x);
      add(second, second, x, middle);
      for (int64_t z = 0; z < ow; z++) {
        column(z + 2 - g_.left, x);
        I done[4];
        add(done, second, x, last);
        add(second, first, x, middle);
        begin(first, x);
        finish(done, z);
      }
    } else {
      column(-g_.left, x);
      begin(first, x);
      for (int64_t z = 0; z < ow; z++) {
        column(2 * z + 1 - g_.left, x);
        add(second, first, x, middle);
        column(2 * z + 2 - g_.left, x);
        add(second, second, x, last);
        begin(first, x);
        finish(second, z);
      }
    }
  }

  Conv g_;
  FinishPlan plan_;
  std::vector<uint8_t> pad_;
  std::vector<Block> blocks_;
  std::vector<uint8_t> packed_;
  size_t origin_ = 0;
};

}  // namespace qjit
