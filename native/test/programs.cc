// Serialized programs (tools/native-programs.ts writes some) at every instruction set, on several threads at once, step by step
// between guards, and damaged.
//
//   qjit_program_test [--damaged N] [--seconds S] [--complete] [--only PART] FILE...
//
// --damaged: damaged programs for each file; --seconds: go on with other damage for so long; --complete: fail unless every op of
// the format occurs; --only: threads, guards or damage.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <mutex>
#include <set>

#include "program-tests.h"
#include "random.h"

namespace qjit::test {
namespace {

int checks = 0, failures = 0;
std::mutex reporting;

}  // namespace

void check(bool ok, const std::string& what) {
  const std::lock_guard lock(reporting);
  checks++;
  if (ok) return;
  failures++;
  std::printf("FAILED %s\n", what.c_str());
}

void fill_inputs(const Program& p, uint8_t* arena, uint32_t seed) {
  Random random{seed * 2654435761u + 1};
  for (const Port& port : p.inputs()) {
    uint8_t* to = arena + port.tensor.offset;
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
}

namespace {

/** The outputs of one run on inputs drawn from a seed. */
std::vector<Bytes> run(const Program& p, const Workspace& w, Team* team, uint32_t seed) {
  fill_inputs(p, w.arena(), seed);
  p.run(w, team);
  std::vector<Bytes> out;
  for (const Port& port : p.outputs()) out.emplace_back(p.at(w, port), p.at(w, port) + port.tensor.bytes());
  return out;
}

/** Every instruction set and number of threads gives the same bytes, also where several run at once. */
void test_threads(const std::string& name, const Bytes& file) {
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

/** The numbers of the ops of a program's steps. */
std::set<uint32_t> ops_of(const Bytes& file) {
  const auto word = [&](size_t i) {
    uint32_t v;
    std::memcpy(&v, file.data() + 4 * i, 4);
    return v;
  };
  std::set<uint32_t> ops;
  size_t at = 14 + word(13);
  for (uint32_t i = 0; i < word(11); i++, at += 2 + word(at + 1)) ops.insert(word(at));
  return ops;
}

int tests(int argc, char** argv) {
  int damaged = 2000, seconds = 0;
  bool complete = false;
  std::string only;
  std::vector<std::pair<std::string, Bytes>> files;
  for (int i = 1; i < argc; i++) {
    const std::string option = argv[i];
    if (option == "--damaged" && i + 1 < argc) damaged = std::atoi(argv[++i]);
    else if (option == "--seconds" && i + 1 < argc) seconds = std::atoi(argv[++i]);
    else if (option == "--only" && i + 1 < argc) only = argv[++i];
    else if (option == "--complete") complete = true;
    else {
      std::ifstream in(argv[i], std::ios::binary);
      files.emplace_back(option, Bytes((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>()));
      if (files.back().second.empty()) {
        std::printf("FAILED no program in %s\n", argv[i]);
        return 1;
      }
    }
  }
  const auto wanted = [&](const char* part) { return only.empty() || only == part; };
  std::set<uint32_t> ops;
  for (const auto& [name, file] : files) {
    try {
      if (wanted("threads")) test_threads(name, file);
      if (wanted("guards")) test_guards(name, file);
    } catch (const ProgramError& e) {
      check(false, name + ": " + e.what());
    }
    ops.merge(ops_of(file));
  }
  for (uint32_t op = 0; complete && op < op_count; op++) check(ops.count(op), "no program has op " + std::to_string(op));
  const auto begun = std::chrono::steady_clock::now();
  Damage all;
  for (uint32_t seed = 1; wanted("damage") && damaged > 0; seed += static_cast<uint32_t>(damaged)) {
    for (const auto& [name, file] : files) {
      const Damage d = test_damage(name, file, damaged, seed);
      all.tried += d.tried;
      all.refused += d.refused;
    }
    if (std::chrono::steady_clock::now() - begun >= std::chrono::seconds(seconds)) break;
  }
  check(all.refused >= all.tried / 10, "damage is noticed");
  std::printf("%zu programs, %zu of %zu ops, %d checks, %d of %d damaged programs refused, %d failures\n", files.size(), ops.size(), op_count, checks,
              all.refused, all.tried, failures);
  return failures ? 1 : 0;
}

}  // namespace
}  // namespace qjit::test

int main(int argc, char** argv) { return qjit::test::tests(argc, argv); }
