/** Between real numbers and stored ones, and between quantizers. */
import { ArgumentError } from "../../errors.ts";
import type { Node } from "../../ir/graph.ts";
import { dequantize as irDequantize, quantize as irQuantize, requantize as irRequantize } from "../../ir/ops/quant.ts";
import { inverseScale } from "../../tensor/arith.ts";
import { checkDType, type QDType, qdtypes, qrange } from "../../tensor/dtype.ts";
import type { QTensor } from "../../tensor/qtensor.ts";
import { PerTensorAffineQuantizer, Quantizer } from "../../tensor/quantizer.ts";
import { type FloatLike, FloatTensor, floatTensor } from "../../tensor/tensor.ts";
import { type Build, type CallOptions, call, within } from "../call.ts";
import { isFloating, type OutputParams, outputOf, perTensorOf, quantized } from "../check.ts";
import { requantizeBy, rescalesSafely } from "../recipes.ts";
import type { Floating, Quantized, SymFloatTensor, SymQTensor, ToFloat } from "../symbolic.ts";
import { quantOf } from "../types.ts";

export type QuantizeOptions = CallOptions & OutputParams & { readonly dtype?: QDType };

/**
 * Real numbers as stored ones, on a quantizer or on the parameters stated (dtype quint8 unless stated). A per-channel
 * quantizer takes numbers with values only: traced tensors are quantized per tensor.
 */
export function quantize(x: FloatLike, to: Quantizer | QuantizeOptions): QTensor;
export function quantize(x: SymFloatTensor, to: Quantizer | QuantizeOptions): SymQTensor;
export function quantize(x: Floating, to: Quantizer | QuantizeOptions): Quantized;
export function quantize(x: FloatLike | SymFloatTensor, to: Quantizer | QuantizeOptions): Quantized {
  const from = within("quantize", [x], () => (isFloating(x) ? x : floatTensor(x)));
  const options = to instanceof Quantizer ? undefined : to;
  if (from instanceof FloatTensor && to instanceof Quantizer) return within("quantize", [], () => to.quantize(from));
  return call("quantize", options, [from], (b) => {
    const dtype = options?.quantizer?.dtype ?? options?.dtype ?? "quint8";
    return quantizeNode(
      b,
      b.value(from),
      to instanceof Quantizer ? perTensor(to) : outputOf(options, checkDType(dtype)),
    );
  }) as Quantized;
}

function perTensor(quantizer: Quantizer): PerTensorAffineQuantizer {
  if (quantizer instanceof PerTensorAffineQuantizer) return quantizer;
  throw new ArgumentError("quantizer", "a PerTensorAffineQuantizer in a trace", String(quantizer));
}

/** The real values of stored ones. */
export function dequantize<T extends Quantized>(x: T, options?: CallOptions): ToFloat<T> {
  return call("dequantize", options, [x], (b) => b.emit(irDequantize, { x: b.value(quantized(x, "x")) })) as ToFloat<T>;
}

/** The same values on another quantizer: dequantized and quantized again. The dtype stays unless stated. */
export function requantize<T extends Quantized>(x: T, options: QuantizeOptions): T {
  return call("requantize", options, [x], (b) => {
    const from = quantized(x, "x");
    return onQuantizer(b, from, outputOf(options, options?.quantizer?.dtype ?? options?.dtype ?? from.dtype));
  }) as T;
}

/** A float node quantized, as PyTorch does it. */
export function quantizeNode(b: Build, x: Node, to: PerTensorAffineQuantizer, name = b.name): Node {
  const [lo, hi] = qrange(to.dtype);
  const attrs = {
    by: "recip_even",
    k: inverseScale(to.scale),
    clamp: [lo, hi],
    nan: "low",
    infinityLow: true,
  } as const;
  return b.emit(irQuantize, { x }, attrs, { storage: qdtypes[to.dtype].storage, quant: quantOf(to), name });
}

/** The operand's values on `to`. 8-bit values that are there already pass unchanged: their round trip is exact. */
export function onQuantizer(b: Build, x: Quantized, to: PerTensorAffineQuantizer, argument = "x", name = b.name): Node {
  const from = quantized(x, argument).quantizer();
  const node = b.value(x);
  if (from instanceof PerTensorAffineQuantizer && from.dtype !== "qint32") {
    if (from.equals(to)) return node;
    if (to.dtype !== "qint32" && rescalesSafely(from.scale, to.scale)) {
      return b.emit(
        irRequantize,
        { x: node },
        { by: requantizeBy(from.scale, to.scale), clamp: qrange(to.dtype) },
        { storage: qdtypes[to.dtype].storage, quant: quantOf(to), name },
      );
    }
  }
  return quantizeNode(b, b.emit(irDequantize, { x: node }, {}, { name: `${name}.real` }), to, name);
}

/** The common dtype of tensors that one op combines. */
export function sameDType(xs: readonly Quantized[], argument: (i: number) => string): QDType {
  const { dtype } = perTensorOf(xs[0], argument(0));
  xs.forEach((x, i) => {
    const other = perTensorOf(x, argument(i)).dtype;
    if (other !== dtype) throw new ArgumentError(argument(i), `a tensor of ${dtype}, like ${argument(0)}`, other);
  });
  return dtype;
}
