/** Convolutions and matrix products: exact sums, then one rescaling with the fused activation as its clamp. */
import type { Node } from "../../../ir/graph.ts";
import { conv2d, linear } from "../../../ir/ops/conv.ts";
import { clamp } from "../../../ir/ops/elementwise.ts";
import { requantize } from "../../../ir/ops/quant.ts";
import { reshape } from "../../../ir/ops/shape.ts";
import { constantOf, makeConst } from "../../../ir/ops/source.ts";
import { perAxis, productOf, type Quant, sizeOf, type TypedArray } from "../../../ir/type.ts";
import type { Operator, Options } from "../context.ts";
import { doubleFactor, realBounds, rescaleBy, singleFactor, storedBounds } from "../recipes.ts";
import { type Conversions, numbers } from "./table.ts";

/** Padding before and after along one dimension: `SAME` covers ceil(size / stride) windows, the odd element after. */
export function padding(op: Operator, kind: number, size: number, kernel: number, stride: number, dilation: number) {
  if (stride < 1 || dilation < 1) op.fail(`wants strides and dilations of at least 1, found ${stride} and ${dilation}`);
  if (kind !== 0 && kind !== 1) op.fail(`wants padding SAME (0) or VALID (1), found ${kind}`);
  if (kind === 1) return [0, 0];
  const span = (kernel - 1) * dilation + 1;
  const total = Math.max(0, (Math.ceil(size / stride) - 1) * stride + span - size);
  return [total >> 1, total - (total >> 1)];
}

type WindowOptions = Pick<Options<"Conv2D">, "padding" | "strideW" | "strideH" | "dilationW" | "dilationH">;

/** The window attributes of an NHWC image and a kernel [height, width]. */
export function windowOf(op: Operator, x: Node, [kh, kw]: readonly number[], o: WindowOptions) {
  if (x.type.shape.length !== 4) op.fail(`wants an image of 4 dimensions, found [${x.type.shape}]`);
  const [, h, w] = x.type.shape;
  const [top, bottom] = padding(op, o.padding, h, kh, o.strideH, o.dilationH);
  const [left, right] = padding(op, o.padding, w, kw, o.strideW, o.dilationW);
  return { stride: [o.strideH, o.strideW], pad: [top, left, bottom, right], dilation: [o.dilationH, o.dilationW] };
}

/** A convolution's or product's result: sums, then (integers) rescaled or (floats) clamped. */
function finish(op: Operator, sums: Node, x: Node, w: Node, fused: number): void {
  const activation = op.activation(fused);
  const result = op.output();
  if (x.type.storage === "f32") {
    const range = realBounds(activation);
    op.result(activation === "NONE" ? sums : op.make(clamp, { x: sums }, { range }));
    return;
  }
  const from = op.perTensor(x).scale;
  const to = op.perTensor(result);
  const scales = w.type.quant?.kind === "axis" ? w.type.quant.channels.scales : [op.perTensor(w).scale];
  // Whether the product of the scales is rounded to float32 depends on the kernel (numerics, TFLite multipliers).
  const single = x.type.storage === "u8" || (op.name === "FULLY_CONNECTED" && scales.length === 1);
  const factor = single ? singleFactor : doubleFactor;
  const by = rescaleBy(scales.map((s) => factor(from, s, to.scale)));
  const range = storedBounds(activation, result.storage!, to.scale, to.zero);
  op.result(op.make(requantize, { x: sums }, { by, clamp: range }, { storage: result.storage, quant: to }));
}

/** Refuses what the reference kernels of 8-bit weights do not do. */
function checkWeights(op: Operator, x: Node, w: Node): void {
  const { quant, storage } = w.type;
  if (x.type.storage === "f32") {
    if (storage !== "f32") op.unsupported(`float input with ${storage} weights (hybrid)`);
    return;
  }
  if (storage !== x.type.storage) op.unsupported(`${x.type.storage} input with ${storage} weights`);
  op.perTensor(x);
  if (!quant || quant.kind === "product") op.fail("wants quantized weights, found plain integers");
  if (quant.kind === "axis") {
    if (storage !== "i8") op.fail("wants weights per channel in int8, found uint8");
    if (quant.channels.zeros.some((z) => z !== 0)) op.fail("wants int8 weights with zero points 0, found others");
  }
}

/** The bias in input slot 2 on the scale of the sums, if there is one. */
function biasOf(op: Operator, x: Node, w: Node): Node | undefined {
  if (!op.hasInput(2)) return undefined;
  const bias = op.input(2);
  const count = w.type.shape[0];
  if (sizeOf(bias.type.shape) !== count) op.fail(`wants a bias of ${count} elements, found [${bias.type.shape}]`);
  if (x.type.storage === "f32") {
    if (bias.type.storage !== "f32") op.fail(`wants a float bias, found ${bias.type.storage}`);
  } else if (bias.type.storage !== "i32") op.unsupported(`${bias.type.storage} bias`);
  const value = constantOf(bias);
  // The kernels add the bias as it is; what the file says of its scale is redundant, and a contradiction is reported.
  const quant = x.type.quant && w.type.quant ? productOf(x.type.quant, w.type.quant, 0) : undefined;
  if (quant && !agrees(bias.type.quant, quant)) op.warn(`the scale of its bias (${bias.name}) is not that of its sums`);
  if (value) return makeConst(bias.name, { storage: bias.type.storage, shape: [count], quant }, value, bias.source);
  return op.make(reshape, { x: bias }, { shape: [count] }, { name: op.step("bias") });
}

