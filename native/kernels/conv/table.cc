// The kernel table of convolutions: which row computes one, for each instruction set.
#include "conv.h"

namespace qjit {

std::unique_ptr<ConvKernel> conv_kernel(const Conv& g, Isa isa) {
#if defined(QJIT_X86)
  if (isa == Isa::avx512vnni) {
    if (auto k = dwconv_avx512vnni(g)) return k;
    return conv_avx512vnni(g);
  }
  if (isa == Isa::avxvnni || isa == Isa::avx2) {
    if (auto k = dwconv_avx2(g)) return k;
    if (isa == Isa::avx2) return conv_avx2(g);
    return has_avxvnni() ? conv_avxvnni(g) : conv_evexvnni(g);
  }
#elif defined(QJIT_ARM)
  if (isa == Isa::neon || isa == Isa::neondot) {
    if (auto k = dwconv_neon(g)) return k;
    return isa == Isa::neondot && byte_weights(g) ? conv_neondot(g) : conv_neon(g);
  }
#endif
  (void)g;
  (void)isa;
  return nullptr;
}

}  // namespace qjit
