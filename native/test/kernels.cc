// Tests of the kernels, without Node: every row of the table against loops as the meaning has them, with guard bytes around what
// it writes; instruction sets that this CPU lacks run on emulated vectors. Exits with 1 if anything differs.
//
//   qjit_test [ROUNDS] [PART...]     ROUNDS: random convolutions for each row; all parts unless some are named
#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "../program/program.h"
#include "check.h"
#include "families.h"

using namespace qjit;
using namespace qjit::test;

namespace {

bool has(Isa isa) {
  for (const Isa i : available()) if (i == isa) return true;
  std::printf("skipped: this CPU has no %s; its kernels run on emulated vectors\n", name_of(isa));
  return false;
}

#if defined(QJIT_X86)
void avx2(int rounds) {
  if (!has(Isa::avx2)) return;
  test_convolutions("avx2", Family::any, rounds, conv_avx2);
  test_convolutions("avx2", Family::windows, rounds, conv_avx2);
  test_convolutions("avx2", Family::depthwise, rounds, dwconv_avx2);
  test_additions("avx2", add_avx2);
  test_plain("avx2", plain_avx2());
}

void avxvnni(int rounds) {
  if (!has(Isa::avxvnni)) return;
  const auto row = has_avxvnni() ? conv_avxvnni : conv_evexvnni;
  test_convolutions("avxvnni", Family::any, rounds, row);
  test_convolutions("avxvnni", Family::windows, rounds, row);
}

void avx512vnni(int rounds) {
  if (!has(Isa::avx512vnni)) return;
  test_convolutions("avx512vnni", Family::any, rounds, conv_avx512vnni);
  test_convolutions("avx512vnni", Family::windows, rounds, conv_avx512vnni);
  test_convolutions("avx512vnni", Family::depthwise, rounds, dwconv_avx512vnni);
  test_additions("avx512vnni", add_avx512vnni);
  test_plain("avx512vnni", plain_avx512vnni());
}
#elif defined(QJIT_ARM)
void neon(int rounds) {
  test_convolutions("neon", Family::any, rounds, conv_neon);
  test_convolutions("neon", Family::depthwise, rounds, dwconv_neon);
  test_additions("neon", add_neon);
  test_plain("neon", plain_neon());
}

void neondot(int rounds) {
  if (has(Isa::neondot)) test_convolutions("neondot", Family::any, rounds, conv_neondot);
}
#endif

/** Damaged programs are refused by an error, whatever the words say. */
void damage(int) {
  std::vector<uint32_t> words(64);
  for (int round = 0; round < 20000; round++) {
    for (uint32_t& w : words) w = between(0, 2) ? static_cast<uint32_t>(between(0, 70)) : random_word() << 8 | random_word();
    words[0] = 0x504e4a51;
    words[1] = format_version;
    words[2] = static_cast<uint32_t>(words.size());
    words[4] = static_cast<uint32_t>(between(0, 4096));
    words[5] = words[7] = 48;
    words[6] = words[8] = static_cast<uint32_t>(between(0, 208));
    words[3] = checksum(reinterpret_cast<const uint8_t*>(words.data()), 4 * words.size());
    try {
      const Program p(reinterpret_cast<const uint8_t*>(words.data()), 4 * words.size(), available().back());
      p.run(*p.workspace());
      check(true, "");
    } catch (const ProgramError&) {
      check(true, "");
    }
  }
}

struct Part {
  const char* name;
  void (*run)(int rounds);
};

constexpr Part parts[] = {
    {"emulated-words", emulated_words}, {"emulated-bytes", emulated_bytes}, {"emulated-depthwise", emulated_depthwise},
    {"emulated-windows", emulated_windows}, {"emulated-plain", emulated_plain},
#if defined(QJIT_X86)
    {"avx2", avx2}, {"avxvnni", avxvnni}, {"avx512vnni", avx512vnni},
#elif defined(QJIT_ARM)
    {"neon", neon}, {"neondot", neondot},
#endif
    {"damage", damage},
};

}  // namespace

int main(int argc, char** argv) {
  const bool numbered = argc > 1 && std::atoi(argv[1]) > 0;
  const int rounds = numbered ? std::atoi(argv[1]) : 300;
  const std::vector<std::string> names(argv + (numbered ? 2 : 1), argv + argc);
  for (const std::string& name : names) {
    if (std::any_of(std::begin(parts), std::end(parts), [&](const Part& p) { return name == p.name; })) continue;
    std::printf("no part %s; there are:", name.c_str());
    for (const Part& p : parts) std::printf(" %s", p.name);
    std::printf("\n");
    return 2;
  }
  for (const Part& p : parts) {
    if (!names.empty() && std::find(names.begin(), names.end(), p.name) == names.end()) continue;
    const int before = checks();
    p.run(rounds);
    std::printf("%s: %d checks\n", p.name, checks() - before);
  }
  std::printf("%d checks, %d failures\n", checks(), failures());
  return failures() ? 1 : 0;
}
