/** What depends only on constants is evaluated once, by the op's own meaning. */
import { operandsOf } from "../ir/graph.ts";
import { evaluate } from "../ir/interpret.ts";
import { constantOf, makeConst } from "../ir/ops/source.ts";
import { byteLength } from "../ir/type.ts";
import { isConstant } from "./facts.ts";
import { rulePass } from "./pass.ts";
import { rule } from "./rewrite.ts";

/** Results up to this size are folded in any case; larger ones only if they are at most `growth` times their operands. */
const smallBytes = 65536;
/** An 8-bit constant may become f32. */
const growth = 4;

export const foldConstants = rulePass("foldConstants", "What depends only on constants becomes a constant.", [
  rule(
    "fold-constant",
    (op) => op.kind !== "source",
    (n) => {
      const operands = operandsOf(n);
      if (operands.length === 0 || !operands.every(isConstant)) return;
      const bytes = byteLength(n.type);
      if (bytes > smallBytes && bytes > growth * operands.reduce((sum, o) => sum + byteLength(o.type), 0)) return;
      return makeConst(
        n.name,
        n.type,
        evaluate(n, (o) => constantOf(o)!),
        n.source,
      );
    },
  ),
]);
