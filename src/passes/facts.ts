/** General questions about nodes, answered from types, attributes and declarations, never from a list of ops. */
import { type Node, operandsOf, typesOf } from "../ir/graph.ts";
import type { Constraint } from "../ir/op.ts";
import { clamp, table } from "../ir/ops/elementwise.ts";
import { constant } from "../ir/ops/source.ts";
import { clamp as limit } from "../ir/rescale.ts";
import { type Quant, sizeOf, storages, type TensorType } from "../ir/type.ts";

/** A closed range of stored values. */
export type Limits = readonly [number, number];

/**
 * The stored values that a node can hold, as far as the node itself tells: those of its storage, within its attribute `clamp`,
 * its last stage, or the range of the op clamp. An op's attribute `clamp` is by convention the last thing that it does.
 */
export function limitsOf(node: Node): Limits {
  const { min, max } = storages[node.type.storage];
  const own: Limits | undefined =
    node.op === clamp ? node.attrs.range : (node.attrs.clamp ?? node.attrs.epilogue?.at(-1)?.clamp);
  return own ? [Math.max(own[0], min), Math.min(own[1], max)] : [min, max];
}

/**
 * The one clamp that does what `inner` and then `outer` do: both bounds of the inner go through the outer, since the
 * ranges may be disjoint: [0, 10] and then [20, 30] is [20, 20]. On floats, where two zeros compare equal and are not
 * the same bits, only ranges that overlap in more than a point are joined.
 */
export function thenClamp(inner: Limits, outer: Limits, float: boolean): Limits | undefined {
  if (float && !(Math.max(inner[0], outer[0]) < Math.min(inner[1], outer[1]))) return undefined;
  return [limit(inner[0], outer[0], outer[1]), limit(inner[1], outer[0], outer[1])];
}

/** Whether a node meets the numbered constraints of its op: a kernel may take over less than there is. */
export function isLegal(node: Node): boolean {
  const types = typesOf(node.op, node.in);
  return ((node.op.verify ?? []) as Constraint<any, any>[]).every((c) => c.holds(types, node.attrs, node.type));
}

export const isConstant = (node: Node): boolean => node.op === constant;

/** Stored in 8 bits on one scale, or without one: a function of such a value is a table of 256 entries. */
export const isByte = (type: TensorType): boolean =>
  (type.storage === "i8" || type.storage === "u8") && !hasAxis(type.quant);

const hasAxis = (quant: Quant | undefined): boolean =>
  quant?.kind === "axis" || (quant?.kind === "product" && quant.b.kind === "axis");

/**
 * Whether an elementwise node does the same to every element, wherever that stands: no quantizer along an axis and no
 * rounding rule with constants per channel. Its constant operands may still vary (`variesAlong`).
 */
export function isUniform(node: Node): boolean {
  if (node.op.kind !== "elementwise" || hasAxis(node.type.quant)) return false;
  if (operandsOf(node).some((n) => hasAxis(n.type.quant))) return false;
  return Object.values(node.attrs).every((v: any) => !(Array.isArray(v?.a) && v.a.length > 1));
}

/** The operands that an elementwise node goes through element by element; a table's entries are not. */
export function elementOperands(node: Node): { key: string; node: Node }[] {
  return Object.keys(node.op.operands)
    .filter((key) => node.in[key] !== undefined && !(node.op === table && key === "t"))
    .map((key) => ({ key, node: node.in[key] }));
}

/** Whether a constant gives every element the same. */
export const isSingle = (node: Node): boolean => isConstant(node) && sizeOf(node.type.shape) === 1;

/** Whether each window of a pool or convolution along one axis has at least one element inside the image. */
function meets(size: number, out: number, window: number, stride: number, before: number, dilation: number): boolean {
  for (let o = 0; o < out; o++) {
    const first = o * stride - before;
    let inside = false;
    for (let k = 0; k < window && !inside; k++) inside = first + k * dilation >= 0 && first + k * dilation < size;
    if (!inside) return false;
  }
  return true;
}

/** Where a window is on an NHWC image. */
export interface Windows {
  readonly window: readonly number[];
  readonly stride: readonly number[];
  readonly pad: readonly number[];
  readonly dilation: readonly number[];
}

/** Whether every window meets the image, so that padding alone never makes a result. */
export function windowsMeet(x: TensorType, result: TensorType, w: Windows): boolean {
  return [0, 1].every((d) =>
    meets(x.shape[d + 1], result.shape[d + 1], w.window[d], w.stride[d], w.pad[d], w.dilation[d]),
  );
}
