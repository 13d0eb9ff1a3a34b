// Serialized programs (tools/native-programs.ts writes some) at every instruction set, on several threads at once, and damaged.
//
//   qjit_program_test [--damaged N] FILE...
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <mutex>

#include "program/program.h"

using namespace qjit;

namespace {

int checks = 0, failures = 0;
std::mutex reporting;

void check(bool ok, const std::string& what) {
  const std::lock_guard lock(reporting);
  checks++;
  if (ok) return;
  failures++;
  std::printf("FAILED %s\n", what.c_str());
}

/** xorshift; a state for each thread. */
struct Random {
  uint32_t state;
  uint32_t word() {
    state ^= state << 13;
    state ^= state >> 17;
    return state ^= state << 5;
  }
  uint32_t below(uint32_t n) { return word() % n; }
};

using Bytes = std::vector<uint8_t>;

/** The outputs of one run on inputs drawn from a seed. */
std::vector<Bytes> run(const Program& p, const Workspace& w, Team* team, uint32_t seed) {
  Random random{seed * 2654435761u + 1};
  for (const Port& port : p.inputs()) {
    uint8_t* to = w.arena() + port.tensor.offset;
    // Floats of some size; integers of any.
    if (port.tensor.storage == Storage::f32) {
      for (int64_t i = 0; i < port.tensor.size; i++) {
        const float v = static_cast<float>(static_cast<int32_t>(random.word())) / 1e8f;
        std::memcpy(to + 4 * i, &v, 4);
      }
    } else {
      const uint32_t mask = port.tensor.storage == Storage::boolean ? 1 : 0xff;
      for (int64_t i = 0; i < port.tensor.bytes(); i++) to[i] = static_cast<uint8_t>(random.word() >> 8 & mask);
    }
  }
  p.run(w, team);
  std::vector<Bytes> out;
  for (const Port& port : p.outputs()) out.emplace_back(p.at(w, port), p.at(w, port) + port.tensor.bytes());
  return out;
}

/** Every instruction set and number of threads gives the same bytes, also where several run at once. */
void test_program(const std::string& name, const Bytes& file) {
  constexpr uint32_t seeds = 3;
  std::vector<std::vector<Bytes>> want;
  for (const Isa isa : available()) {
    const Program p(file.data(), file.size(), isa);
    const auto w = p.workspace(4);
    for (uint32_t s = 0; s < seeds; s++) {
      const auto out = run(p, *w, nullptr, s);
      if (want.size() <= s) want.push_back(out);
      check(out == want[s], name + " at " + name_of(isa));
    }
    for (const int size : {2, 3, 4}) {
      Team team(size);
      for (uint32_t s = 0; s < seeds; s++) check(run(p, *w, &team, s) == want[s], name + " at " + name_of(isa) + " on " + std::to_string(size) + " threads");
    }
    std::vector<std::thread> several;
    for (int t = 0; t < 3; t++) {
      several.emplace_back([&, t] {
        const auto own = p.workspace(2);
        Team team(t == 0 ? 1 : 2);
        for (uint32_t s = 0; s < seeds; s++) check(run(p, *own, &team, s) == want[s], name + " beside others at " + name_of(isa));
      });
    }
    for (std::thread& t : several) t.join();
  }
}

/** Programs with some words changed are refused with an error, or run without touching foreign memory. */
void test_damage(const std::string& name, const Bytes& file, int rounds) {
  Random random{12345};
  constexpr uint32_t extremes[] = {0, 1, 2, 3, 7, 8, 63, 64, 255, 256, 65535, 65536, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff};
  std::vector<uint32_t> words(file.size() / 4);
  int refused = 0;
  for (int round = 0; round < rounds; round++) {
    std::memcpy(words.data(), file.data(), file.size());
    // Header, ports and steps; what follows are constants, of which any value goes, so that fewer changes fall there.
    const uint32_t steps = words[5] / 4;
    for (uint32_t k = 1 + random.below(3); k > 0; k--) {
      const uint32_t at = 4 + random.below((random.below(8) ? steps : static_cast<uint32_t>(words.size())) - 4);
      const uint32_t kind = random.below(4);
      words[at] = kind == 0 ? extremes[random.below(std::size(extremes))] : kind == 1 ? words[at] + random.below(7) - 3 : kind == 2 ? words[at] ^ 1u << random.below(32) : random.below(40);
    }
    words[3] = checksum(reinterpret_cast<const uint8_t*>(words.data()) + 16, words.size() - 4);
    try {
      const Program p(reinterpret_cast<const uint8_t*>(words.data()), file.size(), available()[static_cast<size_t>(round) % available().size()]);
      // What asks for more memory than tests have is refused by the allocation.
      if (p.arena_bytes() > size_t{1} << 26) continue;
      const auto w = p.workspace();
      p.run(*w);
    } catch (const ProgramError&) {
      refused++;
    } catch (const std::bad_alloc&) {
      refused++;
    }
    checks++;
  }
  std::printf("%s: %d of %d damaged programs refused\n", name.c_str(), refused, rounds);
  check(rounds == 0 || refused > rounds / 10, name + ": damage is noticed");
}

}  // namespace

int main(int argc, char** argv) {
  int damaged = 2000;
  for (int i = 1; i < argc; i++) {
    if (std::string(argv[i]) == "--damaged" && i + 1 < argc) {
      damaged = std::atoi(argv[++i]);
      continue;
    }
    std::ifstream in(argv[i], std::ios::binary);
    const Bytes file((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    if (file.empty()) {
      std::printf("FAILED no program in %s\n", argv[i]);
      return 1;
    }
    test_program(argv[i], file);
    test_damage(argv[i], file, damaged);
  }
  std::printf("%d checks, %d failures\n", checks, failures);
  return failures ? 1 : 0;
}