/** Whether a bias's stated scales are the sums' up to float32 rounding. */
function agrees(stated: Quant | undefined, sums: Quant): boolean {
  if (!stated || sums.kind !== "product" || stated.kind === "product") return true;
  const bias = stated.kind === "tensor" ? [stated.scale] : stated.channels.scales;
  const weights = sums.b.kind === "scale" ? [sums.b.scale] : sums.b.channels.scales;
  return bias.every((s, i) => Math.abs(s - sums.a * weights[i % weights.length]) <= s * 2 ** -10);
}

/** A depthwise filter [1, H, W, O] as [O, H, W, 1], its channel axis moved along. */
function depthwiseFilter(op: Operator, w: Node): Node {
  const value = constantOf(w);
  if (!value) op.unsupported("a filter that is computed at run time");
  const { shape, quant } = w.type;
  if (shape.length !== 4 || shape[0] !== 1) op.fail(`wants a filter of [1, H, W, O], found [${shape}]`);
  if (quant?.kind === "axis" && quant.axis !== 3) op.fail(`wants filter scales along dimension 3, found ${quant.axis}`);
  const [, h, wide, o] = shape;
  const moved = value.slice() as Int8Array;
  for (let p = 0; p < h * wide; p++)
    for (let k = 0; k < o; k++) moved[k * h * wide + p] = (value as Int8Array)[p * o + k];
  return makeConst(
    w.name,
    {
      storage: w.type.storage,
      shape: [o, h, wide, 1],
      ...(quant ? { quant: quant.kind === "axis" ? perAxis(quant.channels, 0) : quant } : {}),
    },
    moved as TypedArray,
    w.source,
  );
}

function convolution(op: Operator, w: Node, o: WindowOptions, fused: number): void {
  const x = op.input(0);
  checkWeights(op, x, w);
  if (w.type.shape.length !== 4) op.fail(`wants a filter of 4 dimensions, found [${w.type.shape}]`);
  if (w.type.quant?.kind === "axis" && w.type.quant.axis !== 0) {
    op.fail(`wants filter scales along dimension 0, found ${w.type.quant.axis}`);
  }
  const window = windowOf(op, x, w.type.shape.slice(1, 3), o);
  const name = x.type.storage === "f32" && op.activation(fused) === "NONE" ? op.output().name : op.step("sums");
  finish(op, op.make(conv2d, { x, w, bias: biasOf(op, x, w) }, window, { name }), x, w, fused);
}

export const convConversions: Conversions = {
  CONV_2D: {
    types: numbers,
    convert(op) {
      const o = op.options("Conv2D");
      convolution(op, op.input(1), o, o.fused);
    },
  },
  DEPTHWISE_CONV_2D: {
    types: numbers,
    convert(op) {
      const o = op.options("DepthwiseConv2D");
      convolution(op, depthwiseFilter(op, op.input(1)), o, o.fused);
    },
  },
  FULLY_CONNECTED: {
    types: numbers,
    limits: "shuffled weights",
    convert(op) {
      const o = op.options("FullyConnected");
      if (o.weightsFormat !== 0) op.unsupported(`weights format ${o.weightsFormat}`);
      const [given, w] = [op.input(0), op.input(1)];
      checkWeights(op, given, w);
      if (w.type.shape.length !== 2) op.fail(`wants weights of 2 dimensions, found [${w.type.shape}]`);
      const depth = w.type.shape[1];
      const size = sizeOf(given.type.shape);
      if (depth === 0 || size % depth !== 0) op.fail(`wants inputs in rows of ${depth}, found [${given.type.shape}]`);
      if (w.type.quant?.kind === "axis" && w.type.quant.axis !== 0) {
        op.fail(`wants weight scales along dimension 0, found ${w.type.quant.axis}`);
      }
      const rank = given.type.shape.length;
      const direct = given.type.shape[rank - 1] === depth && (o.keepDims || rank === 2);
      const x = direct
        ? given
        : op.make(reshape, { x: given }, { shape: [size / depth, depth] }, { name: op.step("rows") });
      const name = x.type.storage === "f32" && op.activation(o.fused) === "NONE" ? op.output().name : op.step("sums");
      finish(op, op.make(linear, { x, w, bias: biasOf(op, x, w) }, {}, { name }), x, w, o.fused);
    },
  },
};
