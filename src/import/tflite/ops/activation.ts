/** Functions of one operand: activations (tables on 8 bits), plain functions of floats, and softmax. */
import type { Node } from "../../../ir/graph.ts";
import { erff, expf, logf, sigmoidf, tanhf } from "../../../ir/math.ts";
import { binary, clamp, table, unary } from "../../../ir/ops/elementwise.ts";
import { l2Normalize } from "../../../ir/ops/l2-normalize.ts";
import type { unaryFunctions } from "../../../ir/ops/plain.ts";
import { sum } from "../../../ir/ops/pool.ts";
import { requantize } from "../../../ir/ops/quant.ts";
import { reduce } from "../../../ir/ops/reduce.ts";
import { softmax } from "../../../ir/ops/softmax.ts";
import { makeConst } from "../../../ir/ops/source.ts";
import { compare, where } from "../../../ir/ops/where.ts";
import { wideTable } from "../../../ir/ops/wide-table.ts";
import { quantizeMultiplier } from "../../../ir/rescale.ts";
import { type PerTensor, sameQuant } from "../../../ir/type.ts";
import type { Operator } from "../context.ts";
import {
  absolute,
  hardSwish,
  leakyRelu,
  logistic,
  logistic16,
  reciprocalRoot,
  type TableStorage,
  tabulate,
  tanh,
  tanh16,
  throughFloat,
} from "../fixed-point.ts";
import { type Activation, realBounds, rescaleBy, storedBounds } from "../recipes.ts";
import { bytes, type Conversion, type Conversions, numbers, quantized } from "./table.ts";

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

const plain = (fn: keyof typeof unaryFunctions): Conversion => ({
  types: ["FLOAT32"],
  convert: (op) => op.result(op.make(unary, { x: op.input(0) }, { fn })),
});

/** A float constant. */
const single = (op: Operator, name: string, v: number): Node =>
  makeConst(op.step(name), { storage: "f32", shape: [] }, Float32Array.of(v), op.where);

/** x where it is above zero (or at zero too, `ge`), another function of it elsewhere. */
function aboveZero(op: Operator, fn: "gt" | "ge", below: (x: Node) => Node): void {
  const x = op.input(0);
  const condition = op.make(compare, { x, y: single(op, "zero", 0) }, { fn }, { name: op.step("above") });
  op.result(op.make(where, { condition, x, y: below(x) }));
}

/** An operator that is a table on 8 (and perhaps 16) bits and a composition of float ops on floats. */
const either = (
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

/** LOG_SOFTMAX in float: x - max - log(sum of e^(x - max)). */
function logSoftmaxFloat(op: Operator): void {
  const x = op.input(0);
  const axes = [x.type.shape.length - 1];
  const max = op.make(reduce, { x }, { fn: "max", axes, keepDims: true }, { name: op.step("max") });
  const low = op.make(binary, { x, y: max }, { fn: "sub" }, { name: op.step("low") });
  const e = op.make(unary, { x: low }, { fn: "exp" }, { name: op.step("exp") });
  const total = op.make(sum, { x: e }, { axes, keepDims: true }, { name: op.step("sum") });
  const log = op.make(unary, { x: total }, { fn: "log" }, { name: op.step("log") });
  op.result(op.make(binary, { x: low, y: log }, { fn: "sub" }));
}

/** SOFTMAX on 16 bits: the input's scale times beta in 65535ths of 10. */
function softmax16(op: Operator, beta: number): Node {
  const x = op.input(0);
  const to = op.perTensor(op.output());
  if (op.zero(x) !== 0 || to.zero !== 0) op.fail("wants 16-bit zero points of 0");
  if (Math.abs(to.scale * 32768 - 1) > 0.001) op.fail(`wants a result on scale 1/32768, found ${to.scale}`);
  const k = quantizeMultiplier((op.perTensor(x).scale * beta) / (10 / 65535));
  return op.make(softmax, { x }, { by: { rule: "lut16", k } }, { storage: op.output().storage, quant: to });
}

/** Constants of the gemmlowp softmax: the input's scale times beta as a Q5.26 factor, and the lowest difference it holds. */
function softmaxConstants(scale: number, beta: number): number[] {
  const [multiplier, shift] = quantizeMultiplier(Math.min(beta * scale * 2 ** 26, 2 ** 31 - 1));
  return [multiplier, shift, -Math.floor((31 * 2 ** 26) / 2 ** shift)];
}

/** The result quantizers that the softmax kernel writes on. */
const softmaxResults: Record<string, { scale: number; zero: number }> = {
  INT8: { scale: 1 / 256, zero: -128 },
  UINT8: { scale: 1 / 256, zero: 0 },
  INT16: { scale: 1 / 65536, zero: -32768 },
};

function quantizedSoftmax(op: Operator, beta: number): Node {
  const x = op.input(0);
  const { storage, element } = op.output();
  const to = op.perTensor(op.output());
  const want = softmaxResults[element];
  if (!want) op.unsupported(`a result of type ${element}`);
  if (to.scale !== want.scale || to.zero !== want.zero) {
    op.fail(`wants a result on scale ${want.scale} and zero point ${want.zero}, found ${to.scale} and ${to.zero}`);
  }
  const { scale } = op.perTensor(x);
  if (!(beta * scale * 2 ** 26 > 1)) op.fail(`wants beta * scale above 2^-26, found ${beta} * ${scale}`);
  const by = { rule: "gemmlowp", k: softmaxConstants(scale, beta) } as const;
  return op.make(softmax, { x }, { by }, { storage, quant: to });
}

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
  LOG_SOFTMAX: { types: ["FLOAT32"], limits: "8-bit kernels", convert: logSoftmaxFloat },
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
  SOFTMAX: {
    types: [...quantized, "FLOAT32"],
    convert(op) {
      const x = op.input(0);
      const { beta } = op.options("Softmax");
      const by = { rule: "float", k: [beta] } as const;
      if (x.type.storage === "i16") op.result(softmax16(op, beta));
      else
        op.result(
          x.type.storage === "f32" ? op.make(softmax, { x }, { by }, { storage: "f32" }) : quantizedSoftmax(op, beta),
        );
    },
  },
};
