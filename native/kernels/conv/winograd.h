// 3x3 convolutions of stride 1 by Winograd's filtering F(4x4) in exact integers: tiles of 6x6 pixels are transformed, multiplied
// position by position as 36 matrix products of 16-bit integers, and transformed back; 4 times fewer products than the
// convolution has. Sums come out multiplied by 576, modulo 2^32; multiplying by the inverse of 9 and shifting by 6 undoes that
// where the weights prove that 64 times a sum fits 32 bits.
#pragma once

#include <algorithm>
#include <cstring>

#include "finish.h"

namespace qjit {

template <class V>
class WinogradConv final : public ConvKernel {
  using I = typename V::I;
  static constexpr int positions = 36, side = 6, made = 4;
  /** Channels of a vector of 16-bit integers, which is also the width of a panel; and channels that are finished at once. */
  static constexpr int pair = 2 * V::lanes, block = 4 * V::lanes;
  static constexpr int most_rows = std::min((V::registers - 3) / 2, V::registers / 2 - 2);
  /** Bytes of transformed tiles and their sums at a time, unless those would be fewer tiles than products take at once. */
  static constexpr int64_t block_bytes = 300 * 1024;

 public:
  /** `most_weights`: bytes of transformed weights from which reading them costs more than is won. */
  static bool suits(const Conv& g, int64_t most_weights) {
    const bool windows = g.kh == 3 && g.kw == 3 && g.sy == 1 && g.sx == 1 && g.dy == 1 && g.dx == 1 && g.groups() == 1;
    if (!windows || g.c % pair || g.o % block || !g.has_formula || g.oh < made || g.ow < made) return false;
    if (positions * g.c * g.o * 2 > most_weights || !byte_weights(g) || !sums_below(g, 1 << 25)) return false;
    const FinishPlan plan = plan_finish(g);
    const Mode all = mode_of(g, plan, 0, g.o);
    return plan.direct() && (all == Mode::plain || all == Mode::plus || all == Mode::away);
  }

  explicit WinogradConv(const Conv& conv) : g_(conv), plan_(plan_finish(conv)), down_((g_.oh + made - 1) / made), across_((g_.ow + made - 1) / made) {
    mode_ = mode_of(g_, plan_, 0, g_.o);
    pack();
    g_.weights.release();
    const int64_t tile = positions * (2 * g_.c + 4 * g_.o);
    rows_ = std::min(std::max(block_bytes / (tile * across_), (most_rows + across_ - 1) / across_), down_);
    // Blocks of about the same height.
    rows_ = (down_ + (down_ + rows_ - 1) / rows_ - 1) / ((down_ + rows_ - 1) / rows_);
    scratch = static_cast<size_t>(rows_ * across_ * tile) + 64;
    name = "qs8_conv_winograd4x4_" + std::to_string(most_rows) + "x" + std::to_string(pair) + "c2__" + V::isa;
  }

  void run(const uint8_t* x, uint8_t* out, const uint8_t* residual, uint8_t* scratch_bytes, Share share) const override {
    const Share::Range mine = share.of(g_.n * down_);
    for (int64_t row = mine.begin; row < mine.end;) {
      const int64_t b = row / down_, y = row % down_;
      const int64_t rows = std::min({rows_, mine.end - row, down_ - y}), tiles = rows * across_;
      int16_t* image = reinterpret_cast<int16_t*>(scratch_bytes);
      int32_t* sums = reinterpret_cast<int32_t*>(scratch_bytes + positions * tiles * g_.c * 2);
      for (int64_t t = 0; t < tiles; t++) {
        transform_image(x + b * g_.h * g_.w * g_.c, (y + t / across_) * made - g_.top, t % across_ * made - g_.left, image + t * g_.c, tiles * g_.c);
      }
      for (int64_t p = 0; p < positions; p++) {
        const int16_t* weights = reinterpret_cast<const int16_t*>(packed_.data() + origin_) + p * g_.c * g_.o;
        multiply(image + p * tiles * g_.c, weights, sums + p * tiles * g_.o, tiles);
      }
      for (int64_t t = 0; t < tiles; t++) {
        finish_tile(sums + t * g_.o, tiles * g_.o, b, (y + t / across_) * made, t % across_ * made, out, residual);
      }
      row += rows;
    }
  }

 private:
  /** One dimension of the weights' transform, scaled by 24; the last by 3 only. */
  static void transform_weights(const int* w, int step, int* to, int to_step) {
    const int a = w[0], b = w[step], c = w[2 * step];
    const int made_of[side] = {6 * a, -4 * (a + b + c), -4 * (a - b + c), a + 2 * b + 4 * c, a - 2 * b + 4 * c, 3 * c};
    for (int i = 0; i < side; i++) to[i * to_step] = made_of[i];
  }

