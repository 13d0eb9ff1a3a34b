// Depthwise convolution: each channel has its own window. Two taps at a time are interleaved, so that one multiply-add of
// 16-bit pairs serves both; ZU neighbouring outputs share the weights.
#pragma once

#include "../conv/finish.h"
#include "../conv/stage.h"

namespace qjit {

template <class V>
class Depthwise final : public ConvKernel {
  using E = int16_t;
  using I = typename V::I;
  static constexpr int pair = 2 * V::lanes;
  static constexpr int outputs = V::lanes == 16 ? 8 : 4;
  /** Bytes of staged image per block of rows. */
  static constexpr int64_t block_bytes = 64 * 1024;

 public:
  explicit Depthwise(const Conv& conv) : g_(conv), staged_(conv) {
    plan_ = plan_finish(g_);
    const int64_t row_bytes = staged_.row * 2;
    rows_ = std::clamp<int64_t>((block_bytes / std::max<int64_t>(row_bytes, 1) - (g_.kh - 1) * g_.dy - 1) / g_.sy + 1, 4, std::max<int64_t>(g_.oh, 4));
    scratch = static_cast<size_t>(((rows_ - 1) * g_.sy + (g_.kh - 1) * g_.dy + 1) * row_bytes) + 256;
    taps_ = g_.kh * g_.kw;
    pairs_ = (taps_ + 1) / 2;
    for (int64_t t = 0; t < 2 * pairs_; t++) {
      const int64_t k = std::min(t, taps_ - 1);
      offsets_.push_back(k / g_.kw * g_.dy * staged_.row + k % g_.kw * g_.dx * g_.c);
    }
    for (int64_t c = 0; c < g_.c; c += pair) pack(c);
    g_.weights.release();
    name = "qs8_dwconv_" + std::to_string(g_.kh) + "x" + std::to_string(g_.kw) + "c" + std::to_string(pair) + "__" + V::isa;
  }

  void run(const uint8_t* x, uint8_t* out, const uint8_t* residual, uint8_t* scratch_bytes, Share share) const override {
    E* stage = reinterpret_cast<E*>(scratch_bytes);
    const Share::Range mine = share.of(g_.n * g_.oh);
    for (int64_t b = mine.begin / std::max<int64_t>(g_.oh, 1); b * g_.oh < mine.end; b++)
      for (int64_t y = std::max<int64_t>(mine.begin - b * g_.oh, 0), end = std::min(mine.end - b * g_.oh, g_.oh); y < end; y += rows_) {
        const int64_t rows = std::min(rows_, end - y);
        stage_rows<V, E>(g_, x + b * g_.h * g_.w * g_.c, y * g_.sy, (rows - 1) * g_.sy + (g_.kh - 1) * g_.dy + 1, stage);
        for (int64_t r = 0; r < rows; r++) {
          const int64_t first = (b * g_.oh + y + r) * g_.ow;
          row(stage + r * g_.sy * staged_.row, first, out, residual);
        }
      }
  }

 private:
  /** Weights [tap pair][vector][lane][2], then bias, scale and offset of both vectors. */
  void pack(int64_t channel) {
    const int count = static_cast<int>(std::min<int64_t>(pair, g_.c - channel));
    const Mode mode = mode_of(g_, plan_, channel, count);
    const bool proved = mode == Mode::plain || mode == Mode::plus || mode == Mode::away;
    modes_.push_back(mode);
    const auto each = [&](auto&& put) {
      for (int v = 0; v < 2; v++)
        for (int lane = 0; lane < V::lanes; lane++) {
          const int c = channel_of(v, lane);
          put(c < count ? channel + c : -1);
        }
    };
    for (int64_t p = 0; p < pairs_; p++)
      each([&](int64_t c) {
        for (int64_t t = 2 * p; t < 2 * p + 2; t++)
          weights_.push_back(c >= 0 && t < taps_ ? g_.weights[static_cast<size_t>(c * taps_ + t)] : int16_t{0});
      });
    each([&](int64_t c) {
      uint32_t bias = c >= 0 ? static_cast<uint32_t>(g_.bias[static_cast<size_t>(c)]) : 0;
      if (c >= 0 && proved) bias += static_cast<uint32_t>(g_.formula.shift[static_cast<size_t>(c)]);
      constants_.push_back(static_cast<int32_t>(bias));
    });
    each([&](int64_t c) { constants_.push_back(std::bit_cast<int32_t>(c >= 0 && proved ? g_.formula.scale[static_cast<size_t>(c)] : 0.0f)); });
    each([&](int64_t c) { constants_.push_back(std::bit_cast<int32_t>(c >= 0 && proved ? g_.formula.offset[static_cast<size_t>(c)] : 0.0f)); });
    for (const std::vector<double>* from : {&g_.formula.wide_scale, &g_.formula.wide_offset})
      each([&](int64_t c) { wide_.push_back(c >= 0 && mode == Mode::wide ? (*from)[static_cast<size_t>(c)] : 0); });
  }

