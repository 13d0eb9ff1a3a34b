/** Functions of one operand: activations (tables on 8 bits) and softmax. */
import { softmax } from "../../../ir/ops/softmax.ts";
import { quantizeMultiplier } from "../../../ir/rescale.ts";
import type { Operator } from "../context.ts";
import { type Conversions, numbers } from "./table.ts";

/** Constants of the gemmlowp softmax: the input's scale times beta as a Q5.26 factor, and the lowest difference it holds. */
function softmaxConstants(scale: number, beta: number): number[] {
  const [multiplier, shift] = quantizeMultiplier(Math.min(beta * scale * 2 ** 26, 2 ** 31 - 1));
  return [multiplier, shift, -Math.floor((31 * 2 ** 26) / 2 ** shift)];
}

export const activationConversions: Conversions = {
  SOFTMAX: {
    types: numbers,
    convert(op) {
      const x = op.input(0);
      const { beta } = op.options("Softmax");
      if (x.type.storage === "f32")
        return op.result(op.make(softmax, { x }, { by: { rule: "float", k: [beta] } }, { storage: "f32" }));
      op.result(quantizedSoftmax(op, beta));
    },
  },
};

function quantizedSoftmax(op: Operator, beta: number) {
  const x = op.input(0);
  const result = op.output();
  const to = op.perTensor(result);
  const [scale, zero] = { i8: [1 / 256, -128], u8: [1 / 256, 0], i16: [1 / 65536, -32768] }[
    result.storage as string
  ] ?? [0, 0];
  if (to.scale !== scale || to.zero !== zero)
    op.fail(`wants a result on scale ${scale} and zero point ${zero}, found ${to.scale} and ${to.zero}`);
  const k = softmaxConstants(op.perTensor(x).scale, beta);
  if (!(k[1] > 0)) op.fail(`wants scale * beta above 2^-26, found ${op.perTensor(x).scale * beta}`);
  return op.make(softmax, { x }, { by: { rule: "gemmlowp", k } }, { storage: result.storage, quant: to });
}
