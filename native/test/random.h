// Random numbers with a state of their own, for any thread.
#pragma once

#include <cstdint>

namespace qjit::test {

/** xorshift. */
struct Random {
  uint32_t state;
  uint32_t word() {
    state ^= state << 13;
    state ^= state >> 17;
    return state ^= state << 5;
  }
  uint32_t below(uint32_t n) { return word() % n; }
};

}  // namespace qjit::test
