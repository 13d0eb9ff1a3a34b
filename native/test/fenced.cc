#include "fenced.h"

#include <sys/mman.h>
#include <unistd.h>

#include <new>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#endif

namespace qjit::test {

Fenced::Fenced(size_t size, bool at_end) {
  const size_t page = static_cast<size_t>(sysconf(_SC_PAGESIZE)), room = (size + 63) / 64 * 64, inner = (room + page - 1) / page * page;
  bytes_ = inner + 2 * page;
  pages_ = mmap(nullptr, bytes_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  uint8_t* const first = static_cast<uint8_t*>(pages_) + page;
  if (pages_ == MAP_FAILED || (inner && mprotect(first, inner, PROT_READ | PROT_WRITE) != 0)) throw std::bad_alloc();
  data_ = at_end ? first + inner - room : first;
}

Fenced::~Fenced() { munmap(pages_, bytes_); }

#if defined(__SANITIZE_ADDRESS__)
void forbid(const uint8_t* at, size_t size) { ASAN_POISON_MEMORY_REGION(at, size); }
void allow(const uint8_t* at, size_t size) { ASAN_UNPOISON_MEMORY_REGION(at, size); }
#else
void forbid(const uint8_t*, size_t) {}
void allow(const uint8_t*, size_t) {}
#endif

}  // namespace qjit::test
