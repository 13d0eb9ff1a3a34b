#include "team.h"

#include <system_error>

namespace qjit {
namespace {

inline void relax() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

/** Returns when `value` is no longer `old`: looks for some microseconds, which is what steps take, then sleeps. */
void await(const std::atomic<uint32_t>& value, uint32_t old, int spins) {
  for (int i = 0; i < spins; i++) {
    if (value.load(std::memory_order_acquire) != old) return;
    relax();
  }
  while (value.load(std::memory_order_acquire) == old) value.wait(old, std::memory_order_acquire);
}

}  // namespace

Team::Team(int size) {
  // Where threads outnumber CPUs, who looks keeps the others from working.
  const unsigned cpus = std::thread::hardware_concurrency();
  spins_ = cpus >= static_cast<unsigned>(size) ? 4000 : 0;
  threads_.reserve(static_cast<size_t>(size > 1 ? size - 1 : 0));
  try {
    for (int i = 1; i < size; i++) threads_.emplace_back([this, i] { serve(i); });
  } catch (const std::system_error&) {
    // No more threads are to be had: the team is smaller, and its results are the same.
  }
  members_ = this->size();
}

Team::~Team() {
  leave_ = true;
  job_.fetch_add(1, std::memory_order_release);
  job_.notify_all();
  for (std::thread& t : threads_) t.join();
}

void Team::run(const std::function<void(int)>& work) {
  work_ = &work;
  job_.fetch_add(1, std::memory_order_release);
  job_.notify_all();
  work(0);
  meet();
}

void Team::meet() {
  const uint32_t phase = phase_.load(std::memory_order_acquire);
  if (arrived_.fetch_add(1, std::memory_order_acq_rel) + 1 == static_cast<uint32_t>(members_)) {
    arrived_.store(0, std::memory_order_relaxed);
    phase_.fetch_add(1, std::memory_order_release);
    phase_.notify_all();
  } else {
    await(phase_, phase, spins_);
  }
}

void Team::serve(int index) {
  // Jobs are counted from 0; no job begins before the team is made.
  for (uint32_t done = 0;; done++) {
    await(job_, done, spins_);
    if (leave_) return;
    (*work_)(index);
    meet();
  }
}

}  // namespace qjit
