/** Comparing, choosing, picking, and changing element types. */
import type { Node } from "../../../ir/graph.ts";
import { binary } from "../../../ir/ops/elementwise.ts";
import { gather, gatherNd } from "../../../ir/ops/select.ts";
import { pad } from "../../../ir/ops/shape.ts";
import { compare, where } from "../../../ir/ops/where.ts";
import { sameShape, sizeOf } from "../../../ir/type.ts";
import type { Operator } from "../context.ts";
import { carriers, elementOf, everything, numbers } from "../elements.ts";
import type { Element } from "../schema.ts";
import { converted } from "./convert.ts";
import type { Row, Rows } from "./table.ts";

/** A relation between two values; bits of unsigned 64-bit integers are brought into signed order first. */
function relation(fn: "eq" | "lt" | "le" | "gt" | "ge", types: readonly Element[]): Row {
  return {
    versions: [7],
    types,
    convert(op) {
      const flip = op.element(0) === "UINT64" && fn !== "eq";
      const side = (i: number): Node =>
        flip
          ? op.make(binary, { x: op.input(i), y: op.scalar("i64", -(2n ** 63n), "top") }, { fn: "xor" })
          : op.input(i);
      op.result(op.make(compare, { x: side(0), y: side(1) }, { fn }), "BOOL");
    },
  };
}

/** Indices with negative ones counted from the end. */
function indices(op: Operator, i: number, size: number): Node {
  const node = op.input(i);
  const known = op.constant(i);
  const { storage, shape } = node.type;
  if (known) {
    const list = Array.from(known as Int32Array, Number);
    const bad = list.find((v) => v < -size || v >= size);
    if (bad !== undefined) op.fail(`wants indices in [${-size}, ${size}), found ${bad}`);
    const positive = list.map((v) => (v < 0 ? v + size : v));
    return op.constantNode("indices", "i64", shape, BigInt64Array.from(positive, BigInt));
  }
  const name = { name: `${op.name}/indices` };
  const condition = op.make(compare, { x: node, y: op.scalar(storage, 0) }, { fn: "lt" }, name);
  const y = op.make(binary, { x: node, y: op.scalar(storage, size) }, { fn: "add" }, name);
  return op.make(where, { condition, x: y, y: node }, {}, name);
}

function gathered(op: Operator): void {
  const x = op.input(0);
  const axis = op.axis(op.int("axis", 0), x.type.shape.length);
  op.result(op.make(gather, { x, indices: indices(op, 1, x.type.shape[axis]) }, { axis }), op.element(0));
}

/** GatherElements with known indices: tuples into all dimensions. */
function gatheredElements(op: Operator): void {
  const x = op.input(0);
  const { shape } = x.type;
  const axis = op.axis(op.int("axis", 0), shape.length);
  const at = op.input(1).type.shape;
  const list = Array.from(op.known(1, "indices of GatherElements") as Int32Array, Number);
  if (at.length !== shape.length) op.fail(`wants indices of ${shape.length} dimensions, found [${at}]`);
  op.positions(sizeOf(at) * shape.length);
  const tuples = new BigInt64Array(list.length * shape.length);
  list.forEach((v, i) => {
    if (v < -shape[axis] || v >= shape[axis]) op.fail(`wants indices in [${-shape[axis]}, ${shape[axis]}), found ${v}`);
    for (let d = shape.length - 1, rest = i; d >= 0; rest = Math.floor(rest / at[d]), d--) {
      const own = rest % at[d];
      tuples[i * shape.length + d] = BigInt(d === axis ? (v < 0 ? v + shape[axis] : v) : own);
    }
  });
  const node = op.constantNode("indices", "i64", [...at, shape.length], tuples);
  op.result(op.make(gatherNd, { x, indices: node }), op.element(0));
}

function chosen(op: Operator): void {
  const [condition, x, y] = [0, 1, 2].map((i) => op.input(i));
  if (op.element(1) !== op.element(2)) op.fail(`wants one element type, found ${op.element(1)} and ${op.element(2)}`);
  op.result(op.make(where, { condition, x, y }), op.element(1));
}

/** Min, Max, Sum and Mean of any number of values. */
function folded(fn: "min" | "max" | "add", types: readonly Element[], average = false): Row {
  return {
    versions: [1],
    types,
    convert(op) {
      const xs = op.rest();
      const element = op.element(0);
      if (xs.length === 0) op.fail("wants at least one input, found none");
      const unsigned = element === "UINT64" && fn !== "add";
      const flip = (v: Node): Node =>
        unsigned ? op.make(binary, { x: v, y: op.scalar("i64", -(2n ** 63n), "top") }, { fn: "xor" }) : v;
      const all = flip(xs.map(flip).reduce((x, y) => op.make(binary, { x, y }, { fn })));
      const y = average ? op.make(binary, { x: all, y: op.scalar("f32", xs.length, "count") }, { fn: "div" }) : all;
      op.result(converted(op, y, element, element), element);
    },
  };
}

