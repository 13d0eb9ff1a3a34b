/**
 * What a Quantizer is, derived.
 *
 * Integers q shall stand for reals r so that integer kernels can do the work. Two wishes:
 *
 *   Affine. A sum of products of reals must stay a sum of products of integers, so r is affine in q: r = a q + b.
 *   Exact zero. Convolutions pad with 0 and ReLU clamps at 0, so r = 0 must be some integer z: b = -a z.
 *
 * With s = a > 0, the scale, and z, the zero point, an integer of the dtype's range [qmin, qmax], that leaves
 *
 *   (1)  r = s (q - z)
 *   (2)  q = clamp(z + round(r / s), qmin, qmax)        its best inverse; z is an integer, so it stays out of the rounding
 *
 * and the first wish holds: sum r_a r_b = s_a s_b sum (q_a - z_a)(q_b - z_b), an integer sum whose own zero point is 0 and
 * whose scale is the product of the two. Moving an integer to another quantizer is (1) and then (2): one multiplication by
 * s / s' and one rounding.
 *
 * (1) and (2) over the reals do not say which bits come out. PyTorch's scalar path does; f rounds to float32, rne to the
 * nearest integer, halves to even:
 *
 *   (3)  q = clamp(f(f(z) + rne(f(r * f(1 / f(s))))), qmin, qmax)      a reciprocal and a product, not a quotient
 *   (4)  r = f(f(s) * f(int32(q - z)))                                 one scale for the whole tensor
 *   (5)  r = f(f(f(q) - f(z)) * s)                                     a scale per channel; s stays a double here
 *
 * Halves to even is why "z stays out of the rounding" matters: rne(v + z) and rne(v) + z differ for odd z on halves.
 * In (3) the sum with z is float32: only qint32 results beyond 2^24 notice. NaN, infinities and |v| >= 2^63 give qmin.
 * PerTensorAffineQuantizer has one (s, z) and uses (3) and (4); PerChannelAffineQuantizer has one (s, z) for each index of
 * one dimension, the axis, and uses (3) and (5). arith.ts does the arithmetic.
 */
import { ArgumentError } from "../errors.ts";
import {
  dequantizeAffine,
  dequantizeAffineChannels,
  inverseScale,
  quantizeAffine,
  quantizeAffineChannels,
} from "./arith.ts";
import { allocateInts, checkDType, type IntArray, type QDType, qdtypes, qrange } from "./dtype.ts";
import { QTensor } from "./qtensor.ts";
import { numelOf, type Shape } from "./strided.ts";
import { type FloatLike, FloatTensor, floatTensor, shapeText } from "./tensor.ts";

/** Which family of equations a quantizer uses. */
export type QScheme = "perTensorAffine" | "perChannelAffine";

/**
 * Converts between float tensors and quantized tensors. Immutable, so that many tensors may share one; a view of a tensor
 * asks its quantizer what it becomes (permute, select, slice, reshape), which answers itself whenever nothing changes.
 */
export abstract class Quantizer {
  abstract readonly scheme: QScheme;
  readonly dtype: QDType;

  constructor(dtype: QDType) {
    this.dtype = checkDType(dtype);
  }

  /** The float32 values `x` as stored integers (equation 3), in a new contiguous tensor that shares this quantizer. */
  quantize(x: FloatLike): QTensor {
    const { shape, data } = floatTensor(x);
    this.checkShape(shape, "x");
    return QTensor.dense(this.toInts(data, shape), shape, this);
  }

  /** The float32 values of `q` (equations 4 and 5). `q` must be a tensor of this quantizer. */
  dequantize(q: QTensor): FloatTensor {
    if (!this.equals(q.quantizer())) throw new ArgumentError("q", `a tensor of ${this}`, String(q.quantizer()));
    return new FloatTensor(q.shape, this.toFloats(q.ints(), q.shape));
  }

  /** Same scheme, dtype, scales, zero points and axis. */
  abstract equals(other: Quantizer): boolean;
  abstract toString(): string;
  /** An ArgumentError if no tensor of this shape can have this quantizer. */
  abstract checkShape(shape: Shape, argument?: string): void;
  /** Stored integers of row-major float32 values. */
  abstract toInts(x: Float32Array, shape: Shape): IntArray;
  /** Float32 values of row-major stored integers. */
  abstract toFloats(q: IntArray, shape: Shape): Float32Array;
  /** The quantizer after the dimensions are reordered: dimension i of the result was `dims[i]`. */
  abstract permute(dims: readonly number[]): Quantizer;
  /** The quantizer of one index of dimension `dim`, which disappears. */
  abstract select(dim: number, index: number): Quantizer;
  /** The quantizer after dimension `dim` keeps `count` indices from `start` in steps of `step`. */
  abstract slice(dim: number, start: number, step: number, count: number): Quantizer;
  /** The quantizer of the same elements in the same order as `to`; an ArgumentError if no dimension of `to` is the axis. */
  abstract reshape(from: Shape, to: Shape): Quantizer;
}

