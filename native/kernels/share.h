// How the threads of a run divide a step: each computes its own share of the results, and no other part of memory.
#pragma once

#include <algorithm>
#include <cstdint>

namespace qjit {

/** Share `index` of `count`. What a kernel does with all shares, in any order, is what it does with the whole. */
struct Share {
  int index = 0, count = 1;

  struct Range {
    int64_t begin, end;
  };
  /** This share of [0, total): about as much as the others have, beginning at a multiple of `grain`; perhaps empty. */
  Range of(int64_t total, int64_t grain = 1) const {
    const int64_t grains = (total + grain - 1) / grain;
    const auto edge = [&](int64_t i) { return std::min(total, grains * i / count * grain); };
    return {edge(index), edge(index + 1)};
  }
  bool first() const { return index == 0; }
};

}  // namespace qjit
