/** Chains of functions of one 8-bit value become one lookup in a table of 256 entries. */
import type { Node } from "../ir/graph.ts";
import { clamp, table } from "../ir/ops/elementwise.ts";
import { makeConst } from "../ir/ops/source.ts";
import { tensorType } from "../ir/type.ts";
import { byteFunction } from "./byte-function.ts";
import { rulePass } from "./pass.ts";
import { rule } from "./rewrite.ts";

/** What a step is called in a table's `of`. */
const nameOf = (step: Node): string => (step.op === table && step.attrs.of) || step.attrs.fn || step.op.name;

export const tabulate = rulePass("tabulate", "Chains of functions of one 8-bit value become one table.", [
  rule(
    "chain-to-table",
    (op) => op.kind === "elementwise",
    (n, b) => {
      const f = byteFunction(n, b);
      if (!f) return;
      // A table by itself is one already, and whatever makes a value takes a clamp for nothing.
      if (f.steps.every((s) => s.op === clamp) || (f.steps.length === 1 && n.op === table)) return;
      const t = makeConst(`${n.name}.table`, tensorType(n.type.storage, [256]), f.values);
      return b.make(table, { x: f.leaf, t }, { of: f.steps.map(nameOf).join(", ") }, n.type);
    },
  ),
]);
