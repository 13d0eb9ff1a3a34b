// What this CPU can do at most: multiply-adds a second of the dot instructions that an instruction set's kernels use.
#pragma once

#include <cstdint>

#include "../isa.h"

namespace qjit {

/** 10^9 multiply-adds a second on one thread, measured on registers alone for some milliseconds; 0 of `scalar`. */
double peak(Isa);

/** Independent dot instructions in a row: as many as their latency asks for. */
constexpr int peak_chains = 12;

/** `rounds` of them, each `each` multiply-adds; the result keeps the compiler from leaving them out. */
struct PeakKernel {
  int32_t (*dots)(int rounds) = nullptr;
  int each = 0;
};

PeakKernel peak_avx2();
PeakKernel peak_avxvnni();
PeakKernel peak_evexvnni();
PeakKernel peak_avx512vnni();
PeakKernel peak_neon();
PeakKernel peak_neondot();

}  // namespace qjit
