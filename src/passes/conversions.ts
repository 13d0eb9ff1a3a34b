/** Conversions that give back what they were given. All 256 inputs are tried, so nothing is assumed about the rounding. */

import type { Node } from "../ir/graph.ts";
import { conv2d, linear } from "../ir/ops/conv.ts";
import { clamp } from "../ir/ops/elementwise.ts";
import { clamp as limit } from "../ir/rescale.ts";
import { sameType, storages } from "../ir/type.ts";
import { byteFunction } from "./byte-function.ts";
import { rulePass } from "./pass.ts";
import { type Rewriter, rule } from "./rewrite.ts";

/**
 * A chain from an 8-bit value to the same type that changes no value, or only limits it: its leaf and its range. Between
 * different quantizers no chain cancels; `tabulate` makes one lookup of it.
 */
function identity(node: Node, b: Rewriter): { leaf: Node; range: readonly [number, number] } | undefined {
  if (node.op === clamp) return undefined;
  const f = byteFunction(node, b);
  if (!f || !sameType(f.leaf.type, node.type)) return undefined;
  const values = f.values as Int8Array;
  const lowest = storages[node.type.storage].min;
  const [lo, hi] = [Math.min(...values), Math.max(...values)];
  return values.every((v, i) => v === limit(i + lowest, lo, hi)) ? { leaf: f.leaf, range: [lo, hi] } : undefined;
}

/** The 8-bit value whose distance from its zero point is that of `node` for all 256 values, on the same scale. */
function shifted(node: Node, b: Rewriter): Node | undefined {
  const f = byteFunction(node, b);
  const [from, to] = [f?.leaf.type, node.type];
  if (!f || from?.quant?.kind !== "tensor" || to.quant?.kind !== "tensor" || from.quant.scale !== to.quant.scale)
    return;
  const shift = to.quant.zero - from.quant.zero + storages[from.storage].min;
  return (f.values as Int8Array).every((v, i) => v === i + shift) ? f.leaf : undefined;
}

const elementwise = (op: { kind: string }) => op.kind === "elementwise";

export const cancelConversions = rulePass(
  "cancelConversions",
  "Conversions of 8-bit values that lead back to the same quantizer vanish, or leave their clamp.",
  [
    // quantize(dequantize(x)) == x, requantize(x) == x, ... where all 256 values agree
    rule("conversion-is-identity", elementwise, (n, b) => {
      const id = identity(n, b);
      const { min, max } = storages[n.type.storage];
      return id && id.range[0] === min && id.range[1] === max ? id.leaf : undefined;
    }),

    rule("conversion-is-clamp", elementwise, (n, b) => {
      const id = identity(n, b);
      return id && b.make(clamp, { x: id.leaf }, { range: id.range });
    }),

    // sum of (x - zero)(w - zero) does not change when x and its zero point move together: u8 to i8 costs nothing
    rule("shift-into-product", [conv2d, linear], (n, b) => {
      const x = shifted(n.in.x, b);
      return x && b.change(n, { in: { x } });
    }),
  ],
);
