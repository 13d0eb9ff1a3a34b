#include "program.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <new>

namespace qjit {
namespace {

/** The ops by their number in the format. */
constexpr MakeStep makers[] = {
    make_conv,    make_add,      make_mul,      make_clamp,   make_table,   make_requantize, make_quantize,
    make_dequantize, make_unary, make_binary,   make_extremum, make_cast,   make_max_pool,   make_avg_pool,
    make_sum,     make_softmax,  make_resize,   make_arg_extremum, make_gather, make_copy,
    make_matmul,  make_reduce,   make_compare,  make_where,   make_wide_table, make_l2_normalize, make_detect,
};

static_assert(std::size(makers) == op_count);

constexpr uint32_t magic = 0x504e4a51;  // "QJNP"
constexpr size_t header_words = 12;
/** No arena is larger: addresses are 32-bit. */
constexpr uint64_t most_bytes = uint64_t{1} << 32;

uint32_t word(const uint8_t* bytes, size_t i) {
  uint32_t v;
  std::memcpy(&v, bytes + 4 * i, 4);
  return v;
}

size_t aligned(size_t n) { return (n + 63) / 64 * 64; }

/**
 * Elements that a run may go through for each byte of its operands: products of matrices as large as arenas can be stay far
 * below. What asks for more would seem to hang.
 */
constexpr double most_work = 1 << 14;
/** Scratch bytes for each byte of the operands, besides the first megabyte. */
constexpr double most_scratch = 64;

/** Throws unless a step's work and memory are in proportion to its operands. */
void check_extents(const Step& step, const std::vector<Operand>& operands) {
  double bytes = 0;
  for (const Operand& o : operands) bytes += static_cast<double>(o.tensor.bytes());
  want(step.work <= most_work * (bytes + 4096), "loops in proportion to their operands");
  want(static_cast<double>(step.scratch) <= most_scratch * bytes + (1 << 20), "scratch memory in proportion to the operands");
}

/** In place of a step without results, whose loops would go over nothing many times. */
class Nothing final : public Step {
 public:
  explicit Nothing(std::string name) : name_(std::move(name)) {}
  void run(const Memory&, Share) const override {}
  std::string kernel() const override { return name_; }

 private:
  std::string name_;
};

}  // namespace

uint32_t checksum(const uint8_t* bytes, size_t size) {
  const size_t words = size / 4, data_at = words > 5 ? word(bytes, 5) / 4 : 0;
  uint32_t h = 0x811c9dc5;
  for (size_t i = 4; i < std::min(words, std::max(data_at, header_words)); i++) h = (h ^ word(bytes, i)) * 0x01000193;
  return h;
}

Workspace::Workspace(size_t arena, size_t scratch, int threads)
    : bytes_(nullptr, std::free), scratch_room_(aligned(scratch + slack)), threads_(threads) {
  const size_t arena_room = aligned(arena + slack);
  // Zeroed pages cost nothing until they are used.
  bytes_.reset(static_cast<uint8_t*>(std::calloc(arena_room + scratch_room_ * static_cast<size_t>(threads) + 64, 1)));
  if (!bytes_) throw std::bad_alloc();
  arena_ = reinterpret_cast<uint8_t*>(aligned(reinterpret_cast<size_t>(bytes_.get())));
  scratch_ = arena_ + arena_room;
}

// Header: magic, version, words of all, checksum of the rest, arena bytes, data offset and bytes, load offset and bytes,
// counts of inputs, outputs and steps. Then ports, then steps as [op, words, ...], then the constants.
Program::Program(const uint8_t* bytes, size_t size, Isa isa, std::vector<std::vector<Operand>>* operands) : isa_(isa) {
  if (size < 4 * header_words || size % 4 || word(bytes, 0) != magic) throw ProgramError("not a program for the native back end");
  if (word(bytes, 1) != format_version) {
    throw ProgramError("program of format " + std::to_string(word(bytes, 1)) + "; this library reads " + std::to_string(format_version));
  }
  const size_t words = size / 4;
  if (word(bytes, 2) != words) throw ProgramError("damaged program: its length is not what it says");
  if (checksum(bytes, size) != word(bytes, 3)) throw ProgramError("damaged program: the checksum differs");
  Regions regions;
  regions.arena = word(bytes, 4);
  const uint64_t data_at = word(bytes, 5), load_at = word(bytes, 7);
  regions.data = word(bytes, 6);
  regions.load = word(bytes, 8);
  if (data_at % 4 || load_at % 4 || data_at + regions.data > size || load_at + regions.load > size || regions.arena + slack > most_bytes) {
    throw ProgramError("damaged program: a section lies outside of it");
  }
  arena_bytes_ = regions.arena;
  data_.assign(static_cast<size_t>(regions.data) + slack, 0);
  std::memcpy(data_.data(), bytes + data_at, static_cast<size_t>(regions.data));
  regions.data_bytes = data_.data();
  regions.load_bytes = bytes + load_at;

  const uint32_t inputs = word(bytes, 9), outputs = word(bytes, 10), steps = word(bytes, 11);
  size_t at = header_words;
  const auto section = [&](const char* what) {
    const size_t length = at + 2 > words ? words : word(bytes, at + 1);
    if (at + 2 > words || length > words - at - 2) throw ProgramError(std::string(what) + " is cut off");
    Reader r(bytes + 4 * (at + 2), length, regions);
    at += 2 + length;
    return r;
  };
  try {
    Reader ports = section("the list of inputs and outputs");
    for (uint32_t i = 0; i < inputs; i++) inputs_.push_back({ports.tensor(true)});
    for (uint32_t i = 0; i < outputs; i++) outputs_.push_back({ports.operand()});
    ports.end();
  } catch (const ProgramError& e) {
    throw ProgramError(std::string("damaged program: inputs and outputs: ") + e.what());
  }
  for (uint32_t i = 0; i < steps; i++) {
    const uint32_t op = at < words ? word(bytes, at) : 0;
    try {
      Reader r = section("a step");
      if (op >= std::size(makers)) throw ProgramError("no op has number " + std::to_string(op));
      auto step = makers[op](r, isa);
      r.end();
      check_extents(*step, r.operands());
      const auto empty = [](const Operand& o) { return o.written && o.tensor.size == 0; };
      if (std::any_of(r.operands().begin(), r.operands().end(), empty)) step = std::make_unique<Nothing>(step->kernel());
      steps_.push_back(std::move(step));
      if (operands) operands->push_back(r.operands());
    } catch (const ProgramError& e) {
      throw ProgramError("damaged program: step " + std::to_string(i) + ": " + e.what());
    }
    scratch_bytes_ = std::max(scratch_bytes_, steps_.back()->scratch);
  }
}

void Program::run(const Workspace& w, Team* team, double* milliseconds) const {
  const int threads = team && team->size() <= w.threads() ? team->size() : 1;
  const auto steps = [&](int thread) {
    using clock = std::chrono::steady_clock;
    const Memory m = memory(w, thread);
    auto before = clock::now();
    for (size_t i = 0; i < steps_.size(); i++) {
      steps_[i]->run(m, {thread, threads});
      if (threads > 1 && i + 1 < steps_.size()) team->meet();
      if (milliseconds && thread == 0) {
        const auto now = clock::now();
        milliseconds[i] = std::chrono::duration<double, std::milli>(now - before).count();
        before = now;
      }
    }
  };
  if (threads > 1) team->run(steps);
  else steps(0);
}

}  // namespace qjit
