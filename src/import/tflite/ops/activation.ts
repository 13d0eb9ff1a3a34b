/** Activations as operators of their own: tables on 8 bits, compositions of float ops. */
import type { Node } from "../../../ir/graph.ts";
import { expf, sigmoidf, tanhf } from "../../../ir/math.ts";
import { binary, clamp, table, unary } from "../../../ir/ops/elementwise.ts";
import { requantize } from "../../../ir/ops/quant.ts";
import { makeConst } from "../../../ir/ops/source.ts";
import { compare, where } from "../../../ir/ops/where.ts";
import { wideTable } from "../../../ir/ops/wide-table.ts";
import { type PerTensor, sameQuant } from "../../../ir/type.ts";
import type { Operator } from "../context.ts";
import {
  hardSwish,
  leakyRelu,
  logistic,
  logistic16,
  type TableStorage,
  tabulate,
  tanh,
  tanh16,
  throughFloat,
} from "../fixed-point.ts";
import { type Activation, realBounds, rescaleBy, storedBounds } from "../recipes.ts";
import { bytes, type Conversion, type Conversions, quantized } from "./table.ts";

/** `x` of 8 or 16 bits through a table of its values, on the quantizer `to`. */
export function tabled(
  op: Operator,
  x: Node,
  to: PerTensor,
  name: string,
  of: string,
  fn: (q: number) => number,
): Node {
  const storage = x.type.storage as TableStorage;
  const entries = tabulate(storage, fn);
  const t = makeConst(`${name}/table`, { storage, shape: [entries.length] }, entries, op.where);
  const options = { name, quant: to };
  return storage === "i16" ? op.make(wideTable, { x, t }, { of }, options) : op.make(table, { x, t }, { of }, options);
}

/** The operator as a table of its result's name. */
function result8(op: Operator, fn: (x: PerTensor, to: PerTensor) => (q: number) => number): void {
  const x = op.input(0);
  const to = op.perTensor(op.output());
  op.result(tabled(op, x, to, op.output().name, `tflite.${op.name.toLowerCase()}`, fn(op.perTensor(x), to)));
}

/** A float function that the kernels of 8 bits replace by fixed point (int8) or a table of floats (uint8). */
function sigmoidal(
  float: "sigmoid" | "tanh",
  fixed: (x: PerTensor) => (q: number) => number,
  fixed16: (x: PerTensor) => (q: number) => number,
  scale: number,
  zero: number,
): Conversion {
  const real = float === "sigmoid" ? sigmoidf : tanhf;
  return {
    types: [...quantized, "FLOAT32"],
    convert(op) {
      const x = op.input(0);
      if (x.type.storage === "f32") op.result(op.make(unary, { x }, { fn: float }));
      else if (x.type.storage === "u8") result8(op, (from, to) => throughFloat(from, to, real));
      else if (x.type.storage === "i16") {
        if (op.zero(x) !== 0 || op.perTensor(op.output()).zero !== 0) op.fail("wants 16-bit zero points of 0");
        result8(op, fixed16);
      } else {
        const to = op.perTensor(op.output());
        if (to.scale !== scale || to.zero !== zero) {
          op.fail(`wants a result on scale ${scale} and zero point ${zero}, found ${to.scale} and ${to.zero}`);
        }
        result8(op, fixed);
      }
    },
  };
}

/** A clamp of its own; on another scale than its operand, a rescaling with bounds. */
function relu(activation: Activation): Conversion {
  return {
    types: [...quantized, "FLOAT32"],
    convert(op) {
      const x = op.input(0);
      const { storage } = x.type;
      if (storage === "f32") {
        op.result(op.make(clamp, { x }, { range: realBounds(activation) }));
        return;
      }
      const [from, to] = [op.perTensor(x), op.perTensor(op.output())];
      const range = storedBounds(activation, storage, to.scale, to.zero);
      if (sameQuant(from, to)) op.result(op.make(clamp, { x }, { range }));
      else {
        const by = rescaleBy([Math.fround(from.scale / to.scale)]);
        op.result(op.make(requantize, { x }, { by, clamp: range }, { storage, quant: to }));
      }
    },
  };
}

/** A float constant. */
export const single = (op: Operator, name: string, v: number): Node =>
  makeConst(op.step(name), { storage: "f32", shape: [] }, Float32Array.of(v), op.where);

/** x where it is above zero (or at zero too, `ge`), another function of it elsewhere. */
function aboveZero(op: Operator, fn: "gt" | "ge", below: (x: Node) => Node): void {
  const x = op.input(0);
  const condition = op.make(compare, { x, y: single(op, "zero", 0) }, { fn }, { name: op.step("above") });
  op.result(op.make(where, { condition, x, y: below(x) }));
}

/** An operator that is a table on 8 (and perhaps 16) bits and a composition of float ops on floats. */
export const either = (
  types: readonly string[],
  table: (op: Operator) => (x: PerTensor, to: PerTensor) => (q: number) => number,
  float: (op: Operator) => void,
): Conversion => ({
  types: [...types, "FLOAT32"],
  convert(op) {
    if (op.input(0).type.storage === "f32") float(op);
    else result8(op, table(op));
  },
});

/** ELU of a float: e^x - 1 below zero. */
const elu = (x: number): number => (x < 0 ? Math.fround(expf(x) - 1) : x);

export const activationConversions: Conversions = {
  RELU: relu("RELU"),
  RELU6: relu("RELU6"),
  RELU_N1_TO_1: relu("RELU_N1_TO_1"),
  RELU_0_TO_1: relu("RELU_0_TO_1"),
  LOGISTIC: sigmoidal("sigmoid", logistic, logistic16, 1 / 256, -128),
  TANH: sigmoidal("tanh", tanh, tanh16, 1 / 128, 0),
  HARD_SWISH: either(
    bytes,
    () => hardSwish,
    (op) => {
      const x = op.input(0);
      const moved = op.make(binary, { x, y: single(op, "three", 3) }, { fn: "add" }, { name: op.step("moved") });
      const limited = op.make(clamp, { x: moved }, { range: [0, 6] }, { name: op.step("limited") });
      const product = op.make(binary, { x, y: limited }, { fn: "mul" }, { name: op.step("product") });
      op.result(op.make(binary, { x: product, y: single(op, "six", 6) }, { fn: "div" }));
    },
  ),
  LEAKY_RELU: either(
    quantized,
    (op) => (x, to) => leakyRelu(x, to, op.options("LeakyRelu").alpha),
    (op) =>
      aboveZero(op, "gt", (x) => {
        const alpha = single(op, "alpha", op.options("LeakyRelu").alpha);
        return op.make(binary, { x, y: alpha }, { fn: "mul" }, { name: op.step("scaled") });
      }),
  ),
  ELU: either(
    bytes,
    () => (x, to) => throughFloat(x, to, elu),
    (op) =>
      // e^x - 1 as 2 t / (1 - t) with t = tanh(x / 2), which keeps its precision near zero.
      aboveZero(op, "ge", (x) => {
        const half = op.make(binary, { x, y: single(op, "half", 0.5) }, { fn: "mul" }, { name: op.step("halved") });
        const t = op.make(unary, { x: half }, { fn: "tanh" }, { name: op.step("tanh") });
        const twice = op.make(binary, { x: t, y: single(op, "two", 2) }, { fn: "mul" }, { name: op.step("twice") });
        const rest = op.make(binary, { x: single(op, "one", 1), y: t }, { fn: "sub" }, { name: op.step("rest") });
        return op.make(binary, { x: twice, y: rest }, { fn: "div" }, { name: op.step("below") });
      }),
  ),
};
