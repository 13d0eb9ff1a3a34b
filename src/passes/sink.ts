/**
 * Elementwise ops move past ops that only move or select values, towards the op that made the values, which can then take
 * them over; a requantize that nobody takes over moves the other way, to where fewer values are left. Exact where the op
 * passed returns some of the values that it was given (quantizer rule `sameAs`), or the largest and the function is monotone.
 */
import type { Node } from "../ir/graph.ts";
import { clamp, table } from "../ir/ops/elementwise.ts";
import { maxPool } from "../ir/ops/pool.ts";
import { requantize } from "../ir/ops/quant.ts";
import { concat, reshape } from "../ir/ops/shape.ts";
import { sameShape, sizeOf } from "../ir/type.ts";
import { byteFunction } from "./byte-function.ts";
import { elementOperands, isConstant, isSingle, isUniform, windowsMeet } from "./facts.ts";
import { rulePass } from "./pass.ts";
import { type Rewriter, rule } from "./rewrite.ts";

/** Whether a clamp of this value, which nothing else reads, can become part of making it. */
const takesClamp = (node: Node, b: Rewriter): boolean => b.usesOf(node) === 1 && node.attrs.clamp !== undefined;

const clampOf = (x: Node, n: Node, b: Rewriter): Node => b.change(n, { in: { x } });

export const sinkRequantize = rulePass(
  "sinkRequantize",
  "Elementwise ops move past reshapes, concatenations and max pools to where they cost less.",
  [
    // f(reshape(x)) == reshape(f(x))
    rule(
      "elementwise-before-reshape",
      (op) => op.kind === "elementwise",
      (n, b) => {
        if (!isUniform(n)) return;
        const [first, ...others] = elementOperands(n).filter((o) => !isConstant(o.node));
        const moved = first && b.absorb(first.node, reshape);
        if (!moved || others.length > 0 || !sameShape(moved.type.shape, n.type.shape)) return;
        if (elementOperands(n).some((o) => isConstant(o.node) && !isSingle(o.node))) return;
        const made = b.change(n, { in: { [first.key]: moved.in.x } });
        // A constant of higher rank would add dimensions to x.
        if (!sameShape(made.type.shape, moved.in.x.type.shape)) return;
        return b.change(moved, { in: { x: made } });
      },
    ),

    // clamp(max_pool(x)) == max_pool(clamp(x)), since max and clamp are both monotone
    rule("clamp-before-max-pool", clamp, (n, b) => {
      const pool = b.absorb(n.in.x, maxPool);
      if (!pool || n.type.storage === "f32" || !takesClamp(pool.in.x, b)) return;
      if (!windowsMeet(pool.in.x.type, pool.type, pool.attrs)) return;
      return b.change(pool, { in: { x: clampOf(pool.in.x, n, b) } });
    }),

    // clamp(concat(x, y)) == concat(clamp(x), clamp(y))
    rule("clamp-before-concat", clamp, (n, b) => {
      const joined = b.absorb(n.in.x, concat);
      if (!joined?.in.xs.every((x) => takesClamp(x, b))) return;
      return b.change(joined, { in: { xs: joined.in.xs.map((x) => clampOf(x, n, b)) } });
    }),

    // max_pool(f(x)) == f(max_pool(x)) for an f that never falls: all 256 values are looked at
    rule("requantize-after-max-pool", maxPool, (n, b) => {
      const f = b.absorb(n.in.x, requantize) ?? b.absorb(n.in.x, table);
      if (!f || sizeOf(n.type.shape) >= sizeOf(f.type.shape) || !windowsMeet(f.type, n.type, n.attrs)) return;
      const fn = byteFunction(f, b);
      if (fn?.leaf !== f.in.x || fn.values.some((v, i) => i > 0 && v < fn.values[i - 1])) return;
      return b.change(f, { in: { x: b.change(n, { in: { x: f.in.x } }) } });
    }),
  ],
);
