/** Means, softmax, and normalisation by stored statistics. */
import { ArgumentError } from "../../errors.ts";
import type { Node } from "../../ir/graph.ts";
import { binary, cast } from "../../ir/ops/elementwise.ts";
import { avgPool, sum } from "../../ir/ops/pool.ts";
import { dequantize as irDequantize, quantize as irQuantize } from "../../ir/ops/quant.ts";
import { reshape as irReshape, transpose as irTranspose } from "../../ir/ops/shape.ts";
import { softmax as irSoftmax } from "../../ir/ops/softmax.ts";
import { sizeOf, tensorType } from "../../ir/type.ts";
import { qdtypes, qrange } from "../../tensor/dtype.ts";
import { checkDim } from "../../tensor/strided.ts";
import { FloatTensor, shapeText } from "../../tensor/tensor.ts";
import { type Build, type CallOptions, call, type EngineOptions } from "../call.ts";
import { bytes, finite, type OutputParams, outputOf, perTensorOf, rank } from "../check.ts";
import type { Quantized } from "../symbolic.ts";
import { quantOf } from "../types.ts";
import { quantizeNode } from "./convert.ts";
import { nhwc } from "./gemm.ts";
import { type MemoryOptions, qnnpackAverage } from "./pool.ts";

const f = Math.fround;

export type MeanOptions = EngineOptions &
  MemoryOptions & {
    /** Whether reduced dimensions stay, with size 1. */
    readonly keepDim?: boolean;
  };

/**
 * The mean over some dimensions (all of them unless stated), on x's quantizer. Over the innermost ones of contiguous memory it is
 * one division of the stored sum; otherwise of real numbers, summed in row-major order (PyTorch's order depends on where
 * in memory an element stands, so there exact ties may round the other way).
 */
export function mean<T extends Quantized>(x: T, dims?: number | readonly number[], options: MeanOptions = {}): T {
  return call("mean", options, [x], (b) => {
    const quantizer = perTensorOf(x, "x", bytes);
    const { shape } = x;
    const axes = dimsOf(dims, shape.length);
    const count = sizeOf(axes.map((d) => shape[d]));
    if (count === 0) throw new ArgumentError("x", "elements to take the mean of", shapeText(shape));
    const kept = shape.map((d, i) => (axes.includes(i) ? 1 : d));
    const result = options.keepDim ? kept : shape.filter((_, i) => !axes.includes(i));
    const finish = (node: Node) => b.emit(irReshape, { x: node }, { shape: result });

    const image = shape.length === 4 && axes.length === 2 && axes[0] === 2 && axes[1] === 3;
    const qnnpack = b.engine === "qnnpack" && quantizer.dtype === "quint8" && image;
    const inner = axes.every((d, i) => d === shape.length - axes.length + i) && options.memoryFormat !== "channelsLast";
    if (qnnpack || inner) {
      const window = image ? [shape[2], shape[3]] : [count, 1];
      const columns = [sizeOf(shape) / count, count, 1, 1];
      const from = image
        ? nhwc(b, b.value(x))
        : b.emit(irReshape, { x: b.value(x) }, { shape: columns }, { name: `${b.name}.columns` });
      const by = qnnpack ? qnnpackAverage(quantizer, window) : ({ rule: "raw_div_even", k: [] } as const);
      const attrs = { window, stride: [1, 1], by, clamp: qrange(quantizer.dtype) };
      const where = { quant: quantOf(quantizer), name: `${b.name}.average` };
      return finish(b.emit(avgPool, { x: from }, attrs, where));
    }
    const real = b.emit(irDequantize, { x: b.value(x) }, {}, { name: `${b.name}.real` });
    const total = b.emit(sum, { x: real }, { axes, keepDims: true }, { name: `${b.name}.sum` });
    const average = b.emit(
      binary,
      { x: total, y: scalar(b, "count", count) },
      { fn: "div" },
      { name: `${b.name}.average` },
    );
    return finish(quantizeNode(b, average, quantizer, `${b.name}.quantized`));
  }) as T;
}

/** Distinct dimensions in ascending order; all of them if none are stated. */
function dimsOf(dims: number | readonly number[] | undefined, n: number): number[] {
  if (dims === undefined) return Array.from({ length: n }, (_, i) => i);
  const list = typeof dims === "number" ? [dims] : dims;
  if (!Array.isArray(list)) throw new ArgumentError("dims", "a dimension or a list of them", dims);
  const axes = list.map((d) => checkDim(d, n, "dims")).sort((a, c) => a - c);
  if (axes.length === 0 || new Set(axes).size !== axes.length)
    throw new ArgumentError("dims", "at least one dimension, and each at most once", list);
  return axes;
}

const scalar = (b: Build, name: string, value: number): Node =>
  b.constant(`${b.name}.${name}`, tensorType("f32", []), Float32Array.of(value));

