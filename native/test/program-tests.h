// The tests that serialized programs go through.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "../program/program.h"

namespace qjit::test {

using Bytes = std::vector<uint8_t>;

/** Counts a check, from any thread, and prints `what` if it failed. */
void check(bool ok, const std::string& what);

/** Inputs drawn from a seed, as a program finds them in its arena. */
void fill_inputs(const Program& p, uint8_t* arena, uint32_t seed);

/** Each step by itself, at every instruction set: it writes its results and nothing else, and reads its operands and nothing else. */
void test_guards(const std::string& name, const Bytes& file);

/** How damage went. */
struct Damage {
  int tried = 0, refused = 0;
};

/**
 * `rounds` damaged programs are refused with an error, or run without touching foreign memory, in a time in proportion to their
 * size. Ends the process where one does not end.
 */
Damage test_damage(const std::string& name, const Bytes& file, int rounds, uint32_t seed);

}  // namespace qjit::test
