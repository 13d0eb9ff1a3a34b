// Threads that run one program together: every thread goes through the same steps, computes its share of each and waits for
// the others before the next one. Threads are not pinned. They live as long as the team.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <thread>
#include <vector>

namespace qjit {

class Team {
 public:
  /** A team of `size` threads, the caller's included; of fewer where the system gives no more. */
  explicit Team(int size);
  Team(const Team&) = delete;
  /** Waits for the threads to end. No run may be in progress. */
  ~Team();

  int size() const { return static_cast<int>(threads_.size()) + 1; }
  /** Calls `work` with 0 on this thread and 1 .. size - 1 on the others; returns when all have returned. One call at a time. */
  void run(const std::function<void(int)>& work);
  /** Returns when all members have called it: what each wrote before, all see after. */
  void meet();

 private:
  void serve(int index);

  int members_ = 1;
  int spins_ = 0;
  bool leave_ = false;
  const std::function<void(int)>* work_ = nullptr;
  std::vector<std::thread> threads_;
  // On cache lines of their own: all members watch them.
  alignas(64) std::atomic<uint32_t> job_{0};
  alignas(64) std::atomic<uint32_t> arrived_{0};
  alignas(64) std::atomic<uint32_t> phase_{0};
};

}  // namespace qjit
