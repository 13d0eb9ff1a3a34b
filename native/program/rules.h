// Reads rounding and addition rules with their constants.
#pragma once

#include "../kernels/numbers.h"
#include "reader.h"

namespace qjit {

inline Rescale read_rescale(Reader& r, int64_t channels) {
  Rescale by;
  by.rule = static_cast<RescaleRule>(r.below(rescale_rules, "a rounding rule"));
  by.a = r.doubles();
  by.b = r.doubles();
  want(by.a.size() == 1 || static_cast<int64_t>(by.a.size()) == channels, "one rescaling constant or one per channel");
  want(by.b.empty() || by.b.size() == by.a.size(), "as many second constants as first ones");
  const bool fixed = by.rule == RescaleRule::q31_double || by.rule == RescaleRule::q31_single || by.rule == RescaleRule::q15_single;
  if (fixed) {
    want(by.b.size() == by.a.size(), "a shift for each multiplier");
    for (const double a : by.a) want(a == std::trunc(a) && std::fabs(a) <= 2147483648.0, "32-bit multipliers");
    for (const double b : by.b) want(b == std::trunc(b) && std::fabs(b) <= 1000, "whole shifts");
  }
  return by;
}

inline Addition read_addition(Reader& r) {
  Addition by;
  const uint32_t rule = r.below(addition_rules, "an addition rule");
  by.rule = static_cast<AdditionRule>(rule);
  for (uint32_t i = 0; i < addition_constants[rule]; i++) by.k[i] = r.f64();
  if (by.rule == AdditionRule::q31_three || by.rule == AdditionRule::q31_three_sub) {
    want(by.k[0] >= 0 && by.k[0] <= 24, "a left shift of at most 24");
    for (const double k : by.k) want(k == std::trunc(k) && std::fabs(k) <= 2147483648.0, "whole constants");
    for (const int i : {2, 4, 6}) want(std::fabs(by.k[i]) <= 1000, "shifts below 1000");
  }
  return by;
}

}  // namespace qjit
