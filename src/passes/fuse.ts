/**
 * Letting producers do their consumers' work: the epilogue of a kernel takes over what follows its sums, and ops that
 * clamp their result take over clamps. After this a convolution of a residual block is one node.
 */
import type { Epilogue } from "../ir/epilogue.ts";
import type { Node } from "../ir/graph.ts";
import { clamp } from "../ir/ops/elementwise.ts";
import { kConv, kGemm } from "../ir/ops/kernel.ts";
import { requantize } from "../ir/ops/quant.ts";
import { zeroOf } from "../ir/type.ts";
import { thenClamp } from "./limits.ts";
import { rulePass } from "./pass.ts";
import { type Rewriter, rule } from "./rewrite.ts";

/** A kernel with exact sums that nothing but the node at hand reads. */
const absorbSums = (node: Node, b: Rewriter) => b.absorb(node, kConv) ?? b.absorb(node, kGemm);

export const fuseRequantize = rulePass("fuseRequantize", "Kernels requantize their sums before they store them.", [
  rule("requantize-into-kernel", requantize, (n, b) => {
    const kernel = absorbSums(n.in.x, b);
    if (!kernel || kernel.attrs.epilogue.length > 0) return;
    const { by, clamp } = n.attrs;
    const epilogue: Epilogue = [{ kind: "requantize", by, zero: zeroOf(n.type), clamp }];
    return b.make(kernel.op, kernel.in, { ...kernel.attrs, epilogue }, n.type);
  }),
]);

export const fuseClamp = rulePass("fuseClamp", "Clamps move into the op that makes the value.", [
  // clamp(f(x) in [a, b], [lo, hi]) == f(x) in [clamp(a), clamp(b)]
  rule("clamp-into-producer", clamp, (n, b) => {
    const made: Node = n.in.x;
    if (b.usesOf(made) > 1 || !made.attrs.clamp) return;
    const joined = thenClamp(made.attrs.clamp, n.attrs.range, n.type.storage === "f32");
    return joined && b.change(made, { attrs: { clamp: joined }, name: n.name });
  }),

  rule("clamp-into-epilogue", clamp, (n, b) => {
    const made: Node = n.in.x;
    const last = (made.attrs.epilogue as Epilogue | undefined)?.at(-1);
    if (b.usesOf(made) > 1 || !last || last.kind === "table") return;
    const joined = thenClamp(last.clamp, n.attrs.range, n.type.storage === "f32");
    const epilogue = [...made.attrs.epilogue.slice(0, -1), { ...last, clamp: joined }];
    return joined && b.change(made, { attrs: { epilogue }, name: n.name });
  }),

  // Float sums have no rounding that could carry the clamp, so it is a stage of its own.
  rule("float-clamp-into-kernel", clamp, (n, b) => {
    const kernel = absorbSums(n.in.x, b);
    if (!kernel || kernel.attrs.epilogue.length > 0 || n.type.storage !== "f32") return;
    return b.change(kernel, { attrs: { epilogue: [{ kind: "clamp", clamp: n.attrs.range }] }, name: n.name });
  }),
]);
