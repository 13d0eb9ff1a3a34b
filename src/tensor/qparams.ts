/** Quantization parameters from data, and PyTorch's other float-to-float and float-zero-point quantizations. */
import { ArgumentError } from "../errors.ts";
import { inverseScale, quantizeValue, roundHalfEven } from "./arith.ts";
import { checkDType, type QDType, qrange } from "./dtype.ts";
import type { QTensor } from "./qtensor.ts";
import { PerChannelAffineQuantizer, PerTensorAffineQuantizer } from "./quantizer.ts";
import { numelOf, type Shape } from "./strided.ts";
import { type FloatLike, FloatTensor, floatTensor, IntTensor, shapeText } from "./tensor.ts";

const f = Math.fround;

/** Smallest scale that choosePerTensorQParams gives, a float32 constant of PyTorch's. */
const smallScale = f(6.1e-5);

/**
 * The quantizer for float32 values in [min, max], by PyTorch's ChooseQuantizationParams: the range grows to include 0, the
 * scale is a double, and the zero point comes from the end of the range where it has the smaller rounding error.
 * `reduceRange` leaves one bit free (0..127, -64..63), for kernels whose 16-bit sums could overflow.
 */
export function choosePerTensorQParams(
  min: number,
  max: number,
  dtype: QDType,
  reduceRange = false,
): PerTensorAffineQuantizer {
  if (checkDType(dtype) === "qint32") throw new ArgumentError("dtype", '"quint8" or "qint8"', dtype);
  if (!Number.isFinite(f(min))) throw new ArgumentError("min", "a finite float32", min);
  if (!Number.isFinite(f(max)) || max < min) throw new ArgumentError("max", `a finite float32 >= ${min}`, max);
  const [qmin, qmax] = qrange(dtype).map((q) => (reduceRange ? Math.trunc(q / 2) : q));
  let lo = Math.min(f(min), 0);
  let hi = Math.max(f(max), 0);
  let scale = (hi - lo) / (qmax - qmin);
  if (f(scale) === 0 || !Number.isFinite(inverseScale(scale))) scale = 0.1;
  if (scale < smallScale) {
    // The range grows with the scale: by its open end, or on both sides by the float32 ratio of the scales.
    const grow = f(smallScale / f(scale));
    scale = smallScale;
    if (lo === 0) hi = f(smallScale * (qmax - qmin));
    else if (hi === 0) lo = f(-smallScale * (qmax - qmin));
    else [lo, hi] = [f(lo * grow), f(hi * grow)];
  }
  const errorFromMin = Math.abs(qmin) - Math.abs(lo / scale);
  const errorFromMax = Math.abs(qmax) - Math.abs(hi / scale);
  const zeroPoint = errorFromMin < errorFromMax ? qmin - lo / scale : qmax - hi / scale;
  return new PerTensorAffineQuantizer(scale, Math.min(Math.max(roundHalfEven(zeroPoint), qmin), qmax), dtype);
}

/** Float data on the quantizer that choosePerTensorQParams gives its range; at least one value, all finite. */
export function quantizePerTensorDynamic(x: FloatLike, dtype: QDType, reduceRange = false): QTensor {
  const values = floatTensor(x);
  if (values.numel() === 0) throw new ArgumentError("x", "at least one value", shapeText(values.shape));
  let min = values.data[0];
  let max = min;
  for (const v of values.data) {
    if (!Number.isFinite(v)) throw new ArgumentError("x", "finite values", v);
    if (v < min) min = v;
    if (v > max) max = v;
  }
  return choosePerTensorQParams(min, max, dtype, reduceRange).quantize(values);
}

/**
 * The float values that quantizing to [qmin, qmax] and back would give: (clamp(z + rne(f(x / s))) - z) * s with float32
 * operations and f(1 / f(s)) as factor, PyTorch's fake_quantize_per_tensor_affine.
 */
export function fakeQuantizePerTensorAffine(
  x: FloatLike,
  scale: number,
  zeroPoint: number,
  qmin: number,
  qmax: number,
): FloatTensor {
  if (!Number.isInteger(qmin) || !Number.isInteger(qmax) || qmin > qmax)
    throw new ArgumentError("qmin", `an integer <= qmax ${qmax}`, qmin);
  if (!Number.isInteger(zeroPoint) || zeroPoint < qmin || zeroPoint > qmax)
    throw new ArgumentError("zeroPoint", `an integer from ${qmin} to ${qmax}`, zeroPoint);
  const s = new PerTensorAffineQuantizer(scale, 0, "qint32").scale;
  const values = floatTensor(x);
  const inv = inverseScale(s);
  const out = values.data.map((v) => f((quantizeValue(v, inv, zeroPoint, qmin, qmax) - zeroPoint) * f(s)));
  return new FloatTensor(values.shape, out);
}

/** Per-channel parameters whose zero points are real numbers, as embedding tables have them; all float32. */
export interface FloatQParams {
  readonly scales: ArrayLike<number>;
  readonly zeroPoints: ArrayLike<number>;
  /** The dimension whose indices are the channels. */
  readonly axis: number;
}

/**
 * uint8 values of PyTorch's per_channel_affine_float_qparams: q = clamp(rne(f(f(x * f(1 / s)) + z)), 0, 255). Real 0 is no
 * integer under it, so it is not a Quantizer here and no op takes it: integers go in and out of tables only.
 */
export function quantizePerChannelFloatQParams(x: FloatLike, params: FloatQParams): IntTensor<Uint8Array> {
  const { shape, data } = floatTensor(x);
  const channelOf = floatChannels(shape, params);
  const out = Uint8Array.from(data, (v, i) => {
    const { scale, zeroPoint } = channelOf(i);
    const q = roundHalfEven(f(f(v * inverseScale(scale)) + zeroPoint));
    return Math.abs(q) < 2 ** 63 ? Math.min(Math.max(q, 0), 255) : 0;
  });
  return new IntTensor(out, shape);
}

/** Float32 values of what quantizePerChannelFloatQParams made: f(f(q - z) * s). */
export function dequantizePerChannelFloatQParams(q: IntTensor<Uint8Array>, params: FloatQParams): FloatTensor {
  const channelOf = floatChannels(q.shape, params);
  const out = Float32Array.from(q.data, (v, i) => f(f(v - channelOf(i).zeroPoint) * channelOf(i).scale));
  return new FloatTensor(q.shape, out);
}

/** The float32 scale and zero point of element `i` in row-major order. */
function floatChannels(shape: Shape, { scales, zeroPoints, axis }: FloatQParams) {
  // The integer scheme's quantizer checks the scales against the shape.
  new PerChannelAffineQuantizer(scales, new Uint8Array(scales.length), axis, "quint8").checkShape(shape, "x");
  const wanted = `${scales.length} finite numbers, one for each scale`;
  if (zeroPoints.length !== scales.length || !Array.from(zeroPoints).every(Number.isFinite))
    throw new ArgumentError("zeroPoints", wanted, Array.from(zeroPoints));
  const inner = numelOf(shape.slice(axis + 1));
  return (i: number) => {
    const c = Math.floor(i / inner) % scales.length;
    return { scale: f(scales[c]), zeroPoint: f(zeroPoints[c]) };
  };
}