  /** Weights [position][panel][pair of channels][vector][lane][2]; biases, scales and offsets after them. */
  void pack() {
    const size_t weights = static_cast<size_t>(positions * g_.c * g_.o * 2);
    packed_.resize(weights + static_cast<size_t>(g_.o * 12) + 64);
    origin_ = (64 - reinterpret_cast<size_t>(packed_.data()) % 64) % 64;
    constants_ = origin_ + weights;
    int16_t* to = reinterpret_cast<int16_t*>(packed_.data() + origin_);
    for (int64_t o = 0; o < g_.o; o++) {
      for (int64_t c = 0; c < g_.c; c++) {
        int w[9], half[side * 3], whole[positions];
        for (int64_t t = 0; t < 9; t++) w[t] = g_.weights[static_cast<size_t>((o * 9 + t) * g_.c + c)];
        for (int j = 0; j < 3; j++) transform_weights(w + j, 3, half + j, 3);
        for (int i = 0; i < side; i++) transform_weights(half + 3 * i, 1, whole + side * i, 1);
        const int64_t at = o / pair * pair * g_.c + c / 2 * 2 * pair + o % pair * 2 + c % 2;
        for (int64_t p = 0; p < positions; p++) to[p * g_.c * g_.o + at] = static_cast<int16_t>(whole[p]);
      }
      const size_t k = static_cast<size_t>(o);
      const int32_t bias = static_cast<int32_t>(static_cast<uint32_t>(g_.bias[k]) + static_cast<uint32_t>(g_.formula.shift[k]));
      uint8_t* at = packed_.data() + constants_ + 4 * k;
      std::memcpy(at, &bias, 4);
      std::memcpy(at + 4 * g_.o, &g_.formula.scale[k], 4);
      std::memcpy(at + 8 * g_.o, &g_.formula.offset[k], 4);
    }
  }

  static QJIT_INLINE I four16(I v) { v = V::add16(v, v); return V::add16(v, v); }
  static QJIT_INLINE I four(I v) { v = V::add(v, v); return V::add(v, v); }

  /** One dimension of the image's transform. No sum of its terms leaves 16 bits. */
  static QJIT_INLINE void image_side(const I* v, I* to) {
    const I even = V::sub16(v[4], v[2]), odd = V::sub16(v[3], v[1]), odd2 = V::add16(odd, odd);
    to[0] = V::add16(four16(V::sub16(v[0], v[2])), even);
    to[1] = V::sub16(V::add16(v[3], v[4]), four16(V::add16(v[1], v[2])));
    to[2] = V::add16(V::sub16(v[4], v[3]), four16(V::sub16(v[1], v[2])));
    to[3] = V::add16(even, odd2);
    to[4] = V::sub16(even, odd2);
    to[5] = V::sub16(V::sub16(v[5], v[3]), four16(odd));
  }

  /** One dimension of the sums' transform. */
  static QJIT_INLINE void sums_side(const I* v, I* to) {
    const I near = V::add(v[1], v[2]), near_odd = V::sub(v[1], v[2]), far = V::add(v[3], v[4]), far_odd = V::sub(v[3], v[4]);
    const I last = four(V::add(far_odd, v[5]));
    to[0] = V::add(V::add(v[0], near), far);
    to[1] = V::add(near_odd, V::add(far_odd, far_odd));
    to[2] = V::add(near, four(far));
    to[3] = V::add(near_odd, V::add(last, last));
  }

  /** The tile whose first pixel is (y, x) of an image, perhaps outside of it: channels of position p at `to` + p * step. */
  __attribute__((noinline)) void transform_image(const uint8_t* image, int64_t y, int64_t x, int16_t* to, int64_t step) const {
    const I zero = V::splat16(static_cast<int16_t>(g_.x_zero));
    const bool is_signed = g_.x_signed;
    for (int64_t c = 0; c < g_.c; c += pair) {
      alignas(64) int16_t half[side][side][pair];
      for (int64_t j = 0; j < side; j++) {
        const bool column = x + j >= 0 && x + j < g_.w;
        const uint8_t* from = image + (y * g_.w + x + j) * g_.c + c;
        I v[side], made_of[side];
        unroll<side>([&](auto i) QJIT_LAMBDA_INLINE {
          const bool inside = column && y + i >= 0 && y + i < g_.h;
          v[i] = inside ? V::sub16(V::load_bytes(from + i * g_.w * g_.c, is_signed), zero) : V::splat16(0);
        });
        image_side(v, made_of);
        unroll<side>([&](auto i) QJIT_LAMBDA_INLINE { V::store(half[i][j], made_of[i]); });
      }
      for (int64_t i = 0; i < side; i++) {
        I v[side], made_of[side];
        unroll<side>([&](auto j) QJIT_LAMBDA_INLINE { v[j] = V::load(half[i][j]); });
        image_side(v, made_of);
        unroll<side>([&](auto j) QJIT_LAMBDA_INLINE { V::store(to + (i * side + j) * step + c, made_of[j]); });
      }
    }
  }

