/**
 * Constants of rounding rules by the recipes of ONNX Runtime and of PyTorch's qnnpack (docs/numerics.md). Scales are float32
 * values, as ONNX stores them; which steps of a recipe are float32 is part of it.
 */
import type { Addition } from "../../ir/addition.ts";
import type { Rescale } from "../../ir/rescale.ts";
import type { Storage } from "../../ir/type.ts";
import { inverseScale, quantizeValue, roundHalfEven } from "../../tensor/arith.ts";
import type { Numerics } from "./model.ts";

const f = Math.fround;

/**
 * From exact sums of a convolution or product to the result, for the tensor or each output channel. PyTorch computes signed
 * activations by XNNPACK, which divides as ONNX Runtime does, and unsigned ones by QNNPACK.
 */
export function gemmRescale(
  numerics: Numerics,
  storage: Storage,
  x: number,
  w: readonly number[],
  result: number,
): Rescale {
  const divides = numerics === "ort" || storage === "i8";
  const inverse = inverseScale(result);
  // Rounded to float32 by being stored: channels come in ten thousands, and calls are dear before they are compiled.
  const rounded = new Float32Array(1);
  const a = new Array<number>(w.length);
  for (let c = 0; c < w.length; c++) {
    rounded[0] = x * w[c];
    rounded[0] = divides ? rounded[0] / result : rounded[0] * inverse;
    a[c] = rounded[0];
  }
  return { rule: "f32_rne", a, b: [] };
}

/** A real bias as an integer on the scale of the sums. */
export function gemmBias(numerics: Numerics, bias: number, x: number, w: number): number {
  if (numerics === "pytorch") return quantizeValue(bias, inverseScale(x * w), 0, -2147483648, 2147483647);
  const v = roundHalfEven(f(bias / f(x * w)));
  return v < -2147483648 ? -2147483648 : v > 2147483647 ? 2147483647 : v;
}

/** QLinearMul and PyTorch's mul, which XNNPACK computes for signed results below the highest zero point. */
export function mulRescale(numerics: Numerics, x: number, y: number, result: number, signed: boolean): Rescale {
  if (numerics === "ort") return { rule: "f32_rne_zp", a: [f(f(x * y) / result)], b: [] };
  const product = f(x * y);
  return { rule: "f32_rne", a: [signed ? f(product / result) : f(product * inverseScale(result))], b: [] };
}

/** An operand or result of an addition. */
interface Side {
  readonly scale: number;
  readonly zero: number;
}

/** ONNX Runtime's QLinearAdd on x86 with AVX2: each operand times its ratio, both zero points in one constant. */
export function ortAddition(x: Side, y: Side, result: Side): Addition {
  const rx = f(x.scale / result.scale);
  const ry = f(y.scale / result.scale);
  return { rule: "f32_fma", k: [rx, ry, f(result.zero - f(f(rx * x.zero) + f(ry * y.zero)))] };
}

/** PyTorch's add: qnnpack's of equal shapes where the ratios are in its reach, else the scalar kernel's. */
export function pytorchAddition(x: number, y: number, result: number, storage: Storage, same: boolean): Addition {
  const unsigned = storage === "u8";
  const ratios = [f(x / result), f(y / result)];
  const lowest = unsigned ? 2 ** -14 : 2 ** -10;
  if (!same || ratios.some((r) => r < lowest || r >= 256)) return { rule: "f32", k: [x, y, inverseScale(result)] };
  const shift = (unsigned ? 21 : 20) - exponentOf(Math.max(...ratios));
  return {
    rule: unsigned ? "fixed_away" : "fixed_up",
    k: [...ratios.map((r) => roundHalfEven(r * 2 ** shift)), shift],
  };
}

/** The binary exponent e of a normal float32 in [2^e, 2^(e + 1)). */
const exponentOf = (x: number): number => (new Uint32Array(new Float32Array([x]).buffer)[0] >>> 23) - 127;

/** Global average pool: sums on the scale of x, times one factor for `count` elements. */
export const averageFactor = (x: number, result: number, count: number): number => f(x / f(result * count));
