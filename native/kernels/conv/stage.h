// The part of an image that a block of output rows reads, as the dot instruction wants it: padded, as unsigned bytes or as
// 16-bit integers minus the zero point.
#pragma once

#include <cstring>

#include "conv.h"

namespace qjit {

/** What a padded row of a staged image is. */
template <class V>
struct StagedRows {
  using E = typename V::Element;
  int64_t width, pixels, row;
  bool copied;

  explicit StagedRows(const Conv& g) {
    width = g.w + g.left + g.right;
    pixels = g.c;
    row = width * g.c;
    copied = sizeof(E) == 2 || g.x_signed || g.top || g.left || g.bottom || g.right;
  }
};

/** `count` elements from x; bytes of signed images have their sign bit flipped. */
template <class V, class E>
QJIT_INLINE void stage_run(const Conv& g, const uint8_t* x, int64_t count, E* to) {
  if constexpr (sizeof(E) == 2) {
    const auto zero = V::splat16(static_cast<int16_t>(g.x_zero));
    constexpr int step = 2 * V::lanes;
    int64_t i = 0;
    if (g.x_signed) for (; i + step <= count; i += step) V::store(to + i, V::sub16(V::load_bytes(x + i, true), zero));
    else for (; i + step <= count; i += step) V::store(to + i, V::sub16(V::load_bytes(x + i, false), zero));
    for (; i < count; i++) to[i] = static_cast<E>((g.x_signed ? static_cast<int8_t>(x[i]) : x[i]) - g.x_zero);
  } else if (g.x_signed) {
    for (int64_t i = 0; i < count; i++) to[i] = x[i] ^ 0x80;
  } else {
    std::memcpy(to, x, static_cast<size_t>(count));
  }
}

/** Padded rows [first, first + rows) of one image, rows counted with the padding; `to` has 256 bytes to spare. */
template <class V, class E>
void stage_rows(const Conv& g, const uint8_t* image, int64_t first, int64_t rows, E* to) {
  const StagedRows<V> s(g);
  const E zero = sizeof(E) == 2 ? E{0} : static_cast<E>(g.x_zero + (g.x_signed ? 128 : 0));
  for (int64_t r = 0; r < rows; r++, to += s.row) {
    const int64_t y = first + r - g.top;
    if (y < 0 || y >= g.h) {
      std::fill(to, to + s.row, zero);
      continue;
    }
    std::fill(to, to + g.left * g.c, zero);
    stage_run<V, E>(g, image + y * g.w * g.c, g.w * g.c, to + g.left * g.c);
    std::fill(to + (g.left + g.w) * g.c, to + s.row, zero);
  }
}

}  // namespace qjit
