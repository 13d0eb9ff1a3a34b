// Steps between guards. A step's operands lie in an arena of their own, where every byte besides them is noise between pages that
// nobody may touch; the same goes for its constants and its scratch memory. With AddressSanitizer the noise may not be read either,
// but for the few bytes after an operand that kernels are allowed.
#include <algorithm>
#include <cstring>
#include <memory>

#include "fenced.h"
#include "program-tests.h"
#include "random.h"

namespace qjit::test {
namespace {

/** What a step may do with a byte of the arena. */
enum Use : uint8_t { none, spare, read, written };

std::vector<Use> uses_of(const std::vector<Operand>& operands, size_t arena) {
  std::vector<Use> uses(arena + slack, none);
  const auto mark = [&](size_t from, size_t to, Use use) {
    for (size_t i = from; i < std::min(to, uses.size()); i++) uses[i] = std::max(uses[i], use);
  };
  for (const Operand& o : operands) {
    if (o.tensor.region != Region::arena) continue;
    const size_t end = o.tensor.offset + static_cast<size_t>(o.tensor.bytes());
    mark(o.tensor.offset, end, o.written ? written : read);
    mark(end, end + slack, spare);
  }
  return uses;
}

void fill(uint8_t* to, size_t size, Random& random) {
  for (size_t i = 0; i < size; i++) to[i] = static_cast<uint8_t>(random.word() >> 8);
}

/** Calls `f(begin, size)` for the runs of bytes with one use. */
template <class F>
void each_run(const std::vector<Use>& uses, Use use, F&& f) {
  for (size_t i = 0; i < uses.size();) {
    size_t end = i;
    while (end < uses.size() && uses[end] == use) end++;
    if (end > i) f(i, end - i);
    i = std::max(end, i + 1);
  }
}

/** One run of a step among noise. The arena afterwards, or nothing if a guard was touched. */
Bytes run_between(const Step& step, const std::vector<Use>& uses, const Bytes& before, const Bytes& data, int shares, uint32_t seed, bool at_end) {
  Random random{seed};
  Fenced arena(uses.size(), at_end), constants(data.size(), at_end);
  fill(arena.data(), uses.size(), random);
  for (const Use use : {read, written}) {
    each_run(uses, use, [&](size_t at, size_t size) { std::memcpy(arena.data() + at, before.data() + at, size); });
  }
  std::memcpy(constants.data(), data.data(), data.size());
  const Bytes was(arena.data(), arena.data() + uses.size());
  each_run(uses, none, [&](size_t at, size_t size) { forbid(arena.data() + at, size); });
  bool intact = true;
  for (int share = shares; share-- > 0;) {
    Fenced scratch(step.scratch + slack, at_end);
    fill(scratch.data(), step.scratch + slack, random);
    const Bytes after(scratch.data() + step.scratch, scratch.data() + step.scratch + slack);
    step.run({arena.data(), constants.data(), scratch.data()}, {share, shares});
    intact = intact && std::memcmp(after.data(), scratch.data() + step.scratch, slack) == 0;
  }
  allow(arena.data(), uses.size());
  for (size_t i = 0; i < uses.size(); i++) intact = intact && (uses[i] == written || arena.data()[i] == was[i]);
  intact = intact && (data.empty() || std::memcmp(constants.data(), data.data(), data.size()) == 0);
  return intact ? Bytes(arena.data(), arena.data() + uses.size()) : Bytes();
}

}  // namespace

void test_guards(const std::string& name, const Bytes& file) {
  for (const Isa isa : available()) {
    std::vector<std::vector<Operand>> operands;
    const Program p(file.data(), file.size(), isa, &operands);
    Bytes arena(p.arena_bytes() + slack);
    fill_inputs(p, arena.data(), 5);
    for (size_t i = 0; i < p.steps().size(); i++) {
      const Step& step = *p.steps()[i];
      const std::string what = name + " step " + std::to_string(i) + " " + step.kernel() + " at " + name_of(isa);
      const std::vector<Use> uses = uses_of(operands[i], p.arena_bytes());
      const Bytes one = run_between(step, uses, arena, p.data(), 1, 17, true), other = run_between(step, uses, arena, p.data(), 3, 23, false);
      check(!one.empty() && !other.empty(), what + ": touches what is not its own");
      if (one.empty() || other.empty()) return;
      bool same = true;
      each_run(uses, written, [&](size_t at, size_t size) {
        same = same && std::memcmp(one.data() + at, other.data() + at, size) == 0;
        std::memcpy(arena.data() + at, one.data() + at, size);
      });
      check(same, what + ": depends on memory besides its operands");
    }
  }
}

}  // namespace qjit::test
