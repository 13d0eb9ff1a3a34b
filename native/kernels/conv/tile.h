// Direct convolution by register tiles: MR output pixels times NP pairs of vectors of output channels. Weights are packed
// [panel][run][step][vector][lane][element]; a run is a stretch of consecutive elements of the image.
#pragma once

#include <algorithm>

#include "finish.h"
#include "stage.h"

namespace qjit {

/** Bytes of staged image per block of rows, so that a block stays in the second-level cache while panels pass over it. */
constexpr int64_t block_bytes = 96 * 1024;

template <class V>
class TiledConv final : public ConvKernel {
  using E = typename V::Element;
  using I = typename V::I;
  static constexpr int per_step = 4 / sizeof(E);
  static constexpr int pair = 2 * V::lanes;
  /** Rows of a tile of one pair, and of two. */
  static constexpr int tall = V::lanes == 16 ? 12 : 6;
  static constexpr int wide = 6;

  struct Panel {
    int pairs;
    Mode mode;
    int64_t group, channel;
    int count;
    size_t weights, constants, wide;
  };

 public:
  explicit TiledConv(const Conv& conv) : g_(conv), staged_(conv) {
    // A product's pixels are rows of their own, so that blocks and tiles are free to begin anywhere.
    if (g_.kh == 1 && g_.kw == 1 && g_.sy == 1 && g_.sx == 1 && !g_.top && !g_.left && !g_.bottom && !g_.right) {
      g_.h = g_.oh = g_.n * g_.h * g_.w;
      g_.n = g_.w = g_.ow = 1;
      staged_ = StagedRows<V>(g_);
    }
    plan_ = plan_finish(g_);
    pack();
    const int64_t in_row = staged_.row * static_cast<int64_t>(sizeof(E));
    rows_ = std::max<int64_t>(1, (block_bytes / std::max<int64_t>(in_row, 1) - (g_.kh - 1) * g_.dy - 1) / g_.sy + 1);
    // No more pixels than the table of offsets holds.
    rows_ = std::clamp<int64_t>(std::min(rows_, 4096 / std::max<int64_t>(g_.ow, 1)), 1, std::max<int64_t>(g_.oh, 1));
    if (g_.ow == 1 && rows_ > tall) rows_ -= rows_ % tall;
    staged_rows_ = (rows_ - 1) * g_.sy + (g_.kh - 1) * g_.dy + 1;
    offsets_bytes_ = static_cast<size_t>((rows_ * g_.ow * 4 + 63) / 64 * 64);
    scratch = offsets_bytes_ + (staged_.copied ? static_cast<size_t>(staged_rows_ * in_row) : 0) + 256;
    name = std::string("qs8_conv_") + (V::lanes == 16 ? "6x64" : "6x16") + (sizeof(E) == 2 ? "c2" : "c4") + "__" + V::isa;
  }

  void run(const uint8_t* x, uint8_t* out, const uint8_t* residual, uint8_t* scratch_bytes, Share share) const override {
    int32_t* offsets = reinterpret_cast<int32_t*>(scratch_bytes);
    E* stage = reinterpret_cast<E*>(scratch_bytes + offsets_bytes_);
    const int64_t image = g_.h * g_.w * g_.c;
    const int64_t out_pixel = g_.o * (g_.result == Result::i32 ? 4 : 1);
    for (int64_t r = 0, at = 0; r < std::min(rows_, g_.oh); r++)
      for (int64_t z = 0; z < g_.ow; z++)
        offsets[at++] = static_cast<int32_t>((r * g_.sy * staged_.row + z * g_.sx * g_.c) * static_cast<int64_t>(sizeof(E)));
    // Rows of all images, or, where there are too few, panels.
    const bool by_panels = share.count > 1 && g_.n * g_.oh < 2 * share.count * (g_.ow == 1 ? tall : 1);
    const Share::Range mine = by_panels ? Share::Range{0, g_.n * g_.oh} : share.of(g_.n * g_.oh, g_.ow == 1 ? tall : 1);
    const Share::Range panels = by_panels ? share.of(static_cast<int64_t>(panels_.size())) : Share::Range{0, static_cast<int64_t>(panels_.size())};
    for (int64_t b = mine.begin / std::max<int64_t>(g_.oh, 1); b * g_.oh < mine.end; b++)
      for (int64_t y = std::max<int64_t>(mine.begin - b * g_.oh, 0), end = std::min(mine.end - b * g_.oh, g_.oh); y < end; y += rows_) {
        const int64_t rows = std::min(rows_, end - y);
        const uint8_t* base;
        if (staged_.copied) {
          stage_rows<V, E>(g_, x + b * image, y * g_.sy, (rows - 1) * g_.sy + (g_.kh - 1) * g_.dy + 1, stage);
          base = reinterpret_cast<const uint8_t*>(stage);
        } else {
          base = x + b * image + y * g_.sy * staged_.row * static_cast<int64_t>(sizeof(E));
        }
        const int64_t first = (b * g_.oh + y) * g_.ow;
        for (int64_t k = panels.begin; k < panels.end; k++) {
          panel(panels_[static_cast<size_t>(k)], base, offsets, rows * g_.ow, out + first * out_pixel, residual ? residual + first * g_.o : nullptr);
        }
      }
  }

