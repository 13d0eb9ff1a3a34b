/** Convolutions and matrix products: exact sums, then one rescaling with the fused activation as its clamp. */
import type { Node } from "../../../ir/graph.ts";
import { conv2d, linear } from "../../../ir/ops/conv.ts";
import { clamp } from "../../../ir/ops/elementwise.ts";
import { matmul } from "../../../ir/ops/matmul.ts";
import { requantize } from "../../../ir/ops/quant.ts";
import { reshape, transpose } from "../../../ir/ops/shape.ts";
import { constantOf, makeConst } from "../../../ir/ops/source.ts";
import { perAxis, productOf, type Quant, sizeOf, type TypedArray } from "../../../ir/type.ts";
import { type Make, transposedConv } from "../../transposed-conv.ts";
import type { Operator, Options } from "../context.ts";
import { doubleFactor, realBounds, rescaleBy, singleFactor, storedBounds } from "../recipes.ts";
import { elementTypes } from "../schema.ts";
import { maxElements } from "../tensors.ts";
import { hybridConvolution, hybridProduct, isHybrid } from "./hybrid.ts";
import { type Conversions, quantized } from "./table.ts";

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

/** Sums of 64 bits, which 16-bit inputs have unless their bias type says 32; those are rescaled by another rule. */
type Sums = "i32" | "i64";

function sumsOf(op: Operator, x: Node, biasType: number): Sums {
  if (x.type.storage !== "i16") return "i32";
  if (op.zero(x) !== 0) op.fail(`wants 16-bit inputs with a zero point of 0, found ${op.zero(x)}`);
  if (op.hasInput(BIAS)) return op.inputTensor(BIAS).element === "INT32" ? "i32" : "i64";
  return elementTypes[biasType] === "INT32" ? "i32" : "i64";
}

/** The input slot of the bias of convolutions and fully connected layers. */
const BIAS = 2;

/** Sums rescaled or (floats) clamped to the fused activation; constants per channel are repeated `times` times. */
function finished(op: Operator, sums: Node, x: Node, w: Node, fused: number, times = 1, options = {}): Node {
  const activation = op.activation(fused);
  const result = op.output();
  if (x.type.storage === "f32") {
    const range = realBounds(activation);
    return activation === "NONE" ? sums : op.make(clamp, { x: sums }, { range }, options);
  }
  const from = op.perTensor(x).scale;
  const to = op.perTensor(result);
  if (x.type.storage === "i16" && to.zero !== 0)
    op.fail(`wants 16-bit results with a zero point of 0, found ${to.zero}`);
  const scales = w.type.quant?.kind === "axis" ? w.type.quant.channels.scales : [op.perTensor(w).scale];
  // Whether the product of the scales is rounded to float32 depends on the kernel (numerics, TFLite multipliers).
  const single =
    x.type.storage === "u8" || op.name === "BATCH_MATMUL" || (op.name === "FULLY_CONNECTED" && scales.length === 1);
  const factor = single ? singleFactor : doubleFactor;
  const factors = scales.map((s) => factor(from, s, to.scale));
  const all = factors.length === 1 ? factors : Array.from({ length: times }, () => factors).flat();
  const by = { ...rescaleBy(all), ...(sums.type.storage === "i64" ? { rule: "q15_single" as const } : {}) };
  const range = storedBounds(activation, result.storage!, to.scale, to.zero);
  return op.make(requantize, { x: sums }, { by, clamp: range }, { storage: result.storage, quant: to, ...options });
}

/** Refuses what the reference kernels of 8-bit weights do not do. */
function checkWeights(op: Operator, x: Node, w: Node): void {
  const { quant, storage } = w.type;
  if (x.type.storage === "f32") {
    if (storage !== "f32") op.unsupported(`float input with ${storage} weights`);
    return;
  }
  if (x.type.storage === "i16" ? storage !== "i8" : storage !== x.type.storage)
    op.unsupported(`${x.type.storage} input with ${storage} weights`);
  op.perTensor(x);
  if (!quant || quant.kind === "product") op.fail("wants quantized weights, found plain integers");
  if (quant.kind === "axis") {
    if (storage !== "i8") op.fail("wants weights per channel in int8, found uint8");
    if (quant.channels.zeros.some((z) => z !== 0)) op.fail("wants int8 weights with zero points 0, found others");
  }
}

