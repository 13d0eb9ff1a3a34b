// Elements of any storage.
#pragma once

#include "../kernels/numbers.h"
#include "step.h"

namespace qjit {

/** Element i of any storage, as an integer (f32 is not one). */
inline int64_t integer_at(const void* p, Storage s, int64_t i) {
  switch (s) {
    case Storage::i8: return static_cast<const int8_t*>(p)[i];
    case Storage::u8: case Storage::boolean: return static_cast<const uint8_t*>(p)[i];
    case Storage::i16: return static_cast<const int16_t*>(p)[i];
    case Storage::u16: return static_cast<const uint16_t*>(p)[i];
    case Storage::i32: return static_cast<const int32_t*>(p)[i];
    case Storage::i64: return static_cast<const int64_t*>(p)[i];
    case Storage::f32: break;
  }
  return 0;
}

inline void store_at(void* p, Storage s, int64_t i, double v) {
  with_storage(s, [&](auto zero) { store_number(static_cast<decltype(zero)*>(p) + i, v); });
}

inline bool is_byte(Storage s) { return s == Storage::i8 || s == Storage::u8; }
inline bool is_integer(const Tensor& t) { return t.storage != Storage::f32; }

/** The name of an 8-bit storage's kernels: qs8 or qu8; of others their own. */
inline std::string type_name(Storage s) {
  constexpr const char* names[] = {"qs8", "qu8", "qs16", "qu16", "s32", "s64", "f32", "bool"};
  return names[static_cast<uint32_t>(s)];
}

/** A table operand: constant entries, or a tensor that steps read while they run. */
struct Entries {
  bool constant = false;
  Tensor tensor;
  std::vector<uint8_t> bytes;

  /** Throws unless the tensor has `count` elements of `width` bytes. */
  static Entries read(Reader& r, int64_t count, size_t width) {
    Entries e;
    e.tensor = r.tensor();
    want(e.tensor.size == count && storage_bytes[static_cast<uint32_t>(e.tensor.storage)] == width, "a table of as many entries");
    e.constant = e.tensor.region == Region::load;
    if (e.constant) e.bytes = r.copy_bytes(e.tensor);
    return e;
  }
  template <class T = uint8_t>
  const T* at(const Memory& m) const {
    return constant ? reinterpret_cast<const T*>(bytes.data()) : tensor.in<T>(m);
  }
};

}  // namespace qjit
