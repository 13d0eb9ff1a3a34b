#include "plain.h"

namespace qjit {

PlainKernels plain_kernels(Isa isa) {
#if defined(QJIT_X86)
  if (isa == Isa::avx512vnni) return plain_avx512vnni();
  if (isa == Isa::avx2 || isa == Isa::avxvnni) return plain_avx2();
#elif defined(QJIT_ARM)
  if (isa == Isa::neon || isa == Isa::neondot) return plain_neon();
#endif
  (void)isa;
  return {};
}

}  // namespace qjit
