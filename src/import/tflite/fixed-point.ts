/** Functions of TFLite's reference kernels on stored values, each by the reference's own arithmetic, as tables. */
import {
  fixedInverseSqrt,
  fixedLogistic,
  fixedReciprocal,
  fixedTanh,
  multiplyByPowerOfTwo,
} from "../../ir/fixed-point.ts";
import { exp } from "../../ir/math.ts";
import { comparisons } from "../../ir/ops/where.ts";
import {
  clamp,
  doublingHighMul,
  mulByQuantizedMultiplier,
  quantizeMultiplier,
  roundHalfAway,
  roundingDivideByPowerOfTwo,
} from "../../ir/rescale.ts";
import { type PerTensor, storages } from "../../ir/type.ts";

export type ByteStorage = "i8" | "u8";
export type TableStorage = ByteStorage | "i16";

const f = Math.fround;

/** The stored result of `of` for every stored value of a storage, lowest first, clamped. */
export function tabulate(storage: TableStorage, of: (q: number) => number): Int8Array | Uint8Array | Int16Array {
  const { min, max, array } = storages[storage];
  const table = new array(max - min + 1);
  for (let i = 0; i < table.length; i++) table[i] = clamp(of(i + min), min, max);
  return table;
}

/** The stored result of `of` for every pair of 8-bit values: x outermost, lowest first; clamped to the result's storage. */
export function tabulatePairs(
  from: ByteStorage,
  to: ByteStorage | "bool",
  [lo, hi]: readonly [number, number],
  of: (x: number, y: number) => number,
): Int8Array | Uint8Array {
  const lowest = storages[from].min;
  const table = new storages[to].array(65536);
  for (let i = 0; i < table.length; i++) table[i] = clamp(of((i >> 8) + lowest, (i & 255) + lowest), lo, hi);
  return table;
}

/** SQUARED_DIFFERENCE: both operands 7 bits up on twice the larger scale, the squared difference rescaled. */
export function squaredDifference(x: PerTensor, y: PerTensor, result: PerTensor): (p: number, q: number) => number {
  const common = 2 * Math.max(x.scale, y.scale);
  const [mx, ex] = quantizeMultiplier(x.scale / common);
  const [my, ey] = quantizeMultiplier(y.scale / common);
  const [m, e] = quantizeMultiplier((common * common) / f(2 ** 14 * result.scale));
  return (p, q) => {
    const d =
      mulByQuantizedMultiplier((p - x.zero) * 128, mx, ex) - mulByQuantizedMultiplier((q - y.zero) * 128, my, ey);
    return mulByQuantizedMultiplier(Math.imul(d, d), m, e) + result.zero;
  };
}

/** Bits of a 32-bit integer above its highest that repeat the sign. */
const signBits = (v: number): number => (v >= 0 ? Math.clz32(v) - 1 : Math.clz32(2 * -v - 1));

/** DIV: the reciprocal of the divisor by Newton steps. A divisor of 0, which the reference does not define, gives a bound. */
export function quotient(x: PerTensor, y: PerTensor, result: PerTensor): (p: number, q: number) => number {
  const [m, e] = quantizeMultiplier(f(x.scale / f(y.scale * result.scale)));
  return (p, q) => {
    const negative = q < y.zero;
    const a = (p - x.zero) * (negative ? -1 : 1);
    const b = Math.abs(q - y.zero);
    if (b === 0) return a === 0 ? result.zero : a * Number.POSITIVE_INFINITY;
    const { mantissa, bits } = fixedReciprocal(b, 31);
    const headroom = signBits(a);
    const unscaled = doublingHighMul(a * 2 ** headroom, mantissa);
    return multiplyByPowerOfTwo(doublingHighMul(unscaled, m), e - bits - headroom) + result.zero;
  };
}

/** EQUAL and the like on 8 bits: both operands 8 bits up, rescaled by their own scales, compared. */
export function comparison(x: PerTensor, y: PerTensor, fn: keyof typeof comparisons): (p: number, q: number) => number {
  const [mx, ex] = quantizeMultiplier(x.scale);
  const [my, ey] = quantizeMultiplier(y.scale);
  return (p, q) =>
    Number(
      comparisons[fn](
        mulByQuantizedMultiplier((p - x.zero) * 256, mx, ex),
        mulByQuantizedMultiplier((q - y.zero) * 256, my, ey),
      ),
    );
}

