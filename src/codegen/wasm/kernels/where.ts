/** Rows of `compare`, `where` and `broadcast`, element by element. */
import type { comparisons } from "../../../ir/ops/where.ts";
import type { Storage } from "../../../ir/type.ts";
import type { Expr, Func, Local } from "../asm.ts";
import { eachElement, plainRow, scalarCost } from "./plain.ts";

type Comparison = keyof typeof comparisons;

/** Whether two elements of a storage stand in a relation, as 0 or 1. */
function holds(f: Func, fn: Comparison, storage: Storage, x: Local, y: Local): Expr {
  const { m } = f;
  const [a, b] = [f.get(x), f.get(y)];
  if (storage === "f32") return m.f32[fn](a, b);
  // Storages below 32 bits are widened as their sign wants it, so that signed comparisons are right for all.
  const i = storage === "i64" ? m.i64 : m.i32;
  return fn === "eq" || fn === "ne" ? i[fn](a, b) : i[`${fn}_s`](a, b);
}

export const compareKernels = [
  plainRow({
    name: "x_vcompare__scalar",
    cost: scalarCost,
    emit(f, node, at) {
      const { fn } = node.attrs as { fn: Comparison };
      eachElement(f, node, at, ([x, y]) => holds(f, fn, node.in.x.type.storage, x, y));
    },
  }),
];

export const whereKernels = [
  plainRow({
    name: "x_vwhere__scalar",
    cost: scalarCost,
    emit: (f, node, at) =>
      eachElement(f, node, at, ([condition, x, y]) => f.m.select(f.get(condition), f.get(x), f.get(y))),
  }),
];

export const broadcastKernels = [
  plainRow({
    name: "x_broadcast__scalar",
    cost: scalarCost,
    emit: (f, node, at) => eachElement(f, node, at, ([x]) => f.get(x)),
  }),
];
