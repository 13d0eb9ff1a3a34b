// Direct convolution by register tiles: MR output pixels times NV vectors of output channels. Weights are packed
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
  static constexpr int most_vectors = V::lanes == 16 && sizeof(E) == 1 ? 4 : 2;
  /** Vectors of weights that a tile keeps in registers; the widest tile reads one from memory. */
  static constexpr int held_of(int vectors) { return vectors == 4 ? 3 : vectors; }
  /** Pixels of a tile of so many vectors: as many accumulators as fit next to weights and one broadcast. */
  static constexpr int pixels_of(int vectors) {
    return std::min((V::registers - 1 - held_of(vectors)) / vectors, V::registers / 2 - 2);
  }
  /** Blocks of products begin at multiples of most tiles. */
  static constexpr int grain = pixels_of(2);
  static constexpr size_t line = 64;

  struct Panel {
    int vectors;
    Mode mode;
    int64_t group, channel;
    int count;
    /** Where in `packed_`: biases, scales and offsets, then weights. */
    size_t at, weights;
    size_t wide;
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
    g_.weights.release();
    const int64_t in_row = staged_.row * static_cast<int64_t>(sizeof(E));
    rows_ = std::max<int64_t>(1, (block_bytes / std::max<int64_t>(in_row, 1) - (g_.kh - 1) * g_.dy - 1) / g_.sy + 1);
    // No more pixels than the table of offsets holds.
    rows_ = std::clamp<int64_t>(std::min(rows_, 4096 / std::max<int64_t>(g_.ow, 1)), 1, std::max<int64_t>(g_.oh, 1));
    if (g_.ow == 1 && rows_ > grain) rows_ -= rows_ % grain;
    staged_rows_ = (rows_ - 1) * g_.sy + (g_.kh - 1) * g_.dy + 1;
    offsets_bytes_ = static_cast<size_t>((rows_ * g_.ow * 4 + 63) / 64 * 64);
    scratch = offsets_bytes_ + (staged_.copied ? static_cast<size_t>(staged_rows_ * in_row) : 0) + 256;
    const int vectors = panels_.empty() ? 1 : panels_[0].vectors;
    name = "qs8_conv_" + std::to_string(pixels_of(vectors)) + "x" + std::to_string(vectors * V::lanes) + (sizeof(E) == 2 ? "c2" : "c4") +
           "__" + V::isa;
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
    const int64_t step = g_.ow == 1 ? grain : 1;
    const bool by_panels = share.count > 1 && g_.n * g_.oh < 2 * share.count * step;
    const Share::Range mine = by_panels ? Share::Range{0, g_.n * g_.oh} : share.of(g_.n * g_.oh, step);
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
    // Panels of about the same width, as wide as tiles are.
    const int64_t vectors = (per_group + V::lanes - 1) / V::lanes, panels = (vectors + most_vectors - 1) / most_vectors;
    size_t size = 0;
    for (int64_t group = 0; group < groups; group++)
      for (int64_t i = 0; i < panels; i++) {
        const int64_t from = (i * vectors + panels - 1) / panels, to = ((i + 1) * vectors + panels - 1) / panels;
        const int64_t count = std::min(per_group, to * V::lanes) - from * V::lanes;
        const int64_t channel = group * per_group + from * V::lanes;
        Panel p{static_cast<int>(to - from), mode_of(g_, plan_, channel, count), group, channel, static_cast<int>(count), size, 0, wide_.size()};
        p.weights = size + static_cast<size_t>(3 * p.vectors * V::lanes * 4);
        size = p.weights + runs_.size() * static_cast<size_t>(steps_ * p.vectors * V::lanes * 4);
        panels_.push_back(p);
        if (p.mode == Mode::wide) {
          for (const std::vector<double>* from_doubles : {&g_.formula.wide_scale, &g_.formula.wide_offset})
            for (int64_t c = 0; c < p.vectors * V::lanes; c++) wide_.push_back(c < count ? (*from_doubles)[static_cast<size_t>(channel + c)] : 0);
        }
      }
    packed_.resize(size + line);
    origin_ = (line - reinterpret_cast<size_t>(packed_.data()) % line) % line;
    for (const Panel& p : panels_) {
      pack_weights(p);
      pack_constants(p);
    }
  }

  void pack_weights(const Panel& p) {
    uint8_t* at = packed_.data() + origin_ + p.weights;
    const int16_t* weights = g_.weights.data() + p.channel * g_.taps();
    const int64_t taps = g_.taps();
    const int width = p.vectors * V::lanes;
    for (const int64_t tap : taps_)
      for (int64_t k = 0; k < steps_ * per_step; k += per_step, at += 4 * width) {
        const int live = static_cast<int>(std::min<int64_t>(per_step, run_length_ - k));
        const int16_t* from = weights + tap + k;
        // Whole steps are nearly all there are.
        if (live == per_step) {
          for (int c = 0; c < p.count; c++) pack_step(from + c * taps, per_step, at + 4 * c);
        } else {
          for (int c = 0; c < p.count; c++) pack_step(from + c * taps, live, at + 4 * c);
        }
      }
  }

  /** The `count` weights that one lane multiplies at a time. */
  static QJIT_INLINE void pack_step(const int16_t* from, int count, uint8_t* to) {
    E step[per_step] = {};
    for (int e = 0; e < count; e++) step[e] = static_cast<E>(from[e]);
    std::memcpy(to, step, 4);
  }

  void pack_constants(const Panel& p) {
    const bool proved = p.mode == Mode::plain || p.mode == Mode::plus || p.mode == Mode::away;
    const int64_t zero = sizeof(E) == 2 ? 0 : g_.x_zero + (g_.x_signed ? 128 : 0) - x_offset_of<V>();
    const int64_t taps = g_.taps();
    uint8_t* at = packed_.data() + origin_ + p.at;
    for (int c = 0; c < p.count; c++, at += 4) {
      const size_t k = static_cast<size_t>(p.channel + c);
      // Sums wrap to 32 bits, as those of the kernel do.
      uint32_t sum = 0;
      const int16_t* weights = g_.weights.data() + static_cast<int64_t>(k) * taps;
      for (int64_t t = 0; t < taps; t++) sum += static_cast<uint32_t>(int32_t{weights[t]});
      uint32_t bias = static_cast<uint32_t>(g_.bias[k]) - static_cast<uint32_t>(zero) * sum;
      if (proved) {
        bias += static_cast<uint32_t>(g_.formula.shift[k]);
        std::memcpy(at + p.vectors * V::lanes * 4, &g_.formula.scale[k], 4);
        std::memcpy(at + p.vectors * V::lanes * 8, &g_.formula.offset[k], 4);
      }
      std::memcpy(at, &bias, 4);
    }
  }

  void panel(const Panel& p, const uint8_t* base, const int32_t* offsets, int64_t pixels, uint8_t* out, const uint8_t* residual) const {
    base += p.group * g_.i * static_cast<int64_t>(sizeof(E));
    if constexpr (most_vectors > 2) {
      if (p.vectors == 4) return panel_of<4>(p, base, offsets, pixels, out, residual);
      if (p.vectors == 3) return panel_of<3>(p, base, offsets, pixels, out, residual);
    }
    if (p.vectors == 2) return panel_of<2>(p, base, offsets, pixels, out, residual);
    return panel_of<1>(p, base, offsets, pixels, out, residual);
  }

  /** Whole tiles, then one of a single pixel, half the size, or a whole one for the pixels left. */
  template <int NV>
  void panel_of(const Panel& p, const uint8_t* base, const int32_t* offsets, int64_t pixels, uint8_t* out, const uint8_t* residual) const {
    constexpr int whole = pixels_of(NV), half = (whole + 1) / 2;
    const int64_t left = pixels % whole, end = pixels - left;
    const bool formula = plan_.direct() && p.mode != Mode::spill && p.mode != Mode::wide;
    if (!formula || residual) tiles<whole, NV>(p, base, offsets, 0, end, out, residual);
    else if (p.mode == Mode::plain) tiles<whole, NV, Mode::plain>(p, base, offsets, 0, end, out, residual);
    else if (p.mode == Mode::plus) tiles<whole, NV, Mode::plus>(p, base, offsets, 0, end, out, residual);
    else tiles<whole, NV, Mode::away>(p, base, offsets, 0, end, out, residual);
    if (left == 1) tiles<1, NV>(p, base, offsets, end, pixels, out, residual);
    else if (left > half) tiles<whole, NV>(p, base, offsets, end, pixels, out, residual);
    else if (left > 0) tiles<half, NV>(p, base, offsets, end, pixels, out, residual);
  }

  /**
   * Tiles of the pixels [begin, end). In the modes of formulas all tiles are whole and finished in registers; in mode `spill` the last
   * one may have fewer than MR pixels, and all are finished from memory, in the mode of the panel.
   */
  template <int MR, int NV, Mode M = Mode::spill>
  __attribute__((noinline)) void tiles(const Panel& p, const uint8_t* base, const int32_t* offsets, int64_t begin, int64_t end, uint8_t* out,
                                       const uint8_t* residual) const {
    constexpr int width = NV * V::lanes;
    constexpr int held = held_of(NV);
    const uint8_t* const constants = packed_.data() + origin_ + p.at;
    const uint8_t* const weights = packed_.data() + origin_ + p.weights;
    const FinishConstants<V> k(plan_);
    for (int64_t m = begin; m < end; m += MR) {
      const int rows = M != Mode::spill ? MR : static_cast<int>(std::min<int64_t>(MR, end - m));
      const uint8_t* x[MR];
      for (int r = 0; r < MR; r++) x[r] = base + offsets[m + std::min(r, rows - 1)];
      I acc[MR][NV];
      unroll<NV>([&](auto v) QJIT_LAMBDA_INLINE {
        const I bias = V::load(constants + v * V::lanes * 4);
        unroll<MR>([&](auto r) QJIT_LAMBDA_INLINE { acc[r][v] = bias; });
      });
      const uint8_t* w = weights;
      for (const int64_t run : runs_) {
        int64_t at = run;
        for (int64_t s = 0; s < steps_; s++, at += 4, w += width * 4) {
          I ws[NV];
          unroll<held>([&](auto v) QJIT_LAMBDA_INLINE { ws[v] = V::load(w + v * V::lanes * 4); });
          unroll<MR>([&](auto r) QJIT_LAMBDA_INLINE {
            const I xs = V::broadcast(x[r] + at);
            unroll<NV>([&](auto v) QJIT_LAMBDA_INLINE {
              if constexpr (v < held) acc[r][v] = V::dot(acc[r][v], xs, ws[v]);
              else acc[r][v] = V::dot_at(acc[r][v], xs, w + v * V::lanes * 4);
            });
          });
        }
      }
      if constexpr (M == Mode::spill) {
        alignas(64) int32_t sums[MR][width];
        unroll<MR>([&](auto r) QJIT_LAMBDA_INLINE {
          unroll<NV>([&](auto v) QJIT_LAMBDA_INLINE { V::store(&sums[r][v * V::lanes], acc[r][v]); });
        });
        finish_sums<NV>(p, &sums[0][0], rows, m, out, residual);
      } else {
        unroll<MR>([&](auto r) QJIT_LAMBDA_INLINE {
          finish_vectors<V, M, NV>(plan_, k, acc[r], constants + width * 4, constants + width * 8, nullptr, out + (m + r) * g_.o + p.channel, p.count);
        });
      }
    }
  }

  /** Finishes the rows of a tile from memory. */
  template <int NV>
  void finish_sums(const Panel& p, const int32_t* sums, int rows, int64_t m, uint8_t* out, const uint8_t* residual) const {
    if (!plan_.direct()) return finish_rows(p, sums, NV * V::lanes, rows, m, out, residual);
    switch (p.mode) {
      case Mode::plain: return finish_formula<NV, Mode::plain>(p, sums, rows, m, out, residual);
      case Mode::plus: return finish_formula<NV, Mode::plus>(p, sums, rows, m, out, residual);
      case Mode::away: return finish_formula<NV, Mode::away>(p, sums, rows, m, out, residual);
      case Mode::spill: case Mode::wide: return finish_rows(p, sums, NV * V::lanes, rows, m, out, residual);
    }
  }

  template <int NV, Mode M>
  __attribute__((noinline)) void finish_formula(const Panel& p, const int32_t* sums, int rows, int64_t m, uint8_t* out, const uint8_t* residual) const {
    constexpr int width = NV * V::lanes;
    const uint8_t* const scales = packed_.data() + origin_ + p.at + width * 4;
    const FinishConstants<V> k(plan_);
    for (int r = 0; r < rows; r++, sums += width) {
      I acc[NV];
      unroll<NV>([&](auto v) QJIT_LAMBDA_INLINE { acc[v] = V::load(sums + v * V::lanes); });
      const int64_t place = (m + r) * g_.o + p.channel;
      finish_vectors<V, M, NV>(plan_, k, acc, scales, scales + width * 4, residual ? residual + place : nullptr, out + place, p.count);
    }
  }

  __attribute__((noinline)) void finish_rows(const Panel& p, const int32_t* sums, int width, int rows, int64_t m, uint8_t* out,
                                             const uint8_t* residual) const {
    const int64_t bytes = g_.result == Result::i32 ? 4 : 1;
    const uint8_t* const floats = packed_.data() + origin_ + p.at + width * 4;
    const bool wide = p.mode == Mode::wide;
    const void* scales = wide ? static_cast<const void*>(wide_.data() + p.wide) : floats;
    const void* shifts = wide ? static_cast<const void*>(wide_.data() + p.wide + width) : floats + width * 4;
    for (int r = 0; r < rows; r++, sums += width) {
      const int64_t place = (m + r) * g_.o + p.channel;
      finish_stored<V>(g_, plan_, p.mode, p.channel, p.count, sums, scales, shifts, residual ? residual + place : nullptr, out + place * bytes);
    }
  }

  Conv g_;
  StagedRows<V> staged_;
  FinishPlan plan_;
  int64_t rows_ = 1, staged_rows_ = 1, run_length_ = 0, steps_ = 0;
  size_t offsets_bytes_ = 0;
  std::vector<int64_t> taps_, runs_;
  std::vector<Panel> panels_;
  /** Panels, from the first cache line on. */
  std::vector<uint8_t> packed_;
  size_t origin_ = 0;
  std::vector<double> wide_;
};

}  // namespace qjit
