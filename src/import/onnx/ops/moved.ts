/** Movements and limits between dequantize and quantize on one quantizer, done on the stored integers: not a bit changes. */
import { make, type Node, withOperands } from "../../../ir/graph.ts";
import { clamp } from "../../../ir/ops/elementwise.ts";
import { maxPool } from "../../../ir/ops/pool.ts";
import { gather } from "../../../ir/ops/select.ts";
import { concat, pad, reshape, slice, transpose } from "../../../ir/ops/shape.ts";
import { sameQuant } from "../../../ir/type.ts";
import type { Numerics } from "../model.ts";
import { quantizedBehind, storedBound, type Target } from "../qdq.ts";

const movements = new Set<unknown>([reshape, transpose, slice, gather, maxPool, pad]);

/** The stored integers on the target's quantizer that a float value stands for; undefined if it is more than moved. */
export function moved(x: Node, target: Target, numerics: Numerics, depth = 0): Node | undefined {
  const q = quantizedBehind(x);
  if (q) return q.type.storage === target.storage && sameQuant(q.type.quant, target.quant) ? q : undefined;
  if (depth > 8) return undefined;
  const behind = (n: Node) => moved(n, target, numerics, depth + 1);
  if (x.op === concat) {
    const xs = (x.in.xs as readonly Node[]).map(behind);
    return xs.every((n) => n !== undefined) ? withOperands(x, { xs }) : undefined;
  }
  const limits = x.op === clamp;
  if (!limits && (!movements.has(x.op) || (x.op === pad && x.attrs.value[0] !== 0))) return undefined;
  const inner = behind(x.in.x);
  if (!inner) return undefined;
  if (limits) {
    // Quantizing is monotone and gives every stored value back: limiting before it is limiting by quantized bounds.
    const [lo, hi] = (x.attrs.range as readonly [number, number]).map((v) => storedBound(v, target, numerics));
    return make(clamp, { x: inner }, { range: [lo, hi] }, { name: x.name, source: x.source });
  }
  const value = { ...x, attrs: x.op === pad ? { ...x.attrs, value: [target.quant.zero] } : x.attrs };
  return withOperands(value, { ...x.in, x: inner });
}
