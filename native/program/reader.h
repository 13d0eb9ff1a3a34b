// Reads a serialized program and checks what it reads: every size, offset and enumeration, before anything uses them.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <vector>

namespace qjit {

/** A program that is damaged or that this library does not understand. */
struct ProgramError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

enum class Storage : uint32_t { i8, u8, i16, u16, i32, i64, f32, boolean };
constexpr uint32_t storage_count = 8;
constexpr uint32_t storage_bytes[] = {1, 1, 2, 2, 4, 8, 4, 1};

/** Where a tensor's elements are: in the arena, among constants that stay, or among those that loading consumes. */
enum class Region : uint32_t { arena, data, load };

/** A run's memory. Arena and scratch belong to the run; both have `slack` readable bytes after them. */
struct Memory {
  uint8_t* arena;
  const uint8_t* data;
  uint8_t* scratch;
};

/** Bytes after arena, data and scratch that kernels may read. */
constexpr size_t slack = 256;
constexpr uint32_t max_rank = 8;
/** Elements of a tensor at most, so that no index computation leaves 64 bits. */
constexpr int64_t max_elements = int64_t{1} << 31;

/** A dense row-major tensor at a checked place. */
struct Tensor {
  Region region{};
  Storage storage{};
  uint32_t offset = 0;
  std::vector<int64_t> shape;
  int64_t size = 0;

  int64_t bytes() const { return size * storage_bytes[static_cast<uint32_t>(storage)]; }
  int64_t last() const { return shape.empty() ? 1 : shape.back(); }
  template <class T>
  const T* in(const Memory& m) const {
    return reinterpret_cast<const T*>((region == Region::arena ? m.arena : m.data) + offset);
  }
  template <class T>
  T* out(const Memory& m) const {
    return reinterpret_cast<T*>(m.arena + offset);
  }
};

/** What a step reads or, where `written`, writes. */
struct Operand {
  Tensor tensor;
  bool written;
};

/** Sizes and load-time bytes of the regions. */
struct Regions {
  uint64_t arena = 0, data = 0, load = 0;
  const uint8_t* data_bytes = nullptr;
  const uint8_t* load_bytes = nullptr;
};

/** A cursor over 32-bit words. */
class Reader {
 public:
  Reader(const uint8_t* bytes, size_t words, const Regions& regions)
      : bytes_(bytes), words_(words), regions_(regions) {}

  uint32_t u32() {
    if (at_ >= words_) throw ProgramError("ends in the middle of a step");
    uint32_t v;
    std::memcpy(&v, bytes_ + 4 * at_++, 4);
    return v;
  }
  int32_t i32() { return static_cast<int32_t>(u32()); }
  double f64() {
    const uint64_t low = u32();
    return std::bit_cast<double>(low | static_cast<uint64_t>(u32()) << 32);
  }
  /** A word below `limit`. */
  uint32_t below(uint32_t limit, const char* what) {
    const uint32_t v = u32();
    if (v >= limit) throw ProgramError(std::string("wants ") + what + " below " + std::to_string(limit) + ", found " + std::to_string(v));
    return v;
  }
  bool flag() { return below(2, "a flag") != 0; }
  /** A count of things that take at least `words_each` words in what is left. */
  uint32_t count(size_t words_each) {
    const uint32_t n = u32();
    if (static_cast<uint64_t>(n) * words_each > words_ - at_) throw ProgramError("a list is longer than the program");
    return n;
  }
  /** An integer that was written as one, within [lo, hi]. */
  int64_t integer(int64_t lo, int64_t hi, const char* what) {
    const int32_t v = i32();
    if (v < lo || v > hi) throw ProgramError(std::string(what) + " out of range: " + std::to_string(v));
    return v;
  }

  /** A tensor; `writable` ones are in the arena. */
  Tensor tensor(bool writable = false) {
    Tensor t;
    t.region = static_cast<Region>(below(3, "a region"));
    t.storage = static_cast<Storage>(below(storage_count, "a storage"));
    t.offset = u32();
    const uint32_t rank = below(max_rank + 1, "a rank");
    t.size = 1;
    // Dimensions besides a 0 are bounded too: loops may go through them.
    int64_t bound = 1;
    for (uint32_t i = 0; i < rank; i++) {
      const int64_t d = u32();
      t.shape.push_back(d);
      t.size *= d;
      if (d > max_elements || (bound *= std::max<int64_t>(d, 1)) > max_elements) throw ProgramError("a tensor is too large");
    }
    if (writable && t.region != Region::arena) throw ProgramError("a result is outside of the arena");
    const uint64_t size = t.region == Region::arena ? regions_.arena : t.region == Region::data ? regions_.data : regions_.load;
    if (t.offset % storage_bytes[static_cast<uint32_t>(t.storage)] != 0) throw ProgramError("a tensor is not aligned");
    if (static_cast<uint64_t>(t.offset) + static_cast<uint64_t>(t.bytes()) > size) throw ProgramError("a tensor ends outside of its region");
    operands_.push_back({t, writable});
    return t;
  }
  /** A tensor that steps read while they run. */
  Tensor operand() {
    Tensor t = tensor();
    if (t.region == Region::load) throw ProgramError("an operand is among the constants that loading consumes");
    return t;
  }
  /** The elements of a constant tensor of a storage, copied. */
  template <class T>
  std::vector<T> constants(Storage storage) {
    const Tensor t = tensor();
    if (t.region != Region::load || t.storage != storage) throw ProgramError("wants a constant of another kind");
    return copy<T>(t);
  }
  template <class T>
  std::vector<T> copy(const Tensor& t) const {
    std::vector<T> v(static_cast<size_t>(t.size));
    const uint8_t* from = t.region == Region::data ? regions_.data_bytes : regions_.load_bytes;
    if (t.region == Region::arena || static_cast<size_t>(t.bytes()) != v.size() * sizeof(T)) throw ProgramError("wants a constant");
    if (!v.empty()) std::memcpy(v.data(), from + t.offset, v.size() * sizeof(T));
    return v;
  }
  /** Doubles, kept as pairs of words in an i32 constant. */
  std::vector<double> doubles() {
    const std::vector<int32_t> words = constants<int32_t>(Storage::i32);
    if (words.size() % 2) throw ProgramError("wants pairs of words");
    std::vector<double> v(words.size() / 2);
    if (!v.empty()) std::memcpy(v.data(), words.data(), 8 * v.size());
    return v;
  }
  /** The bytes of a constant tensor, as long as the program is being loaded. */
  const uint8_t* constant_bytes(const Tensor& t) const {
    if (t.region == Region::arena) throw ProgramError("wants a constant");
    return (t.region == Region::data ? regions_.data_bytes : regions_.load_bytes) + t.offset;
  }
  /** The bytes of a constant tensor, copied. */
  std::vector<uint8_t> copy_bytes(const Tensor& t) const {
    const uint8_t* from = constant_bytes(t);
    return std::vector<uint8_t>(from, from + t.bytes());
  }
  void end() const {
    if (at_ != words_) throw ProgramError("a step has words left over");
  }
  /** All tensors that were read. */
  const std::vector<Operand>& operands() const { return operands_; }

 private:
  const uint8_t* bytes_;
  size_t words_;
  size_t at_ = 0;
  const Regions& regions_;
  std::vector<Operand> operands_;
};

/** Throws unless `ok`. */
inline void want(bool ok, const char* what) {
  if (!ok) throw ProgramError(std::string("wants ") + what);
}

}  // namespace qjit
