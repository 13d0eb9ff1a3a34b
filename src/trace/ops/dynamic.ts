/** Linear on float32 activations whose quantizer is chosen from their values at each call. */
import { ArgumentError } from "../../errors.ts";
import { linear as irLinear } from "../../ir/ops/conv.ts";
import { binary, cast, clamp as irClamp } from "../../ir/ops/elementwise.ts";
import { tensorType } from "../../ir/type.ts";
import { quantizePerTensorDynamic } from "../../tensor/qparams.ts";
import type { QTensor } from "../../tensor/qtensor.ts";
import { type FloatLike, type FloatTensor, floatTensor, shapeText } from "../../tensor/tensor.ts";
import { type CallOptions, call, within } from "../call.ts";
import { perTensorOf } from "../check.ts";
import { SymTensor } from "../symbolic.ts";
import { type Bias, biasValues, checkWeight, weightScales } from "./gemm.ts";

const f = Math.fround;

/**
 * x [..., I], quantized to quint8 by its own range, times the rows of weight [O, I], plus bias, as float32: PyTorch's
 * dynamic linear with the engine qnnpack. Not traceable, since the type of the quantized x depends on its values.
 */
export const linearDynamic = (x: FloatLike, weight: QTensor, bias: Bias, options?: CallOptions): FloatTensor =>
  dynamicThen("linearDynamic", x, weight, bias, options, false);

/** `linearDynamic` with negative values as 0. */
export const linearReluDynamic = (x: FloatLike, weight: QTensor, bias: Bias, options?: CallOptions): FloatTensor =>
  dynamicThen("linearReluDynamic", x, weight, bias, options, true);

function dynamicThen(
  op: string,
  x: FloatLike,
  weight: QTensor,
  bias: Bias,
  options: CallOptions | undefined,
  relu: boolean,
): FloatTensor {
  const [q, w] = within(op, [x], () => {
    if ((x as unknown) instanceof SymTensor)
      throw new ArgumentError("x", "float32 values, which the quantizer depends on", "a traced tensor");
    const values = floatTensor(x);
    const w = checkWeight(weight, 2, "[out features, in features]");
    if (values.shape.at(-1) !== w.shape[1])
      throw new ArgumentError("x", `${w.shape[1]} features in its last dimension`, shapeText(values.shape));
    return [quantizePerTensorDynamic(values, "quint8"), w] as const;
  });
  return call(op, options, [], (b) => {
    const outputs = w.shape[0];
    const { scale } = perTensorOf(q, "x");
    const scales = weightScales(w);
    const factors = Float32Array.from({ length: outputs }, (_, i) => f(scale) * f(scales[scales.length === 1 ? 0 : i]));
    const sums = b.emit(irLinear, { x: b.value(q), w: b.value(w) });
    const row = (values: Float32Array) => b.constant(b.name, tensorType("f32", [outputs]), values);
    const real = b.emit(cast, { x: sums }, {}, { storage: "f32" });
    const scaled = b.emit(binary, { x: real, y: row(factors) }, { fn: "mul" });
    const offset = biasValues(bias, outputs);
    const result = offset ? b.emit(binary, { x: scaled, y: row(offset) }, { fn: "add" }) : scaled;
    return relu ? b.emit(irClamp, { x: result }, { range: [0, Number.POSITIVE_INFINITY] }) : result;
  }) as FloatTensor;
}
