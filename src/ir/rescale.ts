/**
 * Rounding as data. A Rescale says how an exact integer (an accumulator, or a stored value minus its zero point) becomes
 * an integer on another scale: the name of a rule and its constants, one pair for the tensor or one per channel of the
 * last axis. Whoever imports or traces a model computes the constants once, by the recipe of the framework that the
 * model came from (docs/numerics.md); nothing after that sees a scale again.
 */
import { roundHalfEven } from "../tensor/arith.ts";

/** The rounding rules by name. `a` and `b` are the constants of the channel; `zero` is the result's zero point. */
export const rescaleRules = {
  /** PyTorch's qnnpack linear and conv, ONNX Runtime's QLinearConv: round half even of one f32 product, then the zero point. */
  f32_rne: (acc: number, a: number, _b: number, zero: number) => roundHalfEven(f(f(acc) * a)) + zero,
  /** ONNX Runtime's QLinearMul: the zero point is added in f32 before the rounding. */
  f32_rne_zp: (acc: number, a: number, _b: number, zero: number) => roundHalfEven(f(f(f(acc) * a) + zero)),
  /** PyTorch's requantize: dequantize by the scale `a`, quantize by the reciprocal scale `b`, each product in f32. */
  f32_dequant_quant: (acc: number, a: number, b: number, zero: number) => roundHalfEven(f(f(f(acc) * a) * b)) + zero,
  /** TFLite's reference kernels: doubling high multiply by the Q31 `a`, then a shift by `b` (negative: right), halves away. */
  q31_double: (acc: number, a: number, b: number, zero: number) => mulByQuantizedMultiplier(acc, a, b) + zero,
  /** TFLite with TFLITE_SINGLE_ROUNDING: one rounding of the 64-bit product, halves up. */
  q31_single: (acc: number, a: number, b: number, zero: number) =>
    Number((BigInt(acc) * BigInt(a) + (1n << BigInt(30 - b))) >> BigInt(31 - b)) + zero,
  /** TFLite's 16x8 kernels with 64-bit sums: a multiplier reduced to 16 bits, one rounding, halves up. */
  q15_single: (acc: number, a: number, b: number, zero: number) => {
    const m16 = a < 0x7fff0000 ? (a + (1 << 15)) >> 16 : 0x7fff;
    return Number((BigInt(acc) * BigInt(m16) + (1n << BigInt(14 - b))) >> BigInt(15 - b)) + zero;
  },
  /** A double multiplier, halves away from zero. */
  f64_away: (acc: number, a: number, _b: number, zero: number) => roundHalfAway(acc * a) + zero,
} as const;

export type RescaleRule = keyof typeof rescaleRules;

/** A rounding rule with its constants: lists of length 1 (whole tensor) or one entry per channel of the last axis. */
export interface Rescale {
  readonly rule: RescaleRule;
  readonly a: readonly number[];
  /** The second constant of the rules that have one (shift, reciprocal scale); empty otherwise. */
  readonly b: readonly number[];
}

/** Which rules carry a second constant. */
export const rescaleHasSecond: Record<RescaleRule, boolean> = {
  f32_rne: false,
  f32_rne_zp: false,
  f32_dequant_quant: true,
  q31_double: true,
  q31_single: true,
  q15_single: true,
  f64_away: false,
};

const f = Math.fround;

/** Nearest integer, halves away from zero (C's `round`). */
export function roundHalfAway(x: number): number {
  const t = Math.trunc(x);
  return Math.abs(x - t) >= 0.5 ? t + Math.sign(x) : t;
}

/** Rescales one exact integer for channel `c`; the result is not clamped yet. */
export function rescale(r: Rescale, acc: number, c: number, zero: number): number {
  const i = r.a.length === 1 ? 0 : c;
  return rescaleRules[r.rule](acc, r.a[i], r.b.length ? r.b[i] : 0, zero);
}

/** `v` limited to [lo, hi]. */
export const clamp = (v: number, lo: number, hi: number): number => (v < lo ? lo : v > hi ? hi : v);

/**
 * TFLite's MultiplyByQuantizedMultiplier with double rounding: `x` int32, `m` a Q31 multiplier, `shift` > 0 left.
 * The product of two 31-bit numbers does not fit a double, so it is formed from 16-bit halves.
 */
export function mulByQuantizedMultiplier(x: number, m: number, shift: number): number {
  if (shift > 0) return doublingHighMul(wrap32(x * 2 ** shift), m);
  return roundingDivideByPowerOfTwo(doublingHighMul(x, m), -shift);
}

/** gemmlowp's SaturatingRoundingDoublingHighMul: trunc((a * b + nudge) / 2^31) of int32 a and b, saturating. */
export function doublingHighMul(a: number, b: number): number {
  if (a === -2147483648 && b === -2147483648) return 2147483647;
  const negative = a < 0 !== b < 0 && a !== 0 && b !== 0;
  const ua = Math.abs(a);
  const ub = Math.abs(b);
  // nudge: + 2^30 if the product is not negative, else 1 - 2^30 before truncation, which on magnitudes is + 2^30 - 1.
  const nudge = negative ? 1073741823 : 1073741824;
  if (ua * ub < 2 ** 52) {
    const q = Math.floor((ua * ub + nudge) / 2147483648);
    return negative ? (q === 0 ? 0 : -q) : q;
  }
  // a * b = high * 2^16 + low with both parts exact in a double; the quotient by 2^31 is then exact after one floor.
  const high = ua * Math.floor(ub / 65536);
  const low = ua * (ub % 65536);
  // (high * 2^16 + low + nudge) / 2^31: split high = h1 * 2^15 + h0 so that every part stays below 2^53.
  const h1 = Math.floor(high / 32768);
  const h0 = high - h1 * 32768;
  const q = h1 + Math.floor((h0 * 65536 + low + nudge) / 2147483648);
  return negative ? (q === 0 ? 0 : -q) : q;
}

/** gemmlowp's RoundingDivideByPOT: x / 2^exponent of an int32 x, halves away from zero. */
export function roundingDivideByPowerOfTwo(x: number, exponent: number): number {
  if (exponent === 0) return x;
  if (exponent > 31) return x === -2147483648 && exponent === 32 ? -1 : 0;
  // The shift floors. What it drops rounds up: of x >= 0 from one half on, of x < 0 from above one half on.
  const dropped = x & ((1 << exponent) - 1);
  const half = 1 << (exponent - 1);
  return (x >> exponent) + (dropped > half || (dropped === half && x >= 0) ? 1 : 0);
}

const wrap32 = (x: number): number => (Math.abs(x) < 2147483648 ? x : Number(BigInt.asIntN(32, BigInt(x))));

/**
 * TFLite's QuantizeMultiplier: a positive double as a Q31 multiplier in [2^30, 2^31) and a shift, m = q / 2^31 * 2^shift.
 * Returns [multiplier, shift]; [0, 0] for 0 and for values below 2^-32.
 */
export function quantizeMultiplier(value: number): [number, number] {
  if (value === 0) return [0, 0];
  let exponent = Math.floor(Math.log2(value)) + 1;
  let fraction = value / 2 ** exponent;
  while (fraction >= 1) {
    fraction /= 2;
    exponent++;
  }
  while (fraction < 0.5) {
    fraction *= 2;
    exponent--;
  }
  let q = roundHalfAway(fraction * 2147483648);
  if (q === 2147483648) {
    q /= 2;
    exponent++;
  }
  return exponent < -31 ? [0, 0] : [q, exponent];
}
