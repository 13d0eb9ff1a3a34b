/** Functions of one real number (of 8 bits: tables of floats or fixed point), and norms of rows. */
import type { Node } from "../../../ir/graph.ts";
import { erff, expf, logf, tanhf } from "../../../ir/math.ts";
import { binary, unary } from "../../../ir/ops/elementwise.ts";
import { l2Normalize } from "../../../ir/ops/l2-normalize.ts";
import type { unaryFunctions } from "../../../ir/ops/plain.ts";
import { sum } from "../../../ir/ops/pool.ts";
import { compare, where } from "../../../ir/ops/where.ts";
import type { Operator } from "../context.ts";
import { absolute, reciprocalRoot, throughFloat } from "../fixed-point.ts";
import { either, single } from "./activation.ts";
import { bytes, type Conversion, type Conversions, numbers } from "./table.ts";

const plain = (fn: keyof typeof unaryFunctions): Conversion => ({
  types: ["FLOAT32"],
  convert: (op) => op.result(op.make(unary, { x: op.input(0) }, { fn })),
});

const f = Math.fround;
const rootHalf = f(Math.SQRT1_2);

/** x/2 (1 + erf(x / sqrt 2)), each step in f32. */
const gelu = (x: number): number => f(f(0.5 * x) * f(1 + erff(f(x * rootHalf))));

/** The same by its approximation with tanh. */
const geluByTanh = (x: number): number => {
  const cube = f(f(x * x) * x);
  const inner = f(f(Math.sqrt(2 / Math.PI)) * f(x + f(f(0.044715) * cube)));
  return f(f(0.5 * x) * f(1 + tanhf(inner)));
};

/** GELU of floats, by the same steps. */
function geluFloat(op: Operator): void {
  const x = op.input(0);
  const step = (fn: "add" | "mul", p: Node, q: Node, what: string) =>
    op.make(binary, { x: p, y: q }, { fn }, { name: op.step(what) });
  const half = step("mul", x, single(op, "half", 0.5), "halved");
  let inner: Node;
  if (op.options("Gelu").approximate) {
    const cube = step("mul", step("mul", x, x, "square"), x, "cube");
    const sum = step("add", x, step("mul", cube, single(op, "factor", 0.044715), "part"), "sum");
    const scaled = step("mul", sum, single(op, "root", Math.sqrt(2 / Math.PI)), "scaled");
    inner = op.make(unary, { x: scaled }, { fn: "tanh" }, { name: op.step("tanh") });
  } else {
    const scaled = step("mul", x, single(op, "root", Math.SQRT1_2), "scaled");
    inner = op.make(unary, { x: scaled }, { fn: "erf" }, { name: op.step("erf") });
  }
  op.result(op.make(binary, { x: half, y: step("add", inner, single(op, "one", 1), "above") }, { fn: "mul" }));
}

/** Rows along the last axis over their length, in float. */
function l2Float(op: Operator): void {
  const x = op.input(0);
  const axes = [x.type.shape.length - 1];
  const squares = op.make(unary, { x }, { fn: "square" }, { name: op.step("squares") });
  const total = op.make(sum, { x: squares }, { axes, keepDims: true }, { name: op.step("sum") });
  const root = op.make(unary, { x: total }, { fn: "sqrt" }, { name: op.step("root") });
  const length = op.make(binary, { x: root, y: single(op, "least", 1e-6) }, { fn: "max" }, { name: op.step("length") });
  op.result(op.make(binary, { x, y: length }, { fn: "div" }));
}

export const functionConversions: Conversions = {
  L2_NORMALIZATION: {
    types: numbers,
    limits: "fused activations",
    convert(op) {
      if (op.activation(op.options("L2Norm").fused) !== "NONE") op.unsupported("fused activation");
      const x = op.input(0);
      if (x.type.shape.length === 0) op.fail("wants at least one dimension, found a scalar");
      if (x.type.storage === "f32") {
        l2Float(op);
        return;
      }
      const to = op.perTensor(op.output());
      const zero = x.type.storage === "i8" ? 0 : 128;
      if (to.scale !== 1 / 128 || to.zero !== zero) {
        op.fail(`wants a result on scale 1/128 and zero point ${zero}, found ${to.scale} and ${to.zero}`);
      }
      op.result(op.make(l2Normalize, { x }, {}, { quant: to }));
    },
  },
  SQRT: plain("sqrt"),
  RSQRT: either(
    ["INT8"],
    () => reciprocalRoot,
    (op) => op.result(op.make(unary, { x: op.input(0) }, { fn: "rsqrt" })),
  ),
  ABS: either(
    ["INT8", "INT16"],
    () => absolute,
    (op) => op.result(op.make(unary, { x: op.input(0) }, { fn: "abs" })),
  ),
  // Of 8 bits by a table of floats; what is not above zero has no logarithm, and gives the lowest value.
  LOG: either(
    ["INT8"],
    () => (x, to) => throughFloat(x, to, (v) => (v > 0 ? logf(v) : Number.NEGATIVE_INFINITY)),
    (op) => op.result(op.make(unary, { x: op.input(0) }, { fn: "log" })),
  ),
  SIGN: {
    types: ["FLOAT32"],
    convert(op) {
      const x = op.input(0);
      const is = (fn: "gt" | "lt", what: string) =>
        op.make(compare, { x, y: single(op, "zero", 0) }, { fn }, { name: op.step(what) });
      const below = op.make(
        where,
        { condition: is("lt", "below"), x: single(op, "minus", -1), y: single(op, "zero", 0) },
        {},
        { name: op.step("negative") },
      );
      op.result(op.make(where, { condition: is("gt", "above"), x: single(op, "one", 1), y: below }));
    },
  },
  GELU: either(
    bytes,
    (op) => (x, to) => throughFloat(x, to, op.options("Gelu").approximate ? geluByTanh : gelu),
    geluFloat,
  ),
  SIN: plain("sin"),
  COS: plain("cos"),
  CEIL: plain("ceil"),
  ROUND: plain("round"),
  NEG: {
    types: ["FLOAT32", "INT32", "INT64"],
    convert(op) {
      const x = op.input(0);
      const { storage } = x.type;
      if (storage === "f32") op.result(op.make(unary, { x }, { fn: "neg" }));
      else op.result(op.make(binary, { x: op.number(storage as "i32" | "i64", 0), y: x }, { fn: "sub" }));
    },
  },
  FLOOR: plain("floor"),
  SQUARE: plain("square"),
  EXP: either(
    ["INT8"],
    () => (x, to) => throughFloat(x, to, expf),
    (op) => op.result(op.make(unary, { x: op.input(0) }, { fn: "exp" })),
  ),
};
