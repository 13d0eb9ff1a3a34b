// Ops that move elements: strided copies (reshape, transpose, slice, pad, concat) and gathers.
#include <algorithm>

#include "../kernels/plain/plain.h"
#include "step.h"

namespace qjit {
namespace {

/** A strided walk over an array of `size` elements, checked to stay inside. */
struct Walk {
  int64_t base = 0;
  std::vector<int64_t> strides;

  static Walk read(Reader& r, const std::vector<int64_t>& dims, int64_t size) {
    Walk w;
    w.base = r.u32();
    int64_t low = w.base, high = w.base;
    bool empty = false;
    for (const int64_t d : dims) {
      const int64_t s = r.i32();
      w.strides.push_back(s);
      if (d == 0) empty = true;
      else (s < 0 ? low : high) += s * (d - 1);
    }
    want(empty || (low >= 0 && high < size), "a copy inside its tensors");
    return w;
  }
};

/** Copies `dims` elements of T between two walks: those of `outer` along the first dimension. */
template <class T>
void copy_strided(T* to, const T* from, const std::vector<int64_t>& dims, const Walk& out, const Walk& in, Share::Range outer) {
  if (outer.begin >= outer.end) return;
  const size_t last = dims.size() - 1;
  int64_t index[max_rank] = {};
  to += out.base + outer.begin * out.strides[0];
  from += in.base + outer.begin * in.strides[0];
  const int64_t first = outer.end - outer.begin;
  for (;;) {
    const int64_t n = last == 0 ? first : dims[last], so = out.strides[last], si = in.strides[last];
    if (so == 1 && si == 1) std::copy(from, from + n, to);
    else for (int64_t k = 0; k < n; k++) to[k * so] = from[k * si];
    size_t d = last;
    for (;;) {
      if (d-- == 0) return;
      to += out.strides[d];
      from += in.strides[d];
      if (++index[d] < (d == 0 ? first : dims[d])) break;
      to -= out.strides[d] * dims[d];
      from -= in.strides[d] * dims[d];
      index[d] = 0;
    }
  }
}

}  // namespace

/** Fills the result with a value, perhaps, then copies any number of strided blocks into it. */
std::unique_ptr<Step> make_copy(Reader& r, Isa isa) {
  const Tensor out = r.tensor(true);
  const bool fill = r.flag();
  uint64_t pattern = 0;
  pattern = r.u32();
  pattern |= static_cast<uint64_t>(r.u32()) << 32;
  struct Block {
    Tensor x;
    std::vector<int64_t> dims;
    Walk out, in;
  };
  std::vector<Block> blocks;
  int64_t filled = 0;
  const uint32_t count = r.count(6);
  for (uint32_t i = 0; i < count; i++) {
    Block b;
    b.x = r.operand();
    want(b.x.storage == out.storage, "one storage");
    const uint32_t rank = r.below(max_rank + 1, "a rank");
    want(rank > 0, "a copy of at least one dimension");
    int64_t size = 1, bound = 1;
    for (uint32_t d = 0; d < rank; d++) {
      b.dims.push_back(r.u32());
      size *= b.dims.back();
      want(b.dims.back() <= max_elements && (bound *= std::max<int64_t>(b.dims.back(), 1)) <= max_elements, "a copy that is not too large");
    }
    b.out = Walk::read(r, b.dims, out.size);
    b.in = Walk::read(r, b.dims, b.x.size);
    // Each block fills a part of the result.
    filled += size;
    want(filled <= out.size, "blocks that the result has room for");
    if (size > 0) blocks.push_back(std::move(b));
  }
  const auto planes = [&](const Block& b) {
    return b.dims.size() == 2 && b.dims[1] == 3 && b.in.strides[0] == 1 && b.out.strides[0] == 3 && b.out.strides[1] == 1;
  };
  if (const PlainKernels kernels = plain_kernels(isa);
      kernels.interleave3 && !fill && storage_bytes[static_cast<uint32_t>(out.storage)] == 1 && blocks.size() == 1 && planes(blocks[0])) {
    const Block b = blocks[0];
    return loop(std::string("x8_interleave3__") + kernels.isa, b.dims[0], 64, [=](const Memory& m, int64_t begin, int64_t end) {
      const uint8_t* from = b.x.in<uint8_t>(m) + b.in.base + begin;
      const int64_t plane = b.in.strides[1];
      kernels.interleave3(from, from + plane, from + 2 * plane, out.out<uint8_t>(m) + b.out.base + 3 * begin, end - begin);
    });
  }
  // Filled results are one thread's, so that no block comes before the filling.
  const auto run = [=](auto tag, const Memory& m, Share share) {
    using T = decltype(tag);
    T* to = out.out<T>(m);
    if (fill && !share.first()) return;
    if (fill) {
      share = {};
      T value;
      std::memcpy(&value, &pattern, sizeof(T));
      std::fill(to, to + out.size, value);
    }
    for (const Block& b : blocks) copy_strided(to, b.x.in<T>(m), b.dims, b.out, b.in, share.of(b.dims[0]));
  };
  const auto step = [&](const char* name, auto tag) {
    return divided(name, [=](const Memory& m, Share share) { run(tag, m, share); });
  };
  switch (storage_bytes[static_cast<uint32_t>(out.storage)]) {
    case 1: return step("x8_copy__scalar", uint8_t{});
    case 2: return step("x16_copy__scalar", uint16_t{});
    case 4: return step("x32_copy__scalar", uint32_t{});
    default: return step("x64_copy__scalar", uint64_t{});
  }
}

/** Slices of x at tuples of indices: gather along an axis (with dimensions before it) and gather_nd. */
std::unique_ptr<Step> make_gather(Reader& r, Isa) {
  const Tensor x = r.operand(), indices = r.operand(), out = r.tensor(true);
  want(x.storage == out.storage && (indices.storage == Storage::i32 || indices.storage == Storage::i64), "one storage and whole indices");
  // x is [outer, sizes..., inner]; each tuple of indices picks one of each size.
  const int64_t outer = r.u32(), inner = r.u32();
  const uint32_t tuple = r.below(max_rank + 1, "a tuple");
  std::vector<int64_t> sizes;
  int64_t span = inner;
  for (uint32_t i = 0; i < tuple; i++) {
    sizes.push_back(r.u32());
    want(sizes.back() > 0 && sizes.back() <= max_elements && (span *= sizes.back()) <= max_elements, "sizes that are not empty");
  }
  want(outer <= max_elements && outer * span <= max_elements && outer * span == x.size, "x of the sizes stated");
  const int64_t picks = tuple ? indices.size / tuple : r.u32();
  want(tuple ? picks * tuple == indices.size : true, "whole tuples");
  want(picks <= max_elements && (inner == 0 || outer * picks <= max_elements) && outer * picks * inner == out.size, "a result of the slices");
  const int64_t bytes = inner * storage_bytes[static_cast<uint32_t>(x.storage)];
  return loop("x_gather__scalar", outer * picks, 1, [=](const Memory& m, int64_t begin, int64_t end) {
    const uint8_t* from = x.in<uint8_t>(m);
    uint8_t* to = out.out<uint8_t>(m) + begin * bytes;
    for (int64_t unit = begin; unit < end; unit++) {
        const int64_t p = unit % picks;
        int64_t at = unit / picks;
        for (size_t d = 0; d < sizes.size(); d++) {
          const int64_t i = p * static_cast<int64_t>(sizes.size()) + static_cast<int64_t>(d);
          const int64_t v = indices.storage == Storage::i64 ? indices.in<int64_t>(m)[i] : indices.in<int32_t>(m)[i];
          at = at * sizes[d] + std::clamp<int64_t>(v, 0, sizes[d] - 1);
        }
        if (bytes) std::memcpy(to, from + at * bytes, static_cast<size_t>(bytes));
        to += bytes;
      }
  });
}

}  // namespace qjit
