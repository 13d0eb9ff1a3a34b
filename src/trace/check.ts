/** What op functions ask of their arguments. Each function returns what it checked, or throws an ArgumentError. */
import { ArgumentError } from "../errors.ts";
import { checkDType, type QDType } from "../tensor/dtype.ts";
import { QTensor } from "../tensor/qtensor.ts";
import { PerTensorAffineQuantizer } from "../tensor/quantizer.ts";
import { FloatTensor, shapeText } from "../tensor/tensor.ts";
import { type Floating, type Quantized, SymFloatTensor, SymQTensor } from "./symbolic.ts";

/** The quantizer of a result: by its parameters, with the operand's dtype, or as an object. */
export type OutputParams =
  | { readonly scale: number; readonly zeroPoint: number; readonly quantizer?: undefined }
  | { readonly quantizer: PerTensorAffineQuantizer; readonly scale?: undefined; readonly zeroPoint?: undefined };

export const isQuantized = (x: unknown): x is Quantized => x instanceof QTensor || x instanceof SymQTensor;
export const isFloating = (x: unknown): x is Floating => x instanceof FloatTensor || x instanceof SymFloatTensor;

/** A quantized tensor. */
export function quantized(x: unknown, argument: string): Quantized {
  if (isQuantized(x)) return x;
  if (isFloating(x)) throw new ArgumentError(argument, "a quantized tensor", "a float32 tensor (quantize it first)");
  throw new ArgumentError(argument, "a quantized tensor", x);
}

/** The one scale and zero point of a quantized tensor; `dtypes` are those that the op takes. */
export function perTensorOf(
  x: Quantized,
  argument: string,
  dtypes: readonly QDType[] = ["quint8", "qint8", "qint32"],
): PerTensorAffineQuantizer {
  const quantizer = quantized(x, argument).quantizer();
  if (!(quantizer instanceof PerTensorAffineQuantizer))
    throw new ArgumentError(argument, "a per-tensor quantized tensor", `one with ${quantizer}`);
  if (!dtypes.includes(quantizer.dtype))
    throw new ArgumentError(argument, `a tensor of ${dtypes.join(" or ")}`, quantizer.dtype);
  return quantizer;
}

export const bytes: readonly QDType[] = ["quint8", "qint8"];

/** The quantizer that the caller states for a result. */
export function outputOf(params: unknown, dtype: QDType): PerTensorAffineQuantizer {
  const { scale, zeroPoint, quantizer } = (params ?? {}) as Record<string, unknown>;
  if (quantizer !== undefined) {
    if (!(quantizer instanceof PerTensorAffineQuantizer))
      throw new ArgumentError("quantizer", "a PerTensorAffineQuantizer", quantizer);
    if (quantizer.dtype !== dtype) throw new ArgumentError("quantizer", `one of the dtype ${dtype}`, quantizer.dtype);
    return quantizer;
  }
  return new PerTensorAffineQuantizer(scale as number, zeroPoint as number, checkDType(dtype));
}

/** A tensor of so many dimensions. */
export function rank<T extends Quantized | Floating>(x: T, dims: number, argument: string, layout: string): T {
  if (x.shape.length !== dims) throw new ArgumentError(argument, `a tensor of shape ${layout}`, shapeText(x.shape));
  return x;
}

/** One integer for both dimensions, or one for each, of at least `min`. */
export function pair(value: unknown, argument: string, min: number): readonly [number, number] {
  const list = typeof value === "number" ? [value, value] : value;
  if (!Array.isArray(list) || list.length !== 2 || !list.every((v) => Number.isSafeInteger(v) && v >= min))
    throw new ArgumentError(argument, `an integer >= ${min} or two of them [height, width]`, value);
  return [list[0], list[1]];
}

/** A finite number. */
export function finite(value: unknown, argument: string): number {
  if (typeof value !== "number" || !Number.isFinite(value)) throw new ArgumentError(argument, "a finite number", value);
  return value;
}
