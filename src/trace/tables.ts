/**
 * Functions of one real number in PyTorch's float32 steps, and the entries of tables made of them. e^x and tanh are the
 * specified ones of ir/math.ts; each step is rounded to float32 as the source's is.
 */
import { exp, expf, tanhf } from "../ir/math.ts";
import { clamp } from "../ir/rescale.ts";
import { dequantizeValue, inverseScale, quantizeValue, roundHalfEven } from "../tensor/arith.ts";
import { qrange } from "../tensor/dtype.ts";
import type { PerTensorAffineQuantizer } from "../tensor/quantizer.ts";

const f = Math.fround;

/** Stored value in, stored value out. */
export type Entry = (stored: number) => number;
type Real = (x: number) => number;
type Make = (x: PerTensorAffineQuantizer, to: PerTensorAffineQuantizer) => Entry;

/** Dequantized, the function, quantized: PyTorch's scalar kernels. */
export const generic =
  (fn: Real): Make =>
  (x, to) => {
    const [lo, hi] = qrange(to.dtype);
    const inverse = inverseScale(to.scale);
    return (q) => quantizeValue(f(fn(dequantizeValue(q, x.scale, x.zeroPoint))), inverse, to.zeroPoint, lo, hi);
  };

/** QNNPACK's tables: the zero point is added in float32 before the rounding. */
export const zeroFirst =
  (fn: Real): Make =>
  (x, to) => {
    const inverse = inverseScale(to.scale);
    return byteEntry(x, (v) => f(f(inverse * f(fn(v))) + to.zeroPoint));
  };

/** A quint8 entry of a real value that is on the result's scale already, zero point included. */
const byteEntry =
  (x: PerTensorAffineQuantizer, scaled: Real): Entry =>
  (q) =>
    roundHalfEven(clamp(scaled(dequantizeValue(q, x.scale, x.zeroPoint)), 0, 255));

export const sigmoid: Real = (x) => f(1 / f(1 + expf(-x)));
export const tanh: Real = tanhf;

const relu6 = (x: number) => Math.min(Math.max(x, 0), 6);
export const hardsigmoid: Real = (x) => f(relu6(f(x + 3)) / 6);
export const hardswish: Real = (x) => f(f(x * relu6(f(x + 3))) / 6);

export const leakyRelu =
  (slope: number): Real =>
  (x) =>
    x > 0 ? x : f(x * slope);

/** PyTorch's elu: the three factors are float32 as they come, and e^x - 1 is formed by a subtraction. */
export const elu = (alpha: number, outer: number, input: number): Real => {
  const negative = f(f(alpha) * f(outer));
  return (x) => (x >= 0 ? f(x * f(outer)) : f(f(expf(f(x * f(input))) - 1) * negative));
};

/** Whether QNNPACK has a sigmoid for this result: scale 1/256, zero point 0. */
export const isSigmoidLut = (to: PerTensorAffineQuantizer): boolean => to.scale === 1 / 256 && to.zeroPoint === 0;

/** QNNPACK's sigmoid on scale 1/256. */
export const sigmoidLut = (x: PerTensorAffineQuantizer): Entry => byteEntry(x, (v) => f(256 / f(1 + expf(-v))));

/** QNNPACK's tanh on scale 1/128, zero point 128; tanh and the sum are doubles there, rounded to float32 once. */
export const tanhLut = (x: PerTensorAffineQuantizer): Entry =>
  byteEntry(x, (v) => {
    const e = exp(-2 * Math.abs(v));
    return f(128 * Math.sign(v) * ((1 - e) / (1 + e)) + 128);
  });
