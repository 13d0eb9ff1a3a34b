/** Reductions over axes. */
import type { Node } from "../../../ir/graph.ts";
import { binary, cast, unary } from "../../../ir/ops/elementwise.ts";
import { sum } from "../../../ir/ops/pool.ts";
import { reduce } from "../../../ir/ops/reduce.ts";
import { argExtremum } from "../../../ir/ops/select.ts";
import { reshape, slice } from "../../../ir/ops/shape.ts";
import { sizeOf } from "../../../ir/type.ts";
import type { Operator } from "../context.ts";
import { floats, numbers, signed } from "../elements.ts";
import type { Element } from "../schema.ts";
import { resultHeld } from "./convert.ts";
import type { Row, Rows } from "./table.ts";

/** The mean over axes: the f32 sum in row-major order, divided by how many there are. */
export function mean(op: Operator, x: Node, axes: readonly number[], keepDims: boolean, name = op.name): Node {
  const count = sizeOf(axes.map((a) => x.type.shape[a]));
  const total = op.make(sum, { x }, { axes, keepDims }, { name: `${name}/sum` });
  return op.make(binary, { x: total, y: op.scalar("f32", count, "count") }, { fn: "div" }, { name });
}

/** The axes of a reduction, from its attribute or its second input; none stated means all, or none at all if the node says so. */
function axesOf(op: Operator): number[] {
  const { length } = op.input(0).type.shape;
  const given = op.ints("axes") ?? (op.has(1) ? op.integers(1, "axes") : undefined);
  if (given && given.length > 0) return op.axes(given, length);
  return op.int("noop_with_empty_axes", 0) ? [] : [...Array(length).keys()];
}

type Reducer = (op: Operator, x: Node, axes: readonly number[], keepDims: boolean) => Node;

const reduction = (types: readonly Element[], of: Reducer, limits?: string): Row => ({
  versions: [1],
  types,
  ...(limits ? { limits } : {}),
  convert: (op) => resultHeld(op, of(op, op.input(0), axesOf(op), op.int("keepdims", 1) !== 0), op.element(0)),
});

/** Sums of floats, and of integers by way of 32-bit sums. */
const summed: Reducer = (op, x, axes, keepDims) => {
  const { storage } = x.type;
  if (storage === "f32" || storage === "i32") return op.make(sum, { x }, { axes, keepDims });
  return op.unsupported(`sums of ${op.element(0)}`);
};

const through = (before: "square" | "abs" | "exp" | undefined, after: "sqrt" | "log" | undefined): Reducer => {
  return (op, x, axes, keepDims) => {
    const each = before ? op.make(unary, { x }, { fn: before }, { name: `${op.name}/${before}` }) : x;
    const total = op.make(sum, { x: each }, { axes, keepDims });
    return after ? op.make(unary, { x: total }, { fn: after }) : total;
  };
};

/** Storages that extremes and products are taken of directly; unsigned 16 bits go by way of 32. */
const extreme =
  (fn: "max" | "min" | "prod"): Reducer =>
  (op, x, axes, keepDims) => {
    if (x.type.storage !== "u16") return op.make(reduce, { x }, { fn, axes, keepDims });
    const wide = op.make(cast, { x }, {}, { storage: "i32", name: `${op.name}/wide` });
    return op.make(cast, { x: op.make(reduce, { x: wide }, { fn, axes, keepDims }) }, {}, { storage: "u16" });
  };

/** log of the sum of e^x, with the largest x taken out first. */
const logSumExp: Reducer = (op, x, axes, keepDims) => {
  const largest = op.make(reduce, { x }, { fn: "max", axes, keepDims: true }, { name: `${op.name}/max` });
  const rest = op.make(binary, { x, y: largest }, { fn: "sub" }, { name: `${op.name}/rest` });
  const inner = through("exp", "log")(op, rest, axes, keepDims);
  const { shape } = inner.type;
  return op.make(binary, { x: inner, y: op.make(reshape, { x: largest }, { shape }) }, { fn: "add" });
};

/** ArgMax and ArgMin: the first of equals, or the last if the node says so. */
function argument(fn: "max" | "min"): Row {
  return {
    versions: [1],
    types: [...floats, "INT8", "UINT8", "INT16", "INT32"],
    convert(op) {
      const given = op.input(0);
      const { shape } = given.type;
      const axis = op.axis(op.int("axis", 0), shape.length);
      const last = op.int("select_last_index", 0) !== 0;
      const name = (what: string) => ({ name: `${op.name}/${what}` });
      const back = {
        begin: shape.map((d, i) => (i === axis ? d - 1 : 0)),
        size: shape,
        step: shape.map((_, i) => (i === axis ? -1 : 1)),
      };
      const x = last ? op.make(slice, { x: given }, back, name("reversed")) : given;
      let at = op.make(argExtremum, { x }, { fn, axis }, { storage: "i64", ...name("at") });
      if (last)
        at = op.make(binary, { x: op.scalar("i64", shape[axis] - 1, "last"), y: at }, { fn: "sub" }, name("from-end"));
      const kept = shape.map((d, i) => (i === axis ? 1 : d));
      op.result(op.int("keepdims", 1) ? op.make(reshape, { x: at }, { shape: kept }) : at, "INT64");
    },
  };
}

export const reduceRows: Rows = {
  ReduceSum: reduction([...floats, "INT32"], summed),
  ReduceMean: reduction(floats, (op, x, axes, keepDims) => mean(op, x, axes, keepDims)),
  ReduceMax: reduction([...numbers.filter((e) => e !== "UINT64"), "BOOL"], extreme("max")),
  ReduceMin: reduction([...numbers.filter((e) => e !== "UINT64"), "BOOL"], extreme("min")),
  ReduceProd: reduction([...floats, ...signed.slice(2)], extreme("prod")),
  ReduceL1: reduction(floats, through("abs", undefined)),
  ReduceL2: reduction(floats, through("square", "sqrt")),
  ReduceSumSquare: reduction(floats, through("square", undefined)),
  ReduceLogSum: reduction(floats, through(undefined, "log")),
  ReduceLogSumExp: reduction(floats, logSumExp),
  ArgMax: argument("max"),
  ArgMin: argument("min"),
};
