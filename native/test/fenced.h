// Memory between pages that nobody may touch.
#pragma once

#include <cstddef>
#include <cstdint>

namespace qjit::test {

/** `size` bytes, aligned to cache lines, close to the page before them or, `at_end`, to the one behind them. */
class Fenced {
 public:
  Fenced(size_t size, bool at_end);
  ~Fenced();
  Fenced(const Fenced&) = delete;
  uint8_t* data() { return data_; }

 private:
  void* pages_;
  size_t bytes_;
  uint8_t* data_;
};

/** For AddressSanitizer: nobody may touch these bytes, or anyone again. */
void forbid(const uint8_t* at, size_t size);
void allow(const uint8_t* at, size_t size);

}  // namespace qjit::test
