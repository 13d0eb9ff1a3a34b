// A compiled model: steps over one arena. Immutable once loaded; any number of threads may run it, each with its own memory.
#pragma once

#include <memory>

#include "step.h"
#include "team.h"

namespace qjit {

/** A parameter or output: where its elements are. */
struct Port {
  Tensor tensor;
};

/** Memory of one run: the arena, and scratch bytes for each thread, aligned to cache lines. */
class Workspace {
 public:
  Workspace(size_t arena, size_t scratch, int threads);
  uint8_t* arena() const { return arena_; }
  uint8_t* scratch(int thread) const { return scratch_ + static_cast<size_t>(thread) * scratch_room_; }
  int threads() const { return threads_; }

 private:
  std::unique_ptr<uint8_t, void (*)(void*)> bytes_;
  uint8_t* arena_;
  uint8_t* scratch_;
  size_t scratch_room_;
  int threads_;
};

class Program {
 public:
  /**
   * Reads and checks a serialized program; nothing refers to `bytes` afterwards. Throws ProgramError. `operands`, where given, gets
   * what each step reads and writes.
   */
  Program(const uint8_t* bytes, size_t size, Isa isa, std::vector<std::vector<Operand>>* operands = nullptr);

  /** Memory for runs on up to `threads` threads. */
  std::unique_ptr<Workspace> workspace(int threads = 1) const { return std::make_unique<Workspace>(arena_bytes_, scratch_bytes_, threads); }
  /**
   * Runs on this thread, or on a team of no more threads than the workspace has room for; the bits are the same. `milliseconds`,
   * one for each step, gets how long the steps took.
   */
  void run(const Workspace& w, Team* team = nullptr, double* milliseconds = nullptr) const;

  const std::vector<Port>& inputs() const { return inputs_; }
  const std::vector<Port>& outputs() const { return outputs_; }
  const std::vector<std::unique_ptr<Step>>& steps() const { return steps_; }
  /** The bytes of a port in a workspace, or in the constants. */
  const uint8_t* at(const Workspace& w, const Port& p) const { return p.tensor.in<uint8_t>(memory(w, 0)); }
  Isa isa() const { return isa_; }
  size_t arena_bytes() const { return arena_bytes_; }
  const std::vector<uint8_t>& data() const { return data_; }

 private:
  Memory memory(const Workspace& w, int thread) const { return {w.arena(), data_.data(), w.scratch(thread)}; }

  Isa isa_;
  size_t arena_bytes_ = 0, scratch_bytes_ = 0;
  std::vector<uint8_t> data_;
  std::vector<Port> inputs_, outputs_;
  std::vector<std::unique_ptr<Step>> steps_;
};

/**
 * The checksum of a program of `size` bytes: FNV-1a, a word at a time, of all that says what to do. Constants, which hold any
 * value, are most of a program, and going over them one word after another would be a good part of loading it.
 */
uint32_t checksum(const uint8_t* bytes, size_t size);

/** How many ops the format has. */
constexpr size_t op_count = 27;

/** The version of the format that this library reads. */
constexpr uint32_t format_version = 3;

}  // namespace qjit
