/** Choosing by position: tuples of indices, masks, one-hot rows; and running sums. */
import type { Node } from "../../../ir/graph.ts";
import { broadcast } from "../../../ir/ops/broadcast.ts";
import { binary, cast, unary } from "../../../ir/ops/elementwise.ts";
import { gatherNd } from "../../../ir/ops/select.ts";
import { concat, reshape, slice } from "../../../ir/ops/shape.ts";
import { compare, where } from "../../../ir/ops/where.ts";
import { sizeOf } from "../../../ir/type.ts";
import type { Operator } from "../context.ts";
import { everything, floats, numbers, signed } from "../elements.ts";
import type { Row, Rows } from "./table.ts";

/** 0, 1, 2, ... along one dimension of a shape of 1s. */
const counting = (op: Operator, what: string, shape: readonly number[], d: number): Node => {
  const own = shape.map((s, i) => (i === d ? s : 1));
  return op.constantNode(
    what,
    "i64",
    own,
    BigInt64Array.from({ length: op.positions(shape[d]) }, (_, i) => BigInt(i)),
  );
};

/** GatherND: tuples of indices, negative ones counted from the end; shared leading dimensions are batches. */
function gatheredNd(op: Operator): void {
  const [x, given] = [op.input(0), op.input(1)];
  const batches = op.int("batch_dims", 0);
  const { shape } = given.type;
  const tuple = shape[shape.length - 1];
  if (shape.length === 0 || batches < 0 || batches >= shape.length || batches + tuple > x.type.shape.length)
    op.fail(`wants tuples of indices into [${x.type.shape}], found indices of [${shape}]`);
  const name = (what: string) => ({ name: `${op.name}/${what}` });
  const sizes = BigInt64Array.from(x.type.shape.slice(batches, batches + tuple), BigInt);
  const negative = op.make(compare, { x: given, y: op.scalar("i64", 0) }, { fn: "lt" }, name("negative"));
  const ends = op.constantNode("sizes", "i64", [tuple], sizes);
  const fromEnd = op.make(binary, { x: given, y: ends }, { fn: "add" }, name("from-end"));
  const at = op.make(where, { condition: negative, x: fromEnd, y: given }, {}, name("indices"));
  const leading = Array.from({ length: batches }, (_, d) => {
    const own = counting(op, `batch${d}`, [...shape.slice(0, -1), 1], d);
    return op.make(broadcast, { x: own }, { shape: [...shape.slice(0, -1), 1] }, name(`batch${d}`));
  });
  const indices = leading.length
    ? op.make(concat, { xs: [...leading, at] }, { axis: [shape.length - 1] }, name("tuples"))
    : at;
  op.result(op.make(gatherNd, { x, indices }), op.element(0));
}

/** Trilu: the matrix above (or below) a diagonal, zeros elsewhere. */
function triangle(op: Operator): void {
  const x = op.input(0);
  const { shape, storage } = x.type;
  if (shape.length < 2) op.fail(`wants matrices, found [${shape}]`);
  const k = op.has(1) ? op.integers(1, "a diagonal")[0] : 0;
  const upper = op.int("upper", 1) !== 0;
  const [rows, columns] = shape.slice(-2);
  const data = Uint8Array.from({ length: op.positions(rows * columns) }, (_, i) => {
    const above = (i % columns) - Math.floor(i / columns) - k;
    return Number(upper ? above >= 0 : above <= 0);
  });
  const condition = op.constantNode("triangle", "bool", [rows, columns], data);
  op.result(op.make(where, { condition, x, y: op.scalar(storage, 0, "zero") }), op.element(0));
}

/** OneHot: values[1] where the position is the index, values[0] elsewhere; the depth is known at import. */
function oneHot(op: Operator): void {
  const depth = Number(op.known(1, "a depth")[0]);
  const given = op.input(0);
  const { shape } = given.type;
  const rank = shape.length + 1;
  const axis = op.axis(op.int("axis", -1), rank);
  if (!(depth >= 1) || !Number.isInteger(depth)) op.fail(`wants a whole depth of at least 1, found ${depth}`);
  const name = (what: string) => ({ name: `${op.name}/${what}` });
  const wide =
    given.type.storage === "i64" ? given : op.make(cast, { x: given }, {}, { storage: "i64", ...name("wide") });
  const negative = op.make(compare, { x: wide, y: op.scalar("i64", 0) }, { fn: "lt" }, name("negative"));
  const fromEnd = op.make(binary, { x: wide, y: op.scalar("i64", depth) }, { fn: "add" }, name("from-end"));
  const index = op.make(where, { condition: negative, x: fromEnd, y: wide }, {}, name("indices"));
  const apart = op.make(
    reshape,
    { x: index },
    { shape: [...shape.slice(0, axis), 1, ...shape.slice(axis)] },
    name("apart"),
  );
  const places = counting(
    op,
    "places",
    Array.from({ length: rank }, (_, d) => (d === axis ? depth : 1)),
    axis,
  );
  const condition = op.make(compare, { x: apart, y: places }, { fn: "eq" }, name("hot"));
  const value = (i: number) => {
    const one = op.make(slice, { x: op.input(2) }, { begin: [i], size: [1], step: [1] }, name(`value${i}`));
    return op.make(reshape, { x: one }, { shape: [] }, name(`value${i}`));
  };
  op.result(op.make(where, { condition, x: value(1), y: value(0) }), op.element(2));
}

