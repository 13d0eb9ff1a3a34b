/** Transposed convolution, as a convolution of the image with zeros between its pixels by the kernel turned around. */
import { ArgumentError } from "../../errors.ts";
import type { Node } from "../../ir/graph.ts";
import { conv2d as irConv2d } from "../../ir/ops/conv.ts";
import { pad as irPad, reshape as irReshape, slice as irSlice } from "../../ir/ops/shape.ts";
import { zeroOf } from "../../ir/type.ts";
import { allocateInts } from "../../tensor/dtype.ts";
import { QTensor } from "../../tensor/qtensor.ts";
import { shapeText } from "../../tensor/tensor.ts";
import { type Build, call } from "../call.ts";
import { bytes, pair, perTensorOf, rank } from "../check.ts";
import type { Quantized } from "../symbolic.ts";
import { type Bias, type ConvOptions, checkWeight, Gemm, nchw, nhwc } from "./gemm.ts";

export type ConvTransposeOptions = ConvOptions & {
  /** Rows and columns added to the result below and to the right; less than stride or dilation. */
  readonly outputPadding?: number | readonly [number, number];
};

/** Transposed convolution of x [N, C, H, W] with weight [C, O / groups, KH, KW], quantized per tensor, plus bias. */
export function convTranspose2d<T extends Quantized>(
  x: T,
  weight: QTensor,
  bias: Bias,
  options: ConvTransposeOptions,
): T {
  return call("convTranspose2d", options, [x, weight], (b) => {
    perTensorOf(x, "x", bytes);
    rank(x, 4, "x", "[N, C, H, W]");
    const w = checkWeight(weight, 4, "[C, O / groups, KH, KW]");
    perTensorOf(w, "weight");
    const stride = pair(options.stride ?? 1, "stride", 1);
    const padding = pair(options.padding ?? 0, "padding", 0);
    const dilation = pair(options.dilation ?? 1, "dilation", 1);
    const extra = pair(options.outputPadding ?? 0, "outputPadding", 0);
    const groups = options.groups ?? 1;
    if (!Number.isSafeInteger(groups) || groups < 1 || w.shape[0] % groups !== 0)
      throw new ArgumentError("groups", `a divisor of weight's ${w.shape[0]} input channels`, groups);
    if (x.shape[1] !== w.shape[0])
      throw new ArgumentError(
        "x",
        `${w.shape[0]} channels, as weight ${shapeText(w.shape)} takes`,
        `${x.shape[1]} channels`,
      );
    const reach = [0, 1].map((d) => (w.shape[2 + d] - 1) * dilation[d]);
    for (const d of [0, 1]) {
      if (extra[d] > 0 && extra[d] >= Math.max(stride[d], dilation[d]))
        throw new ArgumentError("outputPadding", `less than stride ${stride} or dilation ${dilation}`, [...extra]);
      const size = (x.shape[2 + d] - 1) * stride[d] - 2 * padding[d] + reach[d] + extra[d] + 1;
      if (size < 1) throw new ArgumentError("padding", "a padding that leaves a result", [...padding]);
    }
    const gemm = new Gemm(b, x, turned(w, groups), bias, options, false);
    // After each pixel, the last too, stand stride - 1 zeros; so the image needs that much less padding at its end.
    const before = [0, 1].map((d) => reach[d] - padding[d]);
    const after = [0, 1].map((d) => before[d] + extra[d] - (stride[d] - 1));
    const image = cropped(b, spread(b, nhwc(b, b.value(x)), stride), before, after);
    const pad = [...before, ...after].map((p) => Math.max(p, 0));
    const operands = { x: image, w: gemm.weight, bias: gemm.bias };
    const sums = b.emit(irConv2d, operands, { stride: [1, 1], dilation, pad }, { name: `${b.name}.sums` });
    return nchw(b, gemm.finish(sums));
  }) as T;
}

/** Weights [C, O / groups, KH, KW] as [O, KH, KW, C / groups], both kernel axes reversed. */
function turned(w: QTensor, groups: number): QTensor {
  const [channels, outputs, kh, kw] = w.shape;
  const inputs = channels / groups;
  const from = w.ints();
  const to = allocateInts(w.dtype, from.length);
  let at = 0;
  for (let o = 0; o < outputs * groups; o++)
    for (let y = kh - 1; y >= 0; y--)
      for (let z = kw - 1; z >= 0; z--)
        for (let i = 0; i < inputs; i++) {
          const channel = Math.floor(o / outputs) * inputs + i;
          to[at++] = from[((channel * outputs + (o % outputs)) * kh + y) * kw + z];
        }
  return QTensor.dense(to, [outputs * groups, kh, kw, inputs], w.quantizer());
}

/** An NHWC image with stride - 1 zero points after each pixel, in both directions. */
function spread(b: Build, x: Node, [sy, sx]: readonly number[]): Node {
  if (sy === 1 && sx === 1) return x;
  const [n, h, w, c] = x.type.shape;
  const apart = b.emit(irReshape, { x }, { shape: [n, h, 1, w, 1, c] }, { name: `${b.name}.apart` });
  const attrs = { before: [0, 0, 0, 0, 0, 0], after: [0, 0, sy - 1, 0, sx - 1, 0], value: [zeroOf(x.type)] };
  const padded = b.emit(irPad, { x: apart }, attrs, { name: `${b.name}.zeros` });
  return b.emit(irReshape, { x: padded }, { shape: [n, h * sy, w * sx, c] }, { name: `${b.name}.spread` });
}

/** The image without what negative paddings [height, width] take away. */
function cropped(b: Build, x: Node, before: readonly number[], after: readonly number[]): Node {
  if ([...before, ...after].every((p) => p >= 0)) return x;
  const [n, h, w, c] = x.type.shape;
  const begin = [0, Math.max(0, -before[0]), Math.max(0, -before[1]), 0];
  const size = [n, h - begin[1] + Math.min(0, after[0]), w - begin[2] + Math.min(0, after[1]), c];
  return b.emit(irSlice, { x }, { begin, size, step: [1, 1, 1, 1] }, { name: `${b.name}.cropped` });
}