  void row(const E* stage, int64_t first, uint8_t* out, const uint8_t* residual) const {
    for (size_t block = 0; block < modes_.size(); block++) {
      switch (modes_[block]) {
        case Mode::spill: outputs_of<Mode::spill>(block, stage, first, out, residual); break;
        case Mode::plain: case Mode::plus: outputs_of<Mode::plus>(block, stage, first, out, residual); break;
        case Mode::away: outputs_of<Mode::away>(block, stage, first, out, residual); break;
        case Mode::wide: outputs_of<Mode::wide>(block, stage, first, out, residual); break;
      }
    }
  }

  template <Mode M>
  __attribute__((noinline)) void outputs_of(size_t block, const E* stage, int64_t first, uint8_t* out, const uint8_t* residual) const {
    const int64_t pairs = pairs_;
    const int64_t channel = static_cast<int64_t>(block) * pair;
    const int count = static_cast<int>(std::min<int64_t>(pair, g_.c - channel));
    const E* weights = weights_.data() + static_cast<int64_t>(block) * pairs_ * 2 * pair;
    const int32_t* constants = constants_.data() + static_cast<int64_t>(block) * 3 * pair;
    const int64_t* offsets = offsets_.data();
    const I bias0 = V::load(constants), bias1 = V::load(constants + V::lanes);
    const int64_t step = g_.sx * g_.c;
    stage += channel;
    for (int64_t z = 0; z < g_.ow; z += outputs) {
      const int live = static_cast<int>(std::min<int64_t>(outputs, g_.ow - z));
      const E* x[outputs];
      for (int u = 0; u < outputs; u++) x[u] = stage + (z + std::min(u, live - 1)) * step;
      I acc[outputs][2];
      unroll<outputs>([&](auto u) QJIT_LAMBDA_INLINE {
        acc[u][0] = bias0;
        acc[u][1] = bias1;
      });
      for (int64_t p = 0; p < pairs; p++) {
        const int64_t a = offsets[2 * p], b = offsets[2 * p + 1];
        const I w0 = V::load(weights + p * 2 * pair), w1 = V::load(weights + p * 2 * pair + pair);
        unroll<outputs>([&](auto u) QJIT_LAMBDA_INLINE {
          const I xa = V::load(x[u] + a), xb = V::load(x[u] + b);
          acc[u][0] = V::dot(acc[u][0], V::low(xa, xb), w0);
          acc[u][1] = V::dot(acc[u][1], V::high(xa, xb), w1);
        });
      }
      if constexpr (M == Mode::spill) {
        alignas(64) int32_t sums[outputs][pair];
        unroll<outputs>([&](auto u) QJIT_LAMBDA_INLINE {
          V::store(&sums[u][0], acc[u][0]);
          V::store(&sums[u][V::lanes], acc[u][1]);
        });
        const int64_t bytes = g_.result == Result::i32 ? 4 : 1;
        for (int u = 0; u < live; u++)
          for (int k = 0; k < pair; k++) {
            const int c = channel_of(k / V::lanes, k % V::lanes);
            if (c >= count) continue;
            const int64_t place = (first + z + u) * g_.c + channel + c;
            finish_one(g_, sums[u][k], channel + c, residual ? residual + place : nullptr, out + place * bytes);
          }
      } else {
        const PairConstants<V> k(plan_);
        const void* scales = constants + pair;
        const void* shifts = constants + 2 * pair;
        if constexpr (M == Mode::wide) {
          scales = wide_.data() + block * 2 * pair;
          shifts = wide_.data() + block * 2 * pair + pair;
        }
        unroll<outputs>([&](auto u) QJIT_LAMBDA_INLINE {
          if (u >= live) return;
          const int64_t place = (first + z + u) * g_.c + channel;
          finish_pair<V, M>(plan_, k, acc[u][0], acc[u][1], scales, shifts, residual ? residual + place : nullptr, out + place, count);
        });
      }
    }
  }

  Conv g_;
  StagedRows<V> staged_;
  FinishPlan plan_;
  int64_t rows_ = 1, taps_ = 0, pairs_ = 0;
  std::vector<int64_t> offsets_;
  std::vector<Mode> modes_;
  std::vector<int16_t> weights_;
  std::vector<int32_t> constants_;
  std::vector<double> wide_;
};

}  // namespace qjit
