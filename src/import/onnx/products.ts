/** Weights, biases and rescaling of integer convolutions and products. */
import type { Node } from "../../ir/graph.ts";
import { transpose } from "../../ir/ops/shape.ts";
import { makeConst } from "../../ir/ops/source.ts";
import { type PerTensor, perAxis, productOf, type Quant, sizeOf, type TypedArray } from "../../ir/type.ts";
import type { Operator } from "./context.ts";
import { fold } from "./model.ts";
import { gemmBias } from "./recipes.ts";

/** Constant weights [O, ...]: what convolutions and products take. */
export interface Weights {
  readonly node: Node;
  /** For the tensor, or for each output channel. */
  readonly scales: readonly number[];
}

/**
 * Quantized constant weights with their dimensions permuted, so that the outputs come first. Undefined if they are not
 * constant, not of 8 bits, or quantized along another dimension.
 */
export function weightsOf(op: Operator, w: Node, perm: readonly number[]): Weights | undefined {
  const { storage, shape, quant } = w.type;
  const data = fold(op.model, w);
  if (!data || !quant || quant.kind === "product" || (storage !== "i8" && storage !== "u8")) return undefined;
  if (quant.kind === "axis" && quant.axis !== perm[0]) return undefined;
  const type = { storage, shape: perm.map((p) => shape[p]) };
  const moved = movesElements(shape, perm)
    ? transpose.eval({ x: { type: { storage, shape }, data } }, { perm }, type)
    : data;
  const node = makeConst(
    w.name,
    { ...type, quant: quant.kind === "axis" ? perAxis(quant.channels, 0) : quant },
    moved,
    w.source,
  );
  return { node, scales: quant.kind === "axis" ? quant.channels.scales : [quant.scale] };
}

/** Whether a transpose is more than another shape: dimensions of one element may go anywhere. */
function movesElements(shape: readonly number[], perm: readonly number[]): boolean {
  const order = perm.filter((p) => shape[p] !== 1);
  return order.some((p, i) => i > 0 && p < order[i - 1]);
}

/**
 * The bias of input `i` as integers on the scale of the sums, one for each of `count` outputs: as it is stored if it was
 * quantized to 32 bits, by the profile's recipe if it is real. Undefined if it is neither constant.
 */
export function biasOf(op: Operator, i: number, x: PerTensor, w: Weights, count: number): Node | undefined {
  const node = op.input(i);
  const stored: Node = node.op.name === "dequantize" ? node.in.x : node;
  const value = fold(op.model, stored);
  if (!value || ![1, count].includes(sizeOf(node.type.shape))) return undefined;
  const scaleOf = (c: number): number => w.scales[w.scales.length === 1 ? 0 : c];
  const single = value.length === 1;
  let data: TypedArray;
  if (stored.type.storage === "i32") {
    data = single ? new Int32Array(count).fill((value as Int32Array)[0]) : value;
    if (!agrees(stored.type.quant, x.scale, w.scales)) op.warn("the scale of its bias is not that of its sums");
  } else if (stored.type.storage === "f32") {
    const real = value as Float32Array;
    data = new Int32Array(count);
    for (let c = 0; c < count; c++) {
      data[c] = gemmBias(op.model.numerics, real[single ? 0 : c], x.scale, scaleOf(c));
    }
  } else return undefined;
  return makeConst(
    node.name,
    { storage: "i32", shape: [count], quant: productOf(x, w.node.type.quant!, 0) },
    data,
    op.where,
  );
}

/** Whether a bias's stated scales are the sums' up to float32 rounding. */
function agrees(stated: Quant | undefined, x: number, w: readonly number[]): boolean {
  if (!stated || stated.kind === "product") return true;
  const scales = stated.kind === "tensor" ? [stated.scale] : stated.channels.scales;
  for (let c = 0; c < scales.length; c++) {
    const s = scales[c];
    if (!(Math.abs(s - x * w[w.length === 1 ? 0 : c]) <= s / 1024)) return false;
  }
  return true;
}
