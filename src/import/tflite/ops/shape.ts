/** Data movement: stored values stay what they are. */
import { reshape } from "../../../ir/ops/shape.ts";
import { sizeOf } from "../../../ir/type.ts";
import type { Operator } from "../context.ts";
import { anything, type Conversions } from "./table.ts";

/** The shape that RESHAPE asks for, its one -1 worked out. */
function wantedShape(op: Operator): readonly number[] {
  const size = sizeOf(op.input(0).type.shape);
  const given = op.hasInput(1) ? op.constant(1) : op.options("Reshape").shape;
  if (!given) {
    if (!op.output().fixed) op.unsupported("a shape that is computed at run time");
    return op.output().shape;
  }
  const shape = Array.from(given as readonly number[], Number);
  const open = shape.indexOf(-1);
  if (open === -1) return shape;
  const rest = shape.reduce((n, d, i) => (i === open ? n : n * d), 1);
  if (shape.lastIndexOf(-1) !== open || rest <= 0 || size % rest !== 0)
    op.fail(`wants a shape of ${size} elements, found [${shape}]`);
  shape[open] = size / rest;
  return shape;
}

export const shapeConversions: Conversions = {
  RESHAPE: {
    types: anything,
    convert: (op) => op.result(op.make(reshape, { x: op.input(0) }, { shape: wantedShape(op) })),
  },
};
