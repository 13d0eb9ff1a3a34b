// The addition on vectors of 2 * lanes bytes.
#pragma once

#include <algorithm>

#include "../vectors/lanes.h"
#include "add.h"

namespace qjit {

template <class V>
void add_lanes(const AddFit& k, const uint8_t* x, const uint8_t* y, uint8_t* out, int64_t count) {
  using I = typename V::I;
  using F = typename V::F;
  constexpr int step = 2 * V::lanes;
  const F a = V::splat_real(k.a), b = V::splat_real(k.b), c = V::splat_real(k.c), away = V::splat_real(k.away);
  const I zero = V::splat16(static_cast<int16_t>(k.zero)), low = V::splat16(static_cast<int16_t>(k.low)),
          high = V::splat16(static_cast<int16_t>(k.high));
  const auto sum = [&](I p, I q) {
    if (k.fused) return V::round(V::fma(V::real(p), a, V::fma(V::real(q), b, c)));
    const F s = V::plus(V::mul(V::real(p), a), V::plus(V::mul(V::real(q), b), c));
    return V::round(V::plus(s, V::with_sign(away, s)));
  };
  for (int64_t i = 0; i < count; i += step) {
    const int n = static_cast<int>(std::min<int64_t>(step, count - i));
    const I p = V::load_bytes(x + i, k.x_signed, n), q = V::load_bytes(y + i, k.y_signed, n);
    const I v = V::pack(sum(V::low32(p), V::low32(q)), sum(V::high32(p), V::high32(q)));
    V::store_bytes(out + i, V::clamp16(V::add16(v, zero), low, high), k.out_signed, n);
  }
}

}  // namespace qjit
