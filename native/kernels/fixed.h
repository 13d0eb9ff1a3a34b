// gemmlowp's fixed-point root (src/ir/fixed-point.ts).
#pragma once

#include "numbers.h"

namespace qjit {

/** A Q31 multiplier and a shift (negative: right). */
struct FixedRoot {
  int64_t multiplier;
  int shift;
};

/** 1 / sqrt(x) of an integer x >= 0, by five Newton steps from 1 on y = y (3/2 - x/2 y^2) in Q3.28; 0 counts as 1. */
inline FixedRoot fixed_inverse_sqrt(int32_t x) {
  if (x <= 1) return {2147483647, 0};
  int right = 11;
  int64_t v = x;
  while (v >= 1 << 29) {
    v /= 4;
    right++;
  }
  const int pairs = ((std::countl_zero(static_cast<uint32_t>(v)) - 1) >> 1) - 1;
  right -= pairs;
  v <<= 2 * pairs;
  const int64_t half = rounding_divide_by_power_of_two(v >> 1, 1);
  int64_t y = 1 << 28;
  for (int step = 0; step < 5; step++) {
    const int64_t cube = multiply_by_power_of_two(doubling_high_mul(doubling_high_mul(y, y), y), 6);
    const int64_t next = doubling_high_mul((1 << 28) + (1 << 27), y) - doubling_high_mul(half, cube);
    y = multiply_by_power_of_two(static_cast<int32_t>(static_cast<uint32_t>(next)), 3);
  }
  const int64_t multiplier = doubling_high_mul(y, 1518500250);
  return right < 0 ? FixedRoot{multiplier * (int64_t{1} << -right), 0} : FixedRoot{multiplier, -right};
}

}  // namespace qjit
