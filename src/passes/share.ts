/** What is computed twice is computed once. */
import type { Node } from "../ir/graph.ts";
import { sameType } from "../ir/type.ts";
import { rulePass } from "./pass.ts";
import { type Rewriter, rule } from "./rewrite.ts";

/** The nodes seen in one sweep, by op and operands. */
type Seen = Map<string, Node[]>;

const seenIn = new WeakMap<Rewriter, Seen>();
const ids = new WeakMap<Node, number>();
let lastId = 0;

function idOf(node: Node): number {
  let id = ids.get(node);
  if (id === undefined) ids.set(node, (id = ++lastId));
  return id;
}

export const shareEqual = rulePass("shareEqual", "The same op on the same operands is computed once.", [
  rule(
    "share-equal",
    (op) => op.kind !== "source",
    (n, b) => {
      let seen = seenIn.get(b);
      if (!seen) seenIn.set(b, (seen = new Map()));
      const key = keyOf(n);
      const like = seen.get(key) ?? [];
      seen.set(key, like);
      const equal = like.find((m) => b.usesOf(m) > 0 && sameType(m.type, n.type) && sameAttrs(m, n));
      if (!equal) like.push(n);
      return equal;
    },
  ),
]);

/** The op and what stands in each of its slots. */
function keyOf(node: Node): string {
  const slots = Object.keys(node.op.operands).map((key) => {
    const operand = node.in[key];
    return operand === undefined ? "" : Array.isArray(operand) ? operand.map(idOf).join("+") : idOf(operand);
  });
  return `${node.op.name} ${slots}`;
}

/** JSON has no word for the infinite bounds of clamps and writes -0 as 0, so numbers are written by themselves. */
function sameAttrs(a: Node, b: Node): boolean {
  const text = (n: Node) =>
    JSON.stringify(n.attrs, (_, v) => (typeof v === "number" ? (Object.is(v, -0) ? "-0" : String(v)) : v));
  return text(a) === text(b);
}