/** Slices that a running sum has at most: each is a step of the graph. */
const mostSums = 1024;

/** CumSum: sums along one dimension in its order. */
function cumulated(op: Operator): void {
  const x = op.input(0);
  const { shape, storage } = x.type;
  const axis = op.axis(op.integers(1, "an axis")[0], shape.length);
  const [exclusive, reverse] = [op.int("exclusive", 0) !== 0, op.int("reverse", 0) !== 0];
  const count = shape[axis];
  if (count > mostSums) op.unsupported(`running sums of ${count} elements (at most ${mostSums})`);
  const name = (what: string) => ({ name: `${op.name}/${what}` });
  const at = (i: number) =>
    op.make(
      slice,
      { x },
      {
        begin: shape.map((_, d) => (d === axis ? i : 0)),
        size: shape.map((s, d) => (d === axis ? 1 : s)),
        step: shape.map(() => 1),
      },
      name(`element${i}`),
    );
  const order = Array.from({ length: count }, (_, i) => (reverse ? count - 1 - i : i));
  const sums = new Array<Node>(count);
  let sum: Node | undefined;
  for (const i of order) {
    const own = at(i);
    const next = sum ? op.make(binary, { x: sum, y: own }, { fn: "add" }, name(`sum${i}`)) : own;
    if (exclusive) {
      const zero = () =>
        op.make(broadcast, { x: op.scalar(storage, 0, "zero") }, { shape: own.type.shape }, name("zero"));
      sums[i] = sum ?? zero();
    } else sums[i] = next;
    sum = next;
  }
  op.result(count ? op.make(concat, { xs: sums }, { axis: [axis] }) : x, op.element(0));
}

/** Whether floats are not-a-number, or infinite. */
const testing = (of: (op: Operator, x: Node) => Node): Row => ({
  versions: [9],
  types: floats,
  convert: (op) => op.result(of(op, op.input(0)), "BOOL"),
});

function isInfinite(op: Operator, x: Node): Node {
  const [above, below] = ["detect_positive", "detect_negative"].map((a) => op.int(a, 1) !== 0);
  const infinite = op.scalar("f32", below && !above ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY, "infinity");
  const v = above && below ? op.make(unary, { x }, { fn: "abs" }, { name: `${op.name}/magnitude` }) : x;
  // Neither: nothing is detected, as nothing is unequal to itself and equal to infinity.
  const fn = above || below ? "eq" : "gt";
  return op.make(compare, { x: v, y: infinite }, { fn });
}

export const positionRows: Rows = {
  GatherND: { versions: [11], types: everything, convert: gatheredNd },
  Trilu: { versions: [14], types: everything, convert: triangle },
  OneHot: { versions: [9], types: signed, limits: "a depth computed at run time", convert: oneHot },
  CumSum: {
    versions: [11],
    types: numbers.filter((e) => !["FLOAT16", "BFLOAT16", "UINT32"].includes(e)),
    limits: "dimensions above 1024",
    convert: cumulated,
  },
  IsNaN: testing((op, x) => op.make(compare, { x, y: x }, { fn: "ne" })),
  IsInf: testing(isInfinite),
  EyeLike: {
    versions: [9],
    types: ["FLOAT"],
    limits: "results of another type",
    convert(op) {
      const { shape } = op.input(0).type;
      if (shape.length !== 2) op.fail(`wants a matrix, found [${shape}]`);
      if (op.hasAttribute("dtype") && op.int("dtype", 1) !== 1) op.unsupported("a result of another type");
      const k = op.int("k", 0);
      const [, columns] = shape;
      const size = op.positions(sizeOf(shape));
      const data = Float32Array.from({ length: size }, (_, i) => Number((i % columns) - Math.floor(i / columns) === k));
      op.result(op.constantNode("eye", "f32", shape, data), "FLOAT");
    },
  },
};
