/** Values as stored integers: on another quantizer, and out of rounded numbers. */
import type { Node } from "../../../ir/graph.ts";
import { cast, clamp } from "../../../ir/ops/elementwise.ts";
import { constantOf, makeConst } from "../../../ir/ops/source.ts";
import { type Quant, sameQuant, storages, type TensorType } from "../../../ir/type.ts";
import type { Operator } from "../context.ts";
import { carriers } from "../elements.ts";
import type { Element } from "../schema.ts";

/** The integers that results of an element type may have. */
export const rangeOf = (element: Element): readonly [number, number] => {
  const { storage, range } = carriers[element]!;
  return range ?? [storages[storage].min, storages[storage].max];
};

/** The same stored integers on a quantizer. */
export function retyped(op: Operator, x: Node, quant: Quant, name = `${op.name}/stored`): Node {
  if (sameQuant(x.type.quant, quant)) return x;
  const data = constantOf(x);
  if (data) return makeConst(x.name, { ...x.type, quant }, data, x.source);
  return op.make(cast, { x }, {}, { storage: x.type.storage, quant, name });
}

/** Rounded numbers within a range as stored integers. */
export function limited(
  op: Operator,
  x: Node,
  range: readonly [number, number],
  storage: TensorType["storage"],
  quant?: Quant,
) {
  const numbers = op.make(clamp, { x }, { range });
  return op.make(cast, { x: numbers }, {}, quant ? { storage, quant } : { storage });
}