 private:
  void pack() {
    const int64_t groups = g_.groups(), per_group = g_.o / groups;
    // Where neighbouring taps are neighbours in memory too, a row of the window is one run.
    const bool rows = groups == 1 && g_.dx == 1;
    run_length_ = rows ? g_.kw * g_.i : g_.i;
    steps_ = (run_length_ + per_step - 1) / per_step;
    for (int64_t ky = 0; ky < g_.kh; ky++)
      for (int64_t kx = 0; kx < (rows ? 1 : g_.kw); kx++) {
        taps_.push_back((ky * g_.kw + kx) * g_.i);
        runs_.push_back((ky * g_.dy * staged_.row + kx * g_.dx * g_.c) * static_cast<int64_t>(sizeof(E)));
      }
    for (int64_t group = 0; group < groups; group++)
      for (int64_t o = 0; o < per_group;) {
        const int64_t left = per_group - o;
        const int pairs = V::lanes == 16 && left > pair ? 2 : 1;
        const int count = static_cast<int>(std::min<int64_t>(left, pairs * pair));
        pack_panel(group, group * per_group + o, pairs, count);
        o += count;
      }
  }

  void pack_panel(int64_t group, int64_t channel, int pairs, int count) {
    Panel p{pairs, mode_of(g_, plan_, channel, count), group, channel, count, weights_.size(), constants_.size(), wide_.size()};
    const auto channel_at = [&](int vector, int lane) -> int64_t {
      const int c = vector / 2 * pair + channel_of(vector % 2, lane);
      return c < count ? channel + c : -1;
    };
    weights_.resize(weights_.size() + runs_.size() * static_cast<size_t>(steps_) * static_cast<size_t>(pairs) * 2 * V::lanes * 4);
    uint8_t* at = weights_.data() + p.weights;
    for (const int64_t tap : taps_)
      for (int64_t s = 0; s < steps_; s++)
        for (int v = 0; v < 2 * pairs; v++)
          for (int lane = 0; lane < V::lanes; lane++)
            for (int e = 0; e < per_step; e++, at += sizeof(E)) {
              const int64_t c = channel_at(v, lane), k = s * per_step + e;
              const int16_t w = c >= 0 && k < run_length_ ? g_.weights[static_cast<size_t>(c * g_.taps() + tap + k)] : int16_t{0};
              if constexpr (sizeof(E) == 2) std::memcpy(at, &w, 2);
              else *at = static_cast<uint8_t>(w);
            }
    // bias, scale and offset of each vector.
    const bool proved = p.mode == Mode::plus || p.mode == Mode::away;
    const int vectors = 2 * pairs;
    constants_.resize(constants_.size() + static_cast<size_t>(3 * vectors * V::lanes));
    const int zero = sizeof(E) == 2 ? 0 : g_.x_zero + (g_.x_signed ? 128 : 0);
    for (int v = 0; v < vectors; v++)
      for (int lane = 0; lane < V::lanes; lane++) {
        const int64_t c = channel_at(v, lane);
        uint32_t bias = 0;
        float scale = 0, offset = 0;
        if (c >= 0) {
          const size_t k = static_cast<size_t>(c);
          int64_t sum = 0;
          for (int64_t t = 0; t < g_.taps(); t++) sum += g_.weights[static_cast<size_t>(c * g_.taps() + t)];
          bias = static_cast<uint32_t>(g_.bias[k]) - static_cast<uint32_t>(zero * sum);
          if (proved) {
            bias += static_cast<uint32_t>(g_.formula.shift[k]);
            scale = g_.formula.scale[k];
            offset = g_.formula.offset[k];
          }
        }
        const size_t place = p.constants + static_cast<size_t>(v * V::lanes + lane);
        constants_[place] = static_cast<int32_t>(bias);
        constants_[place + static_cast<size_t>(vectors * V::lanes)] = std::bit_cast<int32_t>(scale);
        constants_[place + static_cast<size_t>(2 * vectors * V::lanes)] = std::bit_cast<int32_t>(offset);
      }
    if (p.mode == Mode::wide) {
      for (const std::vector<double>* from : {&g_.formula.wide_scale, &g_.formula.wide_offset})
        for (int v = 0; v < vectors; v++)
          for (int lane = 0; lane < V::lanes; lane++) {
            const int64_t c = channel_at(v, lane);
            wide_.push_back(c >= 0 ? (*from)[static_cast<size_t>(c)] : 0);
          }
    }
    panels_.push_back(p);
  }

  void panel(const Panel& p, const uint8_t* base, const int32_t* offsets, int64_t pixels, uint8_t* out, const uint8_t* residual) const {
    if (V::lanes == 16 && p.pairs == 2) return panel_of<wide, 2>(p, base, offsets, pixels, out, residual);
    return panel_of<tall, 1>(p, base, offsets, pixels, out, residual);
  }

