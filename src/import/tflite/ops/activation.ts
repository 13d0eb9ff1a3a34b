/** Functions of one operand: activations (tables on 8 bits), plain functions of floats, and softmax. */
import type { Node } from "../../../ir/graph.ts";
import { sigmoidf, tanhf } from "../../../ir/math.ts";
import { clamp, table, unary } from "../../../ir/ops/elementwise.ts";
import type { unaryFunctions } from "../../../ir/ops/plain.ts";
import { requantize } from "../../../ir/ops/quant.ts";
import { softmax } from "../../../ir/ops/softmax.ts";
import { makeConst } from "../../../ir/ops/source.ts";
import { quantizeMultiplier } from "../../../ir/rescale.ts";
import { type PerTensor, sameQuant } from "../../../ir/type.ts";
import type { Operator } from "../context.ts";
import { type ByteStorage, hardSwish, leakyRelu, logistic, tabulate, tanh, throughFloat } from "../fixed-point.ts";
import { type Activation, realBounds, rescaleBy, storedBounds } from "../recipes.ts";
import { bytes, type Conversion, type Conversions, numbers } from "./table.ts";

/** `x` through a table of its 256 values, on the quantizer `to`. */
export function tabled(
  op: Operator,
  x: Node,
  to: PerTensor,
  name: string,
  of: string,
  fn: (q: number) => number,
): Node {
  const storage = x.type.storage as ByteStorage;
  const t = makeConst(`${name}/table`, { storage, shape: [256] }, tabulate(storage, fn), op.where);
  return op.make(table, { x, t }, { of }, { name, quant: to });
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
  scale: number,
  zero: number,
): Conversion {
  const real = float === "sigmoid" ? sigmoidf : tanhf;
  return {
    types: numbers,
    convert(op) {
      const x = op.input(0);
      if (x.type.storage === "f32") op.result(op.make(unary, { x }, { fn: float }));
      else if (x.type.storage === "u8") result8(op, (from, to) => throughFloat(from, to, real));
      else {
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
    types: numbers,
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
  LOGISTIC: sigmoidal("sigmoid", logistic, 1 / 256, -128),
  TANH: sigmoidal("tanh", tanh, 1 / 128, 0),
  HARD_SWISH: { types: bytes, convert: (op) => result8(op, hardSwish) },
  LEAKY_RELU: {
    types: bytes,
    convert(op) {
      const { alpha } = op.options("LeakyRelu");
      result8(op, (x, to) => leakyRelu(x, to, alpha));
    },
  },
  SQRT: plain("sqrt"),
  RSQRT: plain("rsqrt"),
  ABS: plain("abs"),
  NEG: plain("neg"),
  FLOOR: plain("floor"),
  SQUARE: plain("square"),
  EXP: plain("exp"),
  SOFTMAX: {
    types: numbers,
    convert(op) {
      const x = op.input(0);
      const { beta } = op.options("Softmax");
      const by = { rule: "float", k: [beta] } as const;
      op.result(
        x.type.storage === "f32" ? op.make(softmax, { x }, { by }, { storage: "f32" }) : quantizedSoftmax(op, beta),
      );
    },
  },
};