/** ABS: the distance from the zero point, rescaled where the scales differ. */
export function absolute(x: PerTensor, result: PerTensor): (q: number) => number {
  const [m, e] = quantizeMultiplier(f(x.scale / result.scale));
  return (q) => {
    const v = Math.abs(q - x.zero);
    return (x.scale === result.scale ? v : mulByQuantizedMultiplier(v, m, e)) + result.zero;
  };
}

/** RSQRT: 20 bits up, by Newton steps. 0 gives the highest value; so do negative values, which the reference refuses. */
export function reciprocalRoot(x: PerTensor, result: PerTensor): (q: number) => number {
  const [m, e] = quantizeMultiplier(1 / f(f(Math.sqrt(x.scale)) * result.scale));
  return (q) => {
    const v = q - x.zero;
    if (v <= 0) return Number.POSITIVE_INFINITY;
    const { multiplier, shift } = fixedInverseSqrt(v);
    return mulByQuantizedMultiplier(mulByQuantizedMultiplier(1, multiplier, shift + 20), m, e - 20) + result.zero;
  };
}

const sigmoid = (x: number): number => 1 / (1 + exp(-x));

/** sigmoid(i / 24) in Q0.16 for i = 0 .. 255, each plus half the error of interpolating in the middle; the last is 1. */
const sigmoidSteps = Uint16Array.from({ length: 256 }, (_, i) => {
  const [here, next] = [sigmoid(i / 24), sigmoid((i + 1) / 24)];
  const error = sigmoid((i + 0.5) / 24) - (here + next) / 2;
  return i === 255 ? 65535 : roundHalfAway(65536 * (here + error / 2));
});

/** The rescaling to 1 / (3 * 4096) that the 16-bit sigmoids begin with: v * multiplier, `shift` bits down, halves up. */
function sigmoidScale(scale: number, shifts: readonly number[]): (v: number) => number {
  const exponent = Math.log2(scale);
  const shift = 12 + Math.round(exponent);
  let [multiplier, right] = [3 * 2 ** shift, 0];
  if (!(scale === 2 ** Math.round(exponent) && shifts.includes(shift))) {
    let m = scale * 4096 * 3;
    while (m <= 32767 / 2 && right <= 30) {
      right++;
      m *= 2;
    }
    multiplier = Math.trunc(m);
  }
  const half = right > 0 ? 2 ** (right - 1) : 0;
  return (v) => (v * multiplier + half) >> right;
}

/** LOGISTIC on int16, interpolated between steps of 1/24; the result is on scale 1/32768. */
export function logistic16(x: PerTensor): (q: number) => number {
  const scaled = sigmoidScale(x.scale, [0]);
  return (q) => {
    const v = scaled(q);
    const a = Math.abs(v);
    const step = a >>> 9;
    const low = sigmoidSteps[step];
    const value = step >= 255 ? 0x7fff * 1024 : low * 512 + (a & 511) * (sigmoidSteps[step + 1] - low);
    return Math.floor((v >= 0 ? value + 512 : 2 ** 25 - value + 511) / 1024);
  };
}

/** TANH on int16 as 2 sigmoid(2 x) - 1; the result is on scale 1/32768. */
export function tanh16(x: PerTensor): (q: number) => number {
  const scaled = sigmoidScale(x.scale, [0, 1]);
  return (q) => {
    const v = scaled(q);
    const a = Math.abs(v);
    const step = a >>> 8;
    const low = sigmoidSteps[step];
    const value = step >= 255 ? 0xffff * 256 : low * 256 + (a & 255) * (sigmoidSteps[step + 1] - low);
    return Math.floor((v >= 0 ? value - 2 ** 23 + 128 : -value + 2 ** 23 + 127) / 256);
  };
}

/**
 * LOGISTIC and TANH on int8: the value above its zero point as Q4.27, the function in Q0.31, rounded to `bits` fractional
 * bits, on a result whose scale is 2^-bits. Values beyond what Q4.27 holds give the bounds.
 */
