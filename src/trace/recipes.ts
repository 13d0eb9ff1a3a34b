/**
 * Constants of rounding rules by PyTorch's recipes (docs/numerics.md). Scales are doubles; which steps are float32 is part
 * of each recipe, so every one is written with its own Math.fround.
 */
import { ArgumentError } from "../errors.ts";
import type { Addition } from "../ir/addition.ts";
import type { Rescale } from "../ir/rescale.ts";
import { inverseScale, quantizeValue, roundHalfEven } from "../tensor/arith.ts";
import { type QDType, qrange } from "../tensor/dtype.ts";
import type { PerTensorAffineQuantizer } from "../tensor/quantizer.ts";
import type { Engine } from "./tracing.ts";

const f = Math.fround;

/**
 * Multiplier from exact sums to the result of linear and convolution. QNNPACK, which takes quint8, multiplies by the
 * reciprocal; XNNPACK, to which that engine hands qint8, divides.
 */
export function gemmMultiplier(dtype: QDType, x: number, w: number, result: number): number {
  const product = f(f(w) * f(x));
  return dtype === "qint8" ? f(product / f(result)) : f(product * inverseScale(result));
}

/** A bias as an integer on the scale of the sums: the product of the scales is a double, narrowed once. */
export const gemmBias = (bias: number, x: number, w: number): number =>
  quantizeValue(bias, inverseScale(x * w), 0, -2147483648, 2147483647);

/** The factor of a product: XNNPACK divides, for signed results below the highest zero point; otherwise 1 / scale is multiplied. */
export function productMultiplier(x: number, y: number, result: PerTensorAffineQuantizer): number {
  const product = f(f(x) * f(y));
  return result.dtype === "qint8" && result.zeroPoint < 127
    ? f(product / f(result.scale))
    : f(product * inverseScale(result.scale));
}

/** PyTorch's dequantize and then quantize, as one rescaling. */
export const requantizeBy = (from: number, to: number): Rescale => ({
  rule: "f32_dequant_quant",
  a: [f(from)],
  b: [inverseScale(to)],
});

/** Whether such a rescaling stays far from 2^63, where PyTorch's conversion turns everything to the lowest integer. */
export const rescalesSafely = (from: number, to: number): boolean => f(f(from) * 512) * inverseScale(to) < 2 ** 60;

/** How two values of one dtype are added. The shapes matter: qnnpack adds equal ones only, the scalar kernel does the rest. */
export function additionBy(
  engine: Engine,
  dtype: QDType,
  x: number,
  y: number,
  result: number,
  same: boolean,
): Addition {
  if (engine === "none" || !same) return { rule: "f32", k: [f(x), f(y), inverseScale(result)] };
  const unsigned = dtype === "quint8";
  const [rx, ry] = [f(f(x) / f(result)), f(f(y) / f(result))];
  const lowest = unsigned ? -14 : -10;
  if ([rx, ry].some((r) => r < 2 ** lowest || r >= 256)) {
    const wanted = `a result scale that both scales are 2^${lowest} to 2^8 times of (or engine: "none")`;
    throw new ArgumentError("scale", wanted, `${result} for ${x} and ${y}`);
  }
  const shift = (unsigned ? 21 : 20) - exponentOf(Math.max(rx, ry));
  const fixed = (r: number) => roundHalfEven(r * 2 ** shift);
  return { rule: unsigned ? "fixed_away" : "fixed_up", k: [fixed(rx), fixed(ry), shift] };
}

/** The binary exponent e of a normal float32 in [2^e, 2^(e + 1)). */
function exponentOf(x: number): number {
  return (new Uint32Array(new Float32Array([x]).buffer)[0] >>> 23) - 127;
}

/** A real number as a stored one, for bounds of clamps. */
export function storedValue(x: number, { scale, zeroPoint, dtype }: PerTensorAffineQuantizer): number {
  const [lo, hi] = qrange(dtype);
  return quantizeValue(f(x), inverseScale(scale), zeroPoint, lo, hi);
}
