/** The ways to make a quantized tensor: from floats, empty, from integers; each with a quantizer or with its parameters. */
import { ArgumentError } from "../errors.ts";
import { allocateInts, dtypeOfArray, type IntArray, type QDType, qdtypes } from "./dtype.ts";
import { QTensor } from "./qtensor.ts";
import { PerChannelAffineQuantizer, PerTensorAffineQuantizer, Quantizer } from "./quantizer.ts";
import { checkShape, numelOf, type Shape } from "./strided.ts";
import { type FloatLike, IntTensor } from "./tensor.ts";

/** Integers with a shape, or a bare typed array for one dimension. */
export type IntLike = IntTensor<IntArray> | { readonly shape: Shape; readonly data: IntArray } | IntArray;

/** Float data on any quantizer. */
export function quantize(x: FloatLike, quantizer: Quantizer): QTensor {
  return checkQuantizer(quantizer).quantize(x);
}

/** Float data with one scale and zero point. */
export function quantizePerTensor(x: FloatLike, scale: number, zeroPoint: number, dtype: QDType): QTensor {
  return new PerTensorAffineQuantizer(scale, zeroPoint, dtype).quantize(x);
}

/** Float data with a scale and a zero point for each index of dimension `axis`. */
export function quantizePerChannel(
  x: FloatLike,
  scales: ArrayLike<number>,
  zeroPoints: ArrayLike<number>,
  axis: number,
  dtype: QDType,
): QTensor {
  return new PerChannelAffineQuantizer(scales, zeroPoints, axis, dtype).quantize(x);
}

/** A tensor whose stored integers are all 0, to be filled by copy_. */
export function emptyQuantized(shape: Shape, quantizer: Quantizer): QTensor {
  const sizes = checkShape(shape);
  return QTensor.dense(allocateInts(checkQuantizer(quantizer).dtype, numelOf(sizes)), sizes, quantizer);
}

/** A tensor of copied integers and a quantizer of their dtype. */
export function formTensor(ints: IntLike, quantizer: Quantizer): QTensor {
  const { data, shape } = intData(ints);
  const dtype = checkQuantizer(quantizer).dtype;
  if (dtypeOfArray(data) !== dtype) throw new ArgumentError("ints", `${qdtypes[dtype].array.name} (${dtype})`, data);
  return QTensor.dense(data.slice(), shape, quantizer);
}

/** A tensor of copied integers with one scale and zero point; the dtype follows from the array's class. */
export function makePerTensorQuantizedTensor(ints: IntLike, scale: number, zeroPoint: number): QTensor {
  const dtype = dtypeOfArray(intData(ints).data);
  return formTensor(ints, new PerTensorAffineQuantizer(scale, zeroPoint, dtype));
}

/** A tensor of copied integers with a scale and zero point per index of `axis`; the dtype follows from the array's class. */
export function makePerChannelQuantizedTensor(
  ints: IntLike,
  scales: ArrayLike<number>,
  zeroPoints: ArrayLike<number>,
  axis: number,
): QTensor {
  const dtype = dtypeOfArray(intData(ints).data);
  return formTensor(ints, new PerChannelAffineQuantizer(scales, zeroPoints, axis, dtype));
}

function intData(ints: IntLike): { data: IntArray; shape: Shape } {
  if (ints instanceof IntTensor) return ints;
  if (typeof ints === "object" && ints !== null && "shape" in ints) {
    dtypeOfArray(ints.data);
    return new IntTensor(ints.data, ints.shape);
  }
  dtypeOfArray(ints);
  return { data: ints as IntArray, shape: [(ints as IntArray).length] };
}

function checkQuantizer(quantizer: Quantizer): Quantizer {
  if (quantizer instanceof Quantizer) return quantizer;
  throw new ArgumentError("quantizer", "a Quantizer", quantizer);
}
