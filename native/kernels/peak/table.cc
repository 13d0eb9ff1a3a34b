#include "peak.h"

#include <algorithm>
#include <chrono>

namespace qjit {
namespace {

PeakKernel kernel_of(Isa isa) {
#if defined(QJIT_X86)
  if (isa == Isa::avx512vnni) return peak_avx512vnni();
  if (isa == Isa::avxvnni) return has_avxvnni() ? peak_avxvnni() : peak_evexvnni();
  if (isa == Isa::avx2) return peak_avx2();
#elif defined(QJIT_ARM)
  if (isa == Isa::neon) return peak_neon();
  if (isa == Isa::neondot) return peak_neondot();
#endif
  (void)isa;
  return {};
}

}  // namespace

double peak(Isa isa) {
  using clock = std::chrono::steady_clock;
  constexpr int rounds = 20000, spells = 20;
  const PeakKernel k = kernel_of(isa);
  if (!k.dots) return 0;
  double best = 0;
  volatile int32_t kept = 0;
  for (int i = 0; i < spells; i++) {
    const auto start = clock::now();
    kept = kept + k.dots(rounds);
    const double seconds = std::chrono::duration<double>(clock::now() - start).count();
    best = std::max(best, static_cast<double>(rounds) * peak_chains * k.each / seconds * 1e-9);
  }
  return best;
}

}  // namespace qjit
