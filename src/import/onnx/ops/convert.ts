/** Changes of element type, and rounding to element types that the IR keeps in wider storage. */
import type { Node } from "../../../ir/graph.ts";
import { binary, cast, clamp, unary } from "../../../ir/ops/elementwise.ts";
import { compare, where } from "../../../ir/ops/where.ts";
import type { Operator } from "../context.ts";
import { carriers, float8, formatOf, packedIntegers } from "../elements.ts";
import type { Element } from "../schema.ts";

/** A value of `element` as its type holds it: rounded to its own bits, or reduced modulo 2^32. */
export function held(op: Operator, node: Node, element: Element): Node {
  const format = formatOf(element);
  if (format) return op.make(unary, { x: node }, { fn: format.rounding });
  if (element === "UINT32")
    return op.make(binary, { x: node, y: op.scalar("i64", 0xffffffffn, "mask") }, { fn: "and" });
  return node;
}

/** States result `i` of an operator whose arithmetic was done in the carrier of `element`. */
export function resultHeld(op: Operator, node: Node, element: Element, i = 0): void {
  op.result(held(op, node, element), element, i);
}

/**
 * Real numbers as floats of 8 or 4 bits: the nearest one, halves to even. Beyond the largest they become the largest, or,
 * where the node says that it does not saturate, infinite or not-a-number, whichever the format has.
 */
export function narrowed(op: Operator, x: Node, element: Element): Node {
  const { largest, special } = formatOf(element)!;
  const limits = { range: [-largest, largest] as const };
  const saturates = op.int("saturate", 1) !== 0 || special === "none";
  const y = held(op, saturates ? op.make(clamp, { x }, limits) : x, element);
  // Formats whose sign alone is not-a-number have one zero.
  const zero = special === "fnuz" ? op.make(binary, { x: y, y: op.scalar("f32", 0) }, { fn: "add" }) : y;
  if (saturates) return zero;
  const beyond = op.make(
    compare,
    { x: op.make(unary, { x: zero }, { fn: "abs" }), y: op.scalar("f32", largest) },
    { fn: "gt" },
  );
  const signed = (v: number) => op.make(binary, { x: zero, y: op.scalar("f32", v) }, { fn: "mul" });
  const instead = signed(special === "ieee" ? Number.POSITIVE_INFINITY : Number.NaN);
  return op.make(where, { condition: beyond, x: instead, y: zero });
}

/** A value as another element type. */
export function converted(op: Operator, x: Node, from: Element, to: Element): Node {
  if (from === to) return x;
  const { storage } = carriers[to]!;
  const plain = x.type.storage === storage && !x.type.quant ? x : op.make(cast, { x }, {}, { storage });
  if (float8.includes(to)) return narrowed(op, plain, to);
  if (to === "FLOAT8E8M0") op.unsupported("results of type FLOAT8E8M0");
  if (!packedIntegers.includes(to)) return held(op, plain, to);
  // The low bits; where there is a sign, the highest of them is it.
  const mask = 2 ** (8 * carriers[to]!.bytes) - 1;
  const low = op.make(binary, { x: plain, y: op.scalar(storage, mask, "mask") }, { fn: "and" });
  if (storage === "u8") return low;
  const sign = () => op.scalar(storage, (mask + 1) / 2, "sign");
  return op.make(binary, { x: op.make(binary, { x: low, y: sign() }, { fn: "xor" }), y: sign() }, { fn: "sub" });
}
