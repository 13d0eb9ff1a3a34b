/** Constants, and operators that give what they were given. */
import { broadcast } from "../../../ir/ops/broadcast.ts";
import { makeConst } from "../../../ir/ops/source.ts";
import { allocate, sizeOf, type TypedArray } from "../../../ir/type.ts";
import type { Operator } from "../context.ts";
import { carriers, everything, floats, integers, maxElements, type Tensor } from "../elements.ts";
import type { Element } from "../schema.ts";
import type { Rows } from "./table.ts";

function constantOf(op: Operator, { element, shape, data }: Tensor): void {
  op.result(makeConst(op.name, { storage: carriers[element]!.storage, shape }, data, op.where), element);
}

/** Constant: one of several attributes holds the value. */
function constant(op: Operator): void {
  const t = op.tensor("value");
  if (t) {
    constantOf(op, t);
    return;
  }
  const list = <T extends TypedArray>(element: Element, data: T, scalar: boolean) =>
    constantOf(op, { element, shape: scalar ? [] : [data.length], data });
  if (op.hasAttribute("value_float")) {
    list("FLOAT", Float32Array.of(op.float("value_float", 0)), true);
    return;
  }
  if (op.hasAttribute("value_floats")) {
    list("FLOAT", Float32Array.from(op.floats("value_floats")!), false);
    return;
  }
  if (op.hasAttribute("value_int")) {
    list("INT64", BigInt64Array.of(BigInt(op.int("value_int", 0))), true);
    return;
  }
  if (op.hasAttribute("value_ints")) {
    list("INT64", BigInt64Array.from(op.ints("value_ints")!.map(BigInt)), false);
    return;
  }
  op.unsupported(`a value in ${op.attributes.join(", ") || "no attribute"}`);
}

function constantOfShape(op: Operator): void {
  const shape = op.integers(0, "a shape");
  if (shape.some((d) => d < 0 || d > maxElements) || sizeOf(shape) > maxElements) {
    op.fail(`wants a shape of at most ${maxElements} elements, found [${shape}]`);
  }
  const value = op.tensor("value") ?? { element: "FLOAT" as const, shape: [1], data: Float32Array.of(0) };
  if (value.data.length !== 1) op.fail(`wants a value of one element, found ${value.data.length}`);
  const single = makeConst(`${op.name}/value`, { storage: carriers[value.element]!.storage, shape: [] }, value.data);
  op.result(op.make(broadcast, { x: single }, { shape }), value.element);
}

/** Range: its bounds must be known, since they are the shape. */
function range(op: Operator): void {
  const element = op.element(0);
  const [start, limit, step] = [0, 1, 2].map((i) => Number(op.known(i, ["start", "limit", "delta"][i])[0]));
  const count = Math.max(0, Math.ceil((limit - start) / step));
  if (!Number.isFinite(count)) op.fail(`wants a finite range, found ${start} to ${limit} by ${step}`);
  op.positions(count);
  const data = allocate(carriers[element]!.storage, count);
  for (let i = 0; i < count; i++) {
    const v = start + i * step;
    if (data instanceof BigInt64Array) data[i] = BigInt(v);
    else data[i] = v;
  }
  constantOf(op, { element, shape: [count], data });
}

/** Shape, Size: of a static graph, constants. */
function shape(op: Operator): void {
  const { shape } = op.input(0).type;
  const rank = shape.length;
  const bound = (v: number): number => Math.max(0, Math.min(rank, v < 0 ? v + rank : v));
  const part = shape.slice(bound(op.int("start", 0)), bound(op.int("end", rank)));
  constantOf(op, { element: "INT64", shape: [part.length], data: BigInt64Array.from(part.map(BigInt)) });
}

const same = (op: Operator): void => op.result(op.input(0), op.element(0));

export const sourceRows: Rows = {
  Constant: { versions: [1], types: everything, limits: "sparse and string values", convert: constant },
  ConstantOfShape: { versions: [9], types: ["INT64"], convert: constantOfShape },
  Range: { versions: [11], types: [...floats, ...integers], limits: "bounds computed at run time", convert: range },
  Shape: { versions: [1], types: everything, convert: shape },
  Size: {
    versions: [1],
    types: everything,
    convert(op) {
      const data = BigInt64Array.of(BigInt(sizeOf(op.input(0).type.shape)));
      constantOf(op, { element: "INT64", shape: [], data });
    },
  },
  Identity: { versions: [1], types: everything, convert: same },
  Dropout: {
    versions: [7],
    types: floats,
    limits: "training mode, the mask",
    convert(op) {
      if (op.wants(1)) op.unsupported("the mask");
      if (op.has(2) && Number(op.known(2, "training mode")[0]) !== 0) op.unsupported("training mode");
      same(op);
    },
  },
};
