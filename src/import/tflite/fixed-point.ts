/** 8-bit activations of TFLite's reference kernels as tables of 256 entries, each by the reference's own arithmetic. */
import { fixedLogistic, fixedTanh } from "../../ir/fixed-point.ts";
import {
  clamp,
  mulByQuantizedMultiplier,
  quantizeMultiplier,
  roundHalfAway,
  roundingDivideByPowerOfTwo,
} from "../../ir/rescale.ts";
import { type PerTensor, storages } from "../../ir/type.ts";

export type ByteStorage = "i8" | "u8";

const f = Math.fround;

/** The stored result of `of` for every stored value of an 8-bit storage, lowest first, clamped. */
export function tabulate(storage: ByteStorage, of: (q: number) => number): Int8Array | Uint8Array {
  const { min, max, array } = storages[storage];
  const table = new array(256);
  for (let i = 0; i < 256; i++) table[i] = clamp(of(i + min), min, max);
  return table;
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
