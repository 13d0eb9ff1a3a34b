/** Padding as a node of its own moves into the window that reads it, where it costs nothing. */
import type { Node } from "../ir/graph.ts";
import { conv2d } from "../ir/ops/conv.ts";
import { maxPool } from "../ir/ops/pool.ts";
import { pad } from "../ir/ops/shape.ts";
import { zeroOf } from "../ir/type.ts";
import { limitsOf, windowsMeet } from "./facts.ts";
import { rulePass } from "./pass.ts";
import { rule } from "./rewrite.ts";

/** What a pad node of an NHWC image adds as [top, left, bottom, right], on top of `inner`; undefined if it also pads N or C. */
function imagePad(node: Node | undefined, inner: readonly number[]): number[] | undefined {
  if (node?.op !== pad) return undefined;
  const { before, after } = node.attrs;
  if (before[0] || before[3] || after[0] || after[3]) return undefined;
  return [before[1], before[2], after[1], after[2]].map((v, i) => v + inner[i]);
}

export const fusePad = rulePass("fusePad", "Padding moves into the convolution or pool that reads it.", [
  // A stored zero point adds nothing to a sum of (x - zero)(w - zero), as the convolution's own padding does. A float
  // zero could still meet an infinite weight, so floats keep their pad.
  rule("pad-into-conv2d", conv2d, (n, b) => {
    const p = b.match(n.in.x, pad);
    const sides = imagePad(p, n.attrs.pad);
    if (!p || !sides || n.in.x.type.storage === "f32" || p.attrs.value[0] !== zeroOf(p.type)) return;
    return b.change(n, { in: { x: p.in.x }, attrs: { pad: sides } });
  }),

  // A value that is not above any of x never wins against one, and every window still has one of x to compare.
  rule("pad-into-max-pool", maxPool, (n, b) => {
    const p = b.match(n.in.x, pad);
    const sides = imagePad(p, n.attrs.pad);
    if (!p || !sides || n.in.x.type.storage === "f32" || p.attrs.value[0] > limitsOf(p.in.x)[0]) return;
    const { window, dilation } = n.attrs;
    if (sides.some((v, i) => v > (window[i % 2] - 1) * dilation[i % 2])) return;
    if (!windowsMeet(p.in.x.type, n.type, { ...n.attrs, pad: sides })) return;
    return b.change(n, { in: { x: p.in.x }, attrs: { pad: sides } });
  }),
]);
