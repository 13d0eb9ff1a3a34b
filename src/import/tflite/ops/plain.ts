/** Arithmetic of plain numbers, and what shapes are computed with: constants by shape, counts, remainders. */
import type { Node } from "../../../ir/graph.ts";
import { broadcast } from "../../../ir/ops/broadcast.ts";
import { binary } from "../../../ir/ops/elementwise.ts";
import { makeConst } from "../../../ir/ops/source.ts";
import { allocate, type Storage, sizeOf } from "../../../ir/type.ts";
import type { Operator } from "../context.ts";
import { anything, type Conversions } from "./table.ts";

/** The longest list that RANGE makes. */
const longest = 2 ** 22;

/** Arithmetic of two values; `what` names a step on the way to the result. */
const of = (op: Operator, fn: "add" | "sub" | "mul" | "floordiv", x: Node, y: Node, what?: string): Node =>
  op.make(binary, { x, y }, { fn }, what ? { name: op.step(what) } : {});

/** A value of one element under a shape. */
function filled(op: Operator, x: Node, shape: readonly number[]): void {
  if (sizeOf(x.type.shape) !== 1) op.fail(`wants one value to fill with, found [${x.type.shape}]`);
  op.result(op.make(broadcast, { x }, { shape }));
}

function range(op: Operator): void {
  const [start, limit, step] = ["start", "limit", "delta"].map((role, i) => {
    const value = op.constant(i) ?? op.unsupported(`a ${role} that is computed at run time`);
    return Number(value[0]);
  });
  const count = Math.max(0, Math.ceil((limit - start) / step));
  if (!(step !== 0 && count <= longest))
    op.fail(`wants a range of at most ${longest}, found ${start} to ${limit} by ${step}`);
  const storage = op.input(0).type.storage as Storage;
  const data = allocate(storage, count);
  for (let i = 0; i < count; i++) {
    if (data instanceof BigInt64Array) data[i] = BigInt(start + i * step);
    else data[i] = start + i * step;
  }
  op.result(makeConst(op.output().name, { storage, shape: [count] }, data, op.where));
}

export const plainConversions: Conversions = {
  RANK: {
    types: anything,
    convert(op) {
      const rank = op.input(0).type.shape.length;
      op.result(makeConst(op.output().name, { storage: "i32", shape: [] }, Int32Array.of(rank), op.where));
    },
  },
  FILL: { types: ["INT32", "INT64"], convert: (op) => filled(op, op.input(1), op.integers(0, "a shape")) },
  ZEROS_LIKE: {
    types: ["FLOAT32", "INT32", "INT64"],
    convert(op) {
      const { storage, shape } = op.input(0).type;
      filled(op, op.number(storage as "f32" | "i32" | "i64", 0), shape);
    },
  },
  RANGE: { types: ["FLOAT32", "INT32", "INT64"], limits: "bounds computed at run time", convert: range },
  POW: {
    types: ["FLOAT32"],
    convert: (op) => op.result(op.make(binary, { x: op.input(0), y: op.input(1) }, { fn: "pow" })),
  },
  FLOOR_MOD: {
    types: ["INT32", "INT64"],
    convert(op) {
      const [x, y] = [op.input(0), op.input(1)];
      op.result(of(op, "sub", x, of(op, "mul", of(op, "floordiv", x, y, "quotient"), y, "whole")));
    },
  },
  ADD_N: {
    types: ["FLOAT32", "INT32"],
    convert(op) {
      const xs = op.inputs.map((_, i) => op.input(i));
      if (xs.length === 0) op.fail("wants at least one input, found none");
      op.result(xs.reduce((x, y) => of(op, "add", x, y)));
    },
  },
};
