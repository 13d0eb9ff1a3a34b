// Damaged programs: words set to numbers that break things, bytes flipped, words swapped, ends cut off.
#include <csignal>
#include <cstdio>
#include <cstring>
#include <new>
#include <sys/time.h>
#include <unistd.h>

#include "program-tests.h"
#include "random.h"

namespace qjit::test {
namespace {

/** Seconds of CPU that one program of some kilobytes may take, with sanitizers too. */
constexpr int most_seconds = 60;
/** No arena of these is larger, so that tests need little memory. */
constexpr size_t most_arena = size_t{1} << 26;

char current[512];

void too_long(int) {
  constexpr char message[] = "FAILED a damaged program does not end: ";
  [[maybe_unused]] ssize_t n = write(1, message, sizeof message - 1);
  n = write(1, current, strnlen(current, sizeof current));
  n = write(1, "\n", 1);
  _exit(1);
}

/** Has `too_long` called after some seconds of CPU; never, with 0. */
void watch(int seconds) {
  itimerval t{};
  t.it_value.tv_sec = seconds;
  setitimer(ITIMER_PROF, &t, nullptr);
}

uint32_t damaged_word(uint32_t was, Random& random) {
  constexpr uint32_t extremes[] = {0, 1, 2, 3, 7, 8, 63, 64, 255, 256, 65535, 65536, 1 << 20, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff};
  switch (random.below(5)) {
    case 0: return extremes[random.below(std::size(extremes))];
    case 1: return was + random.below(7) - 3;
    case 2: return was ^ 1u << random.below(32);
    case 3: return was << random.below(12);
    default: return random.below(40);
  }
}

/** Damages a program in some places; what it says of its length and its checksum are true again. */
void damage(std::vector<uint32_t>& words, Random& random) {
  // Header, ports and steps; what follows are constants, of which any value goes, so that fewer changes fall there.
  const uint32_t steps = words[5] / 4, all = static_cast<uint32_t>(words.size());
  const auto place = [&] { return 4 + random.below((random.below(8) ? steps : all) - 4); };
  for (uint32_t k = 1 + random.below(3); k > 0; k--) {
    const uint32_t at = place();
    switch (random.below(8)) {
      case 0: std::swap(words[at], words[place()]); break;
      case 1: {
        uint8_t byte;
        uint8_t* const p = reinterpret_cast<uint8_t*>(&words[at]) + random.below(4);
        std::memcpy(&byte, p, 1);
        byte = static_cast<uint8_t>(random.word() >> 8);
        std::memcpy(p, &byte, 1);
        break;
      }
      case 2:
        // A part of another step in place of this one.
        for (uint32_t n = random.below(12), from = place(); n > 0; n--) words[(at + n) % all] = words[(from + n) % all];
        break;
      default: words[at] = damaged_word(words[at], random);
    }
  }
  if (random.below(16) == 0) words.resize(12 + random.below(all - 12));
  words[0] = 0x504e4a51;
  words[1] = format_version;
  words[2] = static_cast<uint32_t>(words.size());
  words[3] = checksum(reinterpret_cast<const uint8_t*>(words.data()), 4 * words.size());
}

}  // namespace

Damage test_damage(const std::string& name, const Bytes& file, int rounds, uint32_t seed) {
  std::signal(SIGPROF, too_long);
  Damage result;
  for (int round = 0; round < rounds; round++) {
    // Each round by itself, so that one can be done again.
    Random random{(seed + static_cast<uint32_t>(round)) * 2654435761u | 1};
    std::vector<uint32_t> words(file.size() / 4);
    std::memcpy(words.data(), file.data(), file.size());
    damage(words, random);
    std::snprintf(current, sizeof current, "%s seed %u", name.c_str(), seed + static_cast<uint32_t>(round));
    watch(most_seconds);
    try {
      const Program p(reinterpret_cast<const uint8_t*>(words.data()), 4 * words.size(), available()[random.below(static_cast<uint32_t>(available().size()))]);
      if (p.arena_bytes() <= most_arena) p.run(*p.workspace());
    } catch (const ProgramError&) {
      result.refused++;
    } catch (const std::bad_alloc&) {
      result.refused++;
    }
    result.tried++;
  }
  watch(0);
  return result;
}

}  // namespace qjit::test
