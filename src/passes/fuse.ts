/**
 * Letting producers do their consumers' work: the epilogue of a kernel takes over what follows its sums, and ops that
 * clamp their result take over clamps. After this a convolution of a residual block is one node.
 */
import { exchanged } from "../ir/addition.ts";
import type { Epilogue } from "../ir/epilogue.ts";
import type { Node } from "../ir/graph.ts";
import { clamp, qadd, table } from "../ir/ops/elementwise.ts";
import { kConv, kGemm } from "../ir/ops/kernel.ts";
import { requantize } from "../ir/ops/quant.ts";
import { sameShape, storages, zeroOf } from "../ir/type.ts";
import { isLegal, thenClamp } from "./facts.ts";
import { rulePass } from "./pass.ts";
import { type Rewriter, rule } from "./rewrite.ts";

/** A convolution or matrix product that nothing but the node at hand reads. */
const absorbKernel = (node: Node, b: Rewriter) => b.absorb(node, kConv) ?? b.absorb(node, kGemm);

export const fuseRequantize = rulePass("fuseRequantize", "Kernels requantize their sums before they store them.", [
  rule("requantize-into-kernel", requantize, (n, b) => {
    const kernel = absorbKernel(n.in.x, b);
    if (!kernel || kernel.attrs.epilogue.length > 0) return;
    const { by, clamp } = n.attrs;
    const epilogue: Epilogue = [{ kind: "requantize", by, zero: zeroOf(n.type), clamp }];
    const fused = b.make(kernel.op, kernel.in, { ...kernel.attrs, epilogue }, n.type);
    return isLegal(fused) ? fused : undefined;
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
    const kernel = absorbKernel(n.in.x, b);
    if (!kernel || kernel.attrs.epilogue.length > 0 || n.type.storage !== "f32") return;
    return b.change(kernel, { attrs: { epilogue: [{ kind: "clamp", clamp: n.attrs.range }] }, name: n.name });
  }),
]);

/** The storages that a kernel takes as its residual. */
const residualStorages: readonly string[] = kConv.operands.residual.storages;

export const fuseResidual = rulePass("fuseResidual", "Kernels add the other operand of a residual addition.", [
  // The kernel's value is x of the addition. Nothing but the addition reads it, so the residual cannot depend on it. Of
  // two kernels the later one adds: the earlier one's value is stored by then anyway.
  rule("add-into-kernel", qadd, (n, b) => {
    const candidates = [
      { kernel: absorbKernel(n.in.x, b), residual: n.in.y, by: n.attrs.by },
      { kernel: absorbKernel(n.in.y, b), residual: n.in.x, by: exchanged(n.attrs.by) },
    ].filter(
      ({ kernel, residual, by }) =>
        by &&
        kernel?.attrs.epilogue.length === 1 &&
        kernel.attrs.epilogue[0].kind === "requantize" &&
        [kernel, residual].every(
          (o) => residualStorages.includes(o.type.storage) && sameShape(o.type.shape, n.type.shape),
        ),
    );
    candidates.sort((p, q) => b.positionOf(q.kernel!) - b.positionOf(p.kernel!));
    if (candidates.length === 0) return;
    const { kernel, residual, by } = candidates[0];
    const epilogue = [...kernel!.attrs.epilogue, { kind: "add", by, zero: zeroOf(n.type), clamp: n.attrs.clamp }];
    return b.make(kernel!.op, { ...kernel!.in, residual }, { ...kernel!.attrs, epilogue }, n.type);
  }),
]);

export const fuseTable = rulePass("fuseTable", "Kernels look up the table that follows them.", [
  rule("table-into-kernel", table, (n, b) => {
    const kernel = absorbKernel(n.in.x, b);
    const last = kernel?.attrs.epilogue.at(-1)?.kind;
    if (!kernel || (last !== "requantize" && last !== "add")) return;
    const epilogue = [...kernel.attrs.epilogue, { kind: "table", lowest: storages[kernel.type.storage].min }];
    return b.make(kernel.op, { ...kernel.in, table: n.in.t }, { ...kernel.attrs, epilogue }, n.type);
  }),
]);
