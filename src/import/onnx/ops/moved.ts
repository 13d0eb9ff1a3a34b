/** Movements between dequantize and quantize on one quantizer, done on the stored integers: not a bit changes. */
import { type Node, withOperands } from "../../../ir/graph.ts";
import { maxPool } from "../../../ir/ops/pool.ts";
import { gather } from "../../../ir/ops/select.ts";
import { concat, pad, reshape, slice, transpose } from "../../../ir/ops/shape.ts";
import { sameQuant } from "../../../ir/type.ts";
import { quantizedBehind, type Target } from "../qdq.ts";

const movements = new Set<unknown>([reshape, transpose, slice, gather, maxPool, pad]);

/** The stored integers on the target's quantizer that a float value stands for; undefined if it is more than moved. */
export function moved(x: Node, target: Target, depth = 0): Node | undefined {
  const q = quantizedBehind(x);
  if (q) return q.type.storage === target.storage && sameQuant(q.type.quant, target.quant) ? q : undefined;
  if (depth > 8) return undefined;
  if (x.op === concat) {
    const xs = (x.in.xs as readonly Node[]).map((n) => moved(n, target, depth + 1));
    return xs.every((n) => n !== undefined) ? withOperands(x, { xs }) : undefined;
  }
  if (!movements.has(x.op) || (x.op === pad && x.attrs.value[0] !== 0)) return undefined;
  const inner = moved(x.in.x, target, depth + 1);
  if (!inner) return undefined;
  const value = { ...x, attrs: x.op === pad ? { ...x.attrs, value: [target.quant.zero] } : x.attrs };
  return withOperands(value, { ...x.in, x: inner });
}
