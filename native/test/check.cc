#include "check.h"

#include <cstdio>
#include <cstring>

namespace qjit::test {
namespace {

uint32_t state = 1;
int checked = 0, failed = 0;

}  // namespace

void seed(uint32_t from) { state = from; }

uint32_t random_word() {
  state = state * 1664525u + 1013904223u;
  return state >> 8;
}

int between(int lo, int hi) { return lo + static_cast<int>(random_word() % static_cast<uint32_t>(hi - lo + 1)); }

void check(bool ok, const std::string& what) {
  checked++;
  if (ok) return;
  failed++;
  std::printf("FAILED %s\n", what.c_str());
}

int checks() { return checked; }
int failures() { return failed; }

Guarded::Guarded(size_t size, size_t room) : size_(size), bytes_(size + room + 2 * guard_bytes, guard) {
  for (size_t i = 0; i < room; i++) bytes_[guard_bytes + size + i] = static_cast<uint8_t>(random_word());
  tail_.assign(bytes_.begin() + static_cast<long>(guard_bytes + size), bytes_.end());
}

bool Guarded::intact() const {
  for (size_t i = 0; i < guard_bytes; i++) if (bytes_[i] != guard) return false;
  return std::memcmp(tail_.data(), bytes_.data() + guard_bytes + size_, tail_.size()) == 0;
}

}  // namespace qjit::test