/** Pad: constant values, or elements of the image picked by index along each dimension. */
function padded(op: Operator): void {
  const x = op.input(0);
  const { shape, storage } = x.type;
  const rank = shape.length;
  const given = op.ints("pads") ?? op.integers(1, "pads");
  const axes = op.has(3) ? op.integers(3, "axes").map((a) => op.axis(a, rank)) : [...shape.keys()];
  if (given.length !== 2 * axes.length) op.fail(`wants ${2 * axes.length} pads, found ${given.length}`);
  const [before, after] = [shape.map(() => 0), shape.map(() => 0)];
  axes.forEach((a, i) => {
    before[a] = given[i];
    after[a] = given[axes.length + i];
  });
  const mode = op.text("mode", "constant");
  let y = x;
  if (mode === "constant") {
    const value = op.hasAttribute("value") ? op.float("value", 0) : op.has(2) ? op.known(2, "a padding value")[0] : 0;
    // Negative pads take elements away.
    shape.forEach((d, a) => {
      const [from, to] = [Math.max(0, -before[a]), d - Math.max(0, -after[a])];
      if (from > 0 || to < d) {
        const kept = Array.from({ length: op.positions(Math.max(0, to - from)) }, (_, i) => i + from);
        y = picked(op, y, a, kept);
      }
    });
    const positive = (l: number[]) => l.map((v) => Math.max(0, v));
    if (typeof value === "bigint" && Number(value) !== Math.trunc(Number(value)))
      op.unsupported("a padding value beyond 53 bits");
    const attrs = { before: positive(before), after: positive(after), value: [Number(value)] };
    y = op.make(pad, { x: y }, attrs);
  } else {
    shape.forEach((d, a) => {
      if (before[a] === 0 && after[a] === 0) return;
      if (d === 0) op.fail("wants elements to repeat");
      const at = (i: number): number => {
        if (mode === "edge") return Math.max(0, Math.min(d - 1, i));
        if (mode === "wrap") return ((i % d) + d) % d;
        if (mode !== "reflect") op.fail(`wants mode constant, reflect, edge or wrap, found ${mode}`);
        const period = Math.max(1, 2 * (d - 1));
        const p = ((i % period) + period) % period;
        return p < d ? p : period - p;
      };
      const count = Math.max(0, d + before[a] + after[a]);
      const taken = Array.from({ length: op.positions(count) }, (_, i) => at(i - before[a]));
      y = picked(op, y, a, taken);
    });
  }
  if (
    storage !== y.type.storage ||
    !sameShape(
      y.type.shape,
      shape.map((d, a) => d + before[a] + after[a]),
    )
  ) {
    op.fail(`wants pads that leave something, found [${given}] for [${shape}]`);
  }
  op.result(y, op.element(0));
}

/** Elements of x along one dimension by known indices. */
export function picked(op: Operator, x: Node, axis: number, list: readonly number[], what = "picked"): Node {
  const node = op.constantNode(`${what}${axis}`, "i64", [list.length], BigInt64Array.from(list, BigInt));
  return op.make(gather, { x, indices: node }, { axis }, { name: `${op.name}/${what}` });
}

function castTo(op: Operator, to: Element): void {
  if (!carriers[to]) op.unsupported(`results of type ${to}`);
  op.result(converted(op, op.input(0), op.element(0), to), to);
}

export const selectRows: Rows = {
  Equal: relation("eq", everything),
  Less: relation("lt", numbers),
  LessOrEqual: relation("le", numbers),
  Greater: relation("gt", numbers),
  GreaterOrEqual: relation("ge", numbers),
  Where: { versions: [9], types: ["BOOL"], convert: chosen },
  Gather: { versions: [1], types: everything, convert: gathered },
  GatherElements: {
    versions: [11],
    types: everything,
    limits: "indices computed at run time",
    convert: gatheredElements,
  },
  Min: folded("min", numbers),
  Max: folded("max", numbers),
  Sum: folded("add", ["FLOAT", "FLOAT16", "DOUBLE"]),
  Mean: folded("add", ["FLOAT", "FLOAT16", "DOUBLE"], true),
  Pad: { versions: [1], types: everything, limits: "amounts and values computed at run time", convert: padded },
  Cast: {
    versions: [6],
    types: everything,
    limits: "strings, complex numbers, results of FLOAT8E8M0",
    convert: (op) => castTo(op, elementOf(op.int("to", 0), op.where)),
  },
  CastLike: { versions: [15], types: everything, convert: (op) => castTo(op, op.element(1)) },
};
