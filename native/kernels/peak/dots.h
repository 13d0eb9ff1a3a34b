// The loop of dot instructions, for a vector type.
#pragma once

#include "../vectors/lanes.h"
#include "peak.h"

namespace qjit {

template <class V>
int32_t peak_dots(int rounds) {
  typename V::I acc[peak_chains];
  unroll<peak_chains>([&](auto i) QJIT_LAMBDA_INLINE { acc[i] = V::splat(i); });
  typename V::I x = V::splat(rounds);
  const typename V::I w = V::splat(3);
  for (int r = 0; r < rounds; r++) {
    unroll<peak_chains>([&](auto i) QJIT_LAMBDA_INLINE {
      acc[i] = V::dot(acc[i], x, w);
      // Rounds must not be joined, nor products be kept from one to the next.
#if defined(__x86_64__)
      __asm__ volatile("" : "+v"(acc[i]), "+v"(x));
#elif defined(__aarch64__)
      __asm__ volatile("" : "+w"(acc[i]), "+w"(x));
#endif
    });
  }
  int32_t lanes[V::lanes], kept = 0;
  unroll<peak_chains>([&](auto i) QJIT_LAMBDA_INLINE {
    V::store(lanes, acc[i]);
    kept ^= lanes[0];
  });
  return kept;
}

template <class V>
PeakKernel peak_of() {
  return {peak_dots<V>, static_cast<int>(V::lanes * 4 / sizeof(typename V::Element))};
}

}  // namespace qjit
