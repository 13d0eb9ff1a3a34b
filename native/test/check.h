// What the tests of kernels share: random numbers, a count of failures, memory between guards.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace qjit::test {

/** Begins the random numbers anew, so that a row's cases do not depend on the rows before it. */
void seed(uint32_t from);
uint32_t random_word();
/** A random number of lo .. hi. */
int between(int lo, int hi);

/** Counts a check, and prints `what` if it failed. */
void check(bool ok, const std::string& what);
int checks();
int failures();

/** Bytes between guards; `room` more readable bytes of noise follow them. */
class Guarded {
 public:
  Guarded(size_t size, size_t room);
  uint8_t* data() { return bytes_.data() + guard_bytes; }
  /** Whether guards and room are as they were. */
  bool intact() const;

 private:
  static constexpr uint8_t guard = 0xa5;
  static constexpr size_t guard_bytes = 128;

  size_t size_;
  std::vector<uint8_t> bytes_, tail_;
};

}  // namespace qjit::test
