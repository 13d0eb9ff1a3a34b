/** Convolutions. */
import type { Node } from "../../../ir/graph.ts";
import { conv2d } from "../../../ir/ops/conv.ts";
import { requantize } from "../../../ir/ops/quant.ts";
import type { Operator } from "../context.ts";
import { nchw, nhwc, plane, planePad, type Windows, windows } from "../layout.ts";
import { biasOf, weightsOf } from "../products.ts";
import { perTensorBehind, quantizedBehind, type Target } from "../qdq.ts";
import { gemmRescale } from "../recipes.ts";

/** The windows of a convolution of x with weights [O, C / group, spatial ...]. */
export function convWindows(op: Operator, x: Node, w: Node): Windows {
  const rank = x.type.shape.length - 2;
  if (rank < 1 || w.type.shape.length !== rank + 2) {
    op.fail(`wants an image and a kernel of as many dimensions, found [${x.type.shape}] and [${w.type.shape}]`);
  }
  const kernel = w.type.shape.slice(2);
  const stated = op.ints("kernel_shape");
  if (stated && stated.join() !== kernel.join()) op.fail(`wants kernel_shape [${kernel}], found [${stated}]`);
  const [o, i] = w.type.shape;
  const groups = op.int("group", 1);
  if (groups < 1 || x.type.shape[1] !== i * groups || o % groups !== 0) {
    op.fail(`wants ${groups} groups of channels, found x of ${x.type.shape[1]} and weights of [${w.type.shape}]`);
  }
  return windows(op, x.type.shape.slice(2), kernel);
}

/** The IR's window attributes of a convolution in a plane. */
export const convAttrs = ({ strides, dilations, pads }: Windows) => ({
  stride: plane(strides, 1),
  dilation: plane(dilations, 1),
  pad: planePad(pads),
});

/** The dimensions of weights [O, I, (H,) W] in the order [O, H, W, I], with H inserted where it is missing. */
export const outputFirst = (rank: number): number[] => (rank === 1 ? [0, 2, 1] : [0, 2, 3, 1]);

/** Conv between dequantize and quantize: exact sums, then one rescaling. */
export function convFusion(op: Operator, target: Target): Node | undefined {
  const [x, w] = [perTensorBehind(op.input(0)), quantizedBehind(op.input(1))];
  if (!x || !w) return undefined;
  return integerConv(op, x, x.type.quant, w, target);
}

/** The convolution of stored x with stored constant weights, on the target's quantizer. */
export function integerConv(
  op: Operator,
  x: Node,
  quant: Target["quant"],
  w: Node,
  target: Target,
  biasAt = 2,
): Node | undefined {
  const rank = op.input(0).type.shape.length - 2;
  if ((x.type.storage !== "i8" && x.type.storage !== "u8") || rank > 2) return undefined;
  const place = convWindows(op, x, w);
  const weights = weightsOf(op, w, outputFirst(rank));
  if (!weights) return undefined;
  const [o, ...rest] = weights.node.type.shape;
  const kernel = rank === 1 ? withShape(weights.node, [o, 1, ...rest]) : weights.node;
  const bias = op.has(biasAt) ? biasOf(op, biasAt, quant, { ...weights, node: kernel }, o) : undefined;
  if (op.has(biasAt) && !bias) return undefined;
  const sums = op.make(conv2d, { x: nhwc(op, x), w: kernel, bias }, convAttrs(place), { name: `${op.name}/sums` });
  const by = gemmRescale(op.model.numerics, x.type.storage, quant.scale, weights.scales, target.quant.scale);
  const { storage, clamp } = target;
  return nchw(op, op.make(requantize, { x: sums }, { by, clamp }, { storage, quant: target.quant }), rank + 2);
}

/** A constant under another shape that keeps its first dimension. */
export const withShape = (constant: Node, shape: readonly number[]): Node => ({
  ...constant,
  type: { ...constant.type, shape },
});