  void multiply(const int16_t* image, const int16_t* weights, int32_t* sums, int64_t tiles) const {
    constexpr int half = (most_rows + 1) / 2;
    const int64_t left = tiles % most_rows, end = left > half ? tiles : tiles - left;
    for (int64_t o = 0; o < g_.o; o += pair, weights += pair * g_.c) {
      products<most_rows>(image, weights, sums + o, 0, end);
      if (end < tiles) products<half>(image, weights, sums + o, end, tiles);
    }
  }

  /** Rows [begin, end) of tiles times a panel of weights. */
  template <int MR>
  __attribute__((noinline)) void products(const int16_t* image, const int16_t* weights, int32_t* sums, int64_t begin, int64_t end) const {
    const int64_t steps = g_.c / 2;
    for (int64_t t = begin; t < end; t += MR) {
      const int64_t rows = std::min<int64_t>(MR, end - t);
      const uint8_t* x[MR];
      for (int64_t r = 0; r < MR; r++) x[r] = reinterpret_cast<const uint8_t*>(image + (t + std::min(r, rows - 1)) * g_.c);
      I acc[MR][2];
      unroll<MR>([&](auto r) QJIT_LAMBDA_INLINE { acc[r][0] = acc[r][1] = V::splat(0); });
      const int16_t* w = weights;
      for (int64_t s = 0; s < steps; s++, w += 2 * pair) {
        const I w0 = V::load(w), w1 = V::load(w + pair);
        unroll<MR>([&](auto r) QJIT_LAMBDA_INLINE {
          const I v = V::broadcast(x[r] + 4 * s);
          acc[r][0] = V::dot(acc[r][0], v, w0);
          acc[r][1] = V::dot(acc[r][1], v, w1);
        });
      }
      unroll<MR>([&](auto r) QJIT_LAMBDA_INLINE {
        if (r >= rows) return;
        V::store(sums + (t + r) * g_.o, acc[r][0]);
        V::store(sums + (t + r) * g_.o + V::lanes, acc[r][1]);
      });
    }
  }

  void finish_tile(const int32_t* sums, int64_t step, int64_t b, int64_t y, int64_t x, uint8_t* out, const uint8_t* residual) const {
    switch (mode_) {
      case Mode::plain: return finish_in<Mode::plain>(sums, step, b, y, x, out, residual);
      case Mode::away: return finish_in<Mode::away>(sums, step, b, y, x, out, residual);
      default: return finish_in<Mode::plus>(sums, step, b, y, x, out, residual);
    }
  }

  template <Mode M>
  __attribute__((noinline)) void finish_in(const int32_t* sums, int64_t step, int64_t b, int64_t y, int64_t x, uint8_t* out,
                                           const uint8_t* residual) const {
    const I ninth = V::splat(0x38e38e39);
    const FinishConstants<V> k(plan_);
    const uint8_t* const constants = packed_.data() + constants_;
    const int64_t rows = std::min<int64_t>(made, g_.oh - y), columns = std::min<int64_t>(made, g_.ow - x);
    for (int64_t o = 0; o < g_.o; o += block) {
      alignas(64) int32_t pixels[made][made][block];
      for (int64_t v = 0; v < 4; v++) {
        const int32_t* from = sums + o + v * V::lanes;
        const I bias = V::load(constants + 4 * (o + v * V::lanes));
        I half[side][made];
        unroll<side>([&](auto j) QJIT_LAMBDA_INLINE {
          I column[side];
          unroll<side>([&](auto i) QJIT_LAMBDA_INLINE { column[i] = V::load(from + (i * side + j) * step); });
          sums_side(column, half[j]);
        });
        unroll<made>([&](auto i) QJIT_LAMBDA_INLINE {
          I row[side], made_of[made];
          unroll<side>([&](auto j) QJIT_LAMBDA_INLINE { row[j] = half[j][i]; });
          sums_side(row, made_of);
          unroll<made>([&](auto j) QJIT_LAMBDA_INLINE {
            V::store(&pixels[i][j][v * V::lanes], V::add(V::shift_right(V::multiply(made_of[j], ninth), 6), bias));
          });
        });
      }
      for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < columns; j++) {
          const int64_t place = ((b * g_.oh + y + i) * g_.ow + x + j) * g_.o + o;
          I acc[4];
          unroll<4>([&](auto v) QJIT_LAMBDA_INLINE { acc[v] = V::load(&pixels[i][j][v * V::lanes]); });
          finish_vectors<V, M, 4>(plan_, k, acc, constants + 4 * (g_.o + o), constants + 4 * (2 * g_.o + o), residual ? residual + place : nullptr,
                                  out + place, block);
        }
    }
  }

  Conv g_;
  FinishPlan plan_;
  Mode mode_ = Mode::plain;
  int64_t down_, across_, rows_ = 1;
  std::vector<uint8_t> packed_;
  size_t origin_ = 0, constants_ = 0;
};

}  // namespace qjit
