// What the kernels ask of a vector type V. A kernel is written once against this; an instruction set supplies V.
//
//   V::lanes                32-bit lanes of an integer vector I and of a float vector F
//   V::registers            how many vectors tiles may count on
//   V::Element              what the dot instruction multiplies: int16_t (pairs) or uint8_t (fours, with signed weights)
//   dot(acc, x, w)          acc + the exact sum of products of each lane's elements
//   V::x_offset             where there is one: what dot takes from each byte of x
//   pack(a, b), low, high   work in groups of 128 bits, as the instructions do: a pair of I holds 2 * lanes channels in the
//                           order of `channel_of`, and packing the pair to 16 bits restores the natural order
//   round(v)                nearest integer, halves to even
//   wide(acc, s, o, away)   the same formula in doubles: rne(acc * s + o), o with the product's sign where `away`
//   load_bytes, store_bytes 2 * lanes bytes as 16-bit lanes in natural order; with a count, no byte beyond it is touched
//   least, most             the second of operands that are not ordered
//   where_reaches(v, l, t, o)  t where v >= l, else o
//   fma(a, b, c)            a * b + c, rounded once
//   dot_at(acc, x, p)       dot with weights in memory, which then need no register
//   load_widened            `lanes` bytes as 32-bit lanes; no byte beyond the count is touched
//   pack_bytes(a, b)        16-bit lanes to bytes, saturating, in groups of 128 bits as `pack`
//   low8, high8             as low, high, of bytes
//   natural(v)              the order of channels in the bytes of four packed vectors (a, b, c, d): a's, b's, c's, d's
//   store_first             the first `count` of 4 * lanes bytes
#pragma once

#include <cstdint>
#include <type_traits>

#if defined(__GNUC__)
#define QJIT_INLINE inline __attribute__((always_inline))
#define QJIT_LAMBDA_INLINE __attribute__((always_inline))
#else
#define QJIT_INLINE inline
#define QJIT_LAMBDA_INLINE
#endif

namespace qjit {

/** The channel, within a pair of vectors, of a lane of its first (0) or second (1) vector. */
constexpr int channel_of(int vector, int lane) { return lane / 4 * 8 + vector * 4 + lane % 4; }

/** What `dot` of bytes takes from each x; biases add it again. */
template <class V>
constexpr int x_offset_of() {
  if constexpr (requires { V::x_offset; }) return V::x_offset;
  else return 0;
}

/** Calls f(0), f(1), ... f(N - 1) with constants, so that arrays of vectors indexed by them live in registers. */
template <int N, class F, int At = 0>
QJIT_INLINE void unroll(F&& f) {
  if constexpr (At < N) {
    f(std::integral_constant<int, At>{});
    unroll<N, F&, At + 1>(f);
  }
}

}  // namespace qjit