/** The bias in an input slot on the scale of the sums, if there is one. */
function biasOf(op: Operator, x: Node, w: Node, slot = BIAS): Node | undefined {
  if (!op.hasInput(slot)) return undefined;
  const bias = op.input(slot);
  const count = w.type.shape[0];
  if (sizeOf(bias.type.shape) !== count) op.fail(`wants a bias of ${count} elements, found [${bias.type.shape}]`);
  if (x.type.storage === "f32") {
    if (bias.type.storage !== "f32") op.fail(`wants a float bias, found ${bias.type.storage}`);
  } else if (bias.type.storage !== "i32" && (bias.type.storage !== "i64" || x.type.storage !== "i16")) {
    op.unsupported(`${x.type.storage} input with a bias in ${bias.type.storage}`);
  }
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

function convolution(op: Operator, w: Node, o: WindowOptions, fused: number, sums: Sums): void {
  const x = op.input(0);
  if (w.type.shape.length !== 4) op.fail(`wants a filter of 4 dimensions, found [${w.type.shape}]`);
  if (isHybrid(x, w)) {
    hybridConvolution(op, { x, w, bias: biasOf(op, x, w) }, windowOf(op, x, w.type.shape.slice(1, 3), o), fused);
    return;
  }
  checkWeights(op, x, w);
  if (w.type.quant?.kind === "axis" && w.type.quant.axis !== 0) {
    op.fail(`wants filter scales along dimension 0, found ${w.type.quant.axis}`);
  }
  const window = windowOf(op, x, w.type.shape.slice(1, 3), o);
  const name = x.type.storage === "f32" && op.activation(fused) === "NONE" ? op.output().name : op.step("sums");
  const made = op.make(conv2d, { x, w, bias: biasOf(op, x, w) }, { ...window, sums }, { name });
  op.result(finished(op, made, x, w, fused));
}

/** The largest filter that is laid out in phases. */
const maxWeights = 2 ** 24;

/** TRANSPOSE_CONV: inputs are the result's shape, the filter, the image and perhaps a bias. */
function transposedConvolution(op: Operator): void {
  const o = op.options("TransposeConv");
  const [shape, w, x] = [op.integers(0, "a result shape"), op.input(1), op.input(2)];
  checkWeights(op, x, w);
  const want = `a filter and a result shape of 4 dimensions`;
  if (w.type.shape.length !== 4 || shape.length !== 4) op.fail(`wants ${want}, found [${w.type.shape}] and [${shape}]`);
  if (x.type.shape.length !== 4) op.fail(`wants an image of 4 dimensions, found [${x.type.shape}]`);
  if (w.type.shape[3] !== x.type.shape[3]) {
    op.fail(`wants a filter of ${x.type.shape[3]} input channels, found [${w.type.shape}]`);
  }
  if (shape[0] !== x.type.shape[0] || shape[3] !== w.type.shape[0] || shape.some((d) => d < 1)) {
    op.fail(`wants a result of [${x.type.shape[0]}, H, W, ${w.type.shape[0]}], found [${shape}]`);
  }
  if (shape.reduce((a, b) => a * b, 1) > maxElements)
    op.fail(`wants at most ${maxElements} elements, found [${shape}]`);
  if (w.type.quant?.kind === "axis" && w.type.quant.axis !== 0) {
    op.fail(`wants filter scales along dimension 0, found ${w.type.quant.axis}`);
  }
  if (!constantOf(w)) op.unsupported("a filter that is computed at run time");
  const bias = biasOf(op, x, w, 3);
  if (bias && !constantOf(bias)) op.unsupported("a bias that is computed at run time");
  const stride = [o.strideH, o.strideW];
  const size = shape.slice(1, 3);
  const cut = size.map((d, i) => padding(op, o.padding, d, w.type.shape[1 + i], stride[i], 1)[0]);
  const weights = sizeOf(
    w.type.shape.map((d, i) => (i === 1 || i === 2 ? Math.ceil(d / stride[i - 1]) * stride[i - 1] : d)),
  );
  if (weights > maxWeights) op.unsupported(`a filter of ${weights} elements in phases`);
  const sums: Sums = x.type.storage === "i16" ? "i64" : "i32";
  const build: Make = (operation, operands, attrs, options) =>
    op.make(operation, operands, attrs, { name: op.step("phases"), ...options });
  op.result(
    transposedConv(
      { x, w, bias, stride, pad: cut, size, sums },
      (made, phases) => finished(op, made, x, w, o.fused, phases, { name: op.step("phases") }),
      build,
      { name: op.output().name },
    ),
  );
}

/** BATCH_MATMUL: each operand perhaps with its last two dimensions exchanged. */
function batchMatmul(op: Operator): void {
  const { adjX, adjY } = op.options("BatchMatMul");
  const flipped = (n: Node, flip: boolean, name: string) => {
    const rank = n.type.shape.length;
    if (!flip || rank < 2) return n;
    const perm = [...n.type.shape.keys()].slice(0, -2).concat(rank - 1, rank - 2);
    return op.make(transpose, { x: n }, { perm }, { name: op.step(name) });
  };
  const [a, b] = [op.input(0), op.input(1)];
  if (a.type.storage !== b.type.storage) op.unsupported(`${a.type.storage} times ${b.type.storage}`);
  const [x, y] = [flipped(a, adjX, "x"), flipped(b, adjY, "y")];
  const float = x.type.storage === "f32";
  if (!float) {
    op.perTensor(x);
    op.perTensor(y);
  }
  if (x.type.storage === "i16" && (op.zero(x) !== 0 || op.zero(y) !== 0))
    op.fail("wants 16-bit operands with zero points of 0");
  const sums: Sums = x.type.storage === "i16" ? "i64" : "i32";
  const product = op.make(matmul, { x, y }, { sums }, float ? {} : { name: op.step("sums") });
  op.result(finished(op, product, x, y, 0));
}

export const convConversions: Conversions = {
  CONV_2D: {
    types: [...quantized, "FLOAT32"],
    convert(op) {
      const o = op.options("Conv2D");
      convolution(op, op.input(1), o, o.fused, sumsOf(op, op.input(0), o.biasType));
    },
  },
  DEPTHWISE_CONV_2D: {
    types: [...quantized, "FLOAT32"],
    limits: "FLOAT32 with an integer filter on one scale; INT16 with an int32 bias",
    convert(op) {
      const o = op.options("DepthwiseConv2D");
      const sums = sumsOf(op, op.input(0), 0);
      if (op.input(0).type.storage === "i16" && sums === "i32") op.unsupported("i16 input with a bias in i32");
      convolution(op, depthwiseFilter(op, op.input(1)), o, o.fused, sums);
    },
  },
  TRANSPOSE_CONV: {
    types: [...quantized, "FLOAT32"],
    data: 2,
    limits: "filters and biases computed at run time; INT16 with a bias that is not int64",
    convert: transposedConvolution,
  },
  BATCH_MATMUL: { types: ["INT8", "INT16", "FLOAT32"], limits: "operands of two types", convert: batchMatmul },
  FULLY_CONNECTED: {
    types: [...quantized, "FLOAT32"],
    limits: "shuffled weights",
    convert(op) {
      const o = op.options("FullyConnected");
      if (o.weightsFormat !== 0) op.unsupported(`weights format ${o.weightsFormat}`);
      const [given, w] = [op.input(0), op.input(1)];
      const hybrid = isHybrid(given, w);
      if (!hybrid) checkWeights(op, given, w);
      if (w.type.shape.length !== 2) op.fail(`wants weights of 2 dimensions, found [${w.type.shape}]`);
      const depth = w.type.shape[1];
      const size = sizeOf(given.type.shape);
      if (depth === 0 || size % depth !== 0) op.fail(`wants inputs in rows of ${depth}, found [${given.type.shape}]`);
      if (w.type.quant?.kind === "axis" && w.type.quant.axis !== 0) {
        op.fail(`wants weight scales along dimension 0, found ${w.type.quant.axis}`);
      }
      const rank = given.type.shape.length;
      if (hybrid) {
        hybridProduct(op, { x: given, w, bias: biasOf(op, given, w) }, o);
        return;
      }
      const direct = given.type.shape[rank - 1] === depth && (o.keepDims || rank === 2);
      const x = direct
        ? given
        : op.make(reshape, { x: given }, { shape: [size / depth, depth] }, { name: op.step("rows") });
      const name = x.type.storage === "f32" && op.activation(o.fused) === "NONE" ? op.output().name : op.step("sums");
      const sums = sumsOf(op, x, o.biasType);
      const made = op.make(linear, { x, w, bias: biasOf(op, x, w) }, { sums }, { name });
      op.result(finished(op, made, x, w, o.fused));
    },
  },
};
