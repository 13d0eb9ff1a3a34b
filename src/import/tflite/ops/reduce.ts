/** Pooling and reductions over axes. */
import type { Node } from "../../../ir/graph.ts";
import { binary, clamp } from "../../../ir/ops/elementwise.ts";
import { avgPool, maxPool, sum } from "../../../ir/ops/pool.ts";
import { requantize } from "../../../ir/ops/quant.ts";
import { reduce as reduced } from "../../../ir/ops/reduce.ts";
import { makeConst } from "../../../ir/ops/source.ts";
import type { Operator } from "../context.ts";
import { type Bounds, meanRescale, realBounds, rescaleBy, storedBounds } from "../recipes.ts";
import { windowOf } from "./conv.ts";
import { type Conversion, type Conversions, quantized } from "./table.ts";

function pool(op: Operator) {
  const o = op.options("Pool2D");
  const x = op.input(0);
  const window = [o.filterH, o.filterW];
  if (window.some((d) => d < 1)) op.fail(`wants a window of at least 1x1, found [${window}]`);
  const attrs = { window, ...windowOf(op, x, window, { ...o, dilationW: 1, dilationH: 1 }) };
  const activation = op.activation(o.fused);
  if (x.type.storage === "f32") return { x, attrs, bounds: activation === "NONE" ? undefined : realBounds(activation) };
  op.sameQuant(x.type.quant, op.output().quant);
  const { scale, zero } = op.perTensor(x);
  const bounds: Bounds = storedBounds(activation, x.type.storage, scale, zero);
  return { x, attrs, bounds: activation === "NONE" ? undefined : bounds };
}

const allNumbers = [...quantized, "FLOAT32"] as const;

const averageRule = { INT8: "int_away", INT16: "int_away", UINT8: "int_up", FLOAT32: "float" } as const;

export const reduceConversions: Conversions = {
  AVERAGE_POOL_2D: {
    types: allNumbers,
    convert(op) {
      const { x, attrs, bounds } = pool(op);
      const rule = averageRule[op.inputTensor(0).element as keyof typeof averageRule];
      op.result(
        op.make(
          avgPool,
          { x },
          { ...attrs, by: { rule, k: [] }, ...(bounds ? { clamp: bounds } : {}) },
          { quant: x.type.quant },
        ),
      );
    },
  },
  MAX_POOL_2D: {
    types: allNumbers,
    convert(op) {
      const { x, attrs, bounds } = pool(op);
      const largest = op.make(maxPool, { x }, attrs, bounds ? { name: op.step("max") } : {});
      op.result(bounds ? op.make(clamp, { x: largest }, { range: bounds }) : largest);
    },
  },
  MEAN: { types: allNumbers, convert: (op) => reduce(op, true) },
  SUM: { types: allNumbers, convert: (op) => reduce(op, false) },
  REDUCE_MAX: extreme("max", [...allNumbers, "INT32", "INT64"]),
  REDUCE_MIN: extreme("min", [...allNumbers, "INT32", "INT64"]),
  REDUCE_PROD: extreme("prod", ["FLOAT32", "INT32", "INT64"]),
  REDUCE_ANY: extreme("max", ["BOOL"]),
  REDUCE_ALL: extreme("min", ["BOOL"]),
};

/** The axes that an operator reduces, none of them empty. */
function reducedAxes(op: Operator, x: Node): { axes: number[]; count: number } {
  const axes = op.axes(op.integers(1, "axes"), x.type.shape.length);
  const count = axes.reduce((n, a) => n * x.type.shape[a], 1);
  if (count === 0) op.fail(`wants elements to reduce, found [${x.type.shape}] over [${axes}]`);
  return { axes, count };
}

/** The largest, smallest or product over axes; quantized values stay on their scale. */
function extreme(fn: "max" | "min" | "prod", types: readonly string[]): Conversion {
  return {
    types,
    convert(op) {
      const x = op.input(0);
      const { axes } = reducedAxes(op, x);
      op.sameQuant(x.type.quant, op.output().quant);
      op.result(op.make(reduced, { x }, { fn, axes, keepDims: op.options("Reducer").keepDims }));
    },
  };
}

function reduce(op: Operator, mean: boolean): void {
  const x = op.input(0);
  const { keepDims } = op.options("Reducer");
  const { axes, count } = reducedAxes(op, x);
  if (x.type.storage === "f32") {
    op.result(mean ? floatMean(op, x, axes, keepDims, count) : op.make(sum, { x }, { axes, keepDims }));
    return;
  }
  const from = op.perTensor(x).scale;
  const to = op.perTensor(op.output());
  const by = mean ? meanRescale(from, to.scale, count) : rescaleBy([from / to.scale]);
  const range = storedBounds("NONE", op.output().storage!, to.scale, to.zero);
  const sums = op.make(sum, { x }, { axes, keepDims }, { name: op.step("sums") });
  op.result(op.make(requantize, { x: sums }, { by, clamp: range }, { storage: op.output().storage, quant: to }));
}

function floatMean(op: Operator, x: Node, axes: number[], keepDims: boolean, count: number): Node {
  const sums = op.make(sum, { x }, { axes, keepDims }, { name: op.step("sums") });
  const n = makeConst(op.step("count"), { storage: "f32", shape: [] }, Float32Array.of(count));
  return op.make(binary, { x: sums, y: n }, { fn: "div" });
}
