#include "isa.h"

#include <cstdlib>
#include <stdexcept>

#if defined(QJIT_X86)
#include <cpuid.h>
#elif defined(QJIT_ARM) && defined(__linux__)
#include <asm/hwcap.h>
#include <sys/auxv.h>
#endif

namespace qjit {

const char* name_of(Isa isa) {
  switch (isa) {
    case Isa::scalar: return "scalar";
    case Isa::avx2: return "avx2";
    case Isa::avxvnni: return "avxvnni";
    case Isa::avx512vnni: return "avx512vnni";
    case Isa::neon: return "neon";
    case Isa::neondot: return "neondot";
  }
  return "";
}

namespace {

/** What the CPU has and the operating system saves on a switch. */
struct Cpu {
  bool avx2 = false, avxvnni = false, avx512vnni = false, neon = false, neondot = false;

  Cpu() {
#if defined(QJIT_X86)
    unsigned a, b, c, d;
    // Saved registers can be read, and a fused multiply-add is there.
    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c >> 27 & 1) || !(c >> 12 & 1)) return;
    // xmm and ymm registers, and for AVX-512 also masks and zmm.
    unsigned low, high;
    __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    if ((low & 6) != 6 || !__get_cpuid_count(7, 0, &a, &b, &c, &d)) return;
    avx2 = b >> 5 & 1;
    // F, DQ, BW, VL of leaf 7 ebx; VNNI of ecx.
    avx512vnni = avx2 && (b >> 16 & 1) && (b >> 17 & 1) && (b >> 30 & 1) && (b >> 31 & 1) && (c >> 11 & 1) && (low & 0xe6) == 0xe6;
    unsigned a71 = 0;
    avxvnni = avx2 && a >= 1 && __get_cpuid_count(7, 1, &a71, &b, &c, &d) && (a71 >> 4 & 1);
#elif defined(QJIT_ARM)
    neon = true;
#if defined(__linux__)
    neondot = getauxval(AT_HWCAP) & HWCAP_ASIMDDP;
#elif defined(__APPLE__)
    // Every Mac with such a CPU has them.
    neondot = true;
#endif
#endif
  }
};

const Cpu& cpu() {
  static const Cpu found;
  return found;
}

}  // namespace

bool has_avxvnni() { return cpu().avxvnni; }

std::vector<Isa> available() {
  std::vector<Isa> list{Isa::scalar};
  if (cpu().avx2) list.push_back(Isa::avx2);
  if (cpu().avxvnni || cpu().avx512vnni) list.push_back(Isa::avxvnni);
  if (cpu().avx512vnni) list.push_back(Isa::avx512vnni);
  if (cpu().neon) list.push_back(Isa::neon);
  if (cpu().neondot) list.push_back(Isa::neondot);
  return list;
}

Isa isa_named(const std::string& name) {
  std::string there;
  for (const Isa isa : available()) {
    if (name == name_of(isa)) return isa;
    there += (there.empty() ? "" : ", ") + std::string(name_of(isa));
  }
  throw std::runtime_error("instruction set " + name + " is not available; this CPU and build have " + there);
}

Isa choose() {
  const char* forced = std::getenv("QJIT_ISA");
  return forced && *forced ? isa_named(forced) : available().back();
}

}  // namespace qjit