/** One scale and one zero point for the whole tensor. The scale is kept as the double given, the zero point an integer. */
export class PerTensorAffineQuantizer extends Quantizer {
  readonly scheme = "perTensorAffine";
  readonly scale: number;
  readonly zeroPoint: number;

  constructor(scale: number, zeroPoint: number, dtype: QDType) {
    super(dtype);
    this.scale = checkScale(scale, "scale");
    this.zeroPoint = checkZeroPoint(zeroPoint, dtype, "zeroPoint");
  }

  equals(other: Quantizer): boolean {
    return (
      this === other ||
      (other instanceof PerTensorAffineQuantizer &&
        other.dtype === this.dtype &&
        other.scale === this.scale &&
        other.zeroPoint === this.zeroPoint)
    );
  }

  toString(): string {
    return `perTensorAffine(${this.dtype}, scale ${this.scale}, zero point ${this.zeroPoint})`;
  }

  checkShape(): void {}

  toInts(x: Float32Array): IntArray {
    const [lo, hi] = qrange(this.dtype);
    return quantizeAffine(x, this.scale, this.zeroPoint, lo, hi, allocateInts(this.dtype, x.length));
  }

  toFloats(q: IntArray): Float32Array {
    return dequantizeAffine(q, this.scale, this.zeroPoint, new Float32Array(q.length));
  }

  permute(): this {
    return this;
  }
  select(): this {
    return this;
  }
  slice(): this {
    return this;
  }
  reshape(): this {
    return this;
  }
}

/** Scales and zero points of the channels of some axis, frozen; every quantizer made from the same ones shares this object. */
export interface ChannelParams {
  readonly scales: readonly number[];
  readonly zeroPoints: readonly number[];
}

/** A scale and a zero point for each index of dimension `axis`. Scales are kept as the doubles given. */
export class PerChannelAffineQuantizer extends Quantizer {
  readonly scheme = "perChannelAffine";
  readonly axis: number;
  #channels: ChannelParams;

