// Instruction sets, what this CPU has of them, and which one is forced.
#pragma once

#include <string>
#include <vector>

namespace qjit {

/** In order of preference: later ones are faster. */
enum class Isa { scalar, avx2, avxvnni, avx512vnni, neon, neondot };

/** Whether the instructions of `avxvnni` are there in their own encoding; where not, that of AVX-512 stands for it. */
bool has_avxvnni();

const char* name_of(Isa isa);
/** The instruction sets that both this CPU and this build have. `scalar` is always one. */
std::vector<Isa> available();
/** The best available one, or the one that the environment variable QJIT_ISA names. Throws std::runtime_error if that is not available. */
Isa choose();
/** The one of this name. Throws std::runtime_error, saying what there is, if it is unknown or not available. */
Isa isa_named(const std::string& name);

}  // namespace qjit
