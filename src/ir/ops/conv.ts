/** Convolutions and matrix products. Integer ones give exact 32-bit sums of (x - zero)(w - zero); rescaling is another op's. */

import { ints, oneOf } from "../attr.ts";
import { defineOp, maybe, type PerOperand, tensor, type Value } from "../op.ts";
import { biasFor, byteValue, floatImage, image, weights } from "../sample.ts";
import { type Storage, sizeOf, type TensorType, type TypedArray, zeroOf, zeroOfChannel } from "../type.ts";

/** Attributes that place a window on an image: strides and dilations [height, width], padding [top, left, bottom, right]. */
export const windowAttrs = {
  stride: ints({ length: 2, default: [1, 1], min: 1, max: 2 }),
  pad: ints({ length: 4, default: [0, 0, 0, 0], min: 0, max: 1 }),
  dilation: ints({ length: 2, default: [1, 1], min: 1, max: 2 }),
};

/** Output extent of a window along one axis. Throws Error if the window does not fit. */
export function windowed(
  size: number,
  kernel: number,
  stride: number,
  before: number,
  after: number,
  dilation: number,
) {
  const span = size + before + after - (kernel - 1) * dilation - 1;
  if (span < 0)
    throw new Error(`wants a window of at most ${size + before + after}, found ${(kernel - 1) * dilation + 1}`);
  return Math.floor(span / stride) + 1;
}

type ConvOperands = { x: TensorType; w: TensorType; bias: TensorType | undefined };
type ConvAttrs = { stride: readonly number[]; pad: readonly number[]; dilation: readonly number[] };
type Sums = { sums: "i32" | "i64" };

/** How wide integer sums are. 64 bits are TFLite's 16-bit kernels, whose sums leave 32 bits behind. */
export const sumsAttr = { sums: oneOf(["i32", "i64"], { default: "i32" }) };

/** The constraint on `sums` of products and convolutions. */
export const sumsOf16 = {
  id: "sums",
  says: "64-bit sums of 16-bit x only",
  holds: ({ x }: { x: TensorType }, { sums }: Sums) => sums === "i32" || x.storage === "i16",
} as const;

/** Result shape [N, OH, OW, O] of a convolution of NHWC x with OHWI w. */
export function convShape({ x, w, bias }: ConvOperands, { stride, pad, dilation }: ConvAttrs): number[] {
  if (x.shape.length !== 4) throw new Error(`wants x as [N, H, W, C], found [${x.shape}]`);
  if (w.shape.length !== 4) throw new Error(`wants w as [O, H, W, I], found [${w.shape}]`);
  const [n, h, wide, c] = x.shape;
  const [o, kh, kw, i] = w.shape;
  if (i === 0 || c % i !== 0 || o % (c / i) !== 0) {
    throw new Error(`wants the input channels as groups of w's: x has ${c}, w takes ${i} and gives ${o}`);
  }
  if (bias && (bias.shape.length !== 1 || bias.shape[0] !== o))
    throw new Error(`wants bias as [${o}], found [${bias.shape}]`);
  return [
    n,
    windowed(h, kh, stride[0], pad[0], pad[2], dilation[0]),
    windowed(wide, kw, stride[1], pad[1], pad[3], dilation[1]),
    o,
  ];
}

/** The storage of exact sums: i32 or i64 for integers, f32 for floats. */
export const sumStorage = ({ x }: { x: TensorType }, { sums }: Sums): Storage => (x.storage === "f32" ? "f32" : sums);

