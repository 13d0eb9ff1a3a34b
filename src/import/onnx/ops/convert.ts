/** Changes of element type, and rounding to element types that the IR keeps in wider storage. */
import type { Node } from "../../../ir/graph.ts";
import { binary, cast, unary } from "../../../ir/ops/elementwise.ts";
import type { Operator } from "../context.ts";
import { carriers } from "../elements.ts";
import type { Element } from "../schema.ts";

/** A value of `element` as its type holds it: rounded to 16 bits, or reduced modulo 2^32. */
export function held(op: Operator, node: Node, element: Element): Node {
  if (element === "FLOAT16") return op.make(unary, { x: node }, { fn: "half" });
  if (element === "UINT32")
    return op.make(binary, { x: node, y: op.scalar("i64", 0xffffffffn, "mask") }, { fn: "and" });
  return node;
}

/** States result `i` of an operator whose arithmetic was done in the carrier of `element`. */
export function resultHeld(op: Operator, node: Node, element: Element, i = 0): void {
  op.result(held(op, node, element), element, i);
}

/** A value as another element type. */
export function converted(op: Operator, x: Node, from: Element, to: Element): Node {
  if (from === to) return x;
  const { storage } = carriers[to]!;
  const plain = x.type.storage === storage && !x.type.quant ? x : op.make(cast, { x }, {}, { storage });
  if (to === "FLOAT16" || to === "UINT32") return held(op, plain, to);
  if (to === "INT4" || to === "UINT4") {
    // The low four bits; of INT4 the highest of them is the sign.
    const low = op.make(binary, { x: plain, y: op.scalar(storage, 15, "mask") }, { fn: "and" });
    if (to === "UINT4") return low;
    const eight = () => op.scalar(storage, 8, "sign");
    return op.make(binary, { x: op.make(binary, { x: low, y: eight() }, { fn: "xor" }), y: eight() }, { fn: "sub" });
  }
  return plain;
}