  constructor(scales: ArrayLike<number>, zeroPoints: ArrayLike<number>, axis: number, dtype: QDType) {
    super(dtype);
    if (!isList(scales)) throw new ArgumentError("scales", "an array of numbers", scales);
    if (!isList(zeroPoints)) throw new ArgumentError("zeroPoints", "an array of integers", zeroPoints);
    if (scales.length !== zeroPoints.length)
      throw new ArgumentError("zeroPoints", `${scales.length} zero points, one for each scale`, zeroPoints.length);
    this.#channels = Object.freeze({
      scales: Object.freeze(Array.from(scales, (s, i) => checkScale(s, `scales[${i}]`))),
      zeroPoints: Object.freeze(Array.from(zeroPoints, (z, i) => checkZeroPoint(z, dtype, `zeroPoints[${i}]`))),
    });
    this.axis = checkAxis(axis);
  }

  get channels(): ChannelParams {
    return this.#channels;
  }

  get scales(): readonly number[] {
    return this.channels.scales;
  }

  get zeroPoints(): readonly number[] {
    return this.channels.zeroPoints;
  }

  /** The same channels (the same object) along another axis. */
  withAxis(axis: number): PerChannelAffineQuantizer {
    if (axis === this.axis) return this;
    const moved = new PerChannelAffineQuantizer([], [], axis, this.dtype);
    moved.#channels = this.#channels;
    return moved;
  }

  equals(other: Quantizer): boolean {
    if (this === other) return true;
    if (!(other instanceof PerChannelAffineQuantizer) || other.dtype !== this.dtype || other.axis !== this.axis)
      return false;
    return (
      this.channels === other.channels ||
      (sameNumbers(this.scales, other.scales) && sameNumbers(this.zeroPoints, other.zeroPoints))
    );
  }

  toString(): string {
    return `perChannelAffine(${this.dtype}, ${this.scales.length} channels on axis ${this.axis})`;
  }

  checkShape(shape: Shape, argument = "shape"): void {
    if (this.axis >= shape.length)
      throw new ArgumentError("axis", `a dimension of ${argument}, whose shape is ${shapeText(shape)}`, this.axis);
    if (shape[this.axis] !== this.scales.length) {
      const wanted = `${shape[this.axis]} scales, the size of dimension ${this.axis} of ${argument} ${shapeText(shape)}`;
      throw new ArgumentError("scales", wanted, this.scales.length);
    }
  }

  toInts(x: Float32Array, shape: Shape): IntArray {
    const [lo, hi] = qrange(this.dtype);
    const out = allocateInts(this.dtype, x.length);
    return quantizeAffineChannels(x, this.scales, this.zeroPoints, innerOf(shape, this.axis), lo, hi, out);
  }

  toFloats(q: IntArray, shape: Shape): Float32Array {
    const out = new Float32Array(q.length);
    return dequantizeAffineChannels(q, this.scales, this.zeroPoints, innerOf(shape, this.axis), out);
  }

  permute(dims: readonly number[]): Quantizer {
    return this.withAxis(dims.indexOf(this.axis));
  }

  /** On the axis, the channel's own scale (the double, unrounded) and zero point for the whole of what is left. */
  select(dim: number, index: number): Quantizer {
    if (dim === this.axis) return new PerTensorAffineQuantizer(this.scales[index], this.zeroPoints[index], this.dtype);
    return this.withAxis(dim < this.axis ? this.axis - 1 : this.axis);
  }

  slice(dim: number, start: number, step: number, count: number): Quantizer {
    if (dim !== this.axis || count === this.scales.length) return this;
    const pick = (list: readonly number[]) => Array.from({ length: count }, (_, i) => list[start + i * step]);
    return new PerChannelAffineQuantizer(pick(this.scales), pick(this.zeroPoints), this.axis, this.dtype);
  }

  reshape(from: Shape, to: Shape): Quantizer {
    // A dimension of `to` can be the axis if it has as many indices and as many elements between neighbours; with one
    // channel or no elements the latter does not matter. Of several, the one that keeps most of its place is taken.
    const inner = innerOf(from, this.axis);
    const free = this.scales.length === 1 || numelOf(from) === 0;
    const cost = (d: number) => (innerOf(to, d) === inner ? 0 : to.length) + Math.abs(d - this.axis);
    const fits = [...to.keys()].filter((d) => to[d] === this.scales.length && (free || innerOf(to, d) === inner));
    if (fits.length === 0) {
      const wanted = `a shape that keeps dimension ${this.axis} of ${shapeText(from)} whole, the channels' axis`;
      throw new ArgumentError("shape", wanted, shapeText(to));
    }
    return this.withAxis(fits.reduce((best, d) => (cost(d) < cost(best) ? d : best)));
  }
}

/** Elements between neighbours along `axis` in row-major order. */
const innerOf = (shape: Shape, axis: number): number => numelOf(shape.slice(axis + 1));

const isList = (v: unknown): v is ArrayLike<number> =>
  Array.isArray(v) || (ArrayBuffer.isView(v) && !(v instanceof DataView) && !(v instanceof BigInt64Array));

const sameNumbers = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((v, i) => v === b[i]);

/** A scale that (3) and (4) can use: positive, and neither it nor its reciprocal leaves float32. */
function checkScale(scale: number, argument: string): number {
  if (typeof scale !== "number" || !(scale > 0) || !Number.isFinite(scale))
    throw new ArgumentError(argument, "a finite number > 0", scale);
  if (Math.fround(scale) === 0 || !Number.isFinite(Math.fround(scale)) || !Number.isFinite(inverseScale(scale)))
    throw new ArgumentError(argument, "a number that float32 can hold together with its reciprocal", scale);
  return scale;
}

function checkZeroPoint(zeroPoint: number, dtype: QDType, argument: string): number {
  const { qmin, qmax } = qdtypes[dtype];
  if (!Number.isInteger(zeroPoint) || zeroPoint < qmin || zeroPoint > qmax)
    throw new ArgumentError(argument, `an integer from ${qmin} to ${qmax} (${dtype})`, zeroPoint);
  return zeroPoint === 0 ? 0 : zeroPoint;
}

function checkAxis(axis: number): number {
  if (!Number.isInteger(axis) || axis < 0) throw new ArgumentError("axis", "an integer >= 0", axis);
  return axis;
}