/** Exact sums of a convolution; see `conv2d`. Float sums run over (row, column, channel) of the window, each step rounded to f32. */
export function convolve(
  { x, w, bias }: { x: Value; w: Value; bias: Value | undefined },
  { stride, pad, dilation, sums: width }: ConvAttrs & Sums,
  shape: readonly number[],
): Int32Array | Float32Array | BigInt64Array {
  const [n, oh, ow, o] = shape;
  const [, h, wide, c] = x.type.shape;
  const [, kh, kw, i] = w.type.shape;
  const perGroup = o / (c / i);
  const float = x.type.storage === "f32";
  const long = width === "i64" && !float;
  const size = sizeOf(shape);
  const out = float ? new Float32Array(size) : long ? new BigInt64Array(size) : new Int32Array(size);
  // Values are read minus their zero points, so that padding adds nothing.
  const xs = float ? (x.data as Float32Array) : minusZero(x, () => zeroOf(x.type));
  const ws = float
    ? (w.data as Float32Array)
    : minusZero(w, (k) => zeroOfChannel(w.type, Math.floor(k / (kh * kw * i))));
  const sums = float ? new Float32Array(o) : long ? new Float64Array(o) : new Int32Array(o);
  let at = 0;
  for (let b = 0; b < n; b++)
    for (let y = 0; y < oh; y++)
      for (let z = 0; z < ow; z++) {
        sums.fill(0);
        for (let ky = 0; ky < kh; ky++) {
          const iy = y * stride[0] - pad[0] + ky * dilation[0];
          if (iy < 0 || iy >= h) continue;
          for (let kx = 0; kx < kw; kx++) {
            const ix = z * stride[1] - pad[1] + kx * dilation[1];
            if (ix < 0 || ix >= wide) continue;
            const px = ((b * h + iy) * wide + ix) * c;
            for (let k = 0; k < o; k++) {
              const from = px + Math.floor(k / perGroup) * i;
              const weight = ((k * kh + ky) * kw + kx) * i;
              sums[k] = float
                ? dotFloat(xs as Float32Array, from, ws as Float32Array, weight, i, sums[k])
                : long
                  ? dotWide(xs as Int32Array, from, ws as Int32Array, weight, i, sums[k])
                  : dotInt(xs as Int32Array, from, ws as Int32Array, weight, i, sums[k]);
            }
          }
        }
        for (let k = 0; k < o; k++, at++) {
          const v = bias ? sums[k] + Number(bias.data[k]) : sums[k];
          if (out instanceof BigInt64Array) out[at] = BigInt(v);
          else out[at] = v;
        }
      }
  return out;
}

function dotInt(x: Int32Array, xAt: number, w: Int32Array, wAt: number, count: number, sum: number): number {
  let s = sum | 0;
  for (let j = 0; j < count; j++) s = (s + Math.imul(x[xAt + j], w[wAt + j])) | 0;
  return s;
}

/** 64-bit sums in doubles: exact below 2^53, which products of 23 bits reach after 2^30 terms. */
function dotWide(x: Int32Array, xAt: number, w: Int32Array, wAt: number, count: number, sum: number): number {
  let s = sum;
  for (let j = 0; j < count; j++) s += x[xAt + j] * w[wAt + j];
  return s;
}

function dotFloat(x: Float32Array, xAt: number, w: Float32Array, wAt: number, count: number, sum: number): number {
  let s = Math.fround(sum);
  for (let j = 0; j < count; j++) s = Math.fround(s + Math.fround(x[xAt + j] * w[wAt + j]));
  return s;
}

/** Stored integers minus their zero points. */
export function minusZero(v: Value, zeroAt: (index: number) => number): Int32Array {
  const data = v.data as Int8Array;
  const out = new Int32Array(data.length);
  if (v.type.quant?.kind === "axis") for (let k = 0; k < data.length; k++) out[k] = data[k] - zeroAt(k);
  else {
    const zero = zeroAt(0);
    for (let k = 0; k < data.length; k++) out[k] = data[k] - zero;
  }
  return out;
}

const weightAxis = {
  id: "axis",
  says: "weights quantized per tensor or along their output channels (axis 0)",
  holds: ({ w }: { w: TensorType }) => w.quant?.kind !== "axis" || w.quant.axis === 0,
} as const;

const biasScale = {
  id: "bias",
  says: "bias without a quantizer or on the scale of the sums",
  holds: ({ bias }: { bias: TensorType | undefined }, _: unknown, result: TensorType) => {
    const [a, b] = [bias?.quant, result.quant];
    return !a || b?.kind !== "product" || sameSums(a, b);
  },
} as const;

function sameSums(a: TensorType["quant"], b: TensorType["quant"]): boolean {
  if (a?.kind !== "product" || b?.kind !== "product" || a.a !== b.a) return false;
  if (a.b.kind === "scale" || b.b.kind === "scale") {
    return a.b.kind === "scale" && b.b.kind === "scale" && a.b.scale === b.b.scale;
  }
  const [s, t] = [a.b.channels.scales, b.b.channels.scales];
  // Importers give both the list of the weights.
  if (s === t) return true;
  return s.length === t.length && s.every((v, i) => v === t[i]);
}

const wideBias = {
  id: "wide",
  says: "a 64-bit bias with 64-bit sums only",
  holds: ({ bias }: ConvOperands, { sums }: Sums) => bias?.storage !== "i64" || sums === "i64",
} as const;

