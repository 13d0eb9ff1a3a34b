/** Images: ONNX has [N, C, spatial ...], the IR's windows [N, H, W, C]. Passes make the transposes here meet and vanish. */
import type { Node } from "../../ir/graph.ts";
import { reshape, transpose } from "../../ir/ops/shape.ts";
import type { Operator } from "./context.ts";

/** x [N, C, H, W] or [N, C, W] as [N, H, W, C], where H is 1 if there was none. */
export function nhwc(op: Operator, x: Node): Node {
  const name = `${op.name}/nhwc`;
  const [n, c, w] = x.type.shape;
  const image = x.type.shape.length === 3 ? op.make(reshape, { x }, { shape: [n, c, 1, w] }, { name }) : x;
  return op.make(transpose, { x: image }, { perm: [0, 2, 3, 1] }, { name });
}

/** The inverse, for a result of `rank` dimensions. */
export function nchw(op: Operator, x: Node, rank: number): Node {
  const moved = op.make(transpose, { x }, { perm: [0, 3, 1, 2] });
  const [n, c, , w] = moved.type.shape;
  return rank === 3 ? op.make(reshape, { x: moved }, { shape: [n, c, w] }) : moved;
}

/** A list over the spatial dimensions as [height, width]: one of 1-D images has height 1 and `otherwise`. */
export const plane = (list: readonly number[], otherwise: number): number[] =>
  list.length === 1 ? [otherwise, list[0]] : [...list];

/** Padding [begins ..., ends ...] as [top, left, bottom, right]. */
export const planePad = (pads: readonly number[]): number[] =>
  pads.length === 2 ? [0, pads[0], 0, pads[1]] : [...pads];

/** Where windows stand, over all spatial dimensions. */
export interface Windows {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Begins, then ends; grown at the end where `ceil_mode` adds a window. */
  readonly pads: readonly number[];
  /** The padding that the node states, which averages may count. */
  readonly stated: readonly number[];
}

/** The windows of a convolution or pool over `sizes`, by the node's attributes. */
export function windows(op: Operator, sizes: readonly number[], kernel: readonly number[]): Windows {
  const rank = sizes.length;
  const list = (name: string, length: number, otherwise: number, min: number): number[] => {
    const given = op.ints(name) ?? new Array<number>(length).fill(otherwise);
    if (given.length !== length || given.some((v) => v < min || v > 2 ** 30)) {
      op.fail(`wants ${length} ${name} of at least ${min}, found [${given}]`);
    }
    return given;
  };
  if (kernel.length !== rank || kernel.some((k) => k < 1))
    op.fail(`wants a kernel of ${rank} dimensions, found [${kernel}]`);
  const strides = list("strides", rank, 1, 1);
  const dilations = list("dilations", rank, 1, 1);
  const reach = kernel.map((k, d) => (k - 1) * dilations[d] + 1);
  const auto = op.text("auto_pad", "NOTSET");
  let pads: number[];
  if (auto === "NOTSET" || auto === "") pads = list("pads", 2 * rank, 0, 0);
  else if (auto === "VALID") pads = new Array<number>(2 * rank).fill(0);
  else if (auto === "SAME_UPPER" || auto === "SAME_LOWER") {
    const total = sizes.map((s, d) => Math.max(0, (Math.ceil(s / strides[d]) - 1) * strides[d] + reach[d] - s));
    const less = total.map((t) => t >> 1);
    const more = total.map((t) => t - (t >> 1));
    pads = auto === "SAME_UPPER" ? [...less, ...more] : [...more, ...less];
  } else op.fail(`wants auto_pad NOTSET, VALID, SAME_UPPER or SAME_LOWER, found ${auto}`);
  const stated = pads;
  if (op.int("ceil_mode", 0)) {
    // A window more where the last one would end outside, unless it would begin there.
    pads = pads.map((p, i) => {
      const d = i - rank;
      if (d < 0) return p;
      const span = sizes[d] + pads[d] + p - reach[d];
      let count = Math.ceil(span / strides[d]) + 1;
      if ((count - 1) * strides[d] >= sizes[d] + pads[d]) count--;
      return Math.max(p, (count - 1) * strides[d] + reach[d] - sizes[d] - pads[d]);
    });
  }
  sizes.forEach((s, d) => {
    if (reach[d] > s + pads[d] + pads[rank + d]) {
      op.fail(`wants windows of at most ${s + pads[d] + pads[rank + d]}, found ${reach[d]} along dimension ${d + 2}`);
    }
  });
  return { kernel, strides, dilations, pads, stated };
}
