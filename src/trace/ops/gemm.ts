/**
 * Matrix products and convolutions as the engine qnnpack computes them: exact 32-bit sums, the bias an integer on their
 * scale, one float32 multiplier per output channel, halves to even. Weights are constants: quantized tensors with values.
 * The engine none has no products of its own in PyTorch; with it they are these.
 */
import { ArgumentError } from "../../errors.ts";
import type { Node } from "../../ir/graph.ts";
import { conv2d as irConv2d, linear as irLinear } from "../../ir/ops/conv.ts";
import { requantize as irRequantize } from "../../ir/ops/quant.ts";
import { transpose as irTranspose } from "../../ir/ops/shape.ts";
import { productOf, tensorType } from "../../ir/type.ts";
import { qdtypes, qrange } from "../../tensor/dtype.ts";
import { QTensor } from "../../tensor/qtensor.ts";
import { PerChannelAffineQuantizer, PerTensorAffineQuantizer } from "../../tensor/quantizer.ts";
import { FloatTensor, shapeText } from "../../tensor/tensor.ts";
import { type Build, type CallOptions, call } from "../call.ts";
import { bytes, type OutputParams, outputOf, pair, perTensorOf, rank } from "../check.ts";
import { gemmBias, gemmMultiplier } from "../recipes.ts";
import type { Quantized } from "../symbolic.ts";
import { quantOf } from "../types.ts";

/** Real numbers to add, one per output channel; they are rounded to the scale of the sums. */
export type Bias = FloatTensor | Float32Array | readonly number[] | null | undefined;

export type GemmOptions = CallOptions & OutputParams;

export type ConvOptions = GemmOptions & {
  /** One integer, or [height, width]; 1 unless stated, padding 0. */
  readonly stride?: number | readonly [number, number];
  readonly padding?: number | readonly [number, number];
  readonly dilation?: number | readonly [number, number];
  readonly groups?: number;
};

/** x [..., I] times the rows of weight [O, I], plus bias. */
export const linear = <T extends Quantized>(x: T, weight: QTensor, bias: Bias, options: GemmOptions): T =>
  linearThen("linear", x, weight, bias, options, false);

/** `linear` with negative values as 0. */
export const linearRelu = <T extends Quantized>(x: T, weight: QTensor, bias: Bias, options: GemmOptions): T =>
  linearThen("linearRelu", x, weight, bias, options, true);

/** Convolution of x [N, C, H, W] with weight [O, C / groups, KH, KW], plus bias; padding holds the zero point. */
export const conv2d = <T extends Quantized>(x: T, weight: QTensor, bias: Bias, options: ConvOptions): T =>
  convThen("conv2d", x, weight, bias, options, false);

/** `conv2d` with negative values as 0. */
export const conv2dRelu = <T extends Quantized>(x: T, weight: QTensor, bias: Bias, options: ConvOptions): T =>
  convThen("conv2dRelu", x, weight, bias, options, true);

/** 8-bit weights of so many dimensions, per tensor or with the channels on `axis`. */
export function checkWeight(weight: unknown, dims: number, layout: string, axis = 0): QTensor {
  if (!(weight instanceof QTensor))
    throw new ArgumentError("weight", "a quantized tensor with values (weights are constants)", weight);
  rank(weight, dims, "weight", layout);
  if (!bytes.includes(weight.dtype)) throw new ArgumentError("weight", "a tensor of qint8 or quint8", weight.dtype);
  const quantizer = weight.quantizer();
  if (quantizer instanceof PerChannelAffineQuantizer && quantizer.axis !== axis)
    throw new ArgumentError("weight", `channels on axis ${axis}, that of the outputs`, `axis ${quantizer.axis}`);
  return weight;
}

/** The scale of each output channel; one for all of them if the weights are quantized per tensor. */
export function weightScales(weight: QTensor): readonly number[] {
  const quantizer = weight.quantizer();
  return quantizer instanceof PerTensorAffineQuantizer
    ? [quantizer.scale]
    : (quantizer as PerChannelAffineQuantizer).scales;
}

/** The bias as real numbers, one per output channel. */
export function biasValues(bias: unknown, outputs: number): Float32Array | undefined {
  if (bias === null || bias === undefined) return undefined;
  const values =
    bias instanceof FloatTensor
      ? bias.data
      : bias instanceof Float32Array
        ? bias
        : Array.isArray(bias) && bias.every((v) => typeof v === "number")
          ? Float32Array.from(bias)
          : undefined;
  if (!values) throw new ArgumentError("bias", "float32 numbers, or null", bias);
  if (values.length !== outputs || (bias instanceof FloatTensor && bias.shape.length !== 1)) {
    const got = bias instanceof FloatTensor ? shapeText(bias.shape) : `[${values.length}]`;
    throw new ArgumentError("bias", `shape [${outputs}], a number for each output channel`, got);
  }
  const wrong = values.find((v) => !Number.isFinite(v));
  if (wrong !== undefined) throw new ArgumentError("bias", "finite numbers", wrong);
  return values;
}

/** Constants and result type of a product of x and `weight`, whose outputs are `outputs` channels on the sums' last axis. */
export class Gemm {
  readonly b: Build;
  readonly x: PerTensorAffineQuantizer;
  readonly to: PerTensorAffineQuantizer;
  readonly weight: Node;
  readonly bias: Node | undefined;
  readonly scales: readonly number[];
  readonly relu: boolean;