const sameFloat = {
  id: "mixed",
  says: "x, w and bias all float, or all integer",
  holds: ({ x, w, bias }: ConvOperands) =>
    (x.storage === "f32") === (w.storage === "f32") && (!bias || (bias.storage === "f32") === (x.storage === "f32")),
} as const;

export const conv2d = defineOp("conv2d", {
  doc: "Convolution of NHWC x with OHWI w, grouped where w takes fewer channels than x has, into exact sums (plus bias). Padding adds nothing.",
  operands: { x: tensor("i8", "u8", "i16", "f32"), w: tensor("i8", "u8", "f32"), bias: maybe("i32", "i64", "f32") },
  attrs: { ...windowAttrs, ...sumsAttr },
  kind: "reduction",
  level: "tensor",
  quant: { product: ["x", "w"] },
  storage: sumStorage,
  shape: convShape,
  verify: [weightAxis, biasScale, sameFloat, sumsOf16, wideBias],
  eval: (v, attrs, type) => convolve(v, attrs, type.shape),
  macs: ({ w }, _, result) => sizeOf(result.shape) * w.shape[1] * w.shape[2] * w.shape[3],
  sample: (rand, pool) => {
    const float = rand(0, 5) === 0;
    const x = float ? floatImage(rand, pool) : image(rand, pool);
    const c = x.shape[3];
    const [kh, kw] = [rand(1, 3), rand(1, 3)];
    if (float)
      return {
        operands: { x, w: { storage: "f32", shape: [rand(1, 6), kh, kw, c] }, bias: undefined },
        attrs: { sums: "i32" },
      };
    const depthwise = rand(0, 2) === 0;
    const w = weights(rand, pool, depthwise ? [c, kh, kw, 1] : [rand(1, 10), kh, kw, c]);
    return { operands: { x, w, bias: biasFor(rand, x, w) }, attrs: { sums: "i32" } };
  },
});

/** Result shape [..., O] of x [..., I] times w [O, I]. */
export function linearShape({ x, w, bias }: ConvOperands): number[] {
  const i = x.shape[x.shape.length - 1];
  if (w.shape.length !== 2 || w.shape[1] !== i) throw new Error(`wants w as [O, ${i}], found [${w.shape}]`);
  if (bias && (bias.shape.length !== 1 || bias.shape[0] !== w.shape[0])) {
    throw new Error(`wants bias as [${w.shape[0]}], found [${bias.shape}]`);
  }
  return [...x.shape.slice(0, -1), w.shape[0]];
}

/** Exact sums of a matrix product; see `linear`. */
export function multiplyMatrix(
  { x, w, bias }: { x: Value; w: Value; bias: Value | undefined },
  { sums }: Sums,
  shape: readonly number[],
): TypedArray {
  const [o, i] = w.type.shape;
  const rows = sizeOf(shape) / o;
  const as4 = (v: Value, s: number[]): Value => ({ ...v, type: { ...v.type, shape: s } });
  return convolve(
    { x: as4(x, [rows, 1, 1, i]), w: as4(w, [o, 1, 1, i]), bias },
    { stride: [1, 1], pad: [0, 0, 0, 0], dilation: [1, 1], sums },
    [rows, 1, 1, o],
  );
}

export const linear = defineOp("linear", {
  doc: "Product of x [..., I] with the rows of w [O, I] into exact sums [..., O] (plus bias).",
  operands: { x: tensor("i8", "u8", "i16", "f32"), w: tensor("i8", "u8", "f32"), bias: maybe("i32", "i64", "f32") },
  attrs: sumsAttr,
  kind: "reduction",
  level: "tensor",
  quant: { product: ["x", "w"] },
  storage: sumStorage,
  shape: linearShape,
  verify: [weightAxis, biasScale, sameFloat, sumsOf16, wideBias],
  eval: (v, attrs, type) => multiplyMatrix(v, attrs, type.shape),
  macs: ({ x }, _, result) => sizeOf(result.shape) * x.shape[x.shape.length - 1],
  sample: (rand, pool) => {
    const x = byteValue(rand, pool);
    const w = weights(rand, pool, [rand(1, 10), x.shape[x.shape.length - 1]]);
    return { operands: { x, w, bias: biasFor(rand, x, w) }, attrs: { sums: "i32" } };
  },
});

export type ConvValues = PerOperand<(typeof conv2d)["operands"], Value>;
