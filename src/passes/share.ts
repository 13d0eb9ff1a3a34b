/** What is computed twice is computed once. */
import { type Node, operandsOf } from "../ir/graph.ts";
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
      const key = `${n.op.name} ${operandsOf(n).map(idOf)}`;
      const like = seen.get(key) ?? [];
      seen.set(key, like);
      const equal = like.find((m) => b.usesOf(m) > 0 && sameType(m.type, n.type) && sameAttrs(m, n));
      if (!equal) like.push(n);
      return equal;
    },
  ),
]);

/** Same attributes, and the operands in the same slots. Infinite bounds of clamps tell apart, though JSON has no word for them. */
function sameAttrs(a: Node, b: Node): boolean {
  const given = (n: Node) => Object.keys(n.op.operands).filter((key) => n.in[key] !== undefined);
  const text = (n: Node) =>
    JSON.stringify([given(n), n.attrs], (_, v) => (Number.isFinite(v) ? v : typeof v === "number" ? String(v) : v));
  return text(a) === text(b);
}