  constructor(b: Build, x: Quantized, weight: QTensor, bias: Bias, options: GemmOptions, relu: boolean) {
    this.b = b;
    this.x = perTensorOf(x, "x", bytes);
    this.to = outputOf(options, this.x.dtype);
    this.scales = weightScales(weight);
    this.weight = b.value(weight, `${b.name}.weight`);
    this.relu = relu;
    const outputs = weight.shape[0];
    const values = biasValues(bias, outputs);
    if (values) {
      const ints = Int32Array.from(values, (v, i) =>
        gemmBias(v, this.x.scale, this.scales[this.scales.length === 1 ? 0 : i]),
      );
      const quant = productOf(quantOf(this.x), this.weight.type.quant!, 0);
      this.bias = b.constant(`${b.name}.bias`, tensorType("i32", [outputs], quant), ints);
    }
  }

  /** The sums on the result's quantizer. */
  finish(sums: Node): Node {
    const { x, to, scales, relu, b } = this;
    const [lo, hi] = qrange(to.dtype);
    const by = { rule: "f32_rne", a: scales.map((s) => gemmMultiplier(x.dtype, x.scale, s, to.scale)), b: [] } as const;
    const range = [relu ? to.zeroPoint : lo, hi] as const;
    const result = { storage: qdtypes[to.dtype].storage, quant: quantOf(to) };
    return b.emit(irRequantize, { x: sums }, { by, clamp: range }, result);
  }
}

function linearThen<T extends Quantized>(
  op: string,
  x: T,
  weight: QTensor,
  bias: Bias,
  options: GemmOptions,
  relu: boolean,
): T {
  return call(op, options, [x, weight], (b) => {
    perTensorOf(x, "x", bytes);
    const w = checkWeight(weight, 2, "[out features, in features]");
    const features = x.shape.at(-1);
    if (features !== w.shape[1])
      throw new ArgumentError(
        "x",
        `${w.shape[1]} features in its last dimension, as weight ${shapeText(w.shape)} takes`,
        shapeText(x.shape),
      );
    const gemm = new Gemm(b, x, w, bias, options, relu);
    const operands = { x: b.value(x), w: gemm.weight, bias: gemm.bias };
    return gemm.finish(b.emit(irLinear, operands, {}, { name: `${b.name}.sums` }));
  }) as T;
}

const toNhwc = [0, 2, 3, 1];
const toNchw = [0, 3, 1, 2];

/** An image in NHWC, and back: the IR's layout. */
export const nhwc = (b: Build, x: Node): Node =>
  b.emit(irTranspose, { x }, { perm: toNhwc }, { name: `${b.name}.nhwc` });
export const nchw = (b: Build, x: Node): Node =>
  b.emit(irTranspose, { x }, { perm: toNchw }, { name: `${b.name}.nchw` });

function convThen<T extends Quantized>(
  op: string,
  x: T,
  weight: QTensor,
  bias: Bias,
  options: ConvOptions,
  relu: boolean,
): T {
  return call(op, options, [x, weight], (b) => {
    perTensorOf(x, "x", bytes);
    rank(x, 4, "x", "[N, C, H, W]");
    const w = checkWeight(weight, 4, "[O, C / groups, KH, KW]");
    const stride = pair(options.stride ?? 1, "stride", 1);
    const [ph, pw] = pair(options.padding ?? 0, "padding", 0);
    const dilation = pair(options.dilation ?? 1, "dilation", 1);
    const groups = options.groups ?? 1;
    checkGroups(x.shape[1], w, groups);
    checkWindow(x, w, [ph, pw], dilation);
    const gemm = new Gemm(b, x, w.permute(toNhwc), bias, options, relu);
    const attrs = { stride, dilation, pad: [ph, pw, ph, pw] };
    const operands = { x: nhwc(b, b.value(x)), w: gemm.weight, bias: gemm.bias };
    const sums = b.emit(irConv2d, operands, attrs, { name: `${b.name}.sums` });
    return nchw(b, gemm.finish(sums));
  }) as T;
}

function checkGroups(channels: number, w: QTensor, groups: number): void {
  const [outputs, inputs] = w.shape;
  if (!Number.isSafeInteger(groups) || groups < 1) throw new ArgumentError("groups", "an integer >= 1", groups);
  if (outputs % groups !== 0)
    throw new ArgumentError("groups", `a divisor of weight's ${outputs} output channels`, groups);
  if (channels !== inputs * groups) {
    const wanted = `${inputs * groups} channels (weight ${shapeText(w.shape)} in ${groups} groups)`;
    throw new ArgumentError("x", wanted, `${channels} channels`);
  }
}

function checkWindow(x: Quantized, w: QTensor, pad: readonly number[], dilation: readonly number[]): void {
  for (const d of [0, 1]) {
    const reach = (w.shape[2 + d] - 1) * dilation[d] + 1;
    const size = x.shape[2 + d] + 2 * pad[d];
    if (reach < 1 || reach > size) {
      const side = d === 0 ? "height" : "width";
      throw new ArgumentError("weight", `a kernel ${side} of 1 to ${size} with its dilation (x padded)`, reach);
    }
  }
}