/** e^x over the sum of e^x along `dim`, on the quantizer stated: float32 between dequantize and quantize, on every engine. */
export function softmax<T extends Quantized>(x: T, dim: number, options: CallOptions & OutputParams): T {
  return call("softmax", options, [x], (b) => {
    const quantizer = perTensorOf(x, "x", bytes);
    const to = outputOf(options, quantizer.dtype);
    const n = x.shape.length;
    const axis = checkDim(dim, n, "dim");
    if (x.shape[axis] === 0) throw new ArgumentError("x", `elements along dimension ${axis}`, shapeText(x.shape));
    const perm = [...x.shape.keys()];
    [perm[axis], perm[n - 1]] = [perm[n - 1], perm[axis]];
    const last = (node: Node, name: string) =>
      axis === n - 1 ? node : b.emit(irTranspose, { x: node }, { perm }, { name: `${b.name}.${name}` });
    const real = b.emit(irDequantize, { x: last(b.value(x), "last") }, {}, { name: `${b.name}.real` });
    const by = { rule: "float", k: [1] } as const;
    const shares = b.emit(irSoftmax, { x: real }, { by }, { storage: "f32", name: `${b.name}.shares` });
    return quantizeNode(b, last(shares, "back"), to);
  }) as T;
}

export type BatchNormOptions = CallOptions & OutputParams & { readonly eps?: number };

/** Per-channel numbers of a batch norm, float32. */
export type PerChannel = FloatTensor | Float32Array | readonly number[];

/** weight (x - mean) / sqrt(var + eps) + bias for each channel of x [N, C, H, W], in float32 steps. */
export const batchNorm2d = <T extends Quantized>(
  x: T,
  weight: PerChannel,
  bias: PerChannel,
  mean: PerChannel,
  variance: PerChannel,
  options: BatchNormOptions,
): T => batchNormThen("batchNorm2d", x, { weight, bias, mean, variance }, options, false);

/** `batchNorm2d` with negative values as 0. */
export const batchNorm2dRelu = <T extends Quantized>(
  x: T,
  weight: PerChannel,
  bias: PerChannel,
  mean: PerChannel,
  variance: PerChannel,
  options: BatchNormOptions,
): T => batchNormThen("batchNorm2dRelu", x, { weight, bias, mean, variance }, options, true);

function batchNormThen<T extends Quantized>(
  op: string,
  x: T,
  params: Record<"weight" | "bias" | "mean" | "variance", PerChannel>,
  options: BatchNormOptions,
  relu: boolean,
): T {
  return call(op, options, [x], (b) => {
    const { scale, zeroPoint, dtype } = perTensorOf(x, "x", bytes);
    rank(x, 4, "x", "[N, C, H, W]");
    const to = outputOf(options, dtype);
    const channels = x.shape[1];
    const eps = f(finite(options.eps ?? 1e-5, "eps"));
    const [w, beta, mu, sigma2] = (["weight", "bias", "mean", "variance"] as const).map((key) =>
      channelValues(params[key], channels, key),
    );
    const inverse = sigma2.map((v) => f(1 / f(Math.sqrt(f(v + eps)))));
    const factors = inverse.map((v, c) => f(f(v * w[c]) * (scale / to.scale)));
    const offsets = inverse.map((v, c) => f(f(beta[c] - f(f(mu[c] * v) * w[c])) / to.scale));
    const wrong = [...factors, ...offsets].find((v) => !Number.isFinite(v));
    if (wrong !== undefined) throw new ArgumentError("variance", "variances with which all factors are finite", wrong);

    const perChannel = (name: string, values: Float32Array) =>
      b.constant(`${b.name}.${name}`, tensorType("f32", [1, channels, 1, 1]), values);
    const step = (node: Node, fn: "sub" | "mul" | "add", y: Node, name: string) =>
      b.emit(binary, { x: node, y }, { fn }, { name: `${b.name}.${name}` });
    const stored = b.emit(cast, { x: b.value(x) }, {}, { storage: "f32", name: `${b.name}.stored` });
    const centered = step(stored, "sub", scalar(b, "zero", zeroPoint), "centered");
    const scaled = step(centered, "mul", perChannel("factors", factors), "scaled");
    const moved = step(scaled, "add", perChannel("offsets", offsets), "moved");
    const [lo, hi] = qrange(dtype);
    const clamp = [relu ? to.zeroPoint : lo, hi] as const;
    // The values are on the result's scale already.
    return b.emit(
      irQuantize,
      { x: moved },
      { by: "recip_even", k: 1, clamp },
      { storage: qdtypes[dtype].storage, quant: quantOf(to) },
    );
  }) as T;
}

function channelValues(given: PerChannel, channels: number, argument: string): Float32Array {
  const list = given instanceof FloatTensor ? given.data : given;
  const ok = list instanceof Float32Array || (Array.isArray(list) && list.every((v) => typeof v === "number"));
  if (!ok || list.length !== channels)
    throw new ArgumentError(
      argument,
      `${channels} numbers, one for each channel`,
      given instanceof FloatTensor ? shapeText(given.shape) : given,
    );
  return Float32Array.from(list);
}
