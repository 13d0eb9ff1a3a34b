/**
 * The affine arithmetic on numbers and arrays, bit for bit PyTorch's scalar path. quantizer.ts derives it; the equation
 * numbers here are the ones there. A JavaScript number is a double, so each float32 operation of the source is one double
 * operation followed by Math.fround: for +, -, * and / of two float32 values that double rounding is harmless
 * (53 >= 2 * 24 + 2 bits).
 */
const f = Math.fround;
const two52 = 2 ** 52;
const two63 = 2 ** 63;

/** A flat array of numbers of any kind; what the functions here read from and write to. */
export interface NumberArray {
  readonly length: number;
  [index: number]: number;
}

/** Nearest integer, halves to even; never -0. Adding 2^52 leaves no room for a fraction, so the addition itself rounds. */
export function roundHalfEven(x: number): number {
  if (x >= 0) return x < two52 ? x + two52 - two52 : x;
  return x > -two52 ? x - two52 + two52 : x;
}

/** f(1 / f(scale)): the factor that quantize multiplies by (equation 3). */
export const inverseScale = (scale: number): number => f(1 / f(scale));

/**
 * One float32 value as a stored integer (equation 3); `inv` from inverseScale. The zero point is added in float32 as in
 * the source, which a qint32 beyond 2^24 feels. NaN, infinities and what does not fit 64 bits become `qmin`: x86 converts
 * them to the smallest integer.
 */
export function quantizeValue(x: number, inv: number, zeroPoint: number, qmin: number, qmax: number): number {
  const v = f(f(zeroPoint) + roundHalfEven(f(x * inv)));
  if (!(Math.abs(v) < two63)) return qmin;
  return Math.min(Math.max(v, qmin), qmax);
}

/** One stored integer as float32, one scale for the tensor (equation 4). The difference wraps to 32 bits as the source's does. */
export function dequantizeValue(q: number, scale: number, zeroPoint: number): number {
  return f(f(scale) * f((q - zeroPoint) | 0));
}

/** One stored integer as float32 on a channel's scale, a double (equation 5). */
export function dequantizeChannelValue(q: number, scale: number, zeroPoint: number): number {
  return f(f(f(q) - f(zeroPoint)) * scale);
}

/** Stored integers of float32 values `x`, one scale for all (equation 3), into `out`. Returns `out`. */
export function quantizeAffine<T extends NumberArray>(
  x: NumberArray,
  scale: number,
  zeroPoint: number,
  qmin: number,
  qmax: number,
  out: T,
): T {
  const inv = inverseScale(scale);
  for (let i = 0; i < x.length; i++) out[i] = quantizeValue(x[i], inv, zeroPoint, qmin, qmax);
  return out;
}

/**
 * Stored integers of float32 values `x` in row-major order, one scale for each channel (equation 3), into `out`.
 * `inner` is the number of elements between neighbouring channels: the product of the dimensions after the channel axis.
 */
export function quantizeAffineChannels<T extends NumberArray>(
  x: NumberArray,
  scales: readonly number[],
  zeroPoints: readonly number[],
  inner: number,
  qmin: number,
  qmax: number,
  out: T,
): T {
  for (let i = 0; i < x.length; ) {
    for (let c = 0; c < scales.length; c++) {
      const inv = inverseScale(scales[c]);
      for (const end = i + inner; i < end; i++) out[i] = quantizeValue(x[i], inv, zeroPoints[c], qmin, qmax);
    }
  }
  return out;
}

/** Float32 values of stored integers `q`, one scale for all (equation 4), into `out`. */
export function dequantizeAffine<T extends NumberArray>(q: NumberArray, scale: number, zeroPoint: number, out: T): T {
  for (let i = 0; i < q.length; i++) out[i] = dequantizeValue(q[i], scale, zeroPoint);
  return out;
}

/** Float32 values of stored integers `q` in row-major order, one scale for each channel (equation 5), into `out`. */
export function dequantizeAffineChannels<T extends NumberArray>(
  q: NumberArray,
  scales: readonly number[],
  zeroPoints: readonly number[],
  inner: number,
  out: T,
): T {
  for (let i = 0; i < q.length; ) {
    for (let c = 0; c < scales.length; c++) {
      for (const end = i + inner; i < end; i++) out[i] = dequantizeChannelValue(q[i], scales[c], zeroPoints[c]);
    }
  }
  return out;
}
