#include "add.h"

namespace qjit {

AddKernel add_kernel(Isa isa) {
#if defined(QJIT_X86)
  if (isa == Isa::avx512vnni) return {"_add_32__avx512vnni", add_avx512vnni};
  if (isa == Isa::avx2 || isa == Isa::avxvnni) return {"_add_16__avx2", add_avx2};
#elif defined(QJIT_ARM)
  if (isa == Isa::neon || isa == Isa::neondot) return {"_add_8__neon", add_neon};
#endif
  (void)isa;
  return {};
}

}  // namespace qjit