function sigmoidal(x: PerTensor, fn: (a: number, integerBits: number) => number, bits: number, zero: number) {
  const [multiplier, shift] = quantizeMultiplier(x.scale * 2 ** 27);
  const radius = Math.floor((15 * 2 ** 27) / 2 ** shift);
  return (q: number): number => {
    const v = q - x.zero;
    if (v <= -radius) return Number.NEGATIVE_INFINITY;
    if (v >= radius) return Number.POSITIVE_INFINITY;
    return roundingDivideByPowerOfTwo(fn(mulByQuantizedMultiplier(v, multiplier, shift), 4), 31 - bits) + zero;
  };
}

/** LOGISTIC on int8; the result is on scale 1/256, zero point -128. */
export const logistic = (x: PerTensor) => sigmoidal(x, fixedLogistic, 8, -128);

/** TANH on int8; the result is on scale 1/128, zero point 0. */
export const tanh = (x: PerTensor) => sigmoidal(x, fixedTanh, 7, 0);

/** A float function on uint8 (TensorFlow's table): dequantized, applied, times the reciprocal scale, halves away; all in f32. */
export function throughFloat(x: PerTensor, result: PerTensor, fn: (v: number) => number): (q: number) => number {
  const inverse = f(1 / result.scale);
  return (q) => f(roundHalfAway(f(fn(f(x.scale * (q - x.zero))) * inverse)) + result.zero);
}

/** CONCATENATION of uint8 on unequal scales: q * scale + bias in f32, halves away. */
export function concatRescale(x: PerTensor, result: PerTensor): (q: number) => number {
  const scale = f(x.scale * f(1 / result.scale));
  const bias = f(-x.zero * scale);
  return (q) => roundHalfAway(f(f(q * scale) + bias)) + result.zero;
}

/** LEAKY_RELU: two rescalings whose factors are formed in f32. */
export function leakyRelu(x: PerTensor, result: PerTensor, alpha: number): (q: number) => number {
  const [identity, identityShift] = quantizeMultiplier(f(x.scale / result.scale));
  const factor = f(f(x.scale * alpha) / result.scale);
  const [slope, slopeShift] = quantizeMultiplier(Math.abs(factor));
  return (q) => {
    const v = q - x.zero;
    if (v >= 0) return mulByQuantizedMultiplier(v, identity, identityShift) + result.zero;
    return Math.sign(factor) * mulByQuantizedMultiplier(v, slope, slopeShift) + result.zero;
  };
}

/** A 32-bit multiplier's upper 16 bits, rounded. */
const upper16 = (m: number): number => (m >= 2147483647 - 0x8000 ? 0x7fff : (m + 0x8000) >> 16);

const saturate16 = (x: number): number => clamp(x, -32768, 32767);

/** Rounding doubling high multiply of int16: (a b + nudge) / 2^15, truncated. */
function doublingHighMul16(a: number, b: number): number {
  if (a === -32768 && b === -32768) return 32767;
  const product = a * b;
  return Math.trunc((product + (product >= 0 ? 1 << 14 : 1 - (1 << 14))) / 32768);
}

/**
 * HARD_SWISH: x * relu6(x + 3) / 6 in 16-bit fixed point. The value is taken 7 bits up; `reluish` is relu6(x + 3) / 6 on
 * [0, 1], made by saturation.
 */
export function hardSwish(x: PerTensor, result: PerTensor): (q: number) => number {
  const fine = f(f(1 / 128) * x.scale);
  const [outer, outerShift] = quantizeMultiplier(f(fine / result.scale));
  const [inner, innerShift] = quantizeMultiplier(f(fine / f(3 / 32768)));
  return (q) => {
    const v = (q - x.zero) * 128;
    const scaled = doublingHighMul16(v, upper16(outer));
    let reluish = v;
    if (innerShift > 0) reluish = saturate16(reluish * 2 ** (innerShift - 1));
    reluish = doublingHighMul16(reluish, upper16(inner));
    if (innerShift > 0) reluish = saturate16(reluish * 2);
    if (innerShift < 0) reluish = roundingDivideByPowerOfTwo(reluish, -innerShift);
    reluish = (reluish + 32768) >> 1;
    const product = Math.trunc((reluish * scaled) / 32768);
    return roundingDivideByPowerOfTwo(product, -outerShift) + result.zero;
  };
}
