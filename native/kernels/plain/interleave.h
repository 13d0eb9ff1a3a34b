// Pixels out of three planes, by byte shuffles.
#pragma once

#include "../vectors/standard.h"

namespace qjit {

static void interleave3(const uint8_t* first, const uint8_t* second, const uint8_t* third, uint8_t* out, int64_t pixels) {
  // Of 48 bytes of pixels, byte i of a vector comes from element (16 * vector + i) / 3 of plane (16 * vector + i) % 3.
  alignas(16) int8_t picks[3][3][16];
  for (int vector = 0; vector < 3; vector++)
    for (int plane = 0; plane < 3; plane++)
      for (int i = 0; i < 16; i++) {
        const int at = 16 * vector + i;
        picks[vector][plane][i] = static_cast<int8_t>(at % 3 == plane ? at / 3 : -1);
      }
  const auto load = [](const void* p) { return _mm_loadu_si128(static_cast<const __m128i*>(p)); };
  int64_t i = 0;
  for (; i + 16 <= pixels; i += 16, out += 48) {
    const __m128i a = load(first + i), b = load(second + i), c = load(third + i);
    for (int v = 0; v < 3; v++) {
      const __m128i ab = _mm_or_si128(_mm_shuffle_epi8(a, load(picks[v][0])), _mm_shuffle_epi8(b, load(picks[v][1])));
      _mm_storeu_si128(reinterpret_cast<__m128i*>(out + 16 * v), _mm_or_si128(ab, _mm_shuffle_epi8(c, load(picks[v][2]))));
    }
  }
  for (; i < pixels; i++, out += 3) {
    out[0] = first[i];
    out[1] = second[i];
    out[2] = third[i];
  }
}

}  // namespace qjit
