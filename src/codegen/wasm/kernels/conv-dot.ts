/** What the convolution tiles share: the dot instruction and the choice of a tile's height. */
import type { Expr, Func } from "../asm.ts";
import type { Element } from "./conv-image.ts";

/** sum + the dot products of lanes: 2 pairs of 16-bit integers, or 4 of bytes (`weights` signed, `x` as the engine reads it). */
export function dot(f: Func, element: Element, weights: Expr, x: Expr, sum: Expr): Expr {
  const { m, b } = f;
  if (element.bytes === 2) return m.i32x4.add(sum, m.i32x4.dot_i16x8_s(weights, x));
  return relaxedDot(b, m, weights, x, sum);
}

/** `i32x4.relaxed_dot_i8x16_i7x16_add_s`, for which Binaryen's JavaScript interface has no method. */
export function relaxedDot(b: Func["b"], m: Func["m"], weights: Expr, x: Expr, sum: Expr): Expr {
  const raw = b as unknown as {
    _BinaryenSIMDTernary(module: number, op: number, a: Expr, b: Expr, c: Expr): Expr;
  };
  const { ptr } = m as unknown as { ptr: number };
  return raw._BinaryenSIMDTernary(ptr, b.RelaxedDotI8x16I7x16AddSToVecI32x4, weights, x, sum);
}

/**
 * `i16x8.relaxed_dot_i8x16_i7x16_s`: pairs of products added up in 16 bits. Every engine gives the same where `x` is 0..127;
 * sums that do not fit 16 bits are nobody's.
 */
export function relaxedPairs(b: Func["b"], m: Func["m"], weights: Expr, x: Expr): Expr {
  const raw = b as unknown as { _BinaryenBinary(module: number, op: number, a: Expr, b: Expr): Expr };
  const { ptr } = m as unknown as { ptr: number };
  return raw._BinaryenBinary(ptr, b.RelaxedDotI8x16I7x16SToVecI16x8, weights, x);
}

/** The number of rows of a tile, at most `most`, that wastes least on `pixels` rows; loads make small tiles dear. */
export function bestRows(pixels: number, most: number): number {
  if (pixels <= most) return pixels;
  let best = most;
  let least = Number.POSITIVE_INFINITY;
  for (let mr = most; mr >= 2; mr--) {
    const cost = Math.ceil(pixels / mr) * (mr + 0.6);
    if (cost < least) [least, best] = [cost, mr];
  }
  return best;
}
