/** SOFTMAX and LOG_SOFTMAX over the last dimension. */
import type { Node } from "../../../ir/graph.ts";
import { binary, unary } from "../../../ir/ops/elementwise.ts";
import { sum } from "../../../ir/ops/pool.ts";
import { reduce } from "../../../ir/ops/reduce.ts";
import { softmax } from "../../../ir/ops/softmax.ts";
import { quantizeMultiplier } from "../../../ir/rescale.ts";
import type { Operator } from "../context.ts";
import { type Conversions, quantized } from "./table.ts";

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

export const softmaxConversions: Conversions = {
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
  LOG_SOFTMAX: { types: ["FLOAT32"], limits: "8-bit kernels", convert: logSoftmaxFloat },
};