  template <int MR, int NP>
  void panel_of(const Panel& p, const uint8_t* base, const int32_t* offsets, int64_t pixels, uint8_t* out, const uint8_t* residual) const {
    switch (p.mode) {
      case Mode::spill: return tiles<MR, NP, Mode::spill>(p, base, offsets, pixels, out, residual);
      case Mode::plus: return tiles<MR, NP, Mode::plus>(p, base, offsets, pixels, out, residual);
      case Mode::away: return tiles<MR, NP, Mode::away>(p, base, offsets, pixels, out, residual);
      case Mode::wide: return tiles<MR, NP, Mode::wide>(p, base, offsets, pixels, out, residual);
    }
  }

  template <int MR, int NP, Mode M>
  __attribute__((noinline)) void tiles(const Panel& p, const uint8_t* base, const int32_t* offsets, int64_t pixels, uint8_t* out,
                                       const uint8_t* residual) const {
    constexpr int vectors = 2 * NP;
    const uint8_t* const weights = weights_.data() + p.weights;
    const int32_t* const constants = constants_.data() + p.constants;
    // Floats after the biases, or doubles of their own.
    constexpr int constant_bytes = M == Mode::wide ? 8 : 4;
    const uint8_t* const scales = M == Mode::wide ? reinterpret_cast<const uint8_t*>(wide_.data() + p.wide)
                                                  : reinterpret_cast<const uint8_t*>(constants + vectors * V::lanes);
    const uint8_t* const shifts = scales + vectors * V::lanes * constant_bytes;
    const int64_t stride = g_.o;
    base += p.group * g_.i * static_cast<int64_t>(sizeof(E));
    for (int64_t m = 0; m < pixels; m += MR) {
      const int rows = static_cast<int>(std::min<int64_t>(MR, pixels - m));
      const uint8_t* x[MR];
      for (int r = 0; r < MR; r++) x[r] = base + offsets[m + std::min(r, rows - 1)];
      I acc[MR][vectors];
#pragma GCC unroll 16
      for (int v = 0; v < vectors; v++) {
        const I bias = V::load(constants + v * V::lanes);
#pragma GCC unroll 16
        for (int r = 0; r < MR; r++) acc[r][v] = bias;
      }
      const uint8_t* w = weights;
      for (const int64_t run : runs_) {
        int64_t at = run;
        for (int64_t s = 0; s < steps_; s++, at += 4, w += vectors * V::lanes * 4) {
          I ws[vectors];
#pragma GCC unroll 16
          for (int v = 0; v < vectors; v++) ws[v] = V::load(w + v * V::lanes * 4);
#pragma GCC unroll 16
          for (int r = 0; r < MR; r++) {
            const I xs = V::broadcast(x[r] + at);
#pragma GCC unroll 16
            for (int v = 0; v < vectors; v++) acc[r][v] = V::dot(acc[r][v], xs, ws[v]);
          }
        }
      }
      if constexpr (M == Mode::spill) {
        alignas(64) int32_t sums[MR][vectors * V::lanes];
#pragma GCC unroll 16
        for (int r = 0; r < MR; r++)
#pragma GCC unroll 16
          for (int v = 0; v < vectors; v++) V::store(&sums[r][v * V::lanes], acc[r][v]);
        spill(p, &sums[0][0], vectors, rows, m, out, residual);
      } else {
        const FinishConstants<V> k(plan_);
#pragma GCC unroll 16
        for (int q = 0; q < NP; q++) {
          const int left = std::min(p.count - q * pair, pair);
          if (left <= 0) break;
          const int at = 2 * q * V::lanes * constant_bytes;
#pragma GCC unroll 16
          for (int r = 0; r < MR; r++) {
            if (r < rows) {
              const int64_t place = (m + r) * stride + p.channel + q * pair;
              finish_pair<V, M>(plan_, k, acc[r][2 * q], acc[r][2 * q + 1], scales + at, shifts + at,
                                residual ? residual + place : nullptr, out + place, left);
            }
          }
        }
      }
    }
  }

  void spill(const Panel& p, const int32_t* sums, int vectors, int rows, int64_t m, uint8_t* out, const uint8_t* residual) const {
    const int64_t bytes = g_.result == Result::i32 ? 4 : 1;
    for (int r = 0; r < rows; r++, sums += vectors * V::lanes)
      for (int v = 0; v < vectors; v++)
        for (int lane = 0; lane < V::lanes; lane++) {
          const int c = v / 2 * pair + channel_of(v % 2, lane);
          if (c >= p.count) continue;
          const int64_t place = (m + r) * g_.o + p.channel + c;
          finish_one(g_, sums[v * V::lanes + lane], p.channel + c, residual ? residual + place : nullptr, out + place * bytes);
        }
  }

  Conv g_;
  StagedRows<V> staged_;
  FinishPlan plan_;
  int64_t rows_ = 1, staged_rows_ = 1, run_length_ = 0, steps_ = 0;
  size_t offsets_bytes_ = 0;
  std::vector<int64_t> taps_, runs_;
  std::vector<Panel> panels_;
  std::vector<uint8_t> weights_;
  std::vector<int32_t> constants_;
  std::vector<double> wide_;
};

}  // namespace qjit
